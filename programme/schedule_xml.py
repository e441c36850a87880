"""schedule.xml of the c3voc project, from the dictionary that schedule.json is."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from lxml import etree

from programme.schedule import Facts, legacy_id

MEDIA_TYPE = "application/vnd.c3voc.schedule+xml"
# Of the elements with a text and nothing else; the schema asks for track, abstract and type even when empty.
_TEXTS = ("room", "title", "subtitle", "type", "date", "start", "duration", "abstract", "slug", "track")
_TRACK_SLUG = re.compile(r"[a-z][a-z0-9-]+\Z")


def schedule_xml(facts: Facts, address: str) -> bytes:
    """As the project's schema asks (validator/xsd/schedule.xml.xsd there); `address` is where the file is had."""
    inner = facts["schedule"]
    conference = inner["conference"]
    root = etree.Element("schedule")
    generator = facts["generator"]
    etree.SubElement(root, "generator", name=generator["name"], system=generator["url"])
    _text(root, "url", address)
    _text(root, "version", inner["version"])
    _conference(etree.SubElement(root, "conference"), conference, inner["base_url"])
    for day in conference["days"]:
        element = etree.SubElement(
            root, "day", index=str(day["index"]), date=day["date"], start=day["day_start"], end=day["day_end"]
        )
        for name, events in day["rooms"].items():
            room = etree.SubElement(element, "room", name=name)
            for event in events:
                _event(room, event)
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return written


def _conference(element: Any, conference: Facts, base_url: str) -> None:
    for name in ("acronym", "title", "start", "end"):
        _text(element, name, conference[name])
    _text(element, "days", str(conference["daysCount"]))
    _text(element, "timeslot_duration", conference["timeslot_duration"])
    _text(element, "base_url", base_url)
    _text(element, "url", conference["url"])
    if "time_zone_name" in conference:
        _text(element, "time_zone_name", conference["time_zone_name"])
    etree.SubElement(element, "color", **conference["colors"])
    for track in conference["tracks"]:
        made = etree.SubElement(element, "track", name=track["name"], color=track["color"])
        if _TRACK_SLUG.match(track.get("slug", "")):
            made.set("slug", track["slug"])


def _event(room: Any, event: Facts) -> None:
    element = etree.SubElement(room, "event", guid=event["guid"], id=str(event["id"]), code=event["code"])
    for name in _TEXTS:
        _text(element, name, event[name])
    if event["language"]:
        _text(element, "language", event["language"])
    persons = etree.SubElement(element, "persons")
    for person in event["persons"]:
        number = legacy_id(UUID(person["guid"]))
        etree.SubElement(persons, "person", id=str(number), guid=person["guid"]).text = person["name"]
    etree.SubElement(element, "links")
    _text(element, "url", event["url"])


def _text(parent: Any, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = text
