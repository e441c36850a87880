"""Sessions as a sheet: one a row, known by its code; a row without a code is a new session."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from efus_conference.models import Edition
from programme.models import Room, Session, SessionKind
from programme.models.releases import TEXTS
from programme.models.sessions import new_code
from programme.spreadsheets.cells import (
    BySlug,
    BySlugInTheEdition,
    Codes,
    MomentOnTheProgramme,
    ProgrammeResource,
    SheetLoader,
    Themes,
    column,
    in_languages,
    moment,
)


class SessionResource(ProgrammeResource):
    edition = column("edition", BySlug(Edition))
    kind = column("kind", BySlug(SessionKind))
    room = column("room", BySlugInTheEdition(Room))
    starts_at = moment("starts_at", MomentOnTheProgramme())
    ends_at = moment("ends_at", MomentOnTheProgramme())
    departs_at = moment("departs_at", MomentOnTheProgramme())
    returns_at = moment("returns_at", MomentOnTheProgramme())
    identity_by = moment("identity_by", MomentOnTheProgramme())
    floor_languages = column("floor_languages", Codes())
    interpretation_languages = column("interpretation_languages", Codes())
    caption_languages = column("caption_languages", Codes())
    themes = column("themes", Themes())
    text_columns = in_languages(*TEXTS)

    class Meta(ProgrammeResource.Meta):
        abstract = False
        model = Session
        import_id_fields = ["code"]
        instance_loader_class = SheetLoader
        fields = (
            "code",
            "edition",
            "kind",
            *in_languages(*TEXTS),
            "room",
            "starts_at",
            "ends_at",
            "floor_languages",
            "interpretation_languages",
            "caption_languages",
            "themes",
            "departs_at",
            "returns_at",
            "wheelchair_places",
            "identity_by",
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
        row["code"] = self.key(row.get("code")) or new_code()

    def key(self, value: Any) -> str:
        return super().key(value).upper()

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        if instance.edition_id is None:
            raise ValidationError({"edition": _("Give the edition.")})
