from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from efus_conference.models import LoadedItem
from efus_conference.models.loaded import erased_key

M = TypeVar("M", bound=Model)


class Ledger:
    """Writes the content's items into rows, and remembers in `LoadedItem` what it wrote.

    It is why loading again is harmless: a field an organiser changed stays as they left it, a row they deleted
    is not made again, and a row they had made themselves is taken as it is.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._items = {item.key: item for item in LoadedItem.objects.all()}
        self._existing = self._read_existing()
        self._rows: dict[str, Model | None] = {}
        self._made: set[str] = set()

    def _read_existing(self) -> dict[str, dict[str, Model]]:
        """The rows of every item, read with one query per model."""
        ids: defaultdict[str, list[str]] = defaultdict(list)
        for item in self._items.values():
            ids[item.model].append(item.object_id)
        return {
            label: {str(pk): row for pk, row in apps.get_model(label)._default_manager.in_bulk(pks).items()}
            for label, pks in ids.items()
        }

    def knows(self, key: str) -> bool:
        """Whether an item was loaded before, by this run or an earlier one."""
        return self._item(key) is not None

    def _item(self, key: str) -> LoadedItem | None:
        """Also that of an erased person, whose row stays without a name and whose key is one no longer."""
        return self._items.get(key) or self._items.get(erased_key(key))

    def found(self, key: str, model: type[M]) -> M | None:
        """The row of an item of this run or an earlier one, as it is now; None if it is not there."""
        item = self._item(key)
        return model._default_manager.filter(pk=item.object_id).first() if item else None

    def written(self, key: str) -> dict[str, Any]:
        """The values last written for an item; nothing for one that is new or that a person had made."""
        item = self._item(key)
        return dict(item.fields) if item else {}

    def note(self, key: str, row: Model) -> None:
        """Remembers a row that an action made: it is the people's from then on, and never made again."""
        self._items[key] = LoadedItem.objects.create(key=key, model=row._meta.label, object_id=str(row.pk))
        self._made.add(key)
        self.counts["made"] += 1

    def was_made(self, key: str) -> bool:
        """Whether this run made the item's row."""
        return key in self._made

    def row(self, key: str, model: type[M]) -> M | None:
        """The row of an item of this run; None if someone deleted it. A KeyError is a mistake in the content."""
        row = self._rows[key]
        assert row is None or isinstance(row, model), f"{key} is no {model.__name__}"
        return row

    def put(
        self,
        key: str,
        model: type[M],
        fields: Mapping[str, Any],
        *,
        natural: Mapping[str, Any] | None = None,
        once: Mapping[str, Any] | None = None,
        many: Mapping[str, Iterable[Model | None]] | None = None,
        needs: Sequence[Model | None] = (),
    ) -> M | None:
        """The item's row, made or brought up to date; None if a person deleted it, or one of those it needs.

        `natural` finds a row that a person made for the same thing, `once` holds what is written only when the
        row is made, `many` the rows of many-to-many fields.
        """
        row = self._put(key, model, fields, natural or {}, once or {}, many or {}, needs)
        self._rows[key] = row
        return row

    def _put(
        self,
        key: str,
        model: type[M],
        fields: Mapping[str, Any],
        natural: Mapping[str, Any],
        once: Mapping[str, Any],
        many: Mapping[str, Iterable[Model | None]],
        needs: Sequence[Model | None],
    ) -> M | None:
        if any(needed is None for needed in needs):
            return None
        lists = {name: [row for row in rows if row is not None] for name, rows in many.items()}
        item = self._item(key)
        if item is None:
            return self._make(key, model, fields, natural, once, lists)
        row = self._existing.get(item.model, {}).get(item.object_id)
        if row is None:
            self.counts["deleted by someone, left so"] += 1
            return None
        assert isinstance(row, model), f"{key} was loaded as {item.model}"
        self._bring_up_to_date(item, row, fields, lists)
        return row

    def _make(
        self,
        key: str,
        model: type[M],
        fields: Mapping[str, Any],
        natural: Mapping[str, Any],
        once: Mapping[str, Any],
        lists: Mapping[str, list[Model]],
    ) -> M:
        row = model._default_manager.filter(**natural).first() if natural else None
        written: dict[str, Any] = {}
        if row is None:
            row = model(**{**natural, **fields, **once})
            row.save(force_insert=True)
            for name, rows in lists.items():
                getattr(row, name).set(rows)
            written = {name: plain(value) for name, value in fields.items()}
            written |= {name: sorted(other.pk for other in rows) for name, rows in lists.items()}
            self._made.add(key)
            self.counts["made"] += 1
        else:
            self.counts["found, left as it is"] += 1
        self._items[key] = LoadedItem.objects.create(
            key=key, model=model._meta.label, object_id=str(row.pk), fields=written
        )
        return row

    def _bring_up_to_date(
        self, item: LoadedItem, row: Model, fields: Mapping[str, Any], lists: Mapping[str, list[Model]]
    ) -> None:
        written: dict[str, Any] = {}
        for name, value in fields.items():
            if self._may_write(item, name, plain(value), _current(row, name)):
                setattr(row, name, value)
                written[name] = plain(value)
        if written:
            row.save(update_fields=list(written))
        for name, rows in lists.items():
            wanted = sorted(other.pk for other in rows)
            if self._may_write(item, name, wanted, sorted(getattr(row, name).values_list("pk", flat=True))):
                getattr(row, name).set(rows)
                written[name] = wanted
        if written:
            item.fields = {**item.fields, **written}
            item.save()
            self.counts["brought up to date"] += 1

    def _may_write(self, item: LoadedItem, name: str, wanted: Any, current: Any) -> bool:
        if name in item.fields:
            return bool(wanted != item.fields[name] and current == item.fields[name])
        # A field the content did not have before: only into a row of ours, and only where nobody wrote yet.
        return bool(item.fields) and wanted != current and current in (None, "", [])


def _current(row: Model, name: str) -> Any:
    return plain(getattr(row, row._meta.get_field(name).attname))  # type: ignore[union-attr]


def plain(value: Any) -> Any:
    """A field's value as JSON keeps it, the same for the value given and the value read back."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value
