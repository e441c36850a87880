"""What stands in a cell: rows by their addresses, moments, languages, and how each is read back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import fields, instance_loaders, widgets

from efus_conference.exports import SafeResource
from efus_conference.models import Edition
from efus_conference.moments import on_the_clocks, written_with_offset
from programme.actions.comparison import LANGUAGES
from programme.models import Session, Theme

Row = Mapping[str, Any]


class BySlug(widgets.ForeignKeyWidget):
    """A row by its address; an address that none has is an error of that line, with its name.

    A sheet names the same few again and again: each is looked up once. A resource, with its widgets, lives as long
    as one import.
    """

    field_name = "slug"
    missing: Any = gettext_lazy("There is no %(what)s with the address “%(address)s”.")

    def __init__(self, model: type[Model]) -> None:
        super().__init__(model, field=self.field_name)
        self.found: dict[tuple[str, str], Any] = {}

    def clean(self, value: Any, row: Row | None = None, **kwargs: Any) -> Any:
        if not value:
            return None
        key, edition = self.key(value), edition_named(row or {})
        if (key, edition) not in self.found:
            self.found[key, edition] = self.candidates(edition).filter(**{self.field_name: key}).first()
        found = self.found[key, edition]
        if found is None:
            raise ValueError(self.missing % {"what": self.model._meta.verbose_name, "address": value})
        return found

    def key(self, value: Any) -> str:
        return str(value).strip()

    def candidates(self, edition: str) -> Any:
        return self.model._default_manager.all()


class BySlugInTheEdition(BySlug):
    """A row of the edition that the line names, such as one of its rooms."""

    def candidates(self, edition: str) -> Any:
        return self.model._default_manager.filter(edition__slug=edition)


def edition_named(row: Row) -> str:
    return str(row.get("edition") or "").strip()


class Themes(widgets.ManyToManyWidget):
    def __init__(self) -> None:
        super().__init__(Theme, field="slug", separator=",")
        self.found: dict[str, Theme] = {}

    def clean(self, value: Any, row: Row | None = None, **kwargs: Any) -> list[Theme]:
        slugs = {part.strip() for part in str(value or "").split(",")} - {""}
        if new := slugs - self.found.keys():
            self.found |= {theme.slug: theme for theme in Theme.objects.filter(slug__in=new)}
        if missing := slugs - self.found.keys():
            raise ValueError(_("There is no theme “%(theme)s”.") % {"theme": ", ".join(sorted(missing))})
        return [self.found[slug] for slug in slugs]

    def render(self, value: Any, obj: Model | None = None, **kwargs: Any) -> str:
        # Read as they were prefetched: a query a line otherwise.
        return ", ".join(sorted(theme.slug for theme in value.all())) if value is not None else ""


class Codes(widgets.Widget):
    """Language codes with commas."""

    def clean(self, value: Any, row: Row | None = None, **kwargs: Any) -> list[str]:
        return [part.strip() for part in str(value or "").split(",") if part.strip()]

    def render(self, value: Any, obj: Model | None = None, **kwargs: Any) -> str:
        return ", ".join(value or [])


class Moment(widgets.Widget):
    """2027-05-19T09:30+02:00; without an offset it is the time at the venue, or else at the office."""

    def __init__(self) -> None:
        super().__init__()
        self.zones: dict[str, ZoneInfo] = {}

    def clean(self, value: Any, row: Row | None = None, **kwargs: Any) -> datetime | None:
        if value in (None, ""):
            return None
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
        except ValueError:
            raise ValueError(
                _("“%(value)s” is no date and time; write it like 2027-05-19T09:30+02:00.") % {"value": value}
            ) from None
        try:
            return self.moment(moment, self.zone(edition_named(row or {})))
        except ValidationError as refusal:
            raise ValueError(" ".join(refusal.messages)) from None

    def moment(self, written: datetime, zone: ZoneInfo) -> datetime:
        return written if written.tzinfo else on_the_clocks(written, zone)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        if value is None:
            return ""
        zone = obj.edition.zone if isinstance(obj, Session) else timezone.get_default_timezone()
        return str(value.astimezone(zone).isoformat(timespec="seconds"))

    def zone(self, slug: str) -> ZoneInfo:
        if slug not in self.zones:
            edition = Edition.objects.filter(slug=slug).first() if slug else None
            office = timezone.get_default_timezone()
            assert isinstance(office, ZoneInfo)
            self.zones[slug] = edition.zone if edition else office
        return self.zones[slug]


class MomentOnTheProgramme(Moment):
    """A time that people will read from clocks: none that summer time skips or doubles, with an offset or without."""

    def moment(self, written: datetime, zone: ZoneInfo) -> datetime:
        return written_with_offset(written, zone) if written.tzinfo else super().moment(written, zone)


class MomentField(fields.Field):
    def export(self, instance: Any, **kwargs: Any) -> str:
        return str(self.widget.render(self.get_value(instance), instance))


def moment(name: str, widget: Moment | None = None) -> fields.Field:
    return MomentField(attribute=name, column_name=name, widget=widget or Moment())


def column(name: str, widget: widgets.Widget) -> fields.Field:
    return fields.Field(attribute=name, column_name=name, widget=widget)


def in_languages(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}_{language}" for name in names for language in LANGUAGES)


class SheetLoader(instance_loaders.ModelInstanceLoader):
    """Reads the rows that a sheet names at once, where one column names them."""

    def __init__(self, resource: Any, dataset: Any = None) -> None:
        super().__init__(resource, dataset)
        [self.column] = resource.get_import_id_fields()
        wanted = {self._key(value) for value in (dataset[self.column] if dataset is not None else [])}
        rows = self.get_queryset().filter(**{f"{self.column}__in": wanted - {""}})
        self.rows = {self._key(getattr(row, self.column)): row for row in rows}

    def get_instance(self, row: Row) -> Any:
        return self.rows.get(self._key(row.get(self.column)))

    def _key(self, value: Any) -> str:
        return str(self.resource.key(value))


class ProgrammeResource(SafeResource):
    class Meta(SafeResource.Meta):
        abstract = True

    def key(self, value: Any) -> str:
        """What a cell of the column by which rows are known says."""
        return str("" if value is None else value).strip()

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        """Null and empty are one for who reads a sheet: a sheet that was not touched changes nothing."""
        for name in self.text_columns:
            if not getattr(instance, name) and not getattr(original, name):
                setattr(instance, name, getattr(original, name))
        skipped: bool = super().skip_row(instance, original, row, import_validation_errors)
        return skipped

    text_columns: tuple[str, ...] = ()
