"""Sessions and speakers as spreadsheets. A session is known by its code, a speaker by the address of their page.

An edition, a kind, a room, a theme and an organisation stand there by their addresses; moments with their offset
from UTC, at the venue. A row without a code is a new session.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export import fields, widgets

from efus_conference.exports import SafeResource
from efus_conference.models import Edition, Organisation
from programme.actions.comparison import LANGUAGES, TEXTS
from programme.models import Room, Session, SessionKind, Speaker, Theme
from programme.models.sessions import new_code

Row = Mapping[str, Any]


class BySlug(widgets.ForeignKeyWidget):
    """A row by its address; an address that none has is an error of that line, with its name.

    A sheet names the same few again and again: each is looked up once. A resource, with its widgets, lives as long
    as one import.
    """

    def __init__(self, model: type[Model]) -> None:
        super().__init__(model, field="slug")
        self.found: dict[tuple[str, str], Any] = {}

    def clean(self, value: Any, row: Row | None = None, **kwargs: Any) -> Any:
        if not value:
            return None
        slug, edition = str(value).strip(), edition_named(row or {})
        if (slug, edition) not in self.found:
            self.found[slug, edition] = self.candidates(edition).filter(slug=slug).first()
        found = self.found[slug, edition]
        if found is None:
            raise ValueError(
                _("There is no %(what)s with the address “%(address)s”.")
                % {"what": self.model._meta.verbose_name, "address": value}
            )
        return found

    def candidates(self, edition: str) -> Any:
        return self.model._default_manager.all()


class RoomOfTheEdition(BySlug):
    def candidates(self, edition: str) -> Any:
        return Room.objects.filter(edition__slug=edition)


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
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone(edition_named(row or {})))

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


class MomentField(fields.Field):
    def export(self, instance: Any, **kwargs: Any) -> str:
        return str(self.widget.render(self.get_value(instance), instance))


def _moment(name: str) -> fields.Field:
    return MomentField(attribute=name, column_name=name, widget=Moment())


def _column(name: str, widget: widgets.Widget) -> fields.Field:
    return fields.Field(attribute=name, column_name=name, widget=widget)


class ProgrammeResource(SafeResource):
    class Meta(SafeResource.Meta):
        abstract = True

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        """Null and empty are one for who reads a sheet: a sheet that was not touched changes nothing."""
        for name in self.text_columns:
            if not getattr(instance, name) and not getattr(original, name):
                setattr(instance, name, getattr(original, name))
        skipped: bool = super().skip_row(instance, original, row, import_validation_errors)
        return skipped

    text_columns: tuple[str, ...] = ()


class SessionResource(ProgrammeResource):
    edition = _column("edition", BySlug(Edition))
    kind = _column("kind", BySlug(SessionKind))
    room = _column("room", RoomOfTheEdition(Room))
    starts_at = _moment("starts_at")
    ends_at = _moment("ends_at")
    floor_languages = _column("floor_languages", Codes())
    interpretation_languages = _column("interpretation_languages", Codes())
    themes = _column("themes", Themes())
    text_columns = tuple(f"{name}_{language}" for name in TEXTS for language in LANGUAGES)

    class Meta(ProgrammeResource.Meta):
        abstract = False
        model = Session
        import_id_fields = ["code"]
        fields = (
            "code",
            "edition",
            "kind",
            *(f"{name}_{language}" for name in TEXTS for language in LANGUAGES),
            "room",
            "starts_at",
            "ends_at",
            "floor_languages",
            "interpretation_languages",
            "themes",
            "is_cancelled",
            "note",
        )
        export_order = fields

    def get_queryset(self) -> Any:
        return (
            super()
            .get_queryset()
            .select_related("edition", "kind", "room")
            .prefetch_related("themes")
            .order_by("edition", "starts_at", "code")
        )

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        row["code"] = str(row.get("code") or "").strip().upper() or new_code()

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        if instance.edition_id is None:
            raise ValidationError({"edition": _("Give the edition.")})


class SpeakerResource(ProgrammeResource):
    organisation = _column("organisation", BySlug(Organisation))
    consented_at = _moment("consented_at")
    consent_withdrawn_at = _moment("consent_withdrawn_at")
    text_columns = tuple(f"{name}_{language}" for name in ("function", "biography") for language in LANGUAGES)

    class Meta(ProgrammeResource.Meta):
        abstract = False
        model = Speaker
        import_id_fields = ["slug"]
        fields = (
            "slug",
            "name",
            "sort_name",
            "organisation",
            *(f"{name}_{language}" for name in ("function", "biography") for language in LANGUAGES),
            "email",
            "basis",
            "consented_at",
            "consent_withdrawn_at",
        )
        export_order = fields

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("organisation").by_name()
