from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from declarations.admin.campaign import CampaignPages
from declarations.admin.freezing import FreezingSteps, where_it_stands
from declarations.admin.review import ReviewPages
from declarations.admin.texts import DeclarationForm, PointInline, TextVersionInline, is_published
from declarations.models import Declaration
from efus_conference.admin_base import TranslatedAdmin, in_languages, number
from efus_conference.languages import in_every_language

TRANSLATED = (
    "title",
    "adopted_place",
    "occasion",
    "in_the_name_of",
    "previous",
    "spokesperson",
    "summary",
)
# What stays open after publication: nothing of it is part of the text.
OPEN_ONCE_FROZEN = {
    "is_open_to_signatures",
    "signatures_until",
    "shows_recorded",
    "order",
    # Where a text was adopted is known later than the text itself.
    "adopted_at_edition",
    "adopted_in_session",
    "adopted_on",
    "supersedes",
}
FIXED_ONCE_PUBLISHED = {"slug", "is_historical", "is_demonstration"}


@admin.register(Declaration)
class DeclarationAdmin(FreezingSteps, ReviewPages, CampaignPages, TranslatedAdmin):
    form = DeclarationForm
    list_display = ["title", "kind", "adopted_on", "is_published", "is_open_to_signatures", "is_historical"]
    list_filter = ["kind", "is_published", "is_historical", "is_open_to_signatures", "is_demonstration"]
    search_fields = [*in_every_language("title", ending="__unaccent"), "slug"]
    autocomplete_fields = ["based_on", "supersedes", "adopted_in_session"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "slug",
                    ("kind", "order"),
                    ("adopted_at_edition", "adopted_on"),
                    ("adopted_in_session", "project"),
                    ("based_on", "supersedes"),
                    ("is_open_to_signatures", "shows_recorded"),
                    "signatures_until",
                    ("is_historical", "is_demonstration"),
                    ("is_published", "published_at", "published_by"),
                    "freezing",
                    "text_hash",
                    "seen",
                ]
            },
        ),
        *in_languages(*TRANSLATED),
    ]
    inlines = [TextVersionInline, PointInline]
    actions_detail = ["to_campaign", "preview", "propose", "publish"]

    def get_readonly_fields(self, request: HttpRequest, obj: Declaration | None = None) -> list[str]:
        always = ["is_published", "published_at", "published_by", "freezing", "text_hash"]
        if obj is None or not obj.is_published:
            return always
        if not obj.text_hash:
            # Of a historical one everything here is ours, so mistakes in it can be corrected.
            return [*always, *sorted(FIXED_ONCE_PUBLISHED)]
        editable = {field.name for field in Declaration._meta.fields if field.editable}
        return [*always, *sorted(editable - OPEN_ONCE_FROZEN - {"id"})]

    def view_on_site(self, obj: Declaration) -> str | None:
        return obj.get_absolute_url() if obj.is_published else None

    def has_delete_permission(self, request: HttpRequest, obj: Declaration | None = None) -> bool:
        return not is_published(obj) and bool(super().has_delete_permission(request, obj))

    def get_actions_detail(self, request: HttpRequest, object_id: int | str | None = None) -> Any:
        found = super().get_actions_detail(request, object_id)
        draft = Declaration.objects.filter(pk=number(object_id), is_published=False).first()
        hidden = {"propose"} if draft is not None and draft.is_historical else set()
        if draft is None:
            hidden = {"preview", "propose", "publish"}
        return [each for each in found if not any(each.action_name.endswith(f"_{one}") for one in hidden)]

    @display(description=_("freezing"))
    def freezing(self, obj: Declaration) -> str:
        return where_it_stands(obj)
