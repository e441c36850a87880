"""Checking people in, at the entrance and in sessions: many at once, each once, whoever sends it how often."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from efus_conference.models import Edition, User
from programme.models import Session
from registration.actions.desk_refusals import MayNotUndo, NotInThisEdition, NotOnThisDay, NotTakingPart
from registration.desk.days import counted_days
from registration.models import CheckIn, DeskDevice, Place, Registration, RegistrationEvent, Ticket
from registration.states import Status

NEW, ALREADY, UNKNOWN, NOT_CONFIRMED = "new", "already", "unknown", "not_confirmed"
REFUSED = "refused"


@dataclass(frozen=True)
class Arrival:
    """One person seen at one moment: at the entrance on a day, or in a session."""

    id: uuid.UUID
    registration_id: int
    day: date
    at: datetime
    how: str
    session_id: int | None = None
    ticket_id: int | None = None
    # It was a mistake, and was taken back before anybody heard of it.
    is_undone: bool = False

    @property
    def scope(self) -> tuple[int, date | int]:
        """What is counted once: a person on a day, or in a session."""
        return self.registration_id, self.day if self.session_id is None else self.session_id


@transaction.atomic
def take_check_ins(
    *,
    edition: Edition,
    arrivals: Sequence[Arrival],
    device: DeskDevice | None = None,
    by: User | None = None,
) -> dict[uuid.UUID, str]:
    """What became of each: new, already, unknown, not_confirmed; refused where its id is that of another check-in.

    An id that is known changes nothing. Of two for one person and scope there is one row, with the earlier moment.
    A few queries, however many they are.
    """
    ids = {arrival.registration_id for arrival in arrivals}
    people = _locked_people(edition, ids)
    told = CheckIn.objects.filter(pk__in=[arrival.id for arrival in arrivals])
    known: dict[uuid.UUID, tuple[int, int | None]] = {
        pk: (person, session)
        for pk, person, session in told.values_list("pk", "registration_id", "session_id")
    }
    standing = {
        (row.registration_id, row.session_id or row.day): row
        for row in CheckIn.objects.standing().filter(registration__in=people)
    }
    outcomes: dict[uuid.UUID, str] = {}
    new: list[CheckIn] = []
    earlier: dict[uuid.UUID, CheckIn] = {}
    for arrival in sorted(arrivals, key=lambda one: one.at):
        person = people.get(arrival.registration_id)
        row = standing.get(arrival.scope)
        if arrival.id in known:
            is_same = known[arrival.id] == (arrival.registration_id, arrival.session_id)
            outcome = ALREADY if is_same else REFUSED
        elif person is None:
            outcome = UNKNOWN
        elif person.status != Status.CONFIRMED or person.erased_at is not None:
            outcome = NOT_CONFIRMED
        elif row is not None and not arrival.is_undone:
            outcome = ALREADY
            if arrival.at < row.at:
                # Nothing but the moment: who made the row may take it back, and who else saw the person may not.
                row.at = arrival.at
                earlier[row.pk] = row
        else:
            outcome = NEW
            row = CheckIn(
                pk=arrival.id,
                edition=edition,
                place_id=person.place_id,
                registration_id=person.pk,
                ticket_id=arrival.ticket_id,
                day=arrival.day,
                session_id=arrival.session_id,
                how=arrival.how,
                at=arrival.at,
                device=device,
                by=by,
                undone_at=timezone.now() if arrival.is_undone else None,
                undone_by=by if arrival.is_undone else None,
            )
            new.append(row)
            if not arrival.is_undone:
                standing[arrival.scope] = row
        known.setdefault(arrival.id, (arrival.registration_id, arrival.session_id))
        outcomes[arrival.id] = outcome
    # The lock has decided already; should an id be sent for somebody else at this moment, the first one stands.
    CheckIn.objects.bulk_create(new, ignore_conflicts=True)
    CheckIn.objects.bulk_update(earlier.values(), ["at"])
    return outcomes


def check_in(
    *,
    registration: Registration,
    day: date,
    how: str,
    session: Session | None = None,
    at: datetime | None = None,
    device: DeskDevice | None = None,
    by: User | None = None,
    id: uuid.UUID | None = None,  # noqa: A002 - the row's own name for it
    ticket: Ticket | None = None,
) -> CheckIn:
    """The row that stands for the person on that day, or in that session: this one, or an earlier one.

    Raises NotOnThisDay, NotInThisEdition, NotTakingPart.
    """
    at = at or timezone.now()
    if day not in counted_days(registration.edition, at):
        raise NotOnThisDay
    if session is not None and session.edition_id != registration.edition_id:
        raise NotInThisEdition
    arrival = Arrival(
        id=id or uuid.uuid4(),
        registration_id=registration.pk,
        day=day,
        at=at,
        how=how,
        session_id=session.pk if session else None,
        ticket_id=ticket.pk if ticket else None,
    )
    outcomes = take_check_ins(edition=registration.edition, arrivals=[arrival], device=device, by=by)
    if outcomes[arrival.id] not in (NEW, ALREADY):
        raise NotTakingPart
    known = CheckIn.objects.filter(pk=arrival.id).first()
    if known is not None:
        return known
    scope = {"session": session} if session else {"session": None, "day": day}
    return CheckIn.objects.standing().get(registration=registration, **scope)


@transaction.atomic
def undo_check_in(*, check_in: CheckIn, by: User | None, device: DeskDevice | None = None) -> CheckIn:
    """Takes it back; a second time changes nothing.

    Without an organiser (`by`), a device takes back what was checked in by the same link. Raises MayNotUndo.
    """
    list(Place.objects.locked([check_in.place_id]))
    row = CheckIn.objects.select_related("device", "session").get(pk=check_in.pk)
    if row.undone_at is not None:
        return row
    if by is None and not _same_link(row.device, device):
        raise MayNotUndo
    row.undone_at, row.undone_by = timezone.now(), by
    row.save(update_fields=["undone_at", "undone_by"])
    RegistrationEvent.objects.create(
        registration_id=row.registration_id,
        place_id=row.place_id,
        verb=RegistrationEvent.Verb.UNCHECKED,
        actor=by,
        detail={"session": row.session.code} if row.session else {"day": row.day.isoformat()},
    )
    return row


def _locked_people(edition: Edition, ids: Iterable[int]) -> dict[int, Registration]:
    """The registrations as they are once their places are locked, which all that one person does waits for."""
    places = Registration.objects.filter(pk__in=ids, edition=edition).values_list("place_id", flat=True)
    list(Place.objects.locked(list(places)))
    rows = Registration.objects.filter(pk__in=ids, edition=edition).only(
        "pk", "place_id", "status", "erased_at"
    )
    return {row.pk: row for row in rows}


def _same_link(one: DeskDevice | None, other: DeskDevice | None) -> bool:
    if one is None or other is None:
        return False
    return one.pk == other.pk or (one.link_id is not None and one.link_id == other.link_id)
