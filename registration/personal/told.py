"""What a person told of themselves, what they agreed to, and who read it."""

from __future__ import annotations

from collections.abc import Iterator

from efus_conference.personal import Data, PersonalFile, day, file_name, moment
from registration.consents import words_in
from registration.models import (
    Answer,
    Consent,
    IdentityDocument,
    NeedReply,
    PressCard,
    Registration,
    SensitiveReading,
)
from registration.personal.parts import Kept
from registration.question_fields import in_words


def of(row: Registration, kept: Kept) -> Data:
    replies = kept.by_registration("replies", lambda ids: NeedReply.objects.filter(registration__in=ids))
    cards = kept.by_registration("cards", lambda ids: PressCard.objects.filter(registration__in=ids))
    documents = kept.by_registration(
        "documents",
        lambda ids: (
            IdentityDocument.objects.filter(registration__in=ids)
            .select_related("booking__session")
            .order_by("pk")
        ),
    )
    return {
        "needs": row.needs,
        "replies_to_needs": [
            {"reply": each.reply, "replied_at": moment(each.replied_at)} for each in replies(row.pk)
        ],
        "answers": [
            {
                "question": each.question.slug,
                "text": each.question.text,
                "privacy": each.question.privacy,
                "answer": each.value,
                "in_words": in_words(each.question, each.value),
                "answered_at": moment(each.answered_at),
                "file": _answer(each) if each.file else None,
            }
            for each in _answers(row, kept)
        ],
        "press_cards": [
            {"medium": each.medium, "number": each.number, "file": _card(each) if each.card else None}
            for each in cards(row.pk)
        ],
        "identity_documents": [
            {
                "session": each.booking.session.code,
                "name": each.name,
                "born_on": day(each.born_on),
                "kind": each.kind,
                "number": each.number,
                "country": each.country,
                "changed_at": moment(each.changed_at),
            }
            for each in documents(row.pk)
        ],
        "consents": _consents(row, kept),
        "readings": _readings(row, kept),
    }


def _answers(row: Registration, kept: Kept) -> list[Answer]:
    return kept.by_registration(
        "answers",
        lambda ids: (
            Answer.objects.readable_by(kept.user)
            .filter(registration__in=ids)
            .select_related("question")
            .prefetch_related("question__choices")
            .order_by("question__order", "question_id")
        ),
    )(row.pk)


def _consents(row: Registration, kept: Kept) -> list[Data]:
    consents = kept.by_registration(
        "consents",
        lambda ids: (
            Consent.objects.filter(registration__in=ids).select_related("text").order_by("given_at", "pk")
        ),
    )
    return [
        {
            "purpose": each.text.purpose,
            "version": each.text.version,
            "words": words_in(each.text, each.language),
            "language": each.language,
            "given_at": moment(each.given_at),
            "given_by": "you" if each.given_by_id == kept.user.pk else "another account",
            "withdrawn_at": moment(each.withdrawn_at),
        }
        for each in consents(row.pk)
    ]


def _readings(row: Registration, kept: Kept) -> list[Data]:
    """When organisers read what is sensitive; by which of them is for the organisers to say."""
    readings = kept.by_registration(
        "readings",
        lambda ids: (
            SensitiveReading.objects.filter(registration__in=ids)
            .select_related("session")
            .order_by("at", "pk")
        ),
    )
    return [
        {
            "at": moment(each.at),
            "what": each.what,
            "how": each.how,
            "session": each.session.code if each.session else "",
        }
        for each in readings(row.pk)
    ]


def files_of(kept: Kept) -> Iterator[PersonalFile]:
    cards = kept.by_registration("cards", lambda ids: PressCard.objects.filter(registration__in=ids))
    for row in kept.rows:
        for answer in _answers(row, kept):
            if answer.file:
                yield PersonalFile(_answer(answer), answer.file)
        for card in cards(row.pk):
            if card.card:
                yield PersonalFile(_card(card), card.card)


def _answer(answer: Answer) -> str:
    name = file_name(answer.value, answer.file.name or "")
    return f"registrations/{answer.registration_id}/answers/{answer.question.slug}/{name}"


def _card(card: PressCard) -> str:
    return f"registrations/{card.registration_id}/{file_name('press-card', card.card.name or '')}"
