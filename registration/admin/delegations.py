from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from efus_conference.admin_base import (
    OrganisersAdmin,
    OrganisersTabularInline,
)
from registration.admin.base import EditionFilter
from registration.models import Delegation, Place, Registration


class DelegationForm(forms.ModelForm):
    more_places = forms.IntegerField(
        label=_("Places to add"),
        min_value=0,
        max_value=200,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Each may be named later."),
    )

    class Meta:
        model = Delegation
        fields = ("edition", "organisation", "coordinator")


class PlaceInline(OrganisersTabularInline):
    model = Place
    max_num = 0
    fields = ["shown_person"]
    readonly_fields = ["shown_person"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Place]:
        return with_people(super().get_queryset(request))

    @display(description=_("person"))
    def shown_person(self, place: Place) -> str:
        return person_of(place)


@admin.register(Delegation)
class DelegationAdmin(OrganisersAdmin):
    list_display = ["organisation", "edition", "coordinator", "places_count", "named_count"]
    list_filter = [EditionFilter]
    list_select_related = ["organisation", "edition", "coordinator"]
    search_fields = ["organisation__name_en__unaccent", "coordinator__email", "coordinator__name__unaccent"]
    autocomplete_fields = ["organisation", "coordinator"]
    form = DelegationForm
    fields = ["edition", "organisation", "coordinator", "more_places"]
    inlines = [PlaceInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delegation]:
        named = Count("places__registrations", filter=~Q(places__registrations__status="cancelled"))
        rows: QuerySet[Delegation] = (
            super().get_queryset(request).prefetch_related("edition__hosting__organisation")
        )
        return rows.annotate(places_n=Count("places", distinct=True), named_n=named)

    def get_readonly_fields(self, request: HttpRequest, obj: Delegation | None = None) -> list[str]:
        return ["edition"] if obj else []

    def save_model(self, request: HttpRequest, obj: Delegation, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        more = form.cleaned_data.get("more_places") or 0
        Place.objects.bulk_create(Place(edition=obj.edition, delegation=obj) for _number in range(more))

    @display(description=_("places"))
    def places_count(self, delegation: Any) -> int:
        return int(delegation.places_n)

    @display(description=_("named places"))
    def named_count(self, delegation: Any) -> int:
        return int(delegation.named_n)


@admin.register(Place)
class PlaceAdmin(OrganisersAdmin):
    list_display = ["__str__", "shown_person", "delegation", "edition"]
    list_filter = [EditionFilter]
    list_select_related = ["edition", "delegation__organisation", "delegation__edition"]
    search_fields = [
        "registrations__family_name__unaccent",
        "registrations__given_name__unaccent",
        "delegation__organisation__name_en__unaccent",
    ]
    autocomplete_fields = ["delegation"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Place]:
        return with_people(super().get_queryset(request)).prefetch_related(
            "edition__hosting__organisation", "delegation__edition__hosting__organisation"
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Place | None = None) -> list[str]:
        return ["edition", "shown_person"] if obj else ["shown_person"]

    @display(description=_("person"))
    def shown_person(self, place: Place) -> str:
        return person_of(place)


def with_people(places: QuerySet[Place]) -> QuerySet[Place]:
    people = Registration.objects.live().defer("needs")
    return places.prefetch_related(Prefetch("registrations", people, to_attr="people"))


def person_of(place: Any) -> str:
    return ", ".join(person.name for person in getattr(place, "people", [])) or gettext("not named yet")
