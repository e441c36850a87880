"""The ninth edition, invented and marked so: its city, rooms, speakers and programme, its days from today."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.utils import timezone

from efus_conference.management.content.editions import edition_texts, load_hosts, topics
from efus_conference.management.content.files import Record, record, records, translated
from efus_conference.management.content.ledger import Ledger
from efus_conference.management.content.programmes import load_session
from efus_conference.management.content.vocabulary import load_organisation, load_speaker
from efus_conference.models import Edition
from programme.models import Room, Session, Venue, WalkingTime
from registration.actions import set_seats

WEDNESDAY = 2


def load_demo_edition(ledger: Ledger) -> list[Session]:
    """The edition with its programme; the sessions that are new, for a release."""
    for item in records("demo/organisations"):
        load_organisation(ledger, item)
    item = record("demo/edition")
    edition = _load_edition(ledger, item)
    for speaker in records("demo/speakers"):
        load_speaker(ledger, speaker, consented_at=timezone.now())
    for venue in records("demo/venues"):
        _load_venue(ledger, venue, edition)
    for walk in records("demo/walking_times"):
        _load_walking_time(ledger, walk)
    for room in records("demo/rooms"):
        _load_room(ledger, room, edition)
    return _load_programme(ledger, item)


def release_note() -> dict[str, str]:
    note: dict[str, str] = record("demo/edition")["release_note"]
    return note


def _load_edition(ledger: Ledger, item: Record) -> Edition | None:
    days = _days(ledger, item)
    edition = ledger.put(
        item["key"],
        Edition,
        {**edition_texts(item), **days, "timezone": item["timezone"]},
        natural={"slug": item["slug"]},
        once={
            "number": _free_number(item["number"]),
            "is_demonstration": True,
            "is_current": not Edition.objects.filter(is_current=True).exists(),
        },
        many=topics(ledger, item),
    )
    load_hosts(ledger, item, edition)
    return edition


def _days(ledger: Ledger, item: Record) -> dict[str, Any]:
    """Its days, counted from today the first time and as they were then ever after."""
    written = ledger.written(item["key"])
    if written:
        first = date.fromisoformat(written["starts_on"])
        opens_at = datetime.fromisoformat(written["registration_opens_at"])
        closes_at = datetime.fromisoformat(written["registration_closes_at"])
    else:
        zone = ZoneInfo(item["timezone"])
        today = timezone.localdate(timezone=zone)
        first = _wednesday_from(today + timedelta(days=item["starts_in_days"]))
        opened_on = today - timedelta(days=item["registration_opened_days_ago"])
        closes_on = first - timedelta(days=item["registration_closes_days_before"])
        opens_at = datetime.combine(opened_on, time(9), tzinfo=zone)
        closes_at = datetime.combine(closes_on, time(18), tzinfo=zone)
    return {
        "year": first.year,
        "starts_on": first,
        "ends_on": first + timedelta(days=item["length_in_days"] - 1),
        "registration_opens_at": opens_at,
        "registration_closes_at": closes_at,
    }


def _wednesday_from(day: date) -> date:
    return day + timedelta(days=(WEDNESDAY - day.weekday()) % 7)


def _free_number(wanted: int) -> int:
    """Its number, or the next one where the real edition of that number has been announced."""
    last: int | None = Edition.objects.aggregate(last=Max("number"))["last"]
    return wanted if last is None or last < wanted else last + 1


def _load_venue(ledger: Ledger, item: Record, edition: Edition | None) -> None:
    ledger.put(
        item["key"],
        Venue,
        {
            **translated("name", item["name"]),
            "address": item["address"],
            **translated("directions", item["directions"]),
            **translated("accessibility", item["accessibility"]),
            "latitude": Decimal(item["latitude"]),
            "longitude": Decimal(item["longitude"]),
            "order": item["order"],
        },
        natural={"edition": edition, "slug": item["slug"]},
        needs=[edition],
    )


def _load_walking_time(ledger: Ledger, item: Record) -> None:
    ends = [ledger.row(key, Venue) for key in item["between"]]
    first, second = sorted(ends, key=lambda venue: venue.pk if venue else 0)
    ledger.put(
        item["key"],
        WalkingTime,
        {"minutes": item["minutes"]},
        natural={"first": first, "second": second},
        needs=ends,
    )


def _load_room(ledger: Ledger, item: Record, edition: Edition | None) -> None:
    ledger.put(
        item["key"],
        Room,
        {
            **translated("name", item["name"]),
            **translated("directions", item.get("directions")),
            "venue": ledger.row(item["venue"], Venue),
            "seats": item["seats"],
            "order": item["order"],
        },
        natural={"edition": edition, "slug": item["slug"]},
        needs=[edition],
    )


def _load_programme(ledger: Ledger, item: Record) -> list[Session]:
    first = _days(ledger, item)["starts_on"]
    made = []
    for session_item in records("demo/programme"):
        session = load_session(ledger, session_item, lambda item: first + timedelta(days=item["day"] - 1))
        if session is None:
            continue
        made.append(session)
        if session_item["seats"]:
            set_seats(session=session, capacity=session_item["seats"], held=0)
    return made
