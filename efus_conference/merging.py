"""How the rows of two organisations that are one and the same become those of one.

Each app says it of its own, in its `AppConfig.ready()`; `archive.actions.merging` carries it out. A test compares
`shares` with all columns of all models that lead to an organisation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Model

from efus_conference.models import Organisation


class InTheWayError(Exception):
    """What of both can't become one; `str()` says why, in the reader's language."""


class Share(Protocol):
    """One kind of rows that name an organisation."""

    @property
    def title(self) -> str: ...

    def count(self, gone: Organisation) -> int:
        """How many rows will move."""

    def conflicts(self, kept: Organisation, gone: Organisation) -> Sequence[str]:
        """Why they can't, in sentences."""

    def move(self, kept: Organisation, gone: Organisation) -> None:
        """Within a transaction that holds both organisations. Raises InTheWayError."""


shares: list[Share] = []


def add(*given: Share) -> None:
    """Each once, however often an app is set up."""
    shares.extend(share for share in given if share not in shares)


def drop(kept: Any, gone: Any) -> None:
    """The row of the one that stays says it all."""
    gone.delete()


def never(kept: Any, gone: Any) -> str:
    return ""


def nothing(kept: Organisation, gone: Organisation) -> None:
    """Nothing has to be locked first."""


@dataclass(frozen=True)
class Column:
    """A column that names an organisation.

    Where a row is unique within a `scope`, such as an edition, `join` makes one row of the two: nothing names the one
    that is gone afterwards. `conflict` says why it can't, or "". `lock` takes what is locked before these rows
    everywhere else.
    """

    model: type[Model]
    name: str = "organisation"
    scope: str = ""
    join: Callable[[Any, Any], None] = drop
    conflict: Callable[[Any, Any], str] = never
    lock: Callable[[Organisation, Organisation], None] = nothing

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name_plural)

    def _rows(self, *organisations: Organisation) -> Any:
        rows = self.model._base_manager.filter(**{f"{self.name}__in": organisations})
        return rows.order_by("pk")

    def count(self, gone: Organisation) -> int:
        return int(self._rows(gone).count())

    def _pairs(self, rows: Sequence[Any], kept: Organisation) -> list[tuple[Any, Any]]:
        """The row of the one that stays, or None, and each row of the other."""
        column, scope = f"{self.name}_id", f"{self.scope}_id"
        theirs = (
            {getattr(row, scope): row for row in rows if getattr(row, column) == kept.pk}
            if self.scope
            else {}
        )
        return [
            (theirs.get(getattr(row, scope)) if self.scope else None, row)
            for row in rows
            if getattr(row, column) != kept.pk
        ]

    def conflicts(self, kept: Organisation, gone: Organisation) -> list[str]:
        if not self.scope:
            return []
        pairs = self._pairs(list(self._rows(kept, gone)), kept)
        said = (self.conflict(theirs, row) for theirs, row in pairs if theirs is not None)
        return [sentence for sentence in said if sentence]

    def move(self, kept: Organisation, gone: Organisation) -> None:
        self.lock(kept, gone)
        rows = list(self._rows(kept, gone).select_for_update(of=("self",), no_key=True))
        alone = []
        for theirs, row in self._pairs(rows, kept):
            if theirs is None:
                alone.append(row.pk)
                continue
            if sentence := self.conflict(theirs, row):
                raise InTheWayError(sentence)
            self.join(theirs, row)
        self.model._base_manager.filter(pk__in=alone).update(**{self.name: kept})


def columns() -> set[tuple[str, str]]:
    """Which columns of which models move."""
    return {(share.model._meta.label, share.name) for share in shares if isinstance(share, Column)}
