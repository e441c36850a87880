"""The buttons of one registration on a session's page: what it may do there. The actions decide in the end."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registration.agenda.choices import Choice
from registration.agenda.people import joined
from registration.agenda.words import is_entitled
from registration.models import SeatPool

# What a page offers first is in the accent's colour, once.
MAIN, SECOND, QUIET = "", "button-secondary", "button-quiet"


@dataclass(frozen=True)
class Button:
    """A form of its own; `give` is the code of the session whose seat goes instead."""

    what: str
    label: str
    css: str = SECOND
    give: str = ""
    is_wheelchair: bool = False
    note: str = ""


def buttons_of(choice: Choice, pool: SeatPool | None, *, is_bookable: bool) -> list[Button]:
    """In the order of the page; `is_bookable` while the session takes place and has not begun."""
    buttons = _of_seats(choice, pool) if is_bookable else []
    if choice.entry.starred_at:
        return [*buttons, Button("unstar", _("Remove the star"), QUIET)]
    return [*buttons, Button("star", _("Star it for the agenda"), QUIET if buttons else SECOND)]


def _of_seats(choice: Choice, pool: SeatPool | None) -> list[Button]:
    entry = choice.entry
    if entry.is_booked:
        count = choice.company.count
        label = ngettext("Give up the seat", "Give up the %(count)d seats", count) % {"count": count}
        return [Button("give_up", label)]
    if choice.company.accompanies or not is_entitled(choice.registration):
        return []
    if entry.is_offered:
        return [*_accepting(choice), Button("decline_offer", _("Decline"), QUIET)]
    if entry.is_waiting:
        return [Button("leave_wait", _("Leave the waiting list"))]
    if pool is None or choice.obstacles.speaks_in is not None:
        return []
    companions = choice.company.count - 1
    ordinary = choice.held + pool.open
    buttons = _taking(choice, pool, is_wheelchair=False, has_room=ordinary > companions)
    if pool.wheelchairs:
        has_room = pool.wheelchairs_open > 0 and ordinary >= companions
        buttons += _taking(choice, pool, is_wheelchair=True, has_room=has_room)
    return buttons


def _taking(choice: Choice, pool: SeatPool, *, is_wheelchair: bool, has_room: bool) -> list[Button]:
    css = SECOND if is_wheelchair else MAIN
    if not has_room:
        label = (
            _("Join the waiting list for a wheelchair place") if is_wheelchair else _("Join the waiting list")
        )
        waiting = pool.wheelchairs_waiting if is_wheelchair else pool.waiting
        note = ngettext("%(count)d is waiting", "%(count)d are waiting", waiting) % {"count": waiting}
        return [Button("wait", label, css, is_wheelchair=is_wheelchair, note=note if waiting else "")]
    if choice.obstacles.is_free_then:
        return [Button("book", _booking(choice, is_wheelchair=is_wheelchair), css, is_wheelchair=is_wheelchair,
                       note=_places_left(pool) if is_wheelchair else "")]  # fmt: skip
    sentence = (
        _("Take a wheelchair place instead of “%(title)s”")
        if is_wheelchair
        else _("Take this instead of “%(title)s”")
    )
    return [
        Button(
            "swap",
            sentence % {"title": other.line.title},
            css,
            give=other.line.row.code,
            is_wheelchair=is_wheelchair,
        )
        for other in choice.obstacles.instead_of
    ]


def _booking(choice: Choice, *, is_wheelchair: bool) -> str:
    count = choice.company.count
    if count > 1:
        names = joined([choice.registration.name, *(one.name for one in choice.company.companions)])
        sentence = (
            _("Book %(count)d seats, a wheelchair place among them: for %(names)s")
            if is_wheelchair
            else _("Book %(count)d seats: for %(names)s")
        )
        return sentence % {"count": count, "names": names}
    return _("Book a wheelchair place") if is_wheelchair else _("Book a seat")


def _places_left(pool: SeatPool) -> str:
    left = pool.wheelchairs_open
    return ngettext("%(count)d left", "%(count)d left", left) % {"count": left}


def _accepting(choice: Choice) -> list[Button]:
    if choice.obstacles.is_free_then:
        return [Button("accept_offer", _("Accept the seat"), MAIN)]
    sentence = _("Accept it instead of “%(title)s”")
    return [
        Button("accept_offer", sentence % {"title": other.line.title}, MAIN, give=other.line.row.code)
        for other in choice.obstacles.instead_of
    ]
