"""What organisers decide: approving, refusing with a reason, taking a refusal back."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from efus_conference.mail import queue
from efus_conference.models import User
from registration.actions.category_lists import next_in_line
from registration.actions.delegation_refusals import PlaceTakenBack
from registration.actions.entry import MAILS, has_room, may_decide
from registration.actions.locks import check_not_erased, violated
from registration.actions.places import close_with, release_seats
from registration.actions.refusals import AlreadyRegistered
from registration.actions.registrations import ONE_PERSON_ONCE
from registration.actions.state_refusals import MayNotDecide, NotThisWay, ReasonMissing
from registration.actions.states import held, move
from registration.models import Registration, RegistrationEvent
from registration.states import Status

Verb = RegistrationEvent.Verb


@transaction.atomic
def approve_registration(*, registration: Registration, by: User) -> Registration:
    """Confirms it, or puts it on the waiting list when its category is full.

    Raises MayNotDecide, and NotThisWay for one that does not wait for a decision: cancelled meanwhile, or decided.
    """
    (row,) = held([registration.pk]).chosen
    _check_may_decide(row, by)
    if row.status != Status.SUBMITTED:
        raise NotThisWay(row)
    if row.is_outside_quota or has_room(row.category):
        move(row, Verb.CONFIRMED, Status.CONFIRMED, by=by)
    else:
        move(row, Verb.WAITS, Status.WAITING, by=by)
    queue(MAILS[Status(row.status)], registration_id=row.pk)
    return row


@transaction.atomic
def refuse_registration(*, registration: Registration, by: User, reason: str) -> Registration:
    """Refuses what is to be approved, waits or is offered a place; its companions' registrations end with it.

    Raises ReasonMissing, MayNotDecide, NotThisWay.
    """
    if not reason.strip():
        raise ReasonMissing
    rows = held([registration.pk], in_line=next_in_line)
    (row,) = rows.chosen
    _check_may_decide(row, by)
    if row.status not in (Status.SUBMITTED, Status.WAITING, Status.APPROVED):
        raise NotThisWay(row)
    release_seats(rows, by=by)
    move(row, Verb.REFUSED, Status.REFUSED, by=by, reason=reason.strip(), refusal=reason.strip())
    queue("registration/refused", registration_id=row.pk)
    close_with(rows, by=by)
    return row


def reopen_registration(*, registration: Registration, by: User, reason: str = "") -> Registration:
    """Takes a refusal back: it waits for a decision again.

    Raises MayNotDecide, NotThisWay, PlaceTakenBack, and AlreadyRegistered: the person registered anew, or the place
    is someone else's.
    """
    try:
        with transaction.atomic():
            (row,) = held([registration.pk]).chosen
            _check_may_decide(row, by)
            if row.status != Status.REFUSED:
                raise NotThisWay(row)
            _check_place_stands(row)
            move(row, Verb.REOPENED, Status.SUBMITTED, by=by, reason=reason)
            queue(MAILS[Status.SUBMITTED], registration_id=row.pk)
            return row
    except IntegrityError as error:
        if violated(error) in ONE_PERSON_ONCE:
            raise AlreadyRegistered
        raise


def _check_may_decide(row: Registration, by: User) -> None:
    if not may_decide(row.category, by):
        raise MayNotDecide
    check_not_erased(row)


def _check_place_stands(row: Registration) -> None:
    """A place that was taken back, or whose person is gone, is nobody's any more. Raises PlaceTakenBack."""
    place = row.place
    accompanied = place.accompanies_id
    if place.closed_at is not None or (
        accompanied is not None and not Registration.objects.live().filter(place=accompanied).exists()
    ):
        raise PlaceTakenBack
