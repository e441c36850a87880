"""Sheets for the doors of rooms, one for each room and day, as `templates/programme/pdf/doors.typ` sets them."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from typing import Any, Literal

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from efus_conference.models import Edition
from efus_conference.pdf import made_pdf
from efus_conference.templatetags.dates import in_full
from programme.languages import reader
from programme.models import Release, ReleasedSession, Room
from programme.wording import SessionLine, day_name, session_lines

Paper = Literal["a4", "a3"]


def door_sheets(edition: Edition, rooms: Collection[Room], *, paper: Paper) -> bytes:
    """For what is public in these rooms, in the language that is active, with the titles in the others below.

    Raises LookupError where nothing public takes place in any of them.
    """
    latest = Release.objects.filter(edition=edition).order_by("-number").first()
    wanted = {room.pk: room for room in rooms}
    lines = [
        line
        for line in session_lines(ReleasedSession.objects.of(edition), edition)
        if line.row.room_id in wanted and not line.is_cancelled
    ]
    if latest is None or not lines:
        raise LookupError

    def room_and_day(line: SessionLine) -> tuple[int, int, Any]:
        assert line.row.room
        return line.row.room.order, line.row.room.pk, line.starts_at.date()

    lines.sort(key=lambda line: (*room_and_day(line), line.starts_at))
    sheets = [_sheet(list(group)) for _key, group in groupby(lines, key=room_and_day)]
    released_on = in_full(latest.released_at.astimezone(edition.zone).date())
    data = {
        "paper": paper,
        "conference": _("Security, Democracy & Cities"),
        "place": edition.place,
        "sheets": sheets,
        "release": _("As of release %(number)d, %(date)s. The screen and the site know of later changes.")
        % {"number": latest.number, "date": released_on},
        "demonstration": _("Demonstration") if edition.is_demonstration else "",
    }
    title = _("Door sheets of %(edition)s") % {"edition": edition.name}
    return made_pdf("programme/pdf/doors.typ", data, language=reader(), title=title, dated=latest.released_at)


def _sheet(lines: list[SessionLine]) -> dict[str, Any]:
    room = lines[0].row.room
    assert room is not None
    return {
        "room": room.name,
        "venue": room.venue.name if room.venue else "",
        "day": day_name(lines[0].starts_at),
        "sessions": [
            {
                "starts": line.starts,
                "until": _("to %(time)s") % {"time": line.ends},
                "kind": capfirst(line.kind),
                "colour": line.row.kind.colour,
                "title": line.title,
                "others": _other_titles(line),
                "languages": line.languages,
            }
            for line in lines
        ],
    }


def _other_titles(line: SessionLine) -> list[dict[str, str]]:
    """The title in the site's other languages, each once."""
    titles = {code: line.row.texts.get(code, {}).get("title", "") for code, _name in settings.LANGUAGES}
    found = {line.title: reader()}
    for code, title in titles.items():
        if title and title not in found:
            found[title] = code
    return [{"language": code, "title": title} for title, code in list(found.items())[1:]]
