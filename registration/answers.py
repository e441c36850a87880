"""What was answered, as its reader may see it; and what still waits for an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from efus_conference.models import User
from registration.asking import asking_of, unanswered, values_of
from registration.models import Answer, PressCard, Question, Registration
from registration.question_fields import in_words

__all__ = ["AnswersShown", "ShownAnswer", "answers_shown", "is_readable", "shown", "unanswered"]


@dataclass(frozen=True)
class ShownAnswer:
    question: str
    answer: str
    file_url: str = ""


@dataclass(frozen=True)
class AnswersShown:
    """For `registration/_answers.html`: the answers, and where they are changed or still to be given."""

    lines: list[ShownAnswer]
    missing: int
    url: str


def is_readable(registration: Registration, by: User) -> bool:
    """Whether its keeper reads what its person told of themselves, as `told_to` says: no coordinator does."""
    if registration.managed_by_id != by.pk:
        return False
    place = registration.place
    if registration.is_own or (place.delegation_id is None and place.accompanies_id is None):
        return True
    return Registration.objects.told_to(by).filter(pk=registration.pk).exists()


def answers_shown(registration: Registration, *, by: User) -> AnswersShown | None:
    """What its keeper sees on the registration's page; None where nothing is asked and nothing was answered."""
    asks_press = registration.is_live and registration.category.is_press
    card = PressCard.objects.filter(registration=registration).first()
    if card is not None:
        card.registration = registration  # which is at hand
    lines = [*_of_the_press(card, by=by), *_of_questions(registration, by=by)]
    values = values_of(registration)
    asked = asking_of(registration).called_for(values) if registration.is_live else []
    missing = [question for question in asked if question.is_required and question.pk not in values]
    if not lines and not asked and not asks_press:
        return None
    return AnswersShown(
        lines,
        missing=len(missing) + (asks_press and card is None),
        url=reverse("registration:questions", args=[registration.pk]) if asked or asks_press else "",
    )


def shown(answer: Answer, *, file_address: str) -> ShownAnswer:
    """An answer in words; its question has been read with its choices. `file_address` names what serves its file."""
    question = answer.question
    url = reverse(file_address, args=[answer.pk]) if answer.file else ""
    return ShownAnswer(question.text, in_words(question, answer.value), url)


def _of_questions(registration: Registration, *, by: User) -> Iterator[ShownAnswer]:
    readable = (
        Answer.objects.readable_by(by) if registration.managed_by_id == by.pk else Answer.objects.none()
    )
    answers = list(
        readable.filter(registration=registration)
        .select_related("question")
        .prefetch_related("question__choices")
        .order_by("question__order", "question_id")
    )
    for answer in answers:
        yield shown(answer, file_address="registration:answer_file")
    if not is_readable(registration, by):
        seen = [answer.question_id for answer in answers]
        for question in Question.objects.filter(answers__registration=registration).exclude(pk__in=seen):
            yield ShownAnswer(question.text, _("Answered; only the person reads it."))


def _of_the_press(card: PressCard | None, *, by: User) -> Iterator[ShownAnswer]:
    if card is None:
        return
    if not is_readable(card.registration, by):
        yield ShownAnswer(_("Medium"), _("Answered; only the person reads it."))
        return
    yield ShownAnswer(_("Medium"), card.medium)
    if card.number:
        yield ShownAnswer(_("Number of the press card"), card.number)
    if card.card:
        url = reverse("registration:press_card", args=[card.registration_id])
        yield ShownAnswer(_("Picture of the press card"), _("Sent"), url)
