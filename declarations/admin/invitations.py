"""The invitations that were sent, and revoking their links."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from declarations.actions import revoke
from declarations.admin.steps import step
from declarations.models import Invitation, InvitationQuerySet
from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin, number


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """The token is in none of the fields: only its hash exists here, and that is not shown either."""

    list_display = [
        "signatory",
        "mailbox",
        "is_open",
        "language",
        "sent_at",
        "expires_at",
        "opened_at",
        "reminded_at",
        "used_at",
        "declined_at",
    ]
    list_filter = ["signatory__declaration", "language", ("declined_at", admin.EmptyFieldListFilter)]
    search_fields = ["signatory__organisation__name_en__unaccent", "mailbox__email"]
    list_select_related = ["signatory__organisation", "signatory__declaration", "mailbox"]
    fields = [
        "signatory",
        "mailbox",
        "language",
        "sent_by",
        "made_at",
        "sent_at",
        "expires_at",
        "revoked_at",
        "opened_at",
        "reminded_at",
        "reminders",
        "used_at",
        "declined_at",
        "decline_reason",
        "run",
    ]
    actions = ["revoke_selected"]
    actions_detail = ["revoke_link"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        shown: InvitationQuerySet = super().get_queryset(request)
        return shown.with_usable()

    @display(description=_("works"), boolean=True)
    def is_open(self, obj: Invitation) -> bool:
        return bool(getattr(obj, "is_usable", False))

    def has_revoke_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("declarations.change_invitation"))

    @admin.action(description=_("Revoke the selected links"), permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, selected: QuerySet[Invitation]) -> None:
        for invitation in selected:
            revoke(invitation=invitation)
        messages.success(request, gettext("The links do not work any more."))

    @action(description=_("Revoke …"), url_path="revoke", permissions=["revoke"])
    def revoke_link(self, request: HttpRequest, object_id: int) -> HttpResponse:
        invitation = get_object_or_404(Invitation, pk=number(object_id))

        def do(form: forms.Form) -> Invitation:
            revoke(invitation=invitation)
            return invitation

        return step(
            self,
            request,
            invitation,
            title=_("Revoke this link"),
            explanation=[
                _(
                    "The link stops working at once, and nobody can ask there for a new one: to invite the office "
                    "after all, invite it again. One that was used stays as it is."
                )
            ],
            button=_("Revoke"),
            form=forms.Form(request.POST if request.method == "POST" else None),
            do=do,
            done=_("The link does not work any more."),
            is_danger=True,
        )
