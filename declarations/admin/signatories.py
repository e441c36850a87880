from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminEmailInputWidget

from declarations.actions import Refusal, confirm_mailbox, invite, revoke, set_mailbox
from declarations.admin.steps import officer, step
from declarations.models import Invitation, Mailbox, Signatory, Signature
from efus_conference.admin_base import OrganisersAdmin, OrganisersTabularInline, ReadOnlyAdmin, number

STATES = dict(Signature.State.choices)


class MailboxForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address of the office"), max_length=254, widget=UnfoldAdminEmailInputWidget()
    )


class MailboxInline(ReadOnlyAdmin, OrganisersTabularInline):
    model = Mailbox
    fields = ["email", "set_by", "set_at", "confirmed_by", "confirmed_at"]
    readonly_fields = fields
    show_change_link = False


class InvitationInline(ReadOnlyAdmin, OrganisersTabularInline):
    model = Invitation
    fields = ["mailbox", "language", "sent_by", "sent_at", "expires_at", "revoked_at", "opened_at", "used_at"]
    readonly_fields = fields


@admin.register(Signatory)
class SignatoryAdmin(OrganisersAdmin):
    list_display = ["organisation", "declaration", "mailbox", "invited", "opened", "state"]
    list_filter = ["declaration", "organisation__kind"]
    search_fields = ["organisation__name_en__unaccent", "organisation__endonym__unaccent"]
    list_select_related = ["organisation", "declaration"]
    ordering = ["declaration_id", "order", "pk"]
    autocomplete_fields = ["organisation", "declaration"]
    inlines = [MailboxInline, InvitationInline]
    actions_detail = ["change_mailbox", "confirm_change", "send_invitation"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Signatory]:
        of_this = {"signatory": OuterRef("pk")}
        invitations = Invitation.objects.filter(**of_this).order_by("-pk")
        signatures = Signature.objects.filter(**of_this).order_by("-pk")
        return Signatory.objects.annotate(
            mailbox_email=Subquery(Mailbox.objects.registered().filter(**of_this).values("email")[:1]),
            invited_at=Subquery(invitations.values("made_at")[:1]),
            opened_at=Subquery(invitations.values("opened_at")[:1]),
            signature_state=Subquery(signatures.values("state")[:1]),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Signatory | None = None) -> list[str]:
        return ["declaration", "organisation"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Signatory | None = None) -> bool:
        # Who was invited, and who set the mailbox, is what the rules of verification rest on.
        has_history = obj is not None and (obj.mailboxes.exists() or obj.signatures.exists())
        return not has_history and bool(super().has_delete_permission(request, obj))

    @display(description=_("mailbox"), ordering="mailbox_email")
    def mailbox(self, obj: Any) -> str:
        return obj.mailbox_email or ""

    @display(description=_("invited"), ordering="invited_at")
    def invited(self, obj: Any) -> Any:
        return obj.invited_at

    @display(description=_("opened"), ordering="opened_at")
    def opened(self, obj: Any) -> Any:
        return obj.opened_at

    @display(description=_("state"), ordering="signature_state")
    def state(self, obj: Any) -> str:
        return str(STATES.get(obj.signature_state, ""))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        # One row may go only where nothing hangs on it; the list's own action asks nobody.
        actions.pop("delete_selected", None)
        if self.has_change_permission(request):
            for code, name in settings.LANGUAGES:
                described = gettext("Invite the selected offices in %(language)s") % {"language": name}
                actions[f"invite_in_{code}"] = (
                    partial(_invite_selected, language=code),
                    f"invite_in_{code}",
                    described,
                )
        return actions

    @action(description=_("Set the mailbox …"), url_path="mailbox", permissions=["change"])
    def change_mailbox(self, request: HttpRequest, object_id: int) -> HttpResponse:
        signatory = get_object_or_404(Signatory, pk=number(object_id))

        def do(form: forms.Form) -> Signatory:
            set_mailbox(signatory=signatory, email=form.cleaned_data["email"], by=officer(request))
            return signatory

        return step(
            self,
            request,
            signatory,
            title=_("Set the mailbox of this office"),
            explanation=[
                _(
                    "Invitations and receipts go to this address. Take it from a source the city itself keeps."
                ),
                _("The first address counts at once. A change counts when a second officer confirmed it."),
                _("Whoever sets or confirms an address cannot decide on the signature later."),
            ],
            button=_("Set the mailbox"),
            form=MailboxForm(request.POST if request.method == "POST" else None),
            do=do,
            done=_("The mailbox is entered."),
        )

    @action(
        description=_("Confirm the changed mailbox …"), url_path="confirm-mailbox", permissions=["change"]
    )
    def confirm_change(self, request: HttpRequest, object_id: int) -> HttpResponse:
        signatory = get_object_or_404(Signatory, pk=number(object_id))
        mailbox = signatory.last_mailbox_change()
        if mailbox is None:
            raise Http404

        def do(form: forms.Form) -> Signatory:
            confirm_mailbox(mailbox=mailbox, by=officer(request))
            return signatory

        return step(
            self,
            request,
            signatory,
            title=_("Confirm the changed mailbox"),
            explanation=[
                _("New address: %(email)s") % {"email": mailbox.email},
                _("Links that were sent to the address before stop working."),
                _("Whoever sets or confirms an address cannot decide on the signature later."),
            ],
            button=_("Confirm the address"),
            form=forms.Form(request.POST if request.method == "POST" else None),
            do=do,
            done=_("The mailbox is confirmed."),
        )

    @action(description=_("Invite …"), url_path="invite", permissions=["change"])
    def send_invitation(self, request: HttpRequest, object_id: int) -> HttpResponse:
        signatory = get_object_or_404(Signatory, pk=number(object_id))

        def do(form: forms.Form) -> Signatory:
            invite(signatory=signatory, language=form.cleaned_data["language"], by=officer(request))
            return signatory

        return step(
            self,
            request,
            signatory,
            title=_("Invite this office to sign"),
            explanation=[
                _("A link goes to the registered mailbox and works for 30 days. Earlier links stop working."),
                _("Whoever invites cannot decide on the signature later."),
            ],
            button=_("Send the invitation"),
            form=InviteForm(request.POST if request.method == "POST" else None),
            do=do,
            done=_("The invitation is on its way."),
        )

    def get_actions_detail(self, request: HttpRequest, object_id: int | str | None = None) -> Any:
        found = super().get_actions_detail(request, object_id)
        signatory = Signatory.objects.filter(pk=number(object_id)).first()
        change = signatory.last_mailbox_change() if signatory else None
        is_open = change is not None and change.confirmed_at is None
        return [each for each in found if is_open or not each.action_name.endswith("confirm_change")]


class InviteForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language of the invitation"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )


def _invite_selected(
    model_admin: SignatoryAdmin, request: HttpRequest, selected: QuerySet[Signatory], *, language: str
) -> None:
    invited = 0
    for signatory in selected.select_related("organisation"):
        try:
            invite(signatory=signatory, language=language, by=officer(request))
            invited += 1
        except Refusal as refusal:
            messages.error(
                request,
                gettext("%(office)s: %(why)s") % {"office": signatory.organisation, "why": refusal},
            )
    if invited:
        messages.success(
            request,
            ngettext("%(count)d office was invited.", "%(count)d offices were invited.", invited)
            % {"count": invited},
        )


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """The token is in none of the fields: only its hash exists here, and that is not shown either."""

    list_display = [
        "signatory",
        "mailbox",
        "language",
        "sent_at",
        "expires_at",
        "opened_at",
        "used_at",
        "is_open",
    ]
    list_filter = ["signatory__declaration", "language"]
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
        "used_at",
    ]
    actions = ["revoke_selected"]
    actions_detail = ["revoke_link"]

    @display(description=_("works"), boolean=True)
    def is_open(self, obj: Invitation) -> bool:
        return obj.used_at is None and obj.revoked_at is None and obj.expires_at > timezone.now()

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
            explanation=[_("The link stops working at once. One that was used stays as it is.")],
            button=_("Revoke"),
            form=forms.Form(request.POST if request.method == "POST" else None),
            do=do,
            done=_("The link does not work any more."),
            is_danger=True,
        )
