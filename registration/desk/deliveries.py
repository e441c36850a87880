"""What a device sends, read strictly: of what is no delivery nothing is done, and a sentence says why.

In a delivery an entry that cannot be read holds up none of the others: it is refused by itself, and told organisers.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registration.desk.hashes import HASH_LENGTH
from registration.models import CheckIn, DeskAlert

MOST = 500  # of each list in one delivery
DAY = "day"
HOWS = {CheckIn.How.SCAN, CheckIn.How.NAME}
LARGEST_ID = 2**63 - 1
LONGEST_ID = 100  # characters of an entry's id that is repeated in the answer
# Far from the ends of the calendar, where reckoning with a moment fails; a clock without power may say 1970.
YEARS = range(1900, 2201)
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
    """`at` is by the device's clock; `scope` is "day" or the code of a session; `hash` of the code that was read.

    `device` is as which of its devices the browser did it: one that entered by the link of another day before.
    """

    id: uuid.UUID
    device: uuid.UUID | None
    ref: int
    hash: str | None
    scope: str
    at: datetime
    how: str


@dataclass(frozen=True)
class SentUndo:
    """`ref`, where the device tells it, is whom it thinks to have taken back."""

    id: uuid.UUID
    device: uuid.UUID | None
    ref: int | None
    at: datetime


@dataclass(frozen=True)
class SentAlert:
    id: uuid.UUID
    device: uuid.UUID | None
    kind: str
    hash: str | None
    scope: str
    at: datetime


@dataclass(frozen=True)
class Unreadable:
    """`id` as it was sent, empty where it cannot be repeated; `ref` where that much can be read."""

    id: str
    ref: int | None


@dataclass(frozen=True)
class Delivery:
    """`now` is what the device's clock showed when it sent all this."""

    now: datetime
    cursor: str | None
    check_ins: list[SentCheckIn]
    undone: list[SentUndo]
    alerts: list[SentAlert]
    unreadable: list[Unreadable]


def read_json(body: bytes) -> dict[str, Any]:
    """Raises BadDelivery."""
    try:
        told = json.loads(body)
        # Half a character, which JSON can spell, is no text: nothing after this can write it anywhere.
        json.dumps(told, ensure_ascii=False).encode()
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
    unreadable: list[Unreadable] = []
    return Delivery(
        now=_moment(told, "now"),
        cursor=cursor,
        check_ins=_entries(told, "check_ins", _check_in, unreadable),
        undone=_entries(told, "undone", _undo, unreadable),
        alerts=_entries(told, "alerts", _alert, unreadable),
        unreadable=unreadable,
    )


def _entries(
    told: dict[str, Any],
    name: str,
    read: Callable[[dict[str, Any]], Entry],
    unreadable: list[Unreadable],
) -> list[Entry]:
    rows = told.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _wrong(name)
    if len(rows) > MOST:
        raise BadDelivery(_("Send at most %(count)d entries of a kind at once.") % {"count": MOST})
    entries = []
    for row in rows:
        try:
            entries.append(read(row))
        except BadDelivery:
            unreadable.append(_unreadable(row, is_answered=read is not _alert))
    return entries


def _unreadable(row: dict[str, Any], *, is_answered: bool) -> Unreadable:
    told = row.get("id")
    is_repeatable = (
        isinstance(told, str) and len(told) <= LONGEST_ID and told.isascii() and told.isprintable()
    )
    return Unreadable(id=str(told) if is_answered and is_repeatable else "", ref=_reference(row))


def _reference(row: dict[str, Any]) -> int | None:
    value = row.get("ref")
    return value if type(value) is int and 0 < value <= LARGEST_ID else None


def _check_in(row: dict[str, Any]) -> SentCheckIn:
    ref = _reference(row)
    if ref is None:
        raise _wrong("ref")
    how = row.get("how")
    if not isinstance(how, str) or how not in HOWS:
        raise _wrong("how")
    return SentCheckIn(
        id=_uuid(row),
        device=_device(row),
        ref=ref,
        hash=_hash(row),
        scope=_scope(row),
        at=_moment(row, "at"),
        how=how,
    )


def _undo(row: dict[str, Any]) -> SentUndo:
    return SentUndo(id=_uuid(row), device=_device(row), ref=_reference(row), at=_moment(row, "at"))


def _alert(row: dict[str, Any]) -> SentAlert:
    kind = row.get("kind")
    if not isinstance(kind, str) or kind not in DeskAlert.Kind.values:
        raise _wrong("kind")
    return SentAlert(
        id=_uuid(row),
        device=_device(row),
        kind=kind,
        hash=_hash(row),
        scope=_scope(row),
        at=_moment(row, "at"),
    )


def _device(row: dict[str, Any]) -> uuid.UUID | None:
    return None if row.get("device") is None else _uuid(row, "device")


def _uuid(row: dict[str, Any], name: str = "id") -> uuid.UUID:
    value = row.get(name)
    try:
        if isinstance(value, str) and len(value) == 36:
            return uuid.UUID(value)
    except ValueError:
        pass
    raise _wrong(name)


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
            if moment.tzinfo is not None and moment.year in YEARS:
                # PostgreSQL takes not every distance from UTC that Python does.
                return moment.astimezone(UTC)
    except ValueError:
        pass
    raise _wrong(name)


def _wrong(name: str) -> BadDelivery:
    return BadDelivery(_("“%(name)s” is missing, or is not what the desk expects there.") % {"name": name})
