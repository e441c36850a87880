"""What a schedule's dictionary says, checked word by word: from here on there are no surprises in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext as _

from efus_conference.moments import plausible, written_with_offset
from efus_conference.writing import only_line_breaks, without_control_characters
from programme.imports.files import Facts
from programme.imports.refusals import ScheduleRefused, SessionRefused, no_schedule
from programme.models.sessions import CODE_PATTERN

MOST_SESSIONS = 2000  # each is compared with its draft while someone waits
LONGEST_GUID = 36
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?")
_DURATION = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?")
_BREAKS = re.compile(r"[ \t]*[\r\n\t]+[ \t]*")
_PAGE_OF_A_PERSON = re.compile(r".*/speakers?/([a-zA-Z0-9_-]{1,100})/?")


@dataclass(frozen=True)
class ReadPerson:
    name: str
    guid: UUID | None
    slug: str  # of their page, where the file has its address


@dataclass(frozen=True)
class ReadEvent:
    """One session as the file has it; an empty text is one that the file does not say."""

    guid: UUID
    code: str
    starts_at: datetime
    ends_at: datetime
    room: str
    kind: str
    track: str
    language: str
    texts: dict[str, str]
    persons: list[ReadPerson]


@dataclass(frozen=True)
class ReadSchedule:
    events: list[ReadEvent]
    rooms: list[str]  # in their order
    room_slugs: dict[str, str] = field(default_factory=dict)
    track_slugs: dict[str, str] = field(default_factory=dict)


def acronym_in(facts: Facts) -> str:
    """What the file calls its conference; "" where it says nothing of use."""
    acronym = facts.get("acronym")
    return acronym.strip() if isinstance(acronym, str) else ""


def read(facts: Facts, zone: ZoneInfo) -> ReadSchedule:
    """The sessions of a schedule at the place of its edition. Raises ScheduleRefused at the first that is wrong."""
    try:
        return _read(facts, zone)
    except ValidationError as error:  # outside of any session
        raise ScheduleRefused(" ".join(error.messages)) from None


def _read(facts: Facts, zone: ZoneInfo) -> ReadSchedule:
    rooms: dict[str, None] = {}
    events: list[ReadEvent] = []
    for day in _list(facts.get("days")):
        for room, its in _dict(day.get("rooms") if isinstance(day, dict) else None).items():
            rooms.setdefault(_line(room))
            for one in _list(its):
                event = _event(_dict(one), _line(room), zone)
                rooms.setdefault(event.room)
                events.append(event)
                if len(events) > MOST_SESSIONS:
                    raise ScheduleRefused(
                        _("This schedule has more than %(count)d sessions.") % {"count": MOST_SESSIONS}
                    )
    _refuse_doubles(events)
    return ReadSchedule(
        events,
        [room for room in rooms if room],
        _slugs(facts.get("rooms")),
        _slugs(facts.get("tracks")),
    )


def _event(one: Facts, room: str, zone: ZoneInfo) -> ReadEvent:
    written = str(one.get("guid") or "")[:LONGEST_GUID]
    name = " ".join(str(one.get("title") or "").split()) or written or "?"
    try:
        guid = _guid(one.get("guid"))
        if guid is None:
            raise ValidationError(_("It has no guid, by which it would be known again."))
        starts_at = _moment(one.get("date"), zone)
        event = ReadEvent(
            guid=guid,
            code=_code(one.get("code")),
            starts_at=starts_at,
            ends_at=_end(one, starts_at, zone),
            room=_line(one.get("room")) or room,
            kind=_line(one.get("type")),
            track=_line(one.get("track")),
            language=_line(one.get("language")),
            texts={
                "title": _line(one.get("title")),
                "subtitle": _line(one.get("subtitle")),
                "abstract": _abstract(one),
            },
            persons=[_person(_dict(person)) for person in _list(one.get("persons") or [])],
        )
    except ValidationError as error:
        raise SessionRefused(name, " ".join(error.messages)) from None
    if not event.texts["title"]:
        raise SessionRefused(name, _("It has no title."))
    return event


def _moment(value: Any, zone: ZoneInfo) -> datetime:
    text = _line(value)
    found = _MOMENT.fullmatch(text)
    if found and not found[3]:
        raise ValidationError(
            _("Its time “%(time)s” has no offset from UTC, so it may be any of several.") % {"time": text}
        )
    try:
        if not found:
            raise ValueError
        moment = datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3]}")
        plausible(moment)
        return written_with_offset(moment, zone)
    except (ValueError, OverflowError):
        raise ValidationError(
            _("Its time “%(time)s” is no date and time with an offset, such as 2027-05-19T09:30:00+02:00.")
            % {"time": text[:LONGEST_GUID]}
        ) from None


def _end(one: Facts, starts_at: datetime, zone: ZoneInfo) -> datetime:
    if one.get("end"):
        ends_at = _moment(one["end"], zone)
    else:
        text = _line(one.get("duration"))
        found = _DURATION.fullmatch(text)
        hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
        lasts = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        if not found or not timedelta() < lasts <= timedelta(hours=24):
            raise ValidationError(
                _("Its duration “%(duration)s” is no time from 00:01 to 24:00.")
                % {"duration": text[:LONGEST_GUID]}
            )
        ends_at = written_with_offset(starts_at + lasts, zone)
    if ends_at <= starts_at:
        raise ValidationError(_("It ends before it starts."))
    return ends_at


def _abstract(one: Facts) -> str:
    """Other systems have a short text and a long one; here they are one."""
    short, long = (_text(one.get(name)) for name in ("abstract", "description"))
    if not long or long in short:
        return short
    return long if short in long else f"{short}\n\n{long}"


def _person(person: Facts) -> ReadPerson:
    page = _PAGE_OF_A_PERSON.fullmatch(str(person.get("url") or ""))
    name = next(
        filter(None, (_line(person.get(key)) for key in ("name", "public_name", "full_public_name"))), ""
    )
    return ReadPerson(name, _guid(person.get("guid")), page[1] if page else "")


def _guid(value: Any) -> UUID | None:
    if value in (None, ""):
        return None
    text = _line(value)
    if not _GUID.fullmatch(text):
        raise ValidationError(_("“%(guid)s” is no guid.") % {"guid": text[:LONGEST_GUID]})
    return UUID(text)


def _code(value: Any) -> str:
    """Of the form that ours have, else none: other systems' are longer or shorter."""
    text = _line(value)
    return text if re.fullmatch(CODE_PATTERN, text) else ""


def _line(value: Any) -> str:
    """A text of one line; its ends and its line breaks say nothing."""
    text = _BREAKS.sub(" ", _as_text(value)).strip()
    without_control_characters(text)
    return text


def _text(value: Any) -> str:
    text = _as_text(value).replace("\r\n", "\n").replace("\r", "\n").strip()
    only_line_breaks(text)
    return text


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValidationError(
            _("“%(value)s” stands where a text belongs.") % {"value": str(value)[:LONGEST_GUID]}
        )
    if "\0" in value:
        raise ValidationError(_("A text in it has a null character."))
    return value


def _slugs(rows: Any) -> dict[str, str]:
    """Addresses by name, of a list that may be missing; what is none is left out."""
    found: dict[str, str] = {}
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict):
            continue
        name, slug = row.get("name"), row.get("slug")
        if isinstance(name, str) and isinstance(slug, str) and _is_slug(slug):
            found[" ".join(name.split())] = slug
    return found


def _is_slug(text: str) -> bool:
    try:
        validate_slug(text)
    except ValidationError:
        return False
    return True


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise no_schedule()
    return value


def _dict(value: Any) -> Facts:
    if not isinstance(value, dict):
        raise no_schedule()
    return value


def _refuse_doubles(events: Iterable[ReadEvent]) -> None:
    seen: dict[tuple[str, str], ReadEvent] = {}
    for event in events:
        for what, value in (("guid", str(event.guid)), ("code", event.code)):
            if not value:
                continue
            other = seen.setdefault((what, value), event)
            if other is not event:
                raise SessionRefused(
                    event.texts["title"],
                    _("Its %(what)s %(value)s is that of another one in the file, “%(other)s”, too.")
                    % {"what": what, "value": value, "other": other.texts["title"]},
                )
