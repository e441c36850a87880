"""Runs inside the site: counts queries, of pages that are made anew, on its own content and on a thousand sessions.

Prints JSON. The thousand are in a transaction that is taken back.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime, timedelta
from datetime import time as clock
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from efus_conference.models import Edition
from programme.actions import release
from programme.models import Room, Session, SessionKind

THOUSAND = 1000
ROOMS = 12
FIRST_HOUR = 8
SLOT = timedelta(minutes=30)


def facts() -> dict[str, Any]:
    """The demonstration edition, and one of its sessions with several people in it."""
    edition = Edition.objects.get(is_demonstration=True)
    rows = list(edition.released_sessions.select_related("session"))  # type: ignore[attr-defined]
    fullest = max(rows, key=lambda row: (len(row.appearances), row.session.code))
    return {"edition": edition.slug, "session": fullest.session.code, "sessions": len(rows)}


def queries(paths: list[str]) -> dict[str, int]:
    """Of one answer each, made anew; the first of all answers warms up what is read once."""
    client = Client(HTTP_HOST="localhost")
    counted = {}
    for path in paths:
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(path)
        if answer.status_code != 200:
            sys.exit(f"{path} answered with status {answer.status_code}")
        counted[path] = len(captured)
    return counted


def a_thousand(path: str) -> dict[str, float]:
    """Queries and milliseconds of a page, with a thousand sessions instead of the demonstration's."""
    with transaction.atomic():
        edition = Edition.objects.get(is_demonstration=True)
        rooms = [
            Room.objects.create(
                edition=edition, slug=f"hall-{number}", name=f"Hall {number}", order=100 + number
            )
            for number in range(ROOMS)
        ]
        kinds = list(SessionKind.objects.all())
        days = edition.days()
        made = []
        for number in range(THOUSAND):
            slot, room = divmod(number, ROOMS)
            per_day = -(-THOUSAND // ROOMS // len(days)) + 1
            day = days[slot // per_day]
            start = datetime.combine(day.date(), clock(FIRST_HOUR), edition.zone) + slot % per_day * SLOT
            made.append(
                Session.objects.create(
                    edition=edition,
                    kind=kinds[number % len(kinds)],
                    room=rooms[room],
                    title=f"Session {number} of a thousand",
                    abstract="What it is about, in a sentence of some length.",
                    starts_at=start,
                    ends_at=start + SLOT,
                    floor_languages=["en"],
                    interpretation_languages=["fr"],
                )
            )
        release(edition=edition, by=None, sessions=made)
        counted = queries([path])[path]
        begun = time.perf_counter()
        Client(HTTP_HOST="localhost").get(path)
        took = (time.perf_counter() - begun) * 1000
        transaction.set_rollback(True)
    return {"queries": counted, "milliseconds": round(took, 1)}


def main() -> None:
    what, *arguments = sys.argv[1:]
    answer: Any
    if what == "facts":
        answer = facts()
    elif what == "queries":
        answer = queries(arguments)
    else:
        answer = a_thousand(arguments[0])
    json.dump(answer, sys.stdout)
