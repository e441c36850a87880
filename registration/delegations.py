"""A delegation as its coordinator sees it: places, people, seats. Never what people told of their needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus_conference.models import Edition
from efus_conference.templatetags.dates import moment_at
from programme.models import ReleasedSession
from programme.wording import SessionLine, session_lines
from registration.history import companions_in
from registration.models import (
    Booking,
    Delegation,
    Place,
    PlaceInvitation,
    Registration,
    RegistrationEvent,
    Wait,
)
from registration.states import Status
from registration.waiting import positions_of

Verb = RegistrationEvent.Verb

TAGS = {
    Status.CONFIRMED: "tag-success",
    Status.SUBMITTED: "tag-info",
    Status.WAITING: "tag-warning",
    Status.APPROVED: "tag-action",
}
MOST_EVENTS = 300  # more, nobody reads
# They tell of needs and documents, which are between the person and the organisers.
PRIVATE_VERBS = (Verb.ANSWERED, Verb.REPLIED, Verb.IDENTITY, Verb.NO_IDENTITY)


@dataclass
class PlaceLine:
    """One place: its person, or who is invited to it, or for whom it is meant."""

    place: Place
    number: int  # of the delegation's places, from 1
    person: Registration | None = None
    invitation: PlaceInvitation | None = None
    companions: list[Registration] = field(default_factory=list)
    seats: list[Booking] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)

    @property
    def name(self) -> str:
        if self.person is not None:
            return self.person.name
        return self.place.note or _("Place %(number)d") % {"number": self.number}

    @property
    def is_invited(self) -> bool:
        return self.person is None and self.invitation is not None and self.invitation.is_usable

    @property
    def is_expired(self) -> bool:
        return self.person is None and self.invitation is not None and not self.invitation.is_usable

    @property
    def is_free(self) -> bool:
        return self.person is None and not self.is_invited

    @property
    def state(self) -> str:
        if self.person is not None:
            return str(self.person.get_status_display()).capitalize()
        if self.is_invited:
            return _("Invited")
        if self.is_expired:
            return _("Invitation expired")
        return _("Not named yet")

    @property
    def tag(self) -> str:
        if self.person is not None:
            return TAGS.get(Status(self.person.status), "")
        return "tag-info" if self.is_invited else "tag-warning"

    @property
    def offers(self) -> list[Wait]:
        return [wait for wait in self.waits if wait.status == Wait.Status.OFFERED]


@dataclass(frozen=True)
class Overview:
    delegation: Delegation
    lines: list[PlaceLine]

    @property
    def named(self) -> list[PlaceLine]:
        return [line for line in self.lines if line.person is not None]

    @property
    def invited(self) -> list[PlaceLine]:
        return [line for line in self.lines if line.is_invited]

    @property
    def free(self) -> list[PlaceLine]:
        return [line for line in self.lines if line.is_free]

    @property
    def is_over(self) -> bool:
        return self.delegation.edition.phase() == "over"


def overview(delegation: Delegation) -> Overview:
    """Its places that were not taken back, in the order in which they were granted; six queries at any size."""
    return Overview(delegation, lines_of(list(delegation.places.standing().order_by("pk"))))


def lines_of(places: Sequence[Place]) -> list[PlaceLine]:
    """What stands on each of the places, in their order; five queries at any number."""
    ids = [place.pk for place in places]
    people = {
        person.place_id: person
        for person in Registration.objects.live()
        .filter(place__in=ids)
        .select_related("category", "managed_by")
        .defer("needs")
    }
    invitations = {
        invitation.place_id: invitation
        for invitation in PlaceInvitation.objects.filter(place__in=ids, used_at=None, revoked_at=None)
    }
    companions: dict[int | None, list[Registration]] = defaultdict(list)
    for companion in (
        Registration.objects.live()
        .filter(place__accompanies__in=ids)
        .select_related("place")
        .defer("needs")
        .order_by("pk")
    ):
        companions[companion.place.accompanies_id].append(companion)
    seats: dict[int, list[Booking]] = defaultdict(list)
    for booking in Booking.objects.standing().filter(place__in=ids).order_by("during", "pk"):
        seats[booking.place_id].append(booking)
    waits: dict[int, list[Wait]] = defaultdict(list)
    for wait in Wait.objects.standing().filter(place__in=ids).order_by("pk"):
        waits[wait.place_id].append(wait)
    return [
        PlaceLine(
            place,
            number,
            people.get(place.pk),
            invitations.get(place.pk),
            companions[place.pk],
            seats[place.pk],
            waits[place.pk],
        )
        for number, place in enumerate(places, start=1)
    ]


@dataclass(frozen=True)
class SessionOfMany:
    """One session of the delegation's agenda, and who of it sits or waits there."""

    line: SessionLine
    seated: list[PlaceLine]
    clashing: list[PlaceLine]
    waiting: list[tuple[PlaceLine, int]]  # with their position
    offered: list[PlaceLine]


@dataclass(frozen=True)
class DayOfMany:
    on: str
    name: str
    sessions: list[SessionOfMany]


def agenda(lines: Sequence[PlaceLine], edition: Edition) -> list[DayOfMany]:
    """Everyone's seats and waits, session by session; stars are each person's own."""
    wanted = {booking.session_id for line in lines for booking in line.seats}
    wanted |= {wait.session_id for line in lines for wait in line.waits}
    rows = list(ReleasedSession.objects.of(edition).filter(pk__in=wanted))
    positions = positions_of(wait for line in lines for wait in line.waits)
    sessions = [_of_many(line, lines, positions) for line in session_lines(rows, edition)]
    return [
        DayOfMany(on.isoformat(), name, list(group))
        for (on, name), group in groupby(
            sessions, key=lambda each: (each.line.starts_at.date(), each.line.day)
        )
    ]


def _of_many(line: SessionLine, lines: Sequence[PlaceLine], positions: dict[int, int]) -> SessionOfMany:
    seated: list[PlaceLine] = []
    clashing: list[PlaceLine] = []
    waiting: list[tuple[PlaceLine, int]] = []
    offered: list[PlaceLine] = []
    for place in lines:
        for booking in place.seats:
            if booking.session_id == line.row.pk:
                (clashing if booking.status == Booking.Status.CLASH else seated).append(place)
        for wait in place.waits:
            if wait.session_id != line.row.pk:
                continue
            if wait.status == Wait.Status.OFFERED:
                offered.append(place)
            else:
                waiting.append((place, positions.get(wait.pk, 0)))
    return SessionOfMany(line, seated, clashing, waiting, offered)


@dataclass(frozen=True)
class PlaceEvent:
    at: datetime
    when: str
    who: str
    what: str
    about: str


def history_of(place: Place) -> list[PlaceEvent]:
    """All that happened to a place, whoever had it, the newest first; what is between a person and us left out."""
    coordinator = place.delegation.coordinator_id if place.delegation else None
    return _told(Q(place=place) | Q(registration__place=place), place.edition, coordinator=coordinator)


def history_of_delegation(delegation: Delegation) -> list[PlaceEvent]:
    """The same of all its places and their companions, as organisers read it."""
    places = Place.objects.filter(Q(delegation=delegation) | Q(accompanies__delegation=delegation))
    mine = Q(place__in=places) | Q(registration__place__in=places)
    return _told(mine, delegation.edition, is_for_organisers=True)


def _told(
    mine: Q, edition: Edition, *, is_for_organisers: bool = False, coordinator: int | None = None
) -> list[PlaceEvent]:
    """Why people did something they wrote to the organisers; coordinators find only their own words again."""
    events = list(
        RegistrationEvent.objects.filter(mine)
        .exclude(verb__in=PRIVATE_VERBS)
        .select_related("actor", "registration__managed_by", "place")
        .order_by("-at", "-pk")[:MOST_EVENTS]
    )
    titles, companions, addresses = _titles(events), companions_in(events), _addresses(events)
    return [
        PlaceEvent(
            event.at,
            moment_at(event.at, edition),
            _who(event, is_for_organisers=is_for_organisers),
            event.get_verb_display(),
            (event.reason if is_for_organisers or event.actor_id == coordinator is not None else "")
            or titles.get(event.detail.get("session", ""), "")
            or companions.get(event.detail.get("companion", 0), "")
            or addresses.get(event.detail.get("invitation", 0), "")
            or _which(event),
        )
        for event in events
    ]


def _addresses(events: Iterable[RegistrationEvent]) -> dict[int, str]:
    """To whom the invitations went of which the events tell."""
    ids = {event.detail["invitation"] for event in events if "invitation" in event.detail}
    return dict(PlaceInvitation.objects.filter(pk__in=ids).values_list("pk", "email")) if ids else {}


def _which(event: RegistrationEvent) -> str:
    """Of what happened to a place without a person: how many, or which one."""
    if count := event.detail.get("count"):
        return ngettext("%(count)d place", "%(count)d places", count) % {"count": count}
    if event.place is None or event.registration_id is not None:
        return ""
    number = event.detail.get("number")
    named = _("place %(number)d") % {"number": number} if number else ""
    return ", ".join(part for part in (named, event.place.note) if part)


def _titles(events: Iterable[RegistrationEvent]) -> dict[str, str]:
    codes = {event.detail["session"] for event in events if "session" in event.detail}
    rows = ReleasedSession.objects.select_related("session").filter(session__code__in=codes)
    return {row.session.code: row.title for row in rows}


def _who(event: RegistrationEvent, *, is_for_organisers: bool) -> str:
    person = event.registration.name if event.registration else ""
    if event.actor is None:
        # The clock, or an account that was deleted: the event says the same.
        return person or _("The conference")
    actor = str(event.actor)
    if event.actor.is_staff and not is_for_organisers:
        actor = _("The organisers")
    if not person or not event.is_on_behalf:
        return person or actor
    return _("%(actor)s for %(person)s") % {"actor": actor, "person": person}
