from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin
from registration.actions.ticket_keys import REVOKE, revoke_key
from registration.admin.base import EditionFilter, asked_first
from registration.models import Ticket, TicketKey
from registration.requests import reader


class TicketEditionFilter(EditionFilter):
    path = "place__edition"


@admin.register(Ticket)
class TicketAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """Whose code it is and what became of it; what a QR code says is on the ticket's own page alone."""

    list_display = ["shown_code", "registration", "made_at", "state", "printed_at", "handed_at"]
    list_filter = [
        TicketEditionFilter,
        "voided_why",
        ("voided_at", admin.EmptyFieldListFilter),
        ("printed_at", admin.EmptyFieldListFilter),
        ("handed_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["registration"]
    search_fields = [
        "code",
        "registration__family_name__unaccent",
        "registration__given_name__unaccent",
        "registration__organisation_name__unaccent",
    ]
    fields = [
        "shown_code",
        "registration",
        "made_at",
        "voided_at",
        "voided_why",
        "printed_at",
        "handed_at",
        "handed_to",
    ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Ticket], search_term: str
    ) -> tuple[QuerySet[Ticket], bool]:
        """A code may be typed as it is shown, with its dash."""
        return super().get_search_results(request, queryset, search_term.replace("-", " "))

    @display(description=_("code"), ordering="code")
    def shown_code(self, ticket: Ticket) -> str:
        return ticket.shown_code

    @display(description=_("holds"), label={"standing": "success", "void": "danger"})
    def state(self, ticket: Ticket) -> tuple[str, str]:
        if ticket.is_standing:
            return "standing", _now("yes")
        return "void", ticket.get_voided_why_display()


@admin.register(TicketKey)
class TicketKeyAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """Public halves only: the secret one is made of a setting and stands nowhere."""

    list_display = ["key_id", "made_at", "retired_at", "revoked_at"]
    actions_detail = ["revoke_this"]

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm(REVOKE)

    @action(description=_("Revoke"), url_path="revoke", icon="key_off", permissions=["revoke"])
    def revoke_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        key = get_object_or_404(TicketKey, pk=object_id)
        by = reader(request)
        return asked_first(
            request,
            key,
            admin=self,
            title=_now("Revoke the key %(key)s?") % {"key": key},
            sentences=[
                _now(
                    "Do this when the secret half may be known to somebody: whoever has it can make tickets."
                ),
                _now("No ticket that was signed with it is accepted any more, and this can’t be undone."),
                _now(
                    "The tickets of all who take part have to be sent again afterwards, signed with another key; the "
                    "operations manual says how."
                ),
            ],
            button=_now("Yes, revoke it"),
            act=lambda row: revoke_key(key=row, by=by),
            done=_now("The key is revoked: no ticket that was signed with it holds any more."),
        )
