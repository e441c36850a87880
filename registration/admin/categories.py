from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from efus_conference.admin_base import (
    TranslatedAdmin,
    in_languages,
)
from efus_conference.admin_menu import list_address
from efus_conference.languages import in_every_language
from registration.actions import FewerPlacesThanGiven, save_category
from registration.admin.base import EditionFilter, RefusingAdmin
from registration.models import Category, Registration
from registration.states import Status


class CategoryForm(forms.ModelForm):
    class Meta:
        model = Category
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets choose

    def clean_quota(self) -> int | None:
        quota: int | None = self.cleaned_data["quota"]
        given = self.instance.offered_count + self.instance.taken_count
        if quota is not None and quota < given:
            raise forms.ValidationError(FewerPlacesThanGiven.message)
        return quota


@admin.register(Category)
class CategoryAdmin(RefusingAdmin, TranslatedAdmin):
    """A larger quota offers its places at once to those who wait."""

    form = CategoryForm
    list_display = [
        "name",
        "edition",
        "quota",
        "taken_count",
        "offered_count",
        "to_approve",
        "waiting",
        "asks_approval",
    ]
    list_filter = [EditionFilter, "is_by_invitation", "needs_approval", "is_press"]
    list_select_related = ["edition"]
    search_fields = [*in_every_language("name", ending="__unaccent"), "slug"]
    prepopulated_fields = {"slug": ["name_en"]}
    readonly_fields = ["taken_count", "offered_count", "to_approve", "waiting"]
    fieldsets = [
        (None, {"fields": [("edition", "slug"), "is_by_invitation", "needs_approval", "is_press", "order"]}),
        (
            _("How many, and when"),
            {
                "fields": [
                    "quota",
                    ("taken_count", "offered_count"),
                    ("to_approve", "waiting"),
                    "opens_at",
                    "closes_at",
                ]
            },
        ),
        *in_languages("name", "hint"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        rows: QuerySet[Category] = super().get_queryset(request)
        return rows.prefetch_related("edition__hosting__organisation").annotate(
            to_approve_n=_count(Status.SUBMITTED), waiting_n=_count(Status.WAITING)
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> list[str]:
        return [*self.readonly_fields, *(["edition"] if obj else [])]

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        save_category(category=obj)

    @display(description=_("needs approval"), boolean=True)
    def asks_approval(self, category: Category) -> bool:
        return category.asks_approval

    @display(description=_("to be approved"))
    def to_approve(self, category: Any) -> SafeString | str:
        return _linked(category, Status.SUBMITTED, getattr(category, "to_approve_n", 0))

    @display(description=_("waiting"))
    def waiting(self, category: Any) -> SafeString | str:
        return _linked(category, Status.WAITING, getattr(category, "waiting_n", 0))


def _count(status: str) -> Coalesce:
    """Registrations of the category in that state: one subquery, because the category knows no registration."""
    rows = Registration.objects.filter(category=OuterRef("pk"), status=status).order_by()
    counted = rows.values("category").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _linked(category: Category, status: str, count: int) -> SafeString | str:
    if not count:
        return "0"
    query = f"category__id__exact={category.pk}&status__exact={status}"
    return format_html('<a href="{}">{}</a>', list_address("registration.Registration", query), count)
