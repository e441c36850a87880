"""Answers to an edition's questions: saved by whoever keeps the registration, read by few, forgotten in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateField, Exists, ExpressionWrapper, F, OuterRef
from django.utils import timezone

from efus_conference.models import User
from registration.actions.category_lists import next_in_line
from registration.actions.locks import locked_live_registration
from registration.actions.refusals import NotReadable
from registration.actions.registrations import accredit_anew
from registration.actions.states import held
from registration.actions.uploads import delete_stored
from registration.asking import asking_of
from registration.models import (
    Answer,
    Booking,
    PendingFile,
    PressCard,
    Question,
    Registration,
    RegistrationEvent,
    SensitiveReading,
)
from registration.models.answers import SENSITIVE

Verb = RegistrationEvent.Verb
ACCREDIT = "registration.accredit"
# Long enough to answer for what was or was not prepared.
NEEDS_KEPT = timedelta(days=30)
PRESS_CARDS_KEPT = timedelta(days=365)


@transaction.atomic
def save_answers(*, registration: Registration, answers: Mapping[str, str], by: User) -> list[Question]:
    """Notes the answers by the questions' slugs; "" takes one back. What is not asked, or no more, is let go.

    The answer to a question for a file is the key of a `PendingFile` of `by`; what names none changes nothing.
    Writes which questions were answered into the history, never what. Returns those whose answer changed. Raises
    NotYours, NoLongerRegistered.
    """
    fresh = locked_live_registration(registration, by=by)
    asking = asking_of(fresh)
    before = {answer.question_id: answer for answer in Answer.objects.filter(registration=fresh)}
    files = PendingFile.objects.named(answers.values(), user=by)
    values = {question_id: answer.value for question_id, answer in before.items()}
    chosen: dict[int, PendingFile] = {}
    for question in (question for part in asking.parts for question in part if question.slug in answers):
        typed = answers[question.slug]
        if question.kind != Question.Kind.FILE or not typed:
            values[question.pk] = typed
        elif (pending := files.pop(typed, None)) is not None:
            chosen[question.pk] = pending
            values[question.pk] = pending.name
    asked = asking.called_for(values)
    changed = []
    for question in asked:
        value, old, file = values.get(question.pk, ""), before.get(question.pk), chosen.get(question.pk)
        if file is None and value == (old.value if old else ""):
            continue
        changed.append(question)
        if old is not None:
            delete_stored([old.file.name or ""])
        if not value:
            Answer.objects.filter(registration=fresh, question=question).delete()
            continue
        Answer.objects.update_or_create(
            registration=fresh,
            question=question,
            defaults={"value": value, "file": file.file.name if file else ""},
        )
        if file is not None:
            PendingFile.objects.filter(pk=file.pk).delete()
    _let_go_of(fresh, before, asked)
    if changed:
        fresh.events.create(
            verb=Verb.ANSWERED, actor=by, detail={"questions": [question.slug for question in changed]}
        )
    return changed


def _let_go_of(registration: Registration, before: Mapping[int, Answer], asked: list[Question]) -> None:
    """Deletes what was answered to a question that is not for this person any more; retired questions stay."""
    stay = {question.pk for question in asked}
    retired = Question.objects.filter(pk__in=set(before) - stay, is_asked=False).values_list("pk", flat=True)
    gone = [answer for pk, answer in before.items() if pk not in stay and pk not in set(retired)]
    Answer.objects.filter(pk__in=[answer.pk for answer in gone]).delete()
    delete_stored(answer.file.name or "" for answer in gone)


@transaction.atomic
def save_press_card(
    *, registration: Registration, medium: str, number: str, card: str, by: User
) -> PressCard:
    """Notes for whom a journalist works. `card` is the key of a `PendingFile`, "" for none, else it stays.

    Of who is accredited the press office decides again. Raises NotYours, NoLongerRegistered, AnswerTheOffer,
    SeatsInTheWay; the database refuses a press card with neither number nor picture.
    """
    # The category first: the place of who is accredited goes back to it.
    rows = held([registration.pk], in_line=next_in_line)
    fresh = locked_live_registration(registration, by=by)
    kept = PressCard.objects.filter(registration=fresh).first() or PressCard(registration=fresh)
    was = (kept.medium, kept.number, kept.card.name)
    pending = PendingFile.objects.named([card], user=by).get(card)
    if pending is not None or not card:
        kept.card.name = pending.file.name if pending else ""
        if was[2] != kept.card.name:
            delete_stored([was[2] or ""])
    kept.medium, kept.number = medium, number
    if pending is not None:
        PendingFile.objects.filter(pk=pending.pk).delete()
    if was != (kept.medium, kept.number, kept.card.name):
        kept.save()
        accredit_anew(rows, by=by)
        fresh.events.create(verb=Verb.ANSWERED, actor=by, detail={"questions": ["press-card"]})
    return kept


def read_press_card(*, registration: Registration, by: User) -> PressCard:
    """For who reads what its person told, and the press office.

    Raises NotReadable where there is none or someone else asks.
    """
    card = PressCard.objects.filter(registration=registration).first()
    is_told = Registration.objects.told_to(by).filter(pk=registration.pk).exists()
    if card is None or not (is_told or by.has_perm(ACCREDIT)):
        raise NotReadable
    return card


@transaction.atomic
def read_answers(*, registration: Registration, by: User, how: str) -> list[Answer]:
    """All answers that an organiser may read, the sensitive ones among them noted as read. Raises NotReadable."""
    if not by.has_perm("registration.view_registration"):
        raise NotReadable
    answers = list(
        Answer.objects.readable_by(by)
        .filter(registration=registration)
        .select_related("question")
        .prefetch_related("question__choices")
        .order_by("question__order", "question_id")
    )
    if any(answer.question.privacy in SENSITIVE for answer in answers):
        note_answers_read([registration.pk], by=by, how=how)
    return answers


def note_answers_read(
    registration_ids: list[int], *, by: User, how: str, what: str = SensitiveReading.What.ANSWERS
) -> None:
    SensitiveReading.objects.bulk_create(
        SensitiveReading(reader=by, registration_id=pk, what=what, how=how) for pk in registration_ids
    )


@transaction.atomic
def answer_file(*, answer_id: int, by: User) -> Answer:
    """The answer with its file, for who may read it; a sensitive one of somebody else is noted.

    Raises NotReadable.
    """
    answer = (
        Answer.objects.readable_by(by)
        .filter(pk=answer_id)
        .exclude(file="")
        .select_related("question", "registration")
        .first()
    )
    if answer is None:
        raise NotReadable
    if answer.question.privacy in SENSITIVE and answer.registration.managed_by_id != by.pk:
        note_answers_read([answer.registration_id], by=by, how=SensitiveReading.How.PAGE)
    return answer


@transaction.atomic
def forget_answers(*, at: datetime) -> int:
    """Deletes answers that are kept no longer: by each question's own days after the edition. How many.

    Also what was asked with a seat that nobody has any more. All else goes by `registration.retention`.
    """
    today = timezone.localdate(at)
    seated = Booking.objects.standing().filter(
        place=OuterRef("registration__place"), session=OuterRef("question__session")
    )
    count = 0
    last_day = ExpressionWrapper(
        F("registration__edition__ends_on") + F("question__kept_days"), output_field=DateField()
    )
    for rows in (
        Answer.objects.annotate(last_day=last_day).filter(last_day__lt=today),
        Answer.objects.filter(~Exists(seated), question__session__isnull=False),
    ):
        gone = list(rows.only("pk", "file"))
        Answer.objects.filter(pk__in=[answer.pk for answer in gone]).delete()
        delete_stored(answer.file.name or "" for answer in gone)
        count += len(gone)
    return count
