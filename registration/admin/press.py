"""The press office: registrations in categories of the press, and no one else's."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.decorators import display

from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin
from efus_conference.models.organisations import country_name
from efus_conference.sorting import sort_key
from registration.actions import Refusal, read_press_card
from registration.actions.entry import ACCREDIT
from registration.admin.base import EditionFilter
from registration.admin.decisions import Decisions
from registration.admin.history import EventInline, WithHistory
from registration.admin.people import LABELS
from registration.admin.single_decisions import DecidesOnOne
from registration.models import Accreditation, PressCard, Registration
from registration.requests import reader
from registration.views.answers import download


class PressEventInline(EventInline):
    """What became of the accreditation, for who decides on it."""

    fields = ["at", "verb", "actor", "reason"]
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(ACCREDIT)


@admin.register(Accreditation)
class AccreditationAdmin(WithHistory, Decisions, DecidesOnOne, ReadOnlyAdmin, OrganisersAdmin):
    """Approves and refuses; changing what someone wrote remains theirs and the desk's."""

    list_display = ["shown_name", "medium", "number", "shown_country", "shown_status", "submitted_at"]
    list_filter = ["status", EditionFilter]
    list_select_related = ["press_card", "edition"]
    search_fields = ["given_name__unaccent", "family_name__unaccent", "press_card__medium__unaccent", "email"]
    actions = ["approve_chosen", "refuse_chosen", "reopen_chosen"]
    actions_detail = ["approve_this", "refuse_this", "reopen_this"]
    inlines = [PressEventInline]
    readonly_fields = ["shown_name", "medium", "number", "card", "shown_country"]
    # The person's own page is not the press office's to open.
    view_on_site = False
    fields = [
        ("shown_name", "email"),
        ("function", "organisation_name"),
        "shown_country",
        ("medium", "number"),
        "card",
        ("status", "submitted_at"),
        "refusal",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Accreditation]:
        rows: QuerySet[Accreditation] = super().get_queryset(request)
        return rows.filter(category__is_press=True).defer("needs")

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [sort_key("family_name"), sort_key("given_name"), "pk"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(ACCREDIT)

    def has_view_permission(self, request: HttpRequest, obj: Registration | None = None) -> bool:
        return request.user.has_perm(ACCREDIT)

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm(ACCREDIT)

    def get_urls(self) -> list[Any]:
        card = path(
            "<int:pk>/card/", self.admin_site.admin_view(card_file), name="registration_accreditation_card"
        )
        return [card, *super().get_urls()]

    @display(description=_("name"), ordering=sort_key("family_name"))
    def shown_name(self, registration: Registration) -> str:
        return registration.name

    @display(description=_("medium"), ordering="press_card__medium")
    def medium(self, registration: Registration) -> str:
        card = _card(registration)
        return card.medium if card else gettext("not told")

    @display(description=_("number of the press card"))
    def number(self, registration: Registration) -> str:
        card = _card(registration)
        return card.number if card and card.number else "–"

    @display(description=_("press card"))
    def card(self, registration: Registration) -> SafeString | str:
        card = _card(registration)
        if card is None or not card.card:
            return "–"
        address = reverse("admin:registration_accreditation_card", args=[registration.pk])
        return format_html('<a href="{}">{}</a>', address, gettext("Download the picture"))

    @display(description=_("country"), ordering="country")
    def shown_country(self, registration: Registration) -> str:
        return country_name(registration.country)

    @display(description=_("status"), ordering="status", label=LABELS)
    def shown_status(self, registration: Registration) -> tuple[str, str]:
        return registration.status, registration.get_status_display()


@never_cache
def card_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The picture of a press card, for the disk."""
    journalist = get_object_or_404(Accreditation, pk=pk, category__is_press=True)
    try:
        card = read_press_card(registration=journalist, by=reader(request))
    except Refusal as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    return download(card.card, name=f"press-card{PurePath(card.card.name or '').suffix}")


def _card(registration: Registration) -> PressCard | None:
    return getattr(registration, "press_card", None)
