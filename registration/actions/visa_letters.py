"""Letters for a visa: noted that one was made, by whom and when, and nothing of what it says."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus_conference.models import User
from efus_conference.seal import SealError
from registration.actions.refusals import NotYours, Refusal
from registration.models import Registration, RegistrationEvent
from registration.visa_letters import letter, may_be_had

logger = logging.getLogger(__name__)
A_DAY = timedelta(days=1)
VISA_LETTER = RegistrationEvent.Verb.VISA_LETTER
MOST_A_DAY = 10  # of one registration: each costs a seal


class LetterNotThere(Refusal):
    message = _("The letter can be had once the registration is confirmed.")


class TooManyLetters(Refusal):
    message = _("Very many letters were made for this registration today. Make the next one tomorrow.")


class LetterOff(Refusal):
    """The site has no seal that can be used: of our making, so organisers are told in the log."""

    message = _(
        "The letter can’t be sealed at the moment. The organisers know of it: please try again later."
    )


def issue_visa_letter(*, registration: Registration, said: dict[str, Any], by: User) -> bytes:
    """The sealed PDF of what `VisaLetterForm` cleaned. Raises NotYours, LetterNotThere, TooManyLetters, LetterOff.

    The seal is made before anything is locked: an authority that is slow to stamp it keeps nobody waiting.
    """
    now = timezone.now()
    _check(registration, by=by)
    try:
        made = letter(registration, said, at=now)
    except SealError as error:
        logger.exception("No letter for a visa can be sealed.")
        raise LetterOff from error
    with transaction.atomic():
        fresh = Registration.objects.select_for_update(of=("self",), no_key=True).get(pk=registration.pk)
        _check(fresh, by=by)
        fresh.events.create(verb=VISA_LETTER, actor=by)
    return made


def _check(registration: Registration, *, by: User) -> None:
    if by.pk != registration.managed_by_id:
        raise NotYours
    if not may_be_had(registration):
        raise LetterNotThere
    today = registration.events.filter(verb=VISA_LETTER, at__gt=timezone.now() - A_DAY)
    if today.count() >= MOST_A_DAY:
        raise TooManyLetters
