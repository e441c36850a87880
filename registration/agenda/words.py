"""How the agenda says what one has of a session, and how long something lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registration.agenda.entries import AgendaEntry
from registration.agenda.people import joined
from registration.models import Registration

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Mark:
    """A word and a shape; the colour only repeats them."""

    css: str
    word: str


def mark_of(entry: AgendaEntry) -> Mark:
    """The strongest of what one has of it."""
    if entry.released.is_cancelled:
        return Mark("mark-cancelled tag-error", _("Session cancelled"))
    if entry.is_clash:
        return Mark("mark-clash tag-warning", _("Seat booked, overlaps another"))
    if entry.is_speaking:
        return Mark("mark-speaking tag-info", _("Speaking here"))
    if entry.seat is not None and entry.is_booked:
        if entry.seat.is_wheelchair:
            return Mark("mark-booked tag-success", _("Wheelchair place booked"))
        return Mark("mark-booked tag-success", _("Seat booked"))
    if entry.is_offered:
        return Mark("mark-offered tag-action", _("Seat offered"))
    if entry.wait is not None:
        sentence = _("Waiting, number %(position)d")
        return Mark("mark-waiting tag-warning", sentence % {"position": entry.wait.position})
    return Mark("mark-starred tag-info", _("Starred"))


def change_word(entry: AgendaEntry) -> str:
    """What the link to the session's page of one's own says."""
    if entry.is_offered:
        return _("Accept or decline")
    return _("Choose one") if entry.is_clash else _("Change")


def waits_with(entry: AgendaEntry) -> str:
    """With whom the person waits or is offered a seat, and what it means when one goes; "" for who waits alone."""
    if entry.wait is None or not entry.wait.others:
        return ""
    names = [name or _("a place without a name") for name in entry.wait.others]
    return together(names, is_offered=entry.is_offered, wants_all=entry.wait.wants_all)


def together(others: Sequence[str], *, is_offered: bool, wants_all: bool) -> str:
    """What it means to wait, or to be offered a seat, in a group with the others."""
    names = joined(others)
    if is_offered:
        sentence = _(
            "Asked for together with %(names)s. Each seat is accepted or declined on its own, and a seat that is "
            "declined goes on to the next who waits."
        )
    elif wants_all:
        sentence = _(
            "Waits together with %(names)s, all or none: seats are offered when there is one for each. Whoever leaves "
            "the list lets the others wait on."
        )
    else:
        sentence = _("Waits together with %(names)s: each seat is offered as it comes.")
    return sentence % {"names": names}


def minutes_of(duration: timedelta) -> int:
    return int(duration / MINUTE)


def spoken_duration(duration: timedelta) -> str:
    """“45 minutes”, “2 hours”, “1 h 30 min”."""
    hours, minutes = divmod(minutes_of(duration), 60)
    if not hours:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    if not minutes:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


def is_entitled(registration: Registration) -> bool:
    """Whether seats may be booked: the rule of `registration.actions.units`, for pages; the place has been read."""
    if registration.place.closed_at is not None:
        return False
    is_granted = registration.place.delegation_id is not None and registration.is_outside_quota
    return is_granted or registration.is_confirmed


def why_no_seats(registration: Registration) -> str:
    """Why this registration books no seats yet, and what helps; "" when it does."""
    if is_entitled(registration):
        return ""
    return {
        Registration.Status.DRAFT: _(
            "This registration is not finished. Sessions can be starred; seats are booked once it is confirmed."
        ),
        Registration.Status.SUBMITTED: _(
            "The organisers have not approved this registration yet. Sessions can be starred; seats are booked once "
            "it is confirmed."
        ),
        Registration.Status.WAITING: _(
            "This registration is on the waiting list. Sessions can be starred; seats are booked once it is confirmed."
        ),
        Registration.Status.APPROVED: _(
            "A place at the conference is offered: accept it first. Until then sessions can be starred, and no seats "
            "are booked."
        ),
    }.get(
        Registration.Status(registration.status),
        _("The place of this registration was taken back, so no seats are booked with it."),
    )
