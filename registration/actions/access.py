"""Wheelchair places, which are kept for people who need one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from efus_conference.models import User
from registration.actions.refusals import Refusal
from registration.actions.units import Unit
from registration.models import Answer, Question, Registration
from registration.powers import DESK


class NoNeedTold(Refusal):
    message = _(
        "Wheelchair places are kept for people who need one. Write of the need under “Access needs” in the "
        "registration first."
    )


def check_access_need(unit: Unit, *, by: User) -> None:
    """Past a waiting list leads no tick alone: the person told of an access need, or the desk decides.

    Raises NoNeedTold.
    """
    if by.has_perm(DESK):
        return
    person = unit.main.registration
    if person is None or not (_wrote_needs(person) or _answered(person)):
        raise NoNeedTold


def _wrote_needs(person: Registration) -> bool:
    return Registration.objects.filter(pk=person.pk).exclude(needs="").exists()


def _answered(person: Registration) -> bool:
    answers = Answer.objects.filter(registration=person, question__privacy=Question.Privacy.ACCESS)
    return answers.exclude(question__kind=Question.Kind.YES_NO, value="no").exists()
