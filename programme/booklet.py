"""The whole programme of an edition as a booklet (A5, PDF): what `templates/programme/pdf/booklet.typ` sets.

All of it is public: released rows, venues, and the speakers who may be named, read live.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus_conference.models import Edition
from efus_conference.pdf import made_pdf
from efus_conference.templatetags.dates import days_of, in_full
from programme.languages import language_choices
from programme.models import Release, ReleasedSession, Speaker, Venue
from programme.people import organisations_of, shown_speakers
from programme.walking import ways_of
from programme.wording import SessionLine, at_venue, day_name, person_line, session_lines

Data = dict[str, Any]


def booklet(edition: Edition, language: str) -> bytes:
    """The PDF in the language that is active. The edition has been read with its hosts.

    Raises LookupError where no session of the edition is public.
    """
    latest = Release.objects.filter(edition=edition).order_by("-number").first()
    lines = session_lines(ReleasedSession.objects.of(edition), edition)
    if latest is None or not lines:
        raise LookupError
    people = _People(lines, edition)
    data = {
        **_cover(edition),
        "release": _("As of release %(number)d of the programme, %(date)s.")
        % {"number": latest.number, "date": in_full(latest.released_at.astimezone(edition.zone).date())},
        "venues": _venues(edition),
        "walks": _walks(edition),
        "languages": _languages(lines),
        "kinds": _kinds(lines),
        "days": [
            _day(list(group), people, edition)
            for _on, group in groupby(lines, key=lambda line: line.starts_at.date())
        ],
        "people": people.index(),
        "words": _words(),
    }
    title = _("Programme of %(edition)s") % {"edition": edition.name}
    return _made(json.dumps(data, sort_keys=True), language, title, latest.released_at.isoformat())


@lru_cache(maxsize=12)
def _made(data: str, language: str, title: str, dated: str) -> bytes:
    """Set once for the same contents, however often and under whatever address it is asked for."""
    return made_pdf(
        "programme/pdf/booklet.typ",
        json.loads(data),
        language=language,
        title=title,
        dated=datetime.fromisoformat(dated),
    )


def _cover(edition: Edition) -> Data:
    return {
        "conference": _("Security, Democracy & Cities"),
        "place": edition.place,
        "dates": days_of(edition),
        "theme": edition.theme,
        "venue": edition.venue,
        "summary": _paragraphs(edition.summary),
        "note": edition.programme_note,
        "interpretation": edition.interpretation,
        "demonstration": _("Demonstration: this edition, its sessions and speakers are invented.")
        if edition.is_demonstration
        else "",
    }


def _words() -> dict[str, str]:
    return {
        "programme": _("Programme"),
        "contents": _("Contents"),
        "practical": _("Practical information"),
        "venues": _("Where it takes place"),
        "rooms": _("Rooms"),
        "walks": _("Minutes on foot"),
        "walks_note": _(
            "With the minutes it takes to leave one house and enter the other. Between two rooms of one house, "
            "allow five."
        ),
        "languages": _("Languages"),
        "languages_note": _("The letters beside a session tell in which languages you can follow it."),
        "headsets": _("Headsets for interpretation are handed out at the welcome desk."),
        "glance": _("At a glance"),
        "sessions": _("The sessions"),
        "people": _("Speakers, and the pages they are on"),
        "cancelled": _("Cancelled"),
        "people_of": _("With"),
        "page": _("page"),
        "kinds": _("Kinds of session"),
        "demonstration": _("Demonstration"),
    }


def _venues(edition: Edition) -> list[Data]:
    venues = Venue.objects.filter(edition=edition).prefetch_related("rooms")
    return [
        {
            "name": venue.name,
            "address": venue.address,
            "directions": _paragraphs(venue.directions),
            "accessibility": _paragraphs(venue.accessibility),
            "rooms": [
                {"name": room.name, "directions": room.directions}
                for room in sorted(venue.rooms.all(), key=lambda room: (room.order, room.pk))
            ],
        }
        for venue in venues
    ]


def _walks(edition: Edition) -> Data:
    """A table of the minutes between the venues; empty where there are fewer than two, or nothing is known."""
    venues = list(Venue.objects.filter(edition=edition))
    ways = ways_of(edition)
    rows = [[None if one == other else ways.between(one, other) for other in venues] for one in venues]
    if not any(minutes for row in rows for minutes in row):
        return {}
    return {
        "names": [venue.name for venue in venues],
        "rows": [["" if minutes is None else str(minutes) for minutes in row] for row in rows],
    }


def _languages(lines: Iterable[SessionLine]) -> list[Data]:
    """The letters that stand for each language of the programme, spoken ones first."""
    codes = {code for line in lines for code in line.row.followed_in}
    return [{"short": code.upper(), "name": capfirst(name)} for code, name in language_choices(codes)]


def _kinds(lines: Iterable[SessionLine]) -> list[Data]:
    kinds = {line.row.kind.pk: line.row.kind for line in lines}.values()
    in_order = sorted(kinds, key=lambda kind: (kind.order, kind.pk))
    return [{"colour": kind.colour, "name": capfirst(kind.name_plural or kind.name)} for kind in in_order]


def _day(lines: Sequence[SessionLine], people: _People, edition: Edition) -> Data:
    return {
        "name": day_name(lines[0].starts_at, with_year=True),
        "short": lines[0].day,
        "slots": [
            {"time": time, "sessions": [_in_brief(line, people) for line in group]}
            for time, group in groupby(lines, key=lambda line: line.starts)
        ],
        "sessions": [_in_full(line, people, edition) for line in lines if _has_more(line, people)],
    }


def _in_brief(line: SessionLine, people: _People) -> Data:
    return {
        "code": line.row.session.code,
        "title": line.title,
        "colour": line.row.kind.colour,
        "kind": capfirst(line.kind),
        "until": _("to %(time)s") % {"time": line.ends},
        "room": line.room or line.row.text("meeting_point"),
        "languages": [code.upper() for code in line.row.followed_in],
        "is_cancelled": line.is_cancelled,
        "has_more": _has_more(line, people),
    }


def _has_more(line: SessionLine, people: _People) -> bool:
    return bool(line.row.text("abstract") or line.row.text("meeting_point") or people.of(line))


def _in_full(line: SessionLine, people: _People, edition: Edition) -> Data:
    row = line.row
    venue = row.room.venue if row.room else None
    place = ", ".join(part for part in (line.room, venue.name if venue else "") if part)
    return {
        "code": row.session.code,
        "title": line.title,
        "subtitle": row.text("subtitle"),
        "colour": row.kind.colour,
        "kind": capfirst(line.kind),
        "when": _("%(start)s to %(end)s") % {"start": line.starts, "end": line.ends},
        "place": place,
        "languages": line.languages,
        "abstract": _paragraphs(row.text("abstract")),
        "facts": _facts(row, edition),
        "people": people.of(line),
        "is_cancelled": line.is_cancelled,
    }


def _facts(row: ReleasedSession, edition: Edition) -> list[list[str]]:
    """What a field visit has beside its text, as pairs of a name and what is to be said."""

    def clock(moment: Any) -> str:
        return f"{moment.astimezone(edition.zone):%H:%M}" if moment else ""

    wheelchairs = row.wheelchair_places
    pairs = [
        (_("Meeting point"), row.text("meeting_point")),
        (_("Departure"), clock(row.departs_at)),
        (_("Return"), clock(row.returns_at)),
        (_("How to get there"), row.text("how_to_get_there")),
        (_("Accessibility"), row.text("accessibility")),
        (
            _("Wheelchair places"),
            ""
            if wheelchairs is None
            else ngettext("%(count)d place", "%(count)d places", wheelchairs) % {"count": wheelchairs}
            if wheelchairs
            else _("No place for wheelchairs"),
        ),
        (_("What to bring"), row.text("what_to_bring")),
        (
            _("Identity document"),
            _("Tell us which one you will show by %(when)s, on your agenda’s page of this visit.")
            % {"when": at_venue(row.identity_by, edition.zone)}
            if row.identity_by
            else "",
        ),
    ]
    return [[name, text] for name, text in pairs if text]


class _People:
    """Those who may be named, by session, and for the index."""

    def __init__(self, lines: Sequence[SessionLine], edition: Edition) -> None:
        self._lines, self._edition = lines, edition
        self._speakers = {speaker.pk: speaker for speaker in shown_speakers(line.row for line in lines)}
        self._organisations = organisations_of(
            appearance for line in lines for appearance in self._shown(line)
        )
        self._of = {line.row.pk: [self._person(one) for one in self._shown(line)] for line in lines}

    def of(self, line: SessionLine) -> list[Data]:
        return self._of[line.row.pk]

    def index(self) -> list[Data]:
        """By family name, with the sessions that take place; functions as in the first of them."""
        parts: dict[int, list[tuple[Mapping[str, Any], str]]] = {}
        for line in self._lines:
            if not line.is_cancelled:
                for one in self._shown(line):
                    parts.setdefault(one["speaker"], []).append((one, line.row.session.code))
        return [
            {
                **self._person({**parts[key][0][0], "role": ""}),
                "sessions": list(dict.fromkeys(code for _one, code in parts[key])),
            }
            for key in self._speakers
            if key in parts
        ]

    def _shown(self, line: SessionLine) -> list[Mapping[str, Any]]:
        return [one for one in line.row.appearances if one["speaker"] in self._speakers]

    def _person(self, appearance: Mapping[str, Any]) -> Data:
        speaker: Speaker = self._speakers[appearance["speaker"]]
        person = person_line(speaker, appearance, self._organisations, edition=self._edition)
        organisation = person.organisation.name if person.organisation else ""
        return {
            "name": person.name,
            "role": capfirst(person.role),
            "about": ", ".join(part for part in (person.function, organisation) if part),
            "to_be_confirmed": _("to be confirmed") if person.is_to_be_confirmed else "",
        }


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.splitlines() if part.strip()]
