from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from efus_conference.admin_base import OrganisersTabularInline, ReadOnlyAdmin, TranslatedAdmin
from efus_conference.languages import in_every_language
from programme.changelog import details_of, room_names
from programme.models import Release, ReleaseChange


class ReleaseChangeInline(ReadOnlyAdmin, OrganisersTabularInline):
    model = ReleaseChange
    fields = readonly_fields = ["session", "kind", "what"]
    show_change_link = False
    # An inline is made anew for each request, which shows one release.
    rooms: dict[int, str] | None = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReleaseChange]:
        changes: QuerySet[ReleaseChange] = super().get_queryset(request)
        return changes.select_related("session", "release__edition")

    @display(description=_("what changed"))
    def what(self, change: ReleaseChange) -> str:
        edition = change.release.edition
        if self.rooms is None:
            self.rooms = room_names(edition)
        return " ".join(details_of(change, edition, self.rooms))


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin, TranslatedAdmin):
    """Written by “Release the programme” on the list of sessions, and by nothing else."""

    list_display = ["shown_edition", "number", "released_at", "released_by", "note", "change_count"]
    list_display_links = ["shown_edition", "number"]
    list_filter = ["edition"]
    search_fields = ["note_en__unaccent", "changes__session__title_en__unaccent", "changes__session__code"]
    date_hierarchy = "released_at"
    inlines = [ReleaseChangeInline]
    fields = [
        "edition",
        "number",
        *in_every_language("note"),
        "released_at",
        "released_by",
        "public_changelog",
    ]
    readonly_fields = ["public_changelog"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Release]:
        releases: QuerySet[Release] = super().get_queryset(request)
        return (
            releases.select_related("edition", "released_by")
            .prefetch_related("edition__hosting__organisation")
            .annotate(counted=Count("changes"))
        )

    @display(description=_("edition"), ordering="edition__number")
    def shown_edition(self, release: Release) -> str:
        return release.edition.name

    @display(description=_("changes"), ordering="counted")
    def change_count(self, release: Release) -> int:
        return int(release.counted)  # type: ignore[attr-defined]

    @display(description=_("public changelog"))
    def public_changelog(self, release: Release) -> Any:
        url = reverse("programme:changes", args=[release.edition.slug])
        return format_html('<a href="{}#release-{}">{}</a>', url, release.number, url)
