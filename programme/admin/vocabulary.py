from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from efus_conference.admin_base import TranslatedAdmin, in_languages
from efus_conference.admin_sheets import SpreadsheetAdmin
from efus_conference.languages import in_every_language
from programme.door_sheets import Paper, door_sheets
from programme.models import Room, Session, SessionKind, Theme
from programme.spreadsheets import RoomResource


@admin.register(Room)
class RoomAdmin(SpreadsheetAdmin, TranslatedAdmin):
    resource_classes = [RoomResource]
    list_display = ["name", "shown_edition", "venue", "seats", "order", "drafts"]
    list_filter = ["edition", ("venue", admin.RelatedOnlyFieldListFilter)]
    search_fields = [*in_every_language("name", ending="__unaccent"), "address__unaccent"]
    autocomplete_fields = ["edition", "venue"]
    prepopulated_fields = {"slug": ["name_en"]}
    ordering = ["-edition__number", "order", "pk"]
    fieldsets = [
        (None, {"fields": ["edition", "slug", "venue", "seats", "address", "order"]}),
        *in_languages("name", "directions"),
    ]

    actions = ["door_sheets_a4", "door_sheets_a3"]
    actions_list = ["all_door_sheets"]

    @admin.action(description=_("Door sheets (PDF, A4)"))
    def door_sheets_a4(self, request: HttpRequest, queryset: QuerySet[Room]) -> HttpResponse | None:
        return door_sheets_of(self, request, queryset, paper="a4")

    @admin.action(description=_("Door sheets (PDF, A3)"))
    def door_sheets_a3(self, request: HttpRequest, queryset: QuerySet[Room]) -> HttpResponse | None:
        return door_sheets_of(self, request, queryset, paper="a3")

    @action(description=_("All door sheets (PDF)"), url_path="door-sheets", icon="door_front")
    def all_door_sheets(self, request: HttpRequest) -> HttpResponse:
        """Of the current edition."""
        rooms = Room.objects.filter(edition__is_current=True)
        made = door_sheets_of(self, request, rooms, paper="a4")
        return made or redirect("admin:programme_room_changelist")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        rooms: QuerySet[Room] = super().get_queryset(request)
        return (
            rooms.select_related("edition", "venue")
            .prefetch_related("edition__hosting__organisation")
            .annotate(draft_count=Count("sessions"))
        )

    @display(description=_("edition"), ordering="edition__number")
    def shown_edition(self, room: Room) -> str:
        return room.edition.name

    @display(description=_("sessions"), ordering="draft_count")
    def drafts(self, room: Room) -> int:
        return int(room.draft_count)  # type: ignore[attr-defined]


@admin.register(SessionKind)
class SessionKindAdmin(TranslatedAdmin):
    list_display = ["name", "colour", "has_limited_seats", "is_interpreted", "order"]
    list_filter = ["colour", "has_limited_seats"]
    search_fields = [*in_every_language("name", ending="__unaccent")]
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [
        (None, {"fields": ["slug", "colour", "has_limited_seats", "is_interpreted", "order"]}),
        *in_languages("name", "name_plural"),
    ]


@admin.register(Theme)
class ThemeAdmin(TranslatedAdmin):
    list_display = ["name", "slug", "drafts"]
    list_filter = ["editions"]
    search_fields = [*in_every_language("name", ending="__unaccent"), "slug"]
    autocomplete_fields = ["editions"]
    prepopulated_fields = {"slug": ["name_en"]}
    fieldsets = [(None, {"fields": ["slug", "editions"]}), *in_languages("name")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Theme]:
        themes: QuerySet[Theme] = super().get_queryset(request)
        return themes.annotate(draft_count=Count("sessions"))

    @display(description=_("sessions"), ordering="draft_count")
    def drafts(self, theme: Theme) -> int:
        return int(theme.draft_count)  # type: ignore[attr-defined]

    def get_deleted_objects(self, objs: Iterable[Theme], request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """A theme in use stays: a deletion would take it from drafts, and leave what is public without a name."""
        deleted, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        in_use = [session_link(session) for session in Session.objects.with_theme(objs)]
        return deleted, counts, perms_needed, [*protected, *in_use]


def door_sheets_of(
    page: RoomAdmin, request: HttpRequest, rooms: QuerySet[Room], *, paper: Paper
) -> HttpResponse | None:
    """The PDF to download; None, with a sentence for the organiser, where there is nothing to print."""
    chosen = list(rooms.select_related("edition").prefetch_related("edition__hosting__organisation"))
    if len({room.edition_id for room in chosen}) > 1:
        page.message_user(request, _("Choose rooms of one edition only."), messages.ERROR)
        return None
    try:
        if not chosen:
            raise LookupError
        content = door_sheets(chosen[0].edition, chosen, paper=paper)
    except LookupError:
        sentence = _(
            "Nothing that is public takes place in these rooms, so there is nothing to hang at their doors."
        )
        page.message_user(request, sentence, messages.WARNING)
        return None
    name = f"door-sheets-{chosen[0].edition.slug}-{paper}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def session_link(session: Session) -> str:
    url = reverse("admin:programme_session_change", args=[session.pk])
    return format_html('{} <a href="{}">{}</a>', session.code, url, session.title)
