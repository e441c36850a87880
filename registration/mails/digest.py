"""What changed for one person since they were told last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from efus_conference.mail import Letter, composes, site_address
from programme.languages import language_list
from programme.models import ReleasedSession, Room
from registration.mails.letters import facts, letters, read
from registration.models import AgendaChange, Booking, Registration
from registration.net_changes import Facts, NetChange, merged
from registration.times import spoken_span


@dataclass(frozen=True)
class ChangeForYou:
    """One session's change in words; what stayed as it was is empty."""

    title: str
    is_cancelled: bool
    is_restored: bool
    had_seat: bool
    has_seat: bool
    before: str
    after: str
    languages_before: str
    languages: str
    url: str


@composes("registration/digest")
def digest(registration_id: int, change_id: int) -> list[Letter]:
    """The changes that were told with this one, however often the job runs; nothing when the registration is over."""
    registration = read(registration_id)
    last = AgendaChange.objects.filter(pk=change_id, registration=registration_id).first()
    if registration is None or last is None or not registration.is_live:
        return []
    told = AgendaChange.objects.filter(
        registration=registration, told_at=last.told_at, told_at__isnull=False, pk__lte=last.pk
    )
    with translation.override(registration.language):
        changes = _in_words(registration, merged(told))
        if not changes:
            return []
        context = {
            **facts(registration),
            "changes": changes,
            "clashes": _clashing(registration),
        }
    return letters(registration, context)


def _clashing(registration: Registration) -> list[str]:
    """The titles of the seats at one time, as they stand now."""
    seats = Booking.objects.filter(place_id=registration.place_id, status=Booking.Status.CLASH)
    rows = ReleasedSession.objects.filter(pk__in=seats.values("session_id"))
    return [row.title for row in rows.order_by("during__startswith", "pk")]


def _in_words(registration: Registration, changes: Sequence[NetChange]) -> list[ChangeForYou]:
    ids = [change.session_id for change in changes]
    released = ReleasedSession.objects.select_related("session").in_bulk(ids)
    rooms = Room.objects.in_bulk({f["room"] for c in changes for f in (c.before, c.after)} - {None})
    seats = set(
        Booking.objects.standing()
        .filter(place_id=registration.place_id, session__in=ids)
        .values_list("session_id", flat=True)
    )
    cancelled = ReleasedSession.Status.CANCELLED
    in_words = []
    for change in changes:
        row, before, after = released[change.session_id], change.before, change.after
        is_elsewhere = (before["during"], before["room"]) != (after["during"], after["room"])
        is_same_state = before["status"] == after["status"]
        speaks_otherwise = is_same_state and before["languages"] != after["languages"]
        in_words.append(
            ChangeForYou(
                title=row.title,
                is_cancelled=not is_same_state and after["status"] == cancelled,
                is_restored=not is_same_state and before["status"] == cancelled,
                had_seat=change.had_seat,
                has_seat=change.session_id in seats,
                before=_when_and_where(before, rooms, registration)
                if is_elsewhere or not is_same_state
                else "",
                after=_when_and_where(after, rooms, registration),
                languages_before=language_list(before["languages"]) if speaks_otherwise else "",
                languages=language_list(after["languages"]) if speaks_otherwise else "",
                url=site_address(
                    f"{reverse('registration:my_session', args=[row.session.code])}"
                    f"?registration={registration.pk}"
                ),
            )
        )
    return in_words


def _when_and_where(facts: Facts, rooms: dict[int, Room], registration: Registration) -> str:
    starts_at, ends_at = (datetime.fromisoformat(moment) for moment in facts["during"])
    when = spoken_span(starts_at, ends_at, registration.edition.zone)
    room = rooms.get(facts["room"] or 0)
    if room is None:
        return when
    return _("%(when)s, %(room)s") % {"when": when, "room": room.name}
