"""The public changelog in sentences: release by release, or of one session. It names no person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from efus_conference.models import Edition
from programme.models import Release, ReleaseChange, ReleasedSession, Room
from programme.wording import at_venue, day_name

FIELD_NAMES = {
    "during": gettext_lazy("time"),
    "room": gettext_lazy("room"),
    "kind": gettext_lazy("kind of session"),
    "floor_languages": gettext_lazy("languages spoken"),
    "interpretation_languages": gettext_lazy("interpretation"),
    "caption_languages": gettext_lazy("captions"),
    "departs_at": gettext_lazy("departure"),
    "returns_at": gettext_lazy("return"),
    "wheelchair_places": gettext_lazy("wheelchair places"),
    "identity_by": gettext_lazy("identity document"),
    "themes": gettext_lazy("themes"),
    "speakers": gettext_lazy("speakers"),
    "title": gettext_lazy("title"),
    "subtitle": gettext_lazy("subtitle"),
    "abstract": gettext_lazy("description"),
    "meeting_point": gettext_lazy("meeting point"),
    "how_to_get_there": gettext_lazy("how to get there"),
    "accessibility": gettext_lazy("accessibility"),
    "what_to_bring": gettext_lazy("what to bring"),
}
# The first release, and any large one, would be a wall of new sessions that the programme shows better.
NEW_NAMED = 12


@dataclass(frozen=True)
class ChangeLine:
    """What a release did to one session; `details` are full sentences."""

    kind: str
    label: str
    tag: str
    title: str
    title_language: str
    url: str
    details: list[str]
    is_cancelled: bool


@dataclass(frozen=True)
class ReleaseLine:
    release: Release
    released: str
    iso: str
    changes: list[ChangeLine]
    new_left_out: int


TAGS = {
    ReleaseChange.Kind.NEW: "tag-success",
    ReleaseChange.Kind.MOVED: "tag-warning",
    ReleaseChange.Kind.CHANGED: "tag-info",
    ReleaseChange.Kind.CANCELLED: "tag-error",
    ReleaseChange.Kind.RESTORED: "tag-success",
}


def releases(edition: Edition) -> list[ReleaseLine]:
    """All releases of an edition, the newest first."""
    made = list(edition.releases.order_by("-number"))
    changes = ReleaseChange.objects.filter(release__edition=edition).select_related("session__released")
    by_release: dict[int, list[ReleaseChange]] = {release.pk: [] for release in made}
    for change in changes:
        by_release[change.release_id].append(change)
    rooms = room_names(edition)
    return [_release_line(release, by_release[release.pk], edition, rooms) for release in made]


def session_history(row: ReleasedSession, edition: Edition) -> list[tuple[ChangeLine, str, str]]:
    """What releases did to one session since it was first public, the newest first, each with its day."""
    if row.first_release_id == row.last_release_id:
        return []
    return [
        (line, *_moment(change.release.released_at, edition)) for change, line in changes_of(row, edition)
    ]


def changes_of(row: ReleasedSession, edition: Edition) -> list[tuple[ReleaseChange, ChangeLine]]:
    """All that releases did to one session, the first included, the newest first."""
    changes = row.session.changes.select_related("release", "session").order_by("-release__number")
    rooms = room_names(edition)
    return [(change, _line(change, row, edition, rooms)) for change in changes]


def _release_line(
    release: Release, changes: list[ReleaseChange], edition: Edition, rooms: dict[int, str]
) -> ReleaseLine:
    new = [change for change in changes if change.kind == ReleaseChange.Kind.NEW]
    left_out = len(new) if len(new) > NEW_NAMED else 0
    named = [change for change in changes if not left_out or change.kind != ReleaseChange.Kind.NEW]
    return ReleaseLine(
        release,
        *_moment(release.released_at, edition),
        [_line(change, change.session.released, edition, rooms) for change in named],
        left_out,
    )


def room_names(edition: Edition) -> dict[int, str]:
    return {room.pk: room.name for room in Room.objects.filter(edition=edition)}


def _moment(moment: datetime, edition: Edition) -> tuple[str, str]:
    local = moment.astimezone(edition.zone)
    return day_name(local, with_year=True), local.isoformat()


def _line(change: ReleaseChange, row: ReleasedSession, edition: Edition, rooms: dict[int, str]) -> ChangeLine:
    return ChangeLine(
        kind=change.kind,
        label=change.get_kind_display(),
        tag=TAGS[ReleaseChange.Kind(change.kind)],
        title=row.title,
        title_language=row.language_of("title"),
        url=reverse("programme:session", args=[edition.slug, change.session.code]),
        details=list(details_of(change, edition, rooms)),
        is_cancelled=row.is_cancelled,
    )


def details_of(change: ReleaseChange, edition: Edition, rooms: dict[int, str]) -> Iterable[str]:
    """Where and when, before and after, and what else: a sentence each."""
    before, after = change.before, change.after
    if change.kind in (ReleaseChange.Kind.NEW, ReleaseChange.Kind.RESTORED):
        yield capfirst(place_and_time(after, edition, rooms)) + "."
    elif change.kind == ReleaseChange.Kind.CANCELLED:
        yield _("It was planned for %(place_and_time)s.") % {
            "place_and_time": place_and_time(before, edition, rooms)
        }
    elif change.kind == ReleaseChange.Kind.MOVED:
        yield _("Now: %(place_and_time)s.") % {"place_and_time": place_and_time(after, edition, rooms)}
        yield _("Before: %(place_and_time)s.") % {"place_and_time": place_and_time(before, edition, rooms)}
    fields = [name for name in after.get("fields", []) if name in FIELD_NAMES]
    if change.kind == ReleaseChange.Kind.MOVED:
        fields = [name for name in fields if name not in ("during", "room")]
    if fields and change.kind in (ReleaseChange.Kind.MOVED, ReleaseChange.Kind.CHANGED):
        yield _("Changed: %(fields)s.") % {"fields": ", ".join(str(FIELD_NAMES[name]) for name in fields)}


def place_and_time(facts: dict[str, Any], edition: Edition, rooms: dict[int, str]) -> str:
    """“Thursday 20 May 2027, 09:30 to 11:00, Room 2”; the room where it is known."""
    start, end = (datetime.fromisoformat(moment).astimezone(edition.zone) for moment in facts["during"])
    values = {"start": at_venue(start, edition.zone), "end": f"{end:%H:%M}", "room": rooms.get(facts["room"])}
    if values["room"]:
        return _("%(start)s to %(end)s, %(room)s") % values
    return _("%(start)s to %(end)s") % values
