from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from efus_conference.admin_base import OrganisersAdmin, number
from registration.actions.delegations import add_places
from registration.admin.base import EditionFilter
from registration.admin.delegation_page import delegation_page, people_file
from registration.models import Delegation, Place, PlaceRequest, Registration
from registration.requests import reader


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


class NamesFilter(admin.SimpleListFilter):
    """What a delegation still needs."""

    title = _("names")
    parameter_name = "names"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterator[tuple[str, Any]]:
        yield "none", _("cities without a named delegate")
        yield "some", _("with places without a name")
        yield "asks", _("asks for more places")
        yield "alone", _("without a coordinator")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        named = Registration.objects.live().filter(place__delegation=OuterRef("pk"))
        if self.value() == "none":
            return queryset.filter(~Exists(named))
        if self.value() == "some":
            people = Registration.objects.live().filter(place=OuterRef("pk"))
            unnamed = Place.objects.standing().filter(~Exists(people), delegation=OuterRef("pk"))
            return queryset.filter(Exists(unnamed))
        if self.value() == "asks":
            asked = PlaceRequest.objects.filter(delegation=OuterRef("pk"), answered_at=None)
            return queryset.filter(Exists(asked))
        if self.value() == "alone":
            return queryset.filter(coordinator=None)
        return queryset


@admin.register(Delegation)
class DelegationAdmin(OrganisersAdmin):
    """A city's row; what it is about, its places and people, has a page of its own."""

    list_display = ["organisation", "edition", "coordinator", "places_count", "named_count", "shown_request"]
    list_filter = [EditionFilter, NamesFilter]
    list_select_related = ["organisation", "edition", "coordinator"]
    search_fields = ["organisation__name_en__unaccent", "coordinator__email", "coordinator__name__unaccent"]
    autocomplete_fields = ["organisation", "coordinator"]
    form = DelegationForm
    fields = ["edition", "organisation", "coordinator", "more_places"]
    actions = ["export_people"]
    actions_detail = ["open_city"]

    def get_changelist(self, request: HttpRequest, **known: Any) -> type[ChangeList]:
        """The list leads to the pages of the cities, for who may read who comes."""
        usual: type[ChangeList] = super().get_changelist(request, **known)
        if not request.user.has_perm("registration.view_registration"):
            return usual

        class Cities(usual):  # type: ignore[misc, valid-type]
            def url_for_result(self, result: Delegation) -> str:
                return reverse("admin:registration_delegation_city", args=[result.pk])

        return Cities

    def get_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(lambda request, **known: view(request, admin=self, **known))

        return [
            path("<int:pk>/city/", page(delegation_page), name="registration_delegation_city"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delegation]:
        standing = Q(places__closed_at=None, places__isnull=False)
        rows: QuerySet[Delegation] = (
            super().get_queryset(request).prefetch_related("edition__hosting__organisation")
        )
        live = Registration.objects.live().filter(place__delegation=OuterRef("pk")).order_by()
        asked = PlaceRequest.objects.filter(delegation=OuterRef("pk"), answered_at=None)
        return rows.annotate(
            places_n=Count("places", filter=standing, distinct=True),
            named_n=_counted(live.values("place__delegation").annotate(n=Count("pk")).values("n")),
            asked_n=_counted(asked.values("places")),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Delegation | None = None) -> list[str]:
        return ["edition"] if obj else []

    def save_model(self, request: HttpRequest, obj: Delegation, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if more := form.cleaned_data.get("more_places"):
            add_places(delegation=obj, count=more, by=reader(request))

    @action(description=_("Page of the city"), url_path="open-city")
    def open_city(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        return redirect("admin:registration_delegation_city", pk=number(object_id))

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("registration.view_registration"))

    @action(description=_("Their people as a spreadsheet"), permissions=["export"])
    def export_people(self, request: HttpRequest, queryset: QuerySet[Delegation]) -> HttpResponse:
        return people_file(queryset.select_related("edition", "organisation"))

    @display(description=_("places"), ordering="places_n")
    def places_count(self, delegation: Any) -> int:
        return int(delegation.places_n)

    @display(description=_("named places"), ordering="named_n")
    def named_count(self, delegation: Any) -> int:
        return int(delegation.named_n)

    @display(description=_("asks for"), ordering="asked_n", label="warning")
    def shown_request(self, delegation: Any) -> str:
        return f"+{delegation.asked_n}" if delegation.asked_n else ""


def _counted(rows: Any) -> Any:
    return Coalesce(Subquery(rows[:1], output_field=IntegerField()), 0)


@admin.register(Place)
class PlaceAdmin(OrganisersAdmin):
    list_display = ["shown_number", "shown_person", "delegation", "note", "edition", "shown_state"]
    list_filter = [EditionFilter, "companion_kind", ("closed_at", admin.EmptyFieldListFilter)]
    search_fields = [
        "registrations__family_name__unaccent",
        "registrations__given_name__unaccent",
        "delegation__organisation__name_en__unaccent",
    ]
    autocomplete_fields = ["delegation"]
    ordering = ["pk"]
    fields = ["edition", "delegation", "note", "shown_person", "state", "accompanies", "companion_kind"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Place]:
        # Also of the choices of a form, of which `list_select_related` does not speak.
        known = ("edition", "delegation__organisation", "delegation__edition")
        rows: QuerySet[Place] = super().get_queryset(request).select_related(*known)
        return with_people(rows).prefetch_related(
            "edition__hosting__organisation", "delegation__edition__hosting__organisation"
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Place], search_term: str
    ) -> tuple[QuerySet[Place], bool]:
        """Where a place is chosen for a form, those that nobody can have any more are left out."""
        if "field_name" in request.GET:
            people = Registration.objects.live().filter(place=OuterRef("pk"))
            queryset = queryset.filter(Exists(people) | Q(delegation__isnull=False), closed_at=None)
        return super().get_search_results(request, queryset, search_term)

    def get_fields(self, request: HttpRequest, obj: Place | None = None) -> list[str]:
        # A place that is only just being made has neither a person nor a state.
        return list(self.fields) if obj else ["edition", "delegation", "note"]

    def get_readonly_fields(self, request: HttpRequest, obj: Place | None = None) -> list[str]:
        fixed = ["shown_person", "state", "accompanies", "companion_kind"]
        # Whose place it is stays: seats held, invitations and the quota go by it. One takes it back and adds another.
        return ["edition", "delegation", *fixed] if obj else fixed

    @display(description=_("place"), ordering="pk")
    def shown_number(self, place: Place) -> int | None:
        return place.pk

    @display(description=_("person"))
    def shown_person(self, place: Place) -> str:
        return person_of(place)

    @display(description=_("state"), label={"standing": "success", "closed": "danger"})
    def shown_state(self, place: Place) -> tuple[str, str]:
        return "standing" if place.closed_at is None else "closed", self.state(place)

    @display(description=_("state"))
    def state(self, place: Place) -> str:
        """The words alone: a page shows a label's pair as it is."""
        return gettext("in use") if place.closed_at is None else gettext("taken back")


def with_people(rows: QuerySet[Any], at: str = "") -> QuerySet[Any]:
    """With the people of the places, which are the rows themselves or found `at` (“place__”), in one query for all."""
    people = Registration.objects.live().defer("needs").select_related("organisation")
    return rows.prefetch_related(Prefetch(f"{at}registrations", people, to_attr="people"))


def person_of(place: Any) -> str:
    return ", ".join(person.name for person in getattr(place, "people", [])) or gettext("not named yet")
