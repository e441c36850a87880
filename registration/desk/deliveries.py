"""What a device sends, read strictly: whatever else comes is told in a sentence, and nothing of it is done."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registration.desk.hashes import HASH_LENGTH
from registration.models import CheckIn, DeskAlert

MOST = 500  # of each list in one delivery
DAY = "day"
HOWS = {CheckIn.How.SCAN, CheckIn.How.NAME}
LARGEST_ID = 2**63 - 1
Entry = TypeVar("Entry")


class BadDelivery(Exception):  # noqa: N818 - no error: an answer
    """The sentence a developer of the device's page reads; the device keeps what it has."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__()
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


@dataclass(frozen=True)
class SentCheckIn:
    """`at` is by the device's clock; `scope` is "day" or the code of a session; `hash` of the code that was read."""

    id: uuid.UUID
    ref: int
    hash: str | None
    scope: str
    at: datetime
    how: str


@dataclass(frozen=True)
class SentUndo:
    id: uuid.UUID
    at: datetime


@dataclass(frozen=True)
class SentAlert:
    id: uuid.UUID
    kind: str
    hash: str | None
    scope: str
    at: datetime


@dataclass(frozen=True)
class Delivery:
    """`now` is what the device's clock showed when it sent all this."""

    now: datetime
    cursor: str | None
    check_ins: list[SentCheckIn]
    undone: list[SentUndo]
    alerts: list[SentAlert]


def read_json(body: bytes) -> dict[str, Any]:
    """Raises BadDelivery."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise BadDelivery(_("What was sent is not JSON."))
    if not isinstance(told, dict):
        raise BadDelivery(_("What was sent is not a JSON object."))
    return told


def read_delivery(body: bytes) -> Delivery:
    """Raises BadDelivery."""
    told = read_json(body)
    cursor = told.get("cursor")
    if cursor is not None and not isinstance(cursor, str):
        raise BadDelivery(_("The cursor is not one that this site gave."))
    return Delivery(
        now=_moment(told, "now"),
        cursor=cursor,
        check_ins=_entries(told, "check_ins", _check_in),
        undone=_entries(told, "undone", _undo),
        alerts=_entries(told, "alerts", _alert),
    )


def _entries(told: dict[str, Any], name: str, read: Callable[[dict[str, Any]], Entry]) -> list[Entry]:
    rows = told.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _wrong(name)
    if len(rows) > MOST:
        raise BadDelivery(_("Send at most %(count)d entries of a kind at once.") % {"count": MOST})
    return [read(row) for row in rows]


def _check_in(row: dict[str, Any]) -> SentCheckIn:
    ref = row.get("ref")
    if type(ref) is not int or not 0 < ref <= LARGEST_ID:
        raise _wrong("ref")
    how = row.get("how")
    if not isinstance(how, str) or how not in HOWS:
        raise _wrong("how")
    return SentCheckIn(
        id=_uuid(row),
        ref=ref,
        hash=_hash(row),
        scope=_scope(row),
        at=_moment(row, "at"),
        how=how,
    )


def _undo(row: dict[str, Any]) -> SentUndo:
    return SentUndo(id=_uuid(row), at=_moment(row, "at"))


def _alert(row: dict[str, Any]) -> SentAlert:
    kind = row.get("kind")
    if not isinstance(kind, str) or kind not in DeskAlert.Kind.values:
        raise _wrong("kind")
    return SentAlert(id=_uuid(row), kind=kind, hash=_hash(row), scope=_scope(row), at=_moment(row, "at"))


def _uuid(row: dict[str, Any]) -> uuid.UUID:
    value = row.get("id")
    try:
        if isinstance(value, str) and len(value) == 36:
            return uuid.UUID(value)
    except ValueError:
        pass
    raise _wrong("id")


def _hash(row: dict[str, Any]) -> str | None:
    value = row.get("hash")
    if value is None:
        return None
    if not isinstance(value, str) or len(value) != HASH_LENGTH or set(value) - set("0123456789abcdef"):
        raise _wrong("hash")
    return value


def _scope(row: dict[str, Any]) -> str:
    value = row.get("scope")
    if value == DAY:
        return DAY
    if isinstance(value, str) and len(value) == 6 and value.isascii() and value.isalnum():
        return value.upper()
    raise _wrong("scope")


def _moment(row: dict[str, Any], name: str) -> datetime:
    value = row.get(name)
    try:
        if isinstance(value, str) and len(value) <= 40:
            moment = datetime.fromisoformat(value)
            # Far from the ends of the calendar, where reckoning with a moment fails.
            if moment.tzinfo is not None and 2000 <= moment.year <= 2200:
                return moment
    except ValueError:
        pass
    raise _wrong(name)


def _wrong(name: str) -> BadDelivery:
    return BadDelivery(_("“%(name)s” is missing, or is not what the desk expects there.") % {"name": name})
