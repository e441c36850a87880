from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from efus_conference.admin_base import (
    OrganisersAdmin,
    OrganisersTabularInline,
    TranslatedAdmin,
    in_languages,
)
from efus_conference.admin_sheets import SpreadsheetAdmin
from efus_conference.languages import in_every_language
from efus_conference.models import Edition
from programme.models import Room, Venue, WalkingTime
from programme.spreadsheets import VenueResource
from programme.walking import ways_of


class RoomsOfVenueInline(OrganisersTabularInline):
    model = Room
    fields = ["name_en", "slug", "seats", "order"]
    prepopulated_fields = {"slug": ["name_en"]}
    tab = True

    def get_formset(self, request: HttpRequest, obj: Venue | None = None, **kwargs: Any) -> Any:
        """A room made here is one of the venue's edition."""
        made = super().get_formset(request, obj, **kwargs)
        if obj is not None:
            edition_id = obj.edition_id

            class OfTheEdition(made):  # type: ignore[misc, valid-type]
                def _construct_form(self, number: int, **more: Any) -> Any:
                    form = super()._construct_form(number, **more)
                    if form.instance.pk is None:
                        form.instance.edition_id = edition_id
                    return form

            return OfTheEdition
        return made


@admin.register(Venue)
class VenueAdmin(SpreadsheetAdmin, TranslatedAdmin):
    resource_classes = [VenueResource]
    list_display = ["name", "shown_edition", "address", "rooms_count", "is_on_the_map", "order"]
    list_filter = ["edition"]
    search_fields = [*in_every_language("name", ending="__unaccent"), "address__unaccent"]
    autocomplete_fields = ["edition"]
    prepopulated_fields = {"slug": ["name_en"]}
    ordering = ["-edition__number", "order", "pk"]
    readonly_fields = ["ways"]
    fieldsets = [
        (
            None,
            {
                "fields": ["edition", "slug", "address", "latitude", "longitude", "order", "ways"],
                "description": gettext_lazy(
                    "From the coordinates, in degrees, the site estimates how long the ways between venues take "
                    "on foot. Where it is wrong, enter a walking time."
                ),
            },
        ),
        *in_languages("name", "directions", "accessibility"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Venue]:
        venues: QuerySet[Venue] = super().get_queryset(request)
        return (
            venues.select_related("edition")
            .prefetch_related("edition__hosting__organisation")
            .annotate(room_count=Count("rooms"))
        )

    def get_inlines(self, request: HttpRequest, obj: Venue | None = None) -> list[Any]:
        """Rooms once the venue has its edition."""
        return [RoomsOfVenueInline] if obj is not None else []

    def get_readonly_fields(self, request: HttpRequest, obj: Venue | None = None) -> list[str]:
        """A venue with rooms stays in their edition."""
        fields = list(super().get_readonly_fields(request, obj))
        return [*fields, "edition"] if obj is not None else fields

    @display(description=gettext_lazy("edition"), ordering="edition__number")
    def shown_edition(self, venue: Venue) -> str:
        return venue.edition.name

    @display(description=gettext_lazy("rooms"), ordering="room_count")
    def rooms_count(self, venue: Venue) -> int:
        return int(venue.room_count)  # type: ignore[attr-defined]

    @display(description=gettext_lazy("coordinates known"), boolean=True)
    def is_on_the_map(self, venue: Venue) -> bool:
        return venue.latitude is not None

    @display(description=gettext_lazy("ways on foot"))
    def ways(self, venue: Venue) -> str:
        """How long it takes to the edition's other venues, as warnings reckon with it."""
        if venue.pk is None:
            return _("Once it is saved, the ways to the other venues stand here.")
        others = venue.edition.venues.exclude(pk=venue.pk)
        ways, here = ways_of(venue.edition), Room(pk=-1, venue=venue)
        lines = []
        for other in others:
            minutes = ways.minutes(here, Room(pk=-2, venue=other))
            if minutes is None:
                lines.append(_("%(venue)s: not known") % {"venue": other})
            else:
                lines.append(_("%(venue)s: %(minutes)d minutes") % {"venue": other, "minutes": minutes})
        return "; ".join(lines) or _("There is no other venue.")


class WalkingTimeForm(forms.ModelForm):
    class Meta:
        model = WalkingTime
        fields = ["first", "second", "minutes"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, second = cleaned.get("first"), cleaned.get("second")
        if first and second:
            if first == second:
                self.add_error("second", _("Choose two different venues."))
            elif first.edition_id != second.edition_id:
                self.add_error("second", _("These venues belong to different editions."))
            elif first.pk > second.pk:
                # The row is for both directions; the lower id comes first in it.
                cleaned["first"], cleaned["second"] = second, first
        return cleaned


@admin.register(WalkingTime)
class WalkingTimeAdmin(OrganisersAdmin):
    """Only where the estimate from the coordinates is wrong, or coordinates are missing."""

    form = WalkingTimeForm
    list_display = ["first", "second", "minutes", "shown_edition"]
    list_editable = ["minutes"]
    list_display_links = ["first", "second"]
    list_filter = [("first__edition", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["first__name_en__unaccent", "second__name_en__unaccent"]
    autocomplete_fields = ["first", "second"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WalkingTime]:
        ways: QuerySet[WalkingTime] = super().get_queryset(request)
        return ways.select_related("first__edition", "second").prefetch_related(
            "first__edition__hosting__organisation"
        )

    @display(description=gettext_lazy("edition"))
    def shown_edition(self, way: WalkingTime) -> str:
        edition: Edition = way.first.edition
        return edition.name
