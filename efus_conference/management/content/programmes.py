from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from efus_conference.management.content.files import Record, records, translated
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Edition, Organisation
from programme.models import Appearance, Room, Session, SessionKind, Speaker, Theme


def load_programmes(ledger: Ledger) -> list[Session]:
    """What is known of the programmes of 2017 and 2021; the sessions that are new, for a release."""
    return [
        session
        for year in (2017, 2021)
        for item in records(f"programme-{year}")
        if (session := load_session(ledger, item, lambda item: date.fromisoformat(item["on"])))
    ]


def load_session(ledger: Ledger, item: Record, day: Callable[[Record], date]) -> Session | None:
    """One session and who appears in it; returned only when it was made now."""
    edition = ledger.row(item["edition"], Edition)
    kind = ledger.row(item["kind"], SessionKind)
    if edition is None or kind is None:
        return None
    is_new = not ledger.knows(item["key"])
    session = ledger.put(
        item["key"],
        Session,
        {
            "edition": edition,
            "kind": kind,
            **translated("title", item["title"]),
            **translated("abstract", item.get("abstract")),
            **translated("meeting_point", item.get("meeting_point")),
            "room": ledger.row(item["room"], Room) if item.get("room") else None,
            "starts_at": _moment(day(item), item["from"], edition),
            "ends_at": _moment(day(item), item["to"], edition),
            "floor_languages": item["floor_languages"],
            "interpretation_languages": item["interpretation_languages"],
            "caption_languages": item.get("caption_languages", []),
            **_field_visit(item, day(item), edition),
        },
        natural={"code": item["code"]},
        once={"guid": UUID(item["guid"])},
        many={"themes": [ledger.row(key, Theme) for key in item.get("themes", [])]},
    )
    for order, appearance in enumerate(item["appearances"], start=1):
        speaker = ledger.row(appearance["speaker"], Speaker)
        ledger.put(
            f"{item['key']}/{appearance['role']}/{appearance['speaker']}",
            Appearance,
            {
                **translated("function", appearance["function"]),
                "organisation": ledger.row(appearance["organisation"], Organisation),
                "is_to_be_confirmed": appearance["to_be_confirmed"],
                "order": order,
            },
            natural={"session": session, "speaker": speaker, "role": appearance["role"]},
            needs=[session, speaker],
        )
    return session if is_new else None


def _field_visit(item: Record, day: date, edition: Edition) -> dict[str, Any]:
    """What only some sessions have, most of them field visits."""
    identity = item.get("identity_by")
    return {
        **translated("how_to_get_there", item.get("how_to_get_there")),
        **translated("accessibility", item.get("accessibility")),
        **translated("what_to_bring", item.get("what_to_bring")),
        "wheelchair_places": item.get("wheelchair_places"),
        "departs_at": _moment(day, item["departs"], edition) if "departs" in item else None,
        "returns_at": _moment(day, item["returns"], edition) if "returns" in item else None,
        "identity_by": _moment(day - timedelta(days=identity["days_before"]), identity["at"], edition)
        if identity
        else None,
    }


def _moment(day: date, clock: str, edition: Edition) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=edition.zone)
