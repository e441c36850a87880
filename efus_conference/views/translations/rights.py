"""Who may read and write a text: whoever may do so on its page in the admin, and nobody else."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse

from archive.models import Block
from efus_conference.views.translations.places import PLACES, Place, column_of, follow


class Rights:
    """What one organiser may do, asked of the admin's own pages; remembered for the time of one request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self._open: dict[tuple[str, Any], set[str] | None] = {}

    def may_read(self, place: Place) -> bool:
        page = self._page(place)
        if page is None or not page.has_view_permission(self.request):
            return False
        return not place.parent or any(
            inline.has_view_permission(self.request) for inline in self._inlines(place, page, None)
        )

    def may_write(self, row: Model, column: str) -> bool:
        """Whether the form of the row shows the column to this organiser, open to be filled in."""
        key = (row._meta.label, row.pk)
        if key not in self._open:
            self._open[key] = self._closed_columns(row)
        closed = self._open[key]
        return closed is not None and column not in closed

    def _closed_columns(self, row: Model) -> set[str] | None:
        """The columns that are only read; None where no form of this organiser has the row."""
        place = PLACES[row._meta.label]
        page, owner = self._page(place), edited_on(row)
        if isinstance(row, Block) and row.version.publishes_at is not None:
            # What is public stands; who may write drafts may have one made of it.
            may_draft = self.request.user.has_perms(["archive.change_block", "archive.change_pageversion"])
            return set() if may_draft else None
        if page is None or not page.has_change_permission(self.request, owner):
            return None
        if not place.parent:
            shown = set(flatten_fieldsets(page.get_fieldsets(self.request, row)))
            columns = {each.name for each in row._meta.fields}
            return (columns - shown) | set(page.get_readonly_fields(self.request, row))
        for inline in self._inlines(place, page, owner):
            if inline.has_change_permission(self.request, owner):
                return set(inline.get_readonly_fields(self.request, owner))
        return None

    def _inlines(self, place: Place, page: Any, owner: Model | None) -> list[Any]:
        model = apps.get_model(place.model)
        return [one for one in page.get_inline_instances(self.request, owner) if one.model is model]

    def log(self, row: Model, columns: list[str]) -> None:
        """In the history of the page that shows the row."""
        place, owner = PLACES[row._meta.label], edited_on(row)
        names = [str(column_of(row, column).verbose_name) for column in columns]
        change: dict[str, Any] = {"fields": names}
        if place.parent:
            change |= {"name": str(row._meta.verbose_name), "object": str(row)}
        if (page := self._page(place)) is not None:
            page.log_change(self.request, owner, [{"changed": change}])

    @staticmethod
    def _page(place: Place) -> Any:
        model = apps.get_model(place.model)
        if place.parent:
            for name in place.parent.split("__"):
                model = model._meta.get_field(name).related_model
        return admin.site._registry.get(model)


def edited_on(row: Model) -> Model:
    """The row on whose page in the admin this one is edited."""
    parent = PLACES[row._meta.label].parent
    owner: Model = follow(row, parent) if parent else row
    return owner


def address(row: Model) -> str:
    """The page of the admin where a row is edited."""
    owner = edited_on(row)
    return reverse(f"admin:{owner._meta.app_label}_{owner._meta.model_name}_change", args=[owner.pk])
