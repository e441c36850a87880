from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from declarations.actions import (
    ask_for_information,
    record_on_paper,
    refuse,
    take_under_review,
    verify,
)
from declarations.admin.erasing import erase_step, may_be_erased
from declarations.admin.paper import PaperForm
from declarations.admin.records import NoteForm, may_follow, record_of
from declarations.admin.steps import officer, step
from declarations.admin.withdrawals import withdraw_step
from declarations.conflicts import parts_in
from declarations.models import Actor, Mandate, Signature, SignatureEvent
from efus_conference.admin_base import OrganisersAdmin, OrganisersTabularInline, ReadOnlyAdmin, number

WAITING_FIRST = Case(
    When(state__in=[Signature.State.SUBMITTED, Signature.State.UNDER_REVIEW], then=Value(0)),
    When(state=Signature.State.NEEDS_INFORMATION, then=Value(1)),
    default=Value(2),
)
LEADS_TO = {
    "take_it": "under_review",
    "verify_it": "verified",
    "ask": "needs_information",
    "refuse_it": "refused",
    "withdraw_it": "withdrawn",
    "erase_it": "erased",
}


class HistoryInline(ReadOnlyAdmin, OrganisersTabularInline):
    model = SignatureEvent
    fields = ["kind", "actor", "note", "at"]
    readonly_fields = fields
    show_change_link = False


@admin.register(Signature)
class SignatureAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """The record beside its evidence, and the buttons that decide. Nothing is typed over here."""

    list_display = ["signatory", "declaration", "shown_state", "signer_name", "signed_on", "made_at"]
    list_filter = ["state", "signatory__declaration"]
    search_fields = ["signatory__organisation__name_en__unaccent", "signer_name__unaccent"]
    list_select_related = ["signatory__organisation", "signatory__declaration", "stage_signing"]
    fieldsets = [(None, {"fields": [("state", "decided_at"), "made_at", "text_hash"]})]
    change_form_before_template = "admin/declarations/signature_record.html"
    inlines = [HistoryInline]
    actions_detail = ["review", "take_it", "verify_it", "ask", "refuse_it", "withdraw_it", "erase_it"]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [WAITING_FIRST.asc(), "-made_at"]

    @display(description=_("declaration"), ordering="signatory__declaration")
    def declaration(self, obj: Signature) -> str:
        return str(obj.signatory.declaration)

    @display(
        description=_("state"),
        ordering="state",
        label={
            "submitted": "warning",
            "under_review": "warning",
            "needs_information": "info",
            "verified": "success",
            "refused": "danger",
        },
    )
    def shown_state(self, obj: Signature) -> tuple[str, str]:
        return obj.state, obj.state_in_words

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        signature = self.get_object(request, object_id)
        record = record_of(signature, by=officer(request)) if signature else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **record})

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_decide_permission(request)

    def has_decide_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Named here and not at the buttons: the theme would look “app.permission” up before any migration ran.
        return bool(request.user.has_perm("declarations.change_signature"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What arrived on paper, recorded by an officer, who cannot verify it then."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        data = (request.POST, request.FILES) if request.method == "POST" else ()

        def do(form: forms.Form) -> Signature:
            assert isinstance(form, PaperForm)
            return record_on_paper(
                signatory=form.cleaned_data["signatory"],
                answers=form.answers,
                files=form.sent,
                by=officer(request),
                language=form.cleaned_data["language"],
                note=form.cleaned_data["arrived"],
            )

        return step(
            self,
            request,
            None,
            title=_("Record a signature that arrived on paper"),
            explanation=[
                _("Scan the signed page first. Someone else has to verify what you record here."),
                _("What was signed in time may be recorded after the last day for signatures."),
            ],
            button=_("Record"),
            form=PaperForm(*data),
            do=do,
            done=_("The signature is recorded and waits for verification by someone else."),
        )

    def get_actions_detail(self, request: HttpRequest, object_id: int | str | None = None) -> Any:
        found = super().get_actions_detail(request, object_id)
        signature = Signature.objects.filter(pk=number(object_id)).first()
        possible = may_follow(signature) if signature else []
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        possible = [*possible, ""] if possible else []
        if any(parts_in([Signature(pk=number(object_id))], by=officer(request)).values()):
            # The page says why; a button that is refused would only be tried.
            possible = [state for state in possible if state not in ("verified", "refused")]
        if may_be_erased(signature):
            possible = [*possible, "erased"]
        return [each for each in found if LEADS_TO.get(each.action_name.removeprefix(prefix), "") in possible]

    @action(description=_("Review one by one"), url_path="review", icon="fact_check", permissions=["decide"])
    def review(self, request: HttpRequest, object_id: int) -> HttpResponse:
        signature = get_object_or_404(Signature.objects.select_related("signatory"), pk=number(object_id))
        address = reverse("admin:declarations_declaration_review", args=[signature.signatory.declaration_id])
        return redirect(f"{address}?signature={signature.pk}")

    @action(description=_("Take under review …"), url_path="take", permissions=["decide"])
    def take_it(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._decide(
            request,
            object_id,
            take_under_review,
            title=_("Take this signature under review"),
            explanation=[_("The others see that you read this one. You need not be the one who decides.")],
            button=_("Take under review"),
            done=_("The signature is under review."),
        )

    @action(
        description=_("Verify …"), url_path="verify", permissions=["decide"], variant=ActionVariant.PRIMARY
    )
    def verify_it(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._decide(
            request,
            object_id,
            verify,
            title=_("Verify this signature"),
            explanation=[
                _(
                    "You compared the record with the signed page: the person, the office, the day, the mandate."
                ),
                _("The signature becomes public at once and the office gets a mail."),
            ],
            button=_("Verify"),
            done=_("The signature is verified and public."),
        )

    @action(description=_("Ask for information …"), url_path="ask", permissions=["decide"])
    def ask(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._decide(
            request,
            object_id,
            ask_for_information,
            title=_("Ask the office for information"),
            explanation=[_("The office gets your note and a link with which it can change the record.")],
            button=_("Ask"),
            done=_("The office was asked."),
            is_for_the_office=True,
        )

    @action(
        description=_("Refuse …"), url_path="refuse", permissions=["decide"], variant=ActionVariant.DANGER
    )
    def refuse_it(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._decide(
            request,
            object_id,
            refuse,
            title=_("Refuse this signature"),
            explanation=[_("The office gets your note and can be invited again. The record is kept.")],
            button=_("Refuse"),
            done=_("The signature is refused."),
            is_for_the_office=True,
            is_danger=True,
        )

    @action(description=_("Withdraw …"), url_path="withdraw", permissions=["decide"])
    def withdraw_it(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Enters what came on paper, or leads to the wish that waits; see `declarations.admin.withdrawals`."""
        return withdraw_step(self, request, object_id)

    @action(description=_("Erase who signed …"), url_path="erase", permissions=["decide"])
    def erase_it(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """At the wish of the person: see `declarations.admin.erasing`."""
        return erase_step(self, request, object_id)

    def _decide(
        self,
        request: HttpRequest,
        object_id: int,
        act: Callable[..., Signature],
        *,
        is_for_the_office: bool = False,
        **words: Any,
    ) -> HttpResponse:
        signature = get_object_or_404(Signature.objects.select_related("signatory"), pk=number(object_id))
        form = NoteForm(
            request.POST if request.method == "POST" else None,
            is_for_the_office=is_for_the_office,
            language=signature.signatory.get_language_display(),
        )
        return step(
            self,
            request,
            signature,
            form=form,
            do=lambda given: act(
                signature=signature,
                by=officer(request),
                note=given.cleaned_data["note"],
                seen=number(request.POST.get("seen")),
            ),
            record=lambda: record_of(signature, by=officer(request)),
            **words,
        )


@admin.register(SignatureEvent)
class SignatureEventAdmin(ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["at", "signature", "kind", "actor", "note"]
    list_filter = ["kind", "signature__signatory__declaration"]
    search_fields = ["signature__signatory__organisation__name_en__unaccent", "note"]
    list_select_related = ["signature__signatory__organisation", "actor__user"]
    ordering = ["-at", "-pk"]


@admin.register(Actor)
class ActorAdmin(ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["pk", "kind", "user", "invitation"]
    list_filter = ["kind"]
    search_fields = ["user__email", "user__name__unaccent"]
    list_select_related = ["user", "invitation__signatory__organisation"]


@admin.register(Mandate)
class MandateAdmin(ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["signature", "basis", "body", "decided_on", "reference", "ratify_until"]
    list_filter = ["basis", "signature__signatory__declaration"]
    search_fields = ["body__unaccent", "reference", "signature__signatory__organisation__name_en__unaccent"]
    list_select_related = ["signature__signatory__organisation"]
