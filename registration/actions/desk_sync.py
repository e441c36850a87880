"""Taking in what a device at the desk did while nobody heard of it: nothing lost, nothing twice."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from efus_conference.models import User
from programme.models import Session
from registration.actions.check_ins import (
    ALREADY,
    NEW,
    NOT_CONFIRMED,
    UNKNOWN,
    Arrival,
    take_check_ins,
    undo_check_in,
)
from registration.actions.desk_refusals import MayNotUndo
from registration.desk.days import counted_days, day_of, is_over
from registration.desk.deliveries import DAY, Delivery, SentCheckIn
from registration.desk.hashes import DeskHash, hash_of
from registration.models import CheckIn, DeskAlert, DeskDevice, Ticket

REFUSED = "refused"
CLOCK_OFF = timedelta(minutes=5)  # from here on organisers are told of it
Kind = DeskAlert.Kind


@dataclass
class _Taking:
    """One delivery while it is taken in."""

    device: DeskDevice
    now: datetime
    offset: timedelta
    # By their desk hashes.
    tickets: dict[str, Ticket]
    sessions: dict[str, Session]
    alerts: list[DeskAlert] = field(default_factory=list)

    def corrected(self, at: datetime) -> datetime:
        """By the site's clock, as far as the device's was off when it sent; nothing has happened in the future."""
        return min(at + self.offset, self.now)

    def alert(self, id: uuid.UUID, kind: str, at: datetime, *, ticket: Ticket | None, scope: str) -> None:  # noqa: A002
        self.alerts.append(
            DeskAlert(
                pk=id,
                edition=self.device.edition,
                kind=kind,
                at=at,
                device=self.device,
                ticket=ticket,
                registration_id=ticket.registration_id if ticket else None,
                session=self.sessions.get(scope),
            )
        )


@transaction.atomic
def take_delivery(*, device: DeskDevice, delivery: Delivery, by: User | None) -> dict[uuid.UUID, str]:
    """What became of each check-in: new, already, unknown, not_confirmed, refused. The same delivery again is kind.

    A device whose link is closed still delivers what was done while it was open. `by` is the organiser at the
    device, None for a volunteer.
    """
    now = timezone.now()
    taking = _prepared(device, delivery, now)
    # First, as who was taken back may have come again since.
    _take_back(delivery, device=device, by=by)
    undone = {one.id for one in delivery.undone}
    outcomes: dict[uuid.UUID, str] = {}
    arrivals: list[Arrival] = []
    for sent in delivery.check_ins:
        at = taking.corrected(sent.at)
        outcome, ticket = _read(taking, sent, at)
        if outcome:
            outcomes[sent.id] = outcome
            continue
        arrivals.append(
            Arrival(
                id=sent.id,
                registration_id=sent.ref,
                day=day_of(device.edition, at),
                at=at,
                how=sent.how,
                session_id=None if sent.scope == DAY else taking.sessions[sent.scope].pk,
                ticket_id=ticket.pk if ticket else None,
                is_undone=sent.id in undone,
            )
        )
    outcomes |= take_check_ins(edition=device.edition, arrivals=arrivals, device=device, by=by)
    _alerts_of_outcomes(taking, arrivals, outcomes)
    for told in delivery.alerts:
        ticket = taking.tickets.get(told.hash or "")
        taking.alert(told.id, told.kind, taking.corrected(told.at), ticket=ticket, scope=told.scope)
    _alerts_of_the_device(taking, outcomes)
    # Their ids are the device's, or made of what they are about: sent again, they are there already.
    DeskAlert.objects.bulk_create(taking.alerts, ignore_conflicts=True)
    DeskDevice.objects.filter(pk=device.pk).update(seen_at=now)
    return {sent.id: outcomes[sent.id] for sent in delivery.check_ins}


def _prepared(device: DeskDevice, delivery: Delivery, now: datetime) -> _Taking:
    codes = {one.scope for one in delivery.check_ins} | {one.scope for one in delivery.alerts}
    sessions = Session.objects.filter(edition=device.edition_id, code__in=codes - {DAY})
    return _Taking(
        device=device,
        now=now,
        offset=now - delivery.now,
        tickets=_tickets_by_hash(device, delivery),
        sessions={session.code: session for session in sessions},
    )


def _tickets_by_hash(device: DeskDevice, delivery: Delivery) -> dict[str, Ticket]:
    """Those of who was checked in, by index; only what an alert is about is looked for among all."""
    tickets = Ticket.objects.filter(registration__edition=device.edition_id)
    refs = {one.ref for one in delivery.check_ins if one.hash}
    found = {hash_of(ticket.code): ticket for ticket in tickets.filter(registration__in=refs)}
    if missing := {one.hash for one in delivery.alerts if one.hash} - found.keys():
        among_all = tickets.annotate(hash=DeskHash("code")).filter(hash__in=missing)
        found |= {hash_of(ticket.code): ticket for ticket in among_all}
    return found


def _read(taking: _Taking, sent: SentCheckIn, at: datetime) -> tuple[str, Ticket | None]:
    """Why it is not even tried, or nothing; and the ticket that was shown."""
    device = taking.device
    if not _is_in_its_time(device, at, taking.now) or (
        sent.scope != DAY and sent.scope not in taking.sessions
    ):
        return REFUSED, None
    if sent.hash is None:
        return "", None
    ticket = taking.tickets.get(sent.hash)
    if ticket is None or ticket.registration_id != sent.ref:
        taking.alert(_about(sent.id, UNKNOWN), Kind.UNKNOWN, at, ticket=None, scope=sent.scope)
        return UNKNOWN, None
    if ticket.voided_at is not None and ticket.voided_at <= at:
        # The device did not know yet: somebody went in with a code that was void.
        taking.alert(_about(sent.id, Kind.VOID), Kind.VOID, at, ticket=ticket, scope=sent.scope)
        return REFUSED, ticket
    return "", ticket


def _is_in_its_time(device: DeskDevice, at: datetime, now: datetime) -> bool:
    """Whether the device could check people in at that moment, for which it may be long too late to say so."""
    if day_of(device.edition, at) not in counted_days(device.edition, now):
        return False
    if device.closed_at is not None and at >= device.closed_at:
        return False
    link = device.link
    if link is None:
        return True
    if link.revoked_at is not None and at >= link.revoked_at:
        return False
    return link.opens_at() <= at < link.closes_at()


def _take_back(delivery: Delivery, *, device: DeskDevice, by: User | None) -> None:
    ids = [one.id for one in delivery.undone]
    rows = CheckIn.objects.standing().filter(pk__in=ids, edition=device.edition_id).order_by("place_id", "pk")
    for row in rows:
        try:
            undo_check_in(check_in=row, by=by, device=device)
        except MayNotUndo:
            continue  # of another link by now: its earlier moment stays


def _alerts_of_outcomes(taking: _Taking, arrivals: list[Arrival], outcomes: dict[uuid.UUID, str]) -> None:
    for arrival in arrivals:
        if outcomes[arrival.id] == NOT_CONFIRMED:
            taking.alerts.append(
                DeskAlert(
                    pk=_about(arrival.id, NOT_CONFIRMED),
                    edition=taking.device.edition,
                    kind=Kind.NOT_CONFIRMED,
                    at=arrival.at,
                    device=taking.device,
                    ticket_id=arrival.ticket_id,
                    registration_id=arrival.registration_id,
                    session_id=arrival.session_id,
                )
            )


def _alerts_of_the_device(taking: _Taking, outcomes: dict[uuid.UUID, str]) -> None:
    """One of a kind for a device, however often it sends."""
    alert: Callable[[str], None] = lambda kind: taking.alert(  # noqa: E731
        _about(taking.device.pk, kind), kind, taking.now, ticket=None, scope=DAY
    )
    if abs(taking.offset) >= CLOCK_OFF:
        alert(Kind.CLOCK)
    if is_over(taking.device.edition, taking.now) and {NEW, ALREADY} & set(outcomes.values()):
        alert(Kind.LATE)


def _about(id: uuid.UUID, kind: str) -> uuid.UUID:  # noqa: A002
    return uuid.uuid5(id, str(kind))
