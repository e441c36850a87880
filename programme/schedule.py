"""The programme as the apps of other conferences read it: schedule.json and schedule.xml of the c3voc project.

Both are made from one dictionary, which has the form of the JSON (validator/json/schema.json there). They are a
function of what is public and of nothing else: no row number, no release, no clock. So the file that comes of
importing one of them and exporting it again is the same to the byte.

- `id`, which both formats ask for and call legacy, is derived from the guid: it is the same in every database.
- A cancelled session is left out: neither format has a word for it, and the apps tell their readers what is gone.
  The calendar and the sheet keep it.
- A session without a room stands under “Elsewhere” in the language of the file; `is_elsewhere` knows it again.
- Rooms bear a UUID made of their address on this site, people that of their row.
- `type` is the address of the kind of session, `track` the name of its first theme, "" where it has none.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import cycle
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from efus_conference.exports import printable
from efus_conference.mail import site_address
from efus_conference.models import Edition
from programme.models import ReleasedSession, Room, Speaker, Theme
from programme.people import shown_speakers

# All UUIDs made of addresses are under this one; it must never change.
NAMESPACE = uuid5(NAMESPACE_URL, "security-democracy-cities")
GENERATOR = "efus-conference"
COLOUR = "#17408f"  # the look's blue, on paper
BACKGROUND = "#fbf9f4"
TRACK_COLOURS = ("#17408f", "#0d6659", "#7c2a72", "#835400", "#8c2b0a", "#35507a", "#4a6b1f", "#5a5f6c")
ACRONYM_LENGTH = 4  # at least, in both schemas
# What the schema of the JSON takes for the name of a time zone.
_ZONE = re.compile(r"[A-Z][a-z]+/[A-Z][a-z]+|UTC$")
_SLUG = re.compile(r"[a-z0-9_-]+[a-z0-9]\Z")

Facts = dict[str, Any]


def legacy_id(guid: UUID) -> int:
    """A positive number of 31 bits; two of a thousand sessions share one once in four thousand programmes."""
    return int.from_bytes(hashlib.sha256(guid.bytes).digest()[:4], "big") % (2**31 - 1) + 1


def room_guid(edition: Edition, slug: str) -> UUID:
    return uuid5(NAMESPACE, f"{edition.slug}/room/{slug}")


def acronym_of(edition: Edition) -> str:
    """Its address; the JSON's schema allows no hyphen within, and neither allows fewer than four characters."""
    acronym = edition.slug.lower().replace("-", "_")
    return acronym if len(acronym) >= ACRONYM_LENGTH else f"sdc_{acronym}"


@cache
def _elsewhere() -> dict[str, str]:
    names = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            names[code] = _("Elsewhere")
    return names


def is_elsewhere(name: str) -> bool:
    """Whether the name of a room in a schedule of ours, in any language, says that there is none."""
    return name.strip() in ("", *_elsewhere().values())


def schedule(edition: Edition, language: str) -> Facts:
    """The whole file, in three queries. The edition has been read with its hosts.

    Raises LookupError where neither the edition's days nor any session is known: the schemas ask for a day.
    """
    with translation.override(language):
        rows = [row for row in ReleasedSession.objects.of(edition) if not row.is_cancelled]
        themes = list(
            Theme.objects.filter(pk__in={theme for row in rows for theme in row.theme_ids}).order_by("slug")
        )
        people = {speaker.pk: speaker for speaker in shown_speakers(rows)}
        conference = _conference(edition, rows, themes, people, language)
    content = json.dumps(_in_both_formats(conference), sort_keys=True, ensure_ascii=False)
    return {
        "generator": {"name": GENERATOR, "url": site_address("/")},
        "schedule": {
            "version": hashlib.sha256(content.encode()).hexdigest()[:16],
            "base_url": site_address("/"),
            "conference": conference,
        },
    }


def _in_both_formats(conference: Facts) -> Facts:
    """Without the addresses of rooms, themes and people, which the XML has no place for: an import of either
    format, exported again, is of the same version."""
    events = [
        {**event, "persons": [(person["guid"], person["name"]) for person in event["persons"]]}
        for day in conference["days"]
        for its in day["rooms"].values()
        for event in its
    ]
    names = {key: [row["name"] for row in conference[key]] for key in ("rooms", "tracks")}
    days = [(day["date"], list(day["rooms"])) for day in conference["days"]]
    return {**conference, **names, "days": days, "events": events}


def schedule_json(facts: Facts) -> bytes:
    return (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode()


def _conference(
    edition: Edition,
    rows: Sequence[ReleasedSession],
    themes: Sequence[Theme],
    people: dict[int, Speaker],
    language: str,
) -> Facts:
    rooms = _rooms(rows)
    events = _events(edition, rows, {theme.pk: theme for theme in themes}, people, language)
    days = _days(edition, events, [room.name for room in rooms], _elsewhere()[language])
    if not days:
        raise LookupError("No day of this edition is known.")
    facts = {
        "acronym": acronym_of(edition),
        "title": _tidy(f"{_('Security, Democracy & Cities')}, {edition.name}"),
        "start": days[0]["date"],
        "end": days[-1]["date"],
        "daysCount": len(days),
        "timeslot_duration": "00:05",
        "time_zone_name": edition.timezone,
        "colors": {"primary": COLOUR, "background": BACKGROUND},
        "url": site_address(reverse("programme:timetable", args=[edition.slug])),
        "tracks": [
            {"name": _tidy(theme.name), **_slug(theme.slug), "color": colour}
            for theme, colour in zip(_first_themes(rows, themes), cycle(TRACK_COLOURS), strict=False)
        ],
        "rooms": [
            {"name": _tidy(room.name), **_slug(room.slug), "guid": str(room_guid(edition, room.slug))}
            for room in rooms
        ],
        "days": days,
    }
    if not _ZONE.match(edition.timezone):
        del facts["time_zone_name"]
    return facts


def _rooms(rows: Iterable[ReleasedSession]) -> list[Room]:
    rooms = {row.room.pk: row.room for row in rows if row.room}
    return sorted(rooms.values(), key=lambda room: (room.order, room.pk))


def _slug(slug: str) -> dict[str, str]:
    return {"slug": slug} if _SLUG.match(slug) else {}


def _first_themes(rows: Sequence[ReleasedSession], themes: Sequence[Theme]) -> list[Theme]:
    used = [_first_theme(row, themes) for row in rows]
    return [theme for theme in themes if theme in used]


def _first_theme(row: ReleasedSession, themes: Iterable[Theme]) -> Theme | None:
    """The first by address, as `themes` are: row numbers differ from one database to the next."""
    return next((theme for theme in themes if theme.pk in row.theme_ids), None)


def _events(
    edition: Edition,
    rows: Iterable[ReleasedSession],
    themes: dict[int, Theme],
    people: dict[int, Speaker],
    language: str,
) -> list[tuple[datetime, datetime, Facts]]:
    """Each with its beginning and end at the venue."""
    zone, acronym = edition.zone, acronym_of(edition)
    # One address of each kind made for all: reversing each of them is a good part of the cost.
    page = site_address(reverse("programme:session", args=[edition.slug, "000000"]))
    person_page = site_address(reverse("programme:speaker", args=[edition.slug, "000000"]))
    persons = {
        key: {
            "guid": str(speaker.guid),
            "name": _tidy(speaker.name),
            "url": person_page.replace("000000", speaker.slug),
        }
        for key, speaker in people.items()
    }
    elsewhere = _elsewhere()[language]
    made = []
    for row in rows:
        start, end = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
        # The formats have no more than two digits for the hours.
        minutes = min(int((row.ends_at - row.starts_at).total_seconds() // 60), 100 * 60 - 1)
        code, guid = row.session.code, row.session.guid
        theme = _first_theme(row, themes.values())
        seen: dict[int, Facts] = {
            one["speaker"]: persons[one["speaker"]] for one in row.appearances if one["speaker"] in persons
        }
        made.append((start, end, {
            "guid": str(guid),
            "code": code,
            "id": legacy_id(guid),
            "date": start.isoformat(timespec="seconds"),
            "start": f"{start:%H:%M}",
            "end": end.isoformat(timespec="seconds"),
            "duration": f"{minutes // 60:02}:{minutes % 60:02}",
            "room": _tidy(row.room.name) if row.room else elsewhere,
            "slug": f"{acronym}-{code.lower()}",
            "url": page.replace("000000", code),
            "title": _tidy(row.text("title", language)),
            "subtitle": _tidy(row.text("subtitle", language)),
            "track": _tidy(theme.name) if theme else "",
            "type": row.kind.slug,
            "language": row.floor_languages[0] if row.floor_languages else "",
            "abstract": _tidy(row.text("abstract", language)),
            "persons": list(seen.values()),
            "links": [],
        }))  # fmt: skip
    # Not in the order of row numbers where two begin together.
    return sorted(made, key=lambda one: (one[0], one[2]["guid"]))


def _days(
    edition: Edition,
    events: Iterable[tuple[datetime, datetime, Facts]],
    rooms: Sequence[str],
    elsewhere: str,
) -> list[Facts]:
    """The edition's days, with what begins on each; a session after midnight is on the day it begins."""
    by_day: dict[date, list[tuple[datetime, datetime, Facts]]] = {
        midnight.date(): [] for midnight in edition.days()
    }
    for event in events:
        by_day.setdefault(event[0].date(), []).append(event)
    made = []
    for index, (day, its) in enumerate(sorted(by_day.items()), start=1):
        midnight = datetime.combine(day, time(), edition.zone)
        start = min((start for start, _end, _facts in its), default=midnight)
        end = max((end for _start, end, _facts in its), default=midnight + timedelta(days=1))
        # Every room on every day, so that their order shows; what has no room comes last.
        in_rooms: dict[str, list[Facts]] = {_tidy(name): [] for name in rooms}
        for _start, _end, facts in sorted(its, key=lambda one: one[2]["room"] == elsewhere):
            in_rooms.setdefault(facts["room"], []).append(facts)
        made.append({
            "index": index,
            "date": day.isoformat(),
            "day_start": start.isoformat(timespec="seconds"),
            "day_end": end.isoformat(timespec="seconds"),
            "rooms": in_rooms,
        })  # fmt: skip
    return made


def _tidy(text: str) -> str:
    """Without what XML cannot hold, and with one way to end a line."""
    return printable(text).replace("\r\n", "\n").replace("\r", "\n").strip()
