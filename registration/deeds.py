"""What a form on a session's page asks for: one action each, and the sentence that says what was done."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus_conference.models import User
from programme.models import Session
from programme.models.sessions import CODE_PATTERN
from programme.wording import SessionLine
from registration import actions
from registration.agenda.people import joined
from registration.models import Booking, Registration, SeatPool, Wait
from registration.waiting import positions_of


@dataclass(frozen=True)
class Deed:
    """Who asks for what; `give` is the code of the session whose seat goes instead, "" for none.

    `lines` are the released sessions, by id.
    """

    session: Session
    title: str
    registrations: Sequence[Registration]
    by: User
    give: str = ""
    is_wheelchair: bool = False
    wants_all: bool = False
    lines: Mapping[int, SessionLine] = field(default_factory=dict)

    @property
    def registration(self) -> Registration:
        return self.registrations[0]

    @property
    def facts(self) -> dict[str, str]:
        return {"person": self.registration.name, "title": self.title}

    def facts_instead_of(self, given: Session) -> dict[str, str]:
        line = self.lines.get(given.pk)
        return {**self.facts, "given": line.title if line else given.code}

    def given_session(self) -> Session:
        """Raises NoSeatToGiveUp where there is none of that code."""
        found = None
        if re.fullmatch(CODE_PATTERN, self.give):
            found = Session.objects.filter(code=self.give, edition=self.session.edition_id).first()
        if found is None:
            raise actions.NoSeatToGiveUp
        return found

    def booking(self) -> Booking | None:
        mine = Booking.objects.standing().filter(place=self.registration.place_id, session=self.session)
        return mine.first()

    def waiting_for_it(self) -> int:
        """How many wait for the seat that would be given up: it goes to them at once."""
        booking = self.booking()
        pool = SeatPool.objects.filter(pk=self.session.pk).first() if booking else None
        if booking is None or pool is None:
            return 0
        return pool.wheelchairs_waiting if booking.is_wheelchair else pool.waiting

    def wait(self) -> Wait | None:
        mine = Wait.objects.standing().filter(place=self.registration.place_id, session=self.session)
        return mine.select_related("place", "session").first()


def done(what: str, deed: Deed) -> str:
    """Does it and says so; "" for nothing known. Raises the refusals of the action."""
    deeds: dict[str, Callable[[Deed], str]] = {
        "star": _star,
        "unstar": _unstar,
        "book": _book,
        "swap": _swap,
        "give_up": _give_up,
        "wait": _wait,
        "leave_wait": _leave,
        "accept_offer": _accept,
        "decline_offer": _decline,
    }
    return deeds[what](deed) if what in deeds else ""


def _star(deed: Deed) -> str:
    actions.star(registration=deed.registration, session=deed.session)
    return _("“%(title)s” is in the agenda of %(person)s.") % deed.facts


def _unstar(deed: Deed) -> str:
    actions.unstar(registration=deed.registration, session=deed.session)
    return _("“%(title)s” is no longer starred in the agenda of %(person)s.") % deed.facts


def _book(deed: Deed) -> str:
    with suppress(actions.AlreadyBooked):  # the second of two clicks: the seat is there
        actions.book_seat(
            place=deed.registration.place,
            session=deed.session,
            by=deed.by,
            is_wheelchair=deed.is_wheelchair,
        )
    return _("%(person)s has a seat in “%(title)s”.") % deed.facts


def _swap(deed: Deed) -> str:
    given = deed.given_session()
    try:
        actions.swap_seat(
            place=deed.registration.place,
            give_up=given,
            take=deed.session,
            by=deed.by,
            is_wheelchair=deed.is_wheelchair,
        )
    except (actions.AlreadyBooked, actions.NoSeatToGiveUp):
        # The second of two clicks finds what the first has done; anything else is as the refusal says.
        place = deed.registration.place_id
        still = Booking.objects.standing().filter(place=place, session=given).exists()
        if still or deed.booking() is None:
            raise
    sentence = _("%(person)s has a seat in “%(title)s” and gave up the one in “%(given)s”.")
    return sentence % deed.facts_instead_of(given)


def _give_up(deed: Deed) -> str:
    waiting = deed.waiting_for_it()
    if (booking := deed.booking()) is not None:
        actions.give_up_seat(booking=booking, by=deed.by)
    if waiting:
        return _("The seat of %(person)s in “%(title)s” goes to those who wait.") % deed.facts
    return _("The seat of %(person)s in “%(title)s” is free for someone else.") % deed.facts


def _wait(deed: Deed) -> str:
    places = [registration.place for registration in deed.registrations]
    try:
        waits = actions.wait_for_seats(
            places=places,
            session=deed.session,
            by=deed.by,
            wants_all=deed.wants_all and len(deed.registrations) > 1,
            is_wheelchair=deed.is_wheelchair,
        )
    except actions.AlreadyWaiting:
        # The second of two clicks: all of them wait. Where only some do, nobody was added, and that is said.
        waits = list(Wait.objects.standing().filter(place__in=places, session=deed.session))
        if {wait.place_id for wait in waits} != {place.pk for place in places}:
            raise
    names = joined([registration.name for registration in deed.registrations])
    if any(wait.status == Wait.Status.OFFERED for wait in waits):
        return _("A seat in “%(title)s” is offered at once: accept or decline it here.") % deed.facts
    position = min(positions_of(waits).values(), default=0)
    if not position:
        sentence = _("On the waiting list of “%(title)s”: %(names)s.")
        return sentence % {"names": names, "title": deed.title}
    sentence = ngettext(
        "On the waiting list of “%(title)s”, at number %(position)d: %(names)s. When a seat comes, an e-mail says "
        "until when it is kept.",
        "On the waiting list of “%(title)s”, from number %(position)d on: %(names)s. When seats come, an e-mail says "
        "until when they are kept.",
        len(waits),
    )
    return sentence % {"names": names, "title": deed.title, "position": position}


def _leave(deed: Deed) -> str:
    if (wait := deed.wait()) is not None:
        actions.leave_list(wait=wait, by=deed.by)
    return _("%(person)s is no longer on the waiting list of “%(title)s”.") % deed.facts


def _accept(deed: Deed) -> str:
    wait = deed.wait()
    if wait is None:
        if deed.booking() is None:
            raise actions.NoOffer
    else:
        given = deed.given_session() if deed.give else None
        actions.accept_seat(wait=wait, by=deed.by, give_up=given)
        if given is not None:
            sentence = _("%(person)s has a seat in “%(title)s” and gave up the one in “%(given)s”.")
            return sentence % deed.facts_instead_of(given)
    return _("%(person)s has a seat in “%(title)s”.") % deed.facts


def _decline(deed: Deed) -> str:
    if (wait := deed.wait()) is not None:
        actions.decline_seat(wait=wait, by=deed.by)
    return _("The seat in “%(title)s” that was offered to %(person)s goes on to the next.") % deed.facts
