"""Whether a registration is what the form sent now would make: then it was sent by a second click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from registration.actions.registrations import CHANGEABLE
from registration.models import Answer, PressCard, Question, Registration
from registration.question_forms import QuestionsForm


def is_second_click(
    existing: Registration, answers: Mapping[str, object], pages: Sequence[QuestionsForm]
) -> bool:
    """All fields, the answers to all questions and the press card are the same. Of files only whether there is one:

    the first click has taken them over, so their names are known no more.
    """
    sent = dict(answers)
    if not sent["email"]:
        sent["mails_to"] = Registration.MailsTo.MANAGER
    if any(getattr(existing, name) != sent[name] for name in CHANGEABLE):
        return False
    return _answered(existing) == _sent(pages) and _press_of(existing) == _press_sent(pages)


def _answered(existing: Registration) -> dict[str, str]:
    kept = Answer.objects.filter(registration=existing, question__session=None).select_related("question")
    return {
        answer.question.slug: "file" if answer.question.kind == Question.Kind.FILE else answer.value
        for answer in kept
    }


def _sent(pages: Sequence[QuestionsForm]) -> dict[str, str]:
    kinds = {question.slug: question.kind for page in pages for question in page.questions}
    return {
        slug: "file" if kinds[slug] == Question.Kind.FILE else value
        for page in pages
        for slug, value in page.answers.items()
        if value
    }


def _press_of(existing: Registration) -> tuple[str, str, bool] | None:
    card = PressCard.objects.filter(registration=existing).first()
    return (card.medium, card.number, bool(card.card)) if card else None


def _press_sent(pages: Sequence[QuestionsForm]) -> tuple[str, str, bool] | None:
    press = next((page.press for page in pages if page.press is not None), None)
    return (press["medium"], press["number"], bool(press["card"])) if press else None
