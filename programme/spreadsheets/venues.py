"""Venues and rooms as sheets: known by their address within the edition."""

from __future__ import annotations

from typing import Any

from efus_conference.models import Edition
from programme.models import Room, Venue
from programme.spreadsheets.cells import BySlug, BySlugInTheEdition, ProgrammeResource, column, in_languages


class VenueResource(ProgrammeResource):
    edition = column("edition", BySlug(Edition))
    text_columns = in_languages("name", "directions", "accessibility")

    class Meta(ProgrammeResource.Meta):
        abstract = False
        model = Venue
        import_id_fields = ["edition", "slug"]
        fields = (
            "edition",
            "slug",
            *in_languages("name"),
            "address",
            *in_languages("directions", "accessibility"),
            "latitude",
            "longitude",
            "order",
        )
        export_order = fields

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("edition").order_by("edition", "order", "pk")


class RoomResource(ProgrammeResource):
    edition = column("edition", BySlug(Edition))
    venue = column("venue", BySlugInTheEdition(Venue))
    text_columns = in_languages("name", "directions")

    class Meta(ProgrammeResource.Meta):
        abstract = False
        model = Room
        import_id_fields = ["edition", "slug"]
        fields = (
            "edition",
            "slug",
            *in_languages("name"),
            "venue",
            "seats",
            "address",
            *in_languages("directions"),
            "order",
        )
        export_order = fields

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("edition", "venue").order_by("edition", "order", "pk")
