"""From bytes to the dictionary that a schedule.json is, whichever of the two formats they are in.

A file comes from anywhere: its size, its depth and what an XML parser would do for it are bounded here.
"""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from programme.imports.refusals import ScheduleRefused, no_schedule

MOST_BYTES = 5 * 1024 * 1024  # the largest congress of this format has 2 MB

Facts = dict[str, Any]


def facts_of(content: bytes) -> Facts:
    """The schedule's dictionary, its form not checked yet. Raises ScheduleRefused."""
    if len(content) > MOST_BYTES:
        raise too_large()
    # Without what UTF-16 has between its letters: the first sign says which of the two it is.
    start = content.replace(b"\0", b"")[:2000].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith(b"<"):
        return _from_xml(content)
    if start.startswith(b"{"):
        return _from_json(content)
    raise no_schedule()


def too_large() -> ScheduleRefused:
    return ScheduleRefused(
        _("This file is too large: a schedule may have up to %(limit)d megabytes.")
        % {"limit": MOST_BYTES // 1024 // 1024}
    )


def _from_json(content: bytes) -> Facts:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScheduleRefused(_("This schedule.json is not in UTF-8, as JSON is.")) from None
    try:
        facts = json.loads(text)
    except RecursionError:
        raise ScheduleRefused(_("This schedule.json is nested too deeply.")) from None
    except json.JSONDecodeError as error:
        raise ScheduleRefused(
            _("This schedule.json is broken in line %(line)d, column %(column)d.")
            % {"line": error.lineno, "column": error.colno}
        ) from None
    except ValueError:  # a number of thousands of digits
        raise ScheduleRefused(_("This schedule.json has a number that is none.")) from None
    schedule = facts.get("schedule") if isinstance(facts, dict) else None
    conference = schedule.get("conference") if isinstance(schedule, dict) else None
    if not isinstance(conference, dict):
        raise no_schedule()
    return conference


def _from_xml(content: bytes) -> Facts:
    prolog = content.replace(b"\0", b"").partition(b"<schedule")[0]
    if b"<!DOCTYPE" in prolog:
        raise _has_a_doctype()
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ScheduleRefused(
            _("This schedule.xml is broken in line %(line)d, or in another encoding than it says.")
            % {"line": error.lineno or 1}
        ) from None
    # In an encoding in which the check above could not read it.
    if root.getroottree().docinfo.internalDTD is not None:
        raise _has_a_doctype()
    conference = root.find("conference")
    if root.tag != "schedule" or conference is None:
        raise no_schedule()
    return {
        "acronym": _text(conference, "acronym"),
        "tracks": [
            {"name": track.get("name"), "slug": track.get("slug", "")} for track in conference.iter("track")
        ],
        "days": [{"rooms": _rooms(day)} for day in root.iter("day")],
    }


def _has_a_doctype() -> ScheduleRefused:
    return ScheduleRefused(
        _("This schedule.xml has a document type (DOCTYPE), which no schedule needs: take it out.")
    )


def _rooms(day: Any) -> dict[str, list[Facts]]:
    rooms: dict[str, list[Facts]] = {}
    for room in day.iter("room"):
        if room.getparent() is day:
            rooms.setdefault(room.get("name", ""), []).extend(_event(one) for one in room.iter("event"))
    return rooms


def _event(element: Any) -> Facts:
    names = ("title", "subtitle", "abstract", "description", "room", "track", "type", "language", "date",
             "duration")  # fmt: skip
    return {
        "guid": element.get("guid", ""),
        "code": element.get("code", ""),
        **{name: _text(element, name) for name in names},
        "persons": [
            {"name": "".join(person.itertext()), "guid": person.get("guid", "")}
            for person in element.iterfind("persons/person")
        ],
    }


def _text(element: Any, name: str) -> str:
    found = element.find(name)
    return "" if found is None else "".join(found.itertext())
