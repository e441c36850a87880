"""Taking in what a device at the desk did while nobody heard of it: nothing lost, nothing twice."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
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
    REFUSED,
    UNKNOWN,
    Arrival,
    take_check_ins,
    undo_check_in,
)
from registration.actions.desk_refusals import MayNotUndo
from registration.desk.days import counted_days, day_of, is_over
from registration.desk.deliveries import DAY, Delivery, SentCheckIn, SentUndo
from registration.desk.hashes import DeskHash, hash_of
from registration.models import CheckIn, DeskAlert, DeskDevice, Place, Registration, Ticket
from registration.models.desk import CheckInQuerySet

UNDONE = "undone"
CLOCK_OFF = timedelta(minutes=5)  # from here on organisers are told of it
Kind = DeskAlert.Kind


@dataclass(frozen=True)
class Taken:
    """`outcomes` by the ids that were sent; `people` by their references, of whom the device thinks something."""

    outcomes: dict[str, str]
    people: set[int]


@dataclass
class _Taking:
    """One delivery while it is taken in."""

    device: DeskDevice
    # All that this browser has been, the one it is now among them.
    devices: dict[uuid.UUID, DeskDevice]
    now: datetime
    offset: timedelta
    # By their desk hashes.
    tickets: dict[str, Ticket]
    sessions: dict[str, Session]
    # The references that are of this edition.
    people: set[int]
    alerts: list[DeskAlert] = field(default_factory=list)

    def corrected(self, at: datetime) -> datetime:
        """By the site's clock, as far as the device's was off when it sent; nothing has happened in the future."""
        return min(at + self.offset, self.now)

    def device_of(self, told: uuid.UUID | None) -> DeskDevice:
        """As which it was done; of one that was never opened in this browser we know only who sends it now."""
        return self.devices.get(told, self.device) if told else self.device

    def alert(
        self,
        id: uuid.UUID,  # noqa: A002
        kind: str,
        at: datetime,
        *,
        device: DeskDevice,
        ticket: Ticket | None = None,
        ref: int | None = None,
        scope: str = DAY,
    ) -> None:
        known = ref if ref in self.people else None
        self.alerts.append(
            DeskAlert(
                pk=id,
                edition=self.device.edition,
                kind=kind,
                at=at,
                device=device,
                ticket=ticket,
                registration_id=ticket.registration_id if ticket else known,
                session=self.sessions.get(scope),
            )
        )

    def alert_of_the_device(self, kind: str) -> None:
        """One of a kind for a device, however often it sends."""
        self.alert(_about(self.device.pk, kind), kind, self.now, device=self.device)


@transaction.atomic
def take_delivery(
    *, device: DeskDevice, delivery: Delivery, by: User | None, others: Iterable[DeskDevice] = ()
) -> Taken:
    """What became of each check-in: new, already, unknown, not_confirmed, refused. The same delivery again is kind.

    Of what is taken back: undone, already (it was before), refused (by another, or not known); of a check-in that is
    taken back in the same delivery only the former is told. Organisers are told of whatever is refused.

    A device whose link is closed still delivers what was done while it was open, and so do `others`, which the same
    browser was before. `by` is the organiser at the device, None for a volunteer.
    """
    now = timezone.now()
    _lock_places(device, delivery)
    taking = _prepared(device, delivery, now, others)
    # First, as who was taken back may have come again since.
    undone, people = _take_back(taking, delivery.undone, by=by)
    arrivals, outcomes = _read_all(taking, delivery)
    for one, theirs in arrivals.items():
        sender = taking.devices[one]
        acting = by if by is not None and sender.user_id == by.pk else None
        told = take_check_ins(edition=device.edition, arrivals=theirs, device=sender, by=acting)
        _alerts_of_outcomes(taking, sender, theirs, told)
        _alert_of_lateness(taking, sender, told)
        outcomes |= told
    for sent in delivery.alerts:
        sender = taking.device_of(sent.device)
        taking.alert(
            # No device chooses the id of an alert: with that of one about itself it would keep that one away.
            _about(sender.pk, str(sent.id)),
            sent.kind,
            max(taking.corrected(sent.at), sender.opened_at),
            device=sender,
            ticket=taking.tickets.get(sent.hash or ""),
            scope=sent.scope,
        )
    for bad in delivery.unreadable:
        about = _about(device.pk, f"{REFUSED} {bad.id}")
        taking.alert(about, Kind.REFUSED, now, device=device, ref=bad.ref)
    if abs(taking.offset) >= CLOCK_OFF:
        taking.alert_of_the_device(Kind.CLOCK)
    # Their ids are the device's, or made of what they are about: sent again, they are there already.
    DeskAlert.objects.bulk_create(taking.alerts, ignore_conflicts=True)
    DeskDevice.objects.filter(pk=device.pk).update(seen_at=now)
    return Taken(
        {
            **{str(sent.id): outcomes[sent.id] for sent in delivery.check_ins},
            **{str(key): outcome for key, outcome in undone.items() if key not in outcomes},
            **{bad.id: REFUSED for bad in delivery.unreadable if bad.id},
        },
        people | {sent.ref for sent in delivery.check_ins},
    )


def _lock_places(device: DeskDevice, delivery: Delivery) -> None:
    """Of all whom it is about, in one order: two deliveries that cross never wait for each other."""
    refs = {sent.ref for sent in delivery.check_ins}
    places = {
        *Registration.objects.filter(pk__in=refs, edition=device.edition_id).values_list(
            "place_id", flat=True
        ),
        *_rows_of(device, delivery.undone).values_list("place_id", flat=True),
    }
    list(Place.objects.locked(places))


def _rows_of(device: DeskDevice, undone: Collection[SentUndo]) -> CheckInQuerySet:
    return CheckIn.objects.filter(pk__in=[sent.id for sent in undone], edition=device.edition_id)


def _prepared(device: DeskDevice, delivery: Delivery, now: datetime, others: Iterable[DeskDevice]) -> _Taking:
    codes = {one.scope for one in delivery.check_ins} | {one.scope for one in delivery.alerts}
    sessions = Session.objects.filter(edition=device.edition_id, code__in=codes - {DAY})
    refs = {one.ref for one in delivery.check_ins} | {one.ref for one in delivery.unreadable if one.ref}
    people = Registration.objects.filter(pk__in=refs, edition=device.edition_id)
    here = [one for one in others if one.edition_id == device.edition_id]
    return _Taking(
        device=device,
        devices={one.pk: one for one in [*here, device]},
        now=now,
        offset=now - delivery.now,
        tickets=_tickets_by_hash(device, delivery),
        sessions={session.code: session for session in sessions},
        people=set(people.values_list("pk", flat=True)),
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


def _read_all(
    taking: _Taking, delivery: Delivery
) -> tuple[dict[uuid.UUID, list[Arrival]], dict[uuid.UUID, str]]:
    """The arrivals by the devices that saw them, and what became of the others."""
    undone = {one.id for one in delivery.undone}
    outcomes: dict[uuid.UUID, str] = {}
    arrivals: dict[uuid.UUID, list[Arrival]] = {}
    for sent in delivery.check_ins:
        at = taking.corrected(sent.at)
        device = taking.device_of(sent.device)
        outcome, ticket = _read(taking, sent, device, at)
        if outcome:
            outcomes[sent.id] = outcome
            continue
        arrivals.setdefault(device.pk, []).append(
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
    return arrivals, outcomes


def _read(taking: _Taking, sent: SentCheckIn, device: DeskDevice, at: datetime) -> tuple[str, Ticket | None]:
    """Why it is not even tried, or nothing; and the ticket that was shown."""
    if not _is_in_its_time(device, at, taking.now) or (
        sent.scope != DAY and sent.scope not in taking.sessions
    ):
        # Somebody was let in, so an organiser can see to it that they are counted.
        about = _about(sent.id, Kind.REFUSED)
        taking.alert(about, Kind.REFUSED, at, device=device, ref=sent.ref, scope=sent.scope)
        return REFUSED, None
    if sent.hash is None:
        return "", None
    ticket = taking.tickets.get(sent.hash)
    if ticket is None or ticket.registration_id != sent.ref:
        taking.alert(_about(sent.id, UNKNOWN), Kind.UNKNOWN, at, device=device, scope=sent.scope)
        return UNKNOWN, None
    if ticket.voided_at is not None and ticket.voided_at <= at:
        # The device did not know yet: somebody went in with a code that was void.
        about = _about(sent.id, Kind.VOID)
        taking.alert(about, Kind.VOID, at, device=device, ticket=ticket, scope=sent.scope)
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


def _take_back(
    taking: _Taking, undone: Collection[SentUndo], *, by: User | None
) -> tuple[dict[uuid.UUID, str], set[int]]:
    """What became of each, and whom it is about."""
    rows = {row.pk: row for row in _rows_of(taking.device, undone)}
    outcomes: dict[uuid.UUID, str] = {}
    for sent in undone:
        row = rows.get(sent.id)
        if row is None:
            # Another device was first, and the site kept its check-in in the place of this one.
            outcomes[sent.id] = REFUSED
        elif row.undone_at is not None:
            outcomes[sent.id] = ALREADY
        elif not _is_in_its_time(taking.device_of(sent.device), taking.corrected(sent.at), taking.now):
            outcomes[sent.id] = REFUSED
        else:
            try:
                row.undone_at = undo_check_in(
                    check_in=row, by=by, device=taking.device_of(sent.device)
                ).undone_at
                outcomes[sent.id] = UNDONE
            except MayNotUndo:
                outcomes[sent.id] = REFUSED  # of another link by now: its earlier moment stays
    told = {sent.ref for sent in undone if sent.ref is not None}
    return outcomes, told | {row.registration_id for row in rows.values()}


def _alerts_of_outcomes(
    taking: _Taking, device: DeskDevice, arrivals: list[Arrival], outcomes: dict[uuid.UUID, str]
) -> None:
    for arrival in arrivals:
        if outcomes[arrival.id] == NOT_CONFIRMED:
            taking.alerts.append(
                DeskAlert(
                    pk=_about(arrival.id, NOT_CONFIRMED),
                    edition=taking.device.edition,
                    kind=Kind.NOT_CONFIRMED,
                    at=arrival.at,
                    device=device,
                    ticket_id=arrival.ticket_id,
                    registration_id=arrival.registration_id,
                    session_id=arrival.session_id,
                )
            )


def _alert_of_lateness(taking: _Taking, device: DeskDevice, outcomes: dict[uuid.UUID, str]) -> None:
    """One for each delivery that checks somebody in: what a closed device says of the time before is to be believed,
    or not, by an organiser."""
    link = device.link
    is_open = device.closed_at is None and (link is None or link.is_open(taking.now))
    if is_open and not is_over(device.edition, taking.now):
        return
    if new := [key for key, outcome in outcomes.items() if outcome == NEW]:
        taking.alert(_about(min(new), Kind.LATE), Kind.LATE, taking.now, device=device)


def _about(id: uuid.UUID, kind: str) -> uuid.UUID:  # noqa: A002
    return uuid.uuid5(id, str(kind))
