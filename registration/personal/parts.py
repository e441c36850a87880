"""The registrations of one account and their rows elsewhere, read together: a query for each table, not each row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from efus_conference.models import User
from programme.models import ReleasedSession
from registration.models import Registration, RegistrationEvent
from registration.states import ENDED

Row = TypeVar("Row")


@dataclass
class Kept:
    """What one account keeps. `told` are the ids of those that are `told_to` it."""

    user: User
    rows: list[Registration]
    told: set[int]
    _read: dict[Hashable, dict[int, list[Any]]] = field(default_factory=dict)
    _titles: dict[int, str] | None = None

    def by_registration(
        self, key: str, rows: Callable[[list[int]], Iterable[Row]]
    ) -> Callable[[int], list[Row]]:
        """The rows of one registration; `rows` reads those of all that are told, the first time it is asked for."""
        return self._grouped(key, rows, sorted(self.told), "registration_id")

    def by_place(self, key: str, rows: Callable[[list[int]], Iterable[Row]]) -> Callable[[int], list[Row]]:
        return self._grouped(key, rows, sorted({row.place_id for row in self.rows}), "place_id")

    def by_any(self, key: str, rows: Callable[[list[int]], Iterable[Row]]) -> Callable[[int], list[Row]]:
        """As `by_registration`, of those that are not told too."""
        return self._grouped(key, rows, [row.pk for row in self.rows], "registration_id")

    def _grouped(
        self, key: str, rows: Callable[[list[int]], Iterable[Row]], ids: list[int], name: str
    ) -> Callable[[int], list[Row]]:
        if key not in self._read:
            groups: dict[int, list[Any]] = defaultdict(list)
            for row in rows(ids) if ids else []:
                groups[getattr(row, name)].append(row)
            self._read[key] = dict(groups)
        found = self._read[key]
        return lambda pk: found.get(pk, [])

    def title(self, session_id: int | None) -> str:
        """As it is public; a draft's is the organisers'."""
        if self._titles is None:
            editions = {row.edition_id for row in self.rows}
            released = ReleasedSession.objects.filter(edition__in=editions)
            self._titles = {row.pk: row.title for row in released}
        return self._titles.get(session_id or 0, "")

    def ended_at(self, row: Registration) -> datetime | None:
        """When a registration was over: what happens on its place afterwards is somebody else's."""
        if row.is_live:
            return None
        events = self.by_any(
            "events",
            lambda ids: (
                RegistrationEvent.objects.filter(registration__in=ids)
                .select_related("actor")
                .order_by("at", "pk")
            ),
        )(row.pk)
        ends = [event.at for event in events if event.after in ENDED]
        return ends[-1] if ends else row.cancelled_at or row.changed_at


def kept_by(user: User) -> Kept:
    rows = list(
        Registration.objects.managed_by(user)
        .filter(erased_at=None)
        .select_related("edition", "category", "organisation", "place__delegation__organisation")
        .prefetch_related("edition__hosting__organisation")
        .order_by("pk")
    )
    told = Registration.objects.told_to(user).filter(erased_at=None).order_by()
    return Kept(user, rows, set(told.values_list("pk", flat=True)))
