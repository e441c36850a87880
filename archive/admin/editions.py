"""The organisers' page of an edition, with all the archive keeps of it."""

from __future__ import annotations

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from archive.actions.editions import delete_edition
from archive.admin.closing import ClosesEditions
from archive.admin.of_editions import OfAnEdition
from archive.admin.opening import OpensEditions
from archive.admin.remains import DeletesFiles, DocumentInline, PhotoInline, VideoInline
from archive.models import EditionNote, KeyFigure, Partner, Voice
from efus_conference.admin_base import (
    OrganisersTabularInline,
    TranslatedAdmin,
    TranslatedStackedInline,
    in_languages,
)
from efus_conference.models import Edition, EditionHost
from efus_conference.templatetags.dates import days_of


class HostInline(OrganisersTabularInline):
    model = EditionHost
    autocomplete_fields = ["organisation"]
    fields = ["organisation", "role", "order"]
    tab = True
    min_num = 1


class PartnerInline(TranslatedStackedInline):
    model = Partner
    autocomplete_fields = ["organisation", "logo"]
    tab = True


class KeyFigureInline(TranslatedStackedInline):
    model = KeyFigure
    tab = True


class VoiceInline(TranslatedStackedInline):
    model = Voice
    autocomplete_fields = ["speaker"]
    tab = True


class NoteInline(TranslatedStackedInline):
    model = EditionNote
    tab = True


@admin.register(Edition)
class EditionAdmin(OpensEditions, ClosesEditions, DeletesFiles, TranslatedAdmin):
    actions_list = ["to_next"]
    actions_detail = ["to_closing", "to_opening", "to_current"]
    list_display = ["number", "shown_name", "days", "shown_phase", "is_current", "is_published"]
    list_display_links = ["number", "shown_name"]
    list_filter = ["is_current", "is_published", "is_demonstration"]
    search_fields = ["slug", "year", "hosting__organisation__name_en__unaccent", "theme_en__unaccent"]
    inlines = [
        HostInline,
        PartnerInline,
        KeyFigureInline,
        NoteInline,
        VoiceInline,
        VideoInline,
        DocumentInline,
        PhotoInline,
    ]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "number",
                    "slug",
                    "year",
                    "timezone",
                    "starts_on",
                    "ends_on",
                    "registration_opens_at",
                    "registration_closes_at",
                    "is_published",
                    "is_current",
                    "is_demonstration",
                ]
            },
        ),
        *in_languages(
            "theme", "venue", "summary", "occasion", "auspices", "interpretation", "programme_note"
        ),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Edition | None = None) -> list[str]:
        """“Current” is given by “Make current”, which takes it from another edition; here it can be taken away."""
        stored = Edition.objects.filter(pk=obj.pk).first() if obj else None
        kept = {
            "slug": bool(stored and stored.is_published),
            "is_current": not (stored and stored.is_current),
        }
        return [field for field, is_kept in kept.items() if is_kept]

    def has_delete_permission(self, request: HttpRequest, obj: Edition | None = None) -> bool:
        return not is_public(obj) and bool(super().has_delete_permission(request, obj))

    def delete_model(self, request: HttpRequest, obj: Edition) -> None:
        delete_edition(edition=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Edition]) -> None:
        with transaction.atomic():
            for edition in queryset:
                delete_edition(edition=edition)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        editions: QuerySet[Edition] = super().get_queryset(request)
        return editions.prefetch_related("hosting__organisation")

    @display(description=_("edition"), ordering="year")
    def shown_name(self, edition: Edition) -> str:
        return edition.name

    @display(description=_("days"), ordering="starts_on")
    def days(self, edition: Edition) -> str:
        return days_of(edition)

    @display(
        description=_("stands at"),
        label={"registration": "success", "under_way": "info", "announced": "warning", "closed": "warning"},
    )
    def shown_phase(self, edition: Edition) -> tuple[str, str]:
        phase = edition.phase()
        return phase, str(PHASES[phase])


def is_public(edition: Edition | None) -> bool:
    """Whether its address is known: then it keeps it, and goes only after it was taken off the site.

    Asked of the database, because a form that is refused leaves what was typed on the edition it shows.
    """
    return edition is not None and Edition.objects.published().filter(pk=edition.pk).exists()


PHASES = {
    "unknown": _("days not known yet"),
    "announced": _("announced"),
    "registration": _("registration open"),
    "closed": _("registration closed"),
    "under_way": _("under way"),
    "over": _("over"),
}


@admin.register(KeyFigure)
class KeyFigureAdmin(OfAnEdition):
    list_display = ["label", "value", "is_approximate", "source", "edition"]
    search_fields = ["label_en__unaccent", "source_en__unaccent", "counted"]
    fieldsets = [
        (None, {"fields": ["edition", "counted", "value", "is_approximate", "order"]}),
        *in_languages("label", "source", "detail"),
    ]


@admin.register(Voice)
class VoiceAdmin(OfAnEdition):
    list_display = ["speaker", "function", "edition"]
    list_select_related = ["edition", "speaker"]
    search_fields = ["speaker__name__unaccent"]
    autocomplete_fields = ["edition", "speaker"]
    fieldsets = [(None, {"fields": ["edition", "speaker", "order"]}), *in_languages("function")]


@admin.register(Partner)
class PartnerAdmin(OfAnEdition):
    list_display = ["organisation", "kind", "role", "logo", "edition"]
    list_select_related = ["edition", "organisation", "logo"]
    list_filter = ["edition", "kind"]
    search_fields = ["organisation__name_en__unaccent"]
    autocomplete_fields = ["edition", "organisation", "logo"]
    fieldsets = [
        (None, {"fields": ["edition", "organisation", "kind", "logo", "order"]}),
        *in_languages("role"),
    ]


@admin.register(EditionNote)
class EditionNoteAdmin(OfAnEdition):
    list_display = ["text", "kind", "edition"]
    list_filter = ["kind", "edition"]
    search_fields = ["text_en__unaccent"]
    fieldsets = [(None, {"fields": ["edition", "kind", "order"]}), *in_languages("text")]
