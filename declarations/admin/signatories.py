from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminRadioSelectWidget, UnfoldBooleanWidget

from declarations.actions import NothingToConfirm, confirm_mailbox, invite, remind, set_mailbox
from declarations.admin.campaign import READ, ask
from declarations.admin.names import NamesLookedAt, NamesToLookAt
from declarations.admin.steps import officer, step
from declarations.campaign import campaign_of, chosen
from declarations.languages import OFFICE_LANGUAGES
from declarations.models import Declaration, Invitation, InvitationRun, Mailbox, Signatory, Signature
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
    # In words, as eleven columns of moments have room on no screen; the link's own page has them all.
    fields = ["mailbox", "language", "invited_by", "written", "came"]
    readonly_fields = fields

    @display(description=_("invited by"))
    def invited_by(self, obj: Invitation) -> str:
        return str(obj.sent_by)

    @display(description=_("written to"))
    def written(self, obj: Invitation) -> str:
        return _days((gettext("invited"), obj.sent_at), (gettext("reminded"), obj.reminded_at))

    @display(description=_("what came of it"))
    def came(self, obj: Invitation) -> str:
        ended = obj.used_at or obj.declined_at or obj.revoked_at
        said = _days(
            (gettext("opened"), obj.opened_at),
            (gettext("used"), obj.used_at),
            (gettext("declined"), obj.declined_at),
            (gettext("revoked"), None if obj.used_at or obj.declined_at else obj.revoked_at),
            (gettext("works until"), None if ended else obj.expires_at),
        )
        return f"{said} – “{obj.decline_reason}”" if obj.decline_reason else said


@admin.register(Signatory)
class SignatoryAdmin(NamesLookedAt, OrganisersAdmin):
    list_display = [
        "organisation",
        "declaration",
        "language",
        "mailbox",
        "invited",
        "opened",
        "state",
        "name_to_look_at",
    ]
    list_filter = ["declaration", "language", "organisation__kind", NamesToLookAt]
    search_fields = ["organisation__name_en__unaccent", "organisation__endonym__unaccent"]
    list_select_related = ["organisation", "declaration"]
    ordering = ["declaration_id", "order", "pk"]
    autocomplete_fields = ["organisation", "declaration"]
    inlines = [MailboxInline, InvitationInline]
    actions = ["invite_selected", "remind_selected"]
    actions_detail = ["change_mailbox", "confirm_change", "send_invitation", "send_reminder", "look_at_it"]

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
        return ["declaration", "organisation", "name_findings"] if obj else []

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
        return actions

    @admin.action(description=_("Invite the selected offices …"), permissions=["change"])
    def invite_selected(self, request: HttpRequest, selected: QuerySet[Signatory]) -> HttpResponse | None:
        return self._ask(request, selected, InvitationRun.What.INVITE)

    @admin.action(description=_("Remind the selected offices …"), permissions=["change"])
    def remind_selected(self, request: HttpRequest, selected: QuerySet[Signatory]) -> HttpResponse | None:
        return self._ask(request, selected, InvitationRun.What.REMIND)

    def _ask(self, request: HttpRequest, selected: QuerySet[Signatory], what: str) -> HttpResponse | None:
        """The page that says who would be written to, before anybody is."""
        if not request.user.has_perms(READ):
            raise PermissionDenied
        declarations = Declaration.objects.filter(pk__in=selected.order_by().values("declaration"))
        if len(declarations) != 1:
            messages.error(request, gettext("Choose offices of one declaration: a round is of one."))
            return None
        ids = set(selected.order_by().values_list("pk", flat=True))
        return ask(request, self, declarations[0], what, chosen(campaign_of(declarations[0]), ids=ids))

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
            # The one that was read, which is the last no more where somebody entered another in between.
            shown = signatory.mailboxes.filter(pk=number(request.POST.get("seen"))).first()
            if shown is None:
                raise NothingToConfirm
            confirm_mailbox(mailbox=shown, by=officer(request))
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
            record=lambda: {"seen": mailbox.pk},
        )

    @action(description=_("Invite …"), url_path="invite", permissions=["change"])
    def send_invitation(self, request: HttpRequest, object_id: int) -> HttpResponse:
        signatory = get_object_or_404(Signatory, pk=number(object_id))

        def do(form: forms.Form) -> Signatory:
            invite(signatory=signatory, language=form.cleaned_data["language"], by=officer(request))
            return signatory

        declined = signatory.invitations.exclude(declined_at=None).order_by("-declined_at").first()

        return step(
            self,
            request,
            signatory,
            title=_("Invite this office to sign"),
            explanation=[
                *_said_when_declining(declined),
                _("A link goes to the registered mailbox and works for 30 days. Earlier links stop working."),
                _("Whoever invites cannot decide on the signature later."),
            ],
            button=_("Send the invitation"),
            form=InviteForm(
                request.POST if request.method == "POST" else None, initial={"language": signatory.language}
            ),
            do=do,
            done=_("The invitation is on its way."),
        )

    @action(description=_("Remind …"), url_path="remind", permissions=["change"])
    def send_reminder(self, request: HttpRequest, object_id: int) -> HttpResponse:
        signatory = get_object_or_404(Signatory, pk=number(object_id))

        def do(form: forms.Form) -> Signatory:
            remind(signatory=signatory, insists=form.cleaned_data["insists"])
            return signatory

        return step(
            self,
            request,
            signatory,
            title=_("Remind this office of its invitation"),
            explanation=[
                _(
                    "A fresh link goes to the registered mailbox and works for 30 days from now. The link before it "
                    "stops working; what was typed in stays."
                ),
            ],
            button=_("Send the reminder"),
            form=RemindForm(request.POST if request.method == "POST" else None),
            do=do,
            done=_("The reminder is on its way."),
        )

    def get_actions_detail(self, request: HttpRequest, object_id: int | str | None = None) -> Any:
        found = super().get_actions_detail(request, object_id)
        signatory = Signatory.objects.filter(pk=number(object_id)).first()
        change = signatory.last_mailbox_change() if signatory else None
        is_open = change is not None and change.confirmed_at is None
        return [each for each in found if is_open or not each.action_name.endswith("confirm_change")]


class InviteForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language of the invitation"),
        help_text=_("The office is written to in this language from now on."),
        choices=OFFICE_LANGUAGES,
        widget=UnfoldAdminRadioSelectWidget,
    )


class RemindForm(forms.Form):
    insists = forms.BooleanField(
        label=_("Also if it was written to less than a week ago"),
        required=False,
        widget=UnfoldBooleanWidget(),
    )


def _days(*happened: tuple[str, Any]) -> str:
    """“invited: 21 Nov 2026, 16:30 · …”, of what happened."""
    return " · ".join(
        f"{what}: {date_format(localtime(moment), 'SHORT_DATETIME_FORMAT')}"
        for what, moment in happened
        if moment
    )


def _said_when_declining(invitation: Invitation | None) -> list[str]:
    if invitation is None:
        return []
    if not invitation.decline_reason:
        return [gettext("This office declined, and gave no reason.")]
    return [gettext("This office declined, and wrote: “%(reason)s”") % {"reason": invitation.decline_reason}]
