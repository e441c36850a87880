"""The signing on stage: set up, the list of who signs, the operator's screen and that of the second officer."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.decorators import display

from declarations.admin import stage_list, stage_screens
from declarations.models import Ceremony, StageEvent, StageSigning
from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin


@admin.register(Ceremony)
class CeremonyAdmin(OrganisersAdmin):
    """What is set up once; all else happens on the pages that its buttons lead to."""

    list_display = ["declaration", "phase", "opened_at", "ended_at"]
    list_select_related = ["declaration"]
    search_fields = ["declaration__title_en__unaccent"]
    autocomplete_fields = ["declaration"]
    fields = ["declaration", "undo_seconds", ("opened_at", "opened_by"), ("ended_at", "ended_by")]
    change_form_before_template = "admin/declarations/ceremony_ways.html"

    def get_urls(self) -> list[Any]:
        def page(route: str, view: Any, name: str) -> Any:
            wrapped = self.admin_site.admin_view(never_cache(view))
            return path(f"<int:pk>/{route}", wrapped, {"admin": self}, name=f"declarations_ceremony_{name}")

        return [
            page("list/", stage_list.list_page, "list"),
            page("list/add/", stage_list.signer_page, "signer_add"),
            page("list/<int:signing>/", stage_list.signer_page, "signer"),
            page("stage/", stage_screens.operator_page, "stage"),
            page("confirm/", stage_screens.confirming_page, "confirm"),
            page("state.json", stage_screens.state, "state"),
            *super().get_urls(),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Ceremony | None = None) -> list[str]:
        dates = ["opened_at", "opened_by", "ended_at", "ended_by"]
        if obj is None:
            return dates
        # The time to undo that somebody was told stays as it was told.
        return ["declaration", *dates, *(["undo_seconds"] if obj.opened_at else [])]

    def has_delete_permission(self, request: HttpRequest, obj: Ceremony | None = None) -> bool:
        is_bare = obj is not None and obj.opened_at is None and not obj.signings.exists()
        return is_bare and bool(super().has_delete_permission(request, obj))

    def view_on_site(self, obj: Ceremony) -> str | None:
        declaration = obj.declaration
        return reverse("declarations:ceremony", args=[declaration.slug]) if declaration.is_published else None

    @display(description=_("stands at"))
    def phase(self, obj: Ceremony) -> str:
        return str(stage_list.phase_of(obj))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # A declaration has one ceremony: there is no other one to add after it.
        extra_context = {**(extra_context or {}), "show_save_and_add_another": False}
        return super().changeform_view(request, object_id, form_url, extra_context)


@admin.register(StageSigning)
class StageSigningAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """To look something up; it is worked with on the pages of its ceremony."""

    list_display = [
        "signatory",
        "ceremony",
        "signer_name",
        "cleared_at",
        "signed_at",
        "confirmed_at",
        "scan_follows",
    ]
    list_filter = ["ceremony", "scan_follows"]
    search_fields = ["signer_name__unaccent", "signatory__organisation__name_en__unaccent"]
    list_select_related = ["ceremony__declaration", "signatory__organisation", "signatory__declaration"]


@admin.register(StageEvent)
class StageEventAdmin(ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["at", "signing", "kind", "actor", "note"]
    list_filter = ["kind", "signing__ceremony"]
    search_fields = ["note__unaccent", "signing__signatory__organisation__name_en__unaccent"]
    list_select_related = [
        "signing__signatory__organisation",
        "signing__signatory__declaration",
        "actor__user",
    ]
    ordering = ["-at", "-pk"]
