from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from declarations.actions import Refusal, check_publication, publish_declaration
from declarations.admin.campaign import CampaignPages
from declarations.admin.steps import officer, step
from declarations.models import Declaration, DeclarationPoint, TextVersion
from declarations.models.texts import hash_of_texts
from efus_conference.admin_base import (
    OrganisersStackedInline,
    TranslatedAdmin,
    TranslatedTabularInline,
    in_languages,
    number,
)

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
OPEN_ONCE_FROZEN = {"is_open_to_signatures", "order"}
FIXED_ONCE_PUBLISHED = {"slug", "is_historical", "is_demonstration"}


class TextVersionForm(forms.ModelForm):
    def clean_body(self) -> str:
        # Browsers send two bytes at the end of a line; the text that is hashed has one.
        return str(self.cleaned_data["body"]).replace("\r\n", "\n")


class TextVersionInline(OrganisersStackedInline):
    model = TextVersion
    form = TextVersionForm
    fields = ["language", "status", "body"]
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Declaration | None = None) -> bool:
        return not _is_published(obj) and bool(super().has_add_permission(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Declaration | None = None) -> bool:
        return not _is_published(obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Declaration | None = None) -> bool:
        return not _is_published(obj) and bool(super().has_delete_permission(request, obj))


class PointInline(TranslatedTabularInline):
    model = DeclarationPoint
    fields = ["kind", "text", "order"]
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Declaration | None = None) -> bool:
        return not _is_frozen(obj) and bool(super().has_add_permission(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Declaration | None = None) -> bool:
        return not _is_frozen(obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Declaration | None = None) -> bool:
        return not _is_frozen(obj) and bool(super().has_delete_permission(request, obj))


def _is_published(obj: Declaration | None) -> bool:
    return obj is not None and obj.is_published


def _is_frozen(obj: Declaration | None) -> bool:
    return obj is not None and bool(obj.text_hash)


@admin.register(Declaration)
class DeclarationAdmin(CampaignPages, TranslatedAdmin):
    list_display = ["title", "kind", "adopted_on", "is_published", "is_open_to_signatures", "is_historical"]
    list_filter = ["kind", "is_published", "is_historical", "is_open_to_signatures", "is_demonstration"]
    search_fields = ["title_en__unaccent", "title_fr__unaccent", "title_nl__unaccent", "slug"]
    autocomplete_fields = ["based_on"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "slug",
                    ("kind", "order"),
                    ("adopted_at_edition", "adopted_on"),
                    ("project", "based_on"),
                    "is_open_to_signatures",
                    ("is_historical", "is_demonstration"),
                    ("is_published", "published_at", "published_by"),
                    "text_hash",
                ]
            },
        ),
        *in_languages(*TRANSLATED),
    ]
    inlines = [TextVersionInline, PointInline]
    actions_detail = ["to_campaign", "publish"]

    def get_readonly_fields(self, request: HttpRequest, obj: Declaration | None = None) -> list[str]:
        always = ["is_published", "published_at", "published_by", "text_hash"]
        if obj is None or not obj.is_published:
            return always
        if not obj.text_hash:
            # Of a historical one everything here is ours, so mistakes in it can be corrected.
            return [*always, *sorted(FIXED_ONCE_PUBLISHED)]
        editable = {field.name for field in Declaration._meta.fields if field.editable}
        return [*always, *sorted(editable - OPEN_ONCE_FROZEN - {"id"})]

    def has_delete_permission(self, request: HttpRequest, obj: Declaration | None = None) -> bool:
        return not _is_published(obj) and bool(super().has_delete_permission(request, obj))

    def get_actions_detail(self, request: HttpRequest, object_id: int | str | None = None) -> Any:
        found = super().get_actions_detail(request, object_id)
        is_open = Declaration.objects.filter(pk=number(object_id), is_published=False).exists()
        return found if is_open else [each for each in found if each.action_name.endswith("to_campaign")]

    @action(description=_("Publish …"), url_path="publish", permissions=["change"])
    def publish(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Says what publication freezes and shows the hash, before it is done."""
        declaration = get_object_or_404(Declaration, pk=number(object_id))
        explanation: list[Any] = []
        try:
            texts = check_publication(declaration)
        except Refusal as refusal:
            explanation.append(str(refusal))
        else:
            if declaration.is_historical:
                explanation.append(
                    _("A historical declaration is published with our summary and without a text.")
                )
            else:
                explanation += [
                    _(
                        "Publication freezes the texts below, to the byte and for ever: neither you nor anyone else "
                        "can change, add or remove one afterwards. A mistake can only be mended in a new declaration."
                    ),
                    *(f"{text.language} · {text.get_status_display()} · {text.sha256}" for text in texts),
                    _("Hash of all of them together: %(hash)s") % {"hash": hash_of_texts(texts)},
                ]
        return step(
            self,
            request,
            declaration,
            title=_("Publish this declaration"),
            explanation=explanation,
            button=_("Publish and freeze"),
            form=forms.Form(request.POST if request.method == "POST" else None),
            do=lambda form: publish_declaration(declaration=declaration, by=officer(request)),
            done=_("The declaration is published."),
        )
