"""Wishes to withdraw a signature: entered from paper here or by the office itself, carried out or dropped."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from declarations.actions import NoteMissing, drop_withdrawal, enter_withdrawal, withdraw
from declarations.actions.refusals import SENTENCES
from declarations.admin.records import record_of
from declarations.admin.steps import officer, step
from declarations.conflicts import OF_THE_MAILBOX, parts_in
from declarations.models import Signature, Withdrawal
from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin, number
from efus_conference.models import User
from efus_conference.writing import only_line_breaks

OPEN_FIRST = Case(When(outcome="", then=Value(0)), default=Value(1))


def _record(signature: Signature, request: HttpRequest) -> dict[str, Any]:
    """The record and its files; most of those who may not verify it may carry out its withdrawal all the same."""
    record = record_of(signature, by=officer(request))
    return {name: record[name] for name in ("facts", "files", "older_files")}


def _stands_against(withdrawal: Withdrawal, *, by: User) -> list[Any]:
    """Why the database will refuse this officer: a wish that came by a mailbox of theirs may be their own."""
    if withdrawal.entered_by.user_id == by.pk:
        return [_("You entered this withdrawal, so someone else has to carry it out.")]
    if withdrawal.is_from_paper:
        return []
    parts = parts_in([withdrawal.signature], by=by)[withdrawal.signature_id]
    return [SENTENCES[name] for name in parts if name in OF_THE_MAILBOX]


class WordsForm(forms.Form):
    """What the office reads, or the reason it gave."""

    words = forms.CharField(
        max_length=4000,
        validators=[only_line_breaks],
        widget=UnfoldAdminTextareaWidget(),
        error_messages={"required": NoteMissing.message},
    )

    def __init__(self, *args: Any, label: Any, help_text: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = label
        self.fields["words"].help_text = help_text


def withdraw_step(model_admin: admin.ModelAdmin[Any], request: HttpRequest, object_id: int) -> HttpResponse:
    """The button of a signature: enters a wish that came on paper, or leads to the one that waits."""
    signature = get_object_or_404(Signature, pk=number(object_id))
    if waiting := signature.withdrawals.open().first():
        return redirect("admin:declarations_withdrawal_change", waiting.pk)
    form = WordsForm(
        request.POST if request.method == "POST" else None,
        label=_("Reason"),
        help_text=_("What the office wrote, who signed it, and on which day. The office reads it."),
    )
    return step(
        model_admin,
        request,
        signature,
        title=_("Enter a withdrawal that arrived on paper"),
        explanation=[
            _("The signature stays as it is until someone else carries the withdrawal out; you cannot."),
            _("The office gets a mail at once. If it never wished this, it can say so in time."),
        ],
        button=_("Enter the withdrawal"),
        form=form,
        do=lambda given: enter_withdrawal(
            signature=signature, by=officer(request), reason=given.cleaned_data["words"]
        ),
        done=_("The withdrawal is entered and waits for someone else to carry it out."),
        is_danger=True,
        record=lambda: _record(signature, request),
    )


@admin.register(Withdrawal)
class WithdrawalAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """Those that wait come first. The record of the signature stands above the wish."""

    list_display = ["signature", "declaration", "shown_outcome", "way", "entered_at", "decided_at"]
    list_filter = ["outcome", "signature__signatory__declaration"]
    search_fields = ["signature__signatory__organisation__name_en__unaccent", "reason__unaccent"]
    list_select_related = [
        "signature__signatory__organisation",
        "signature__signatory__declaration",
        "entered_by__user",
    ]
    fieldsets = [
        (None, {"fields": ["signature", "reason", ("way", "entered_by"), "entered_at"]}),
        (_("Decision"), {"fields": ["outcome_in_words", "decided_by", "decided_at", "note"]}),
    ]
    readonly_fields = ["outcome_in_words", "way"]
    change_form_before_template = "admin/declarations/signature_record.html"
    actions_detail = ["carry_out", "drop_it"]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [OPEN_FIRST.asc(), "-entered_at"]

    @display(description=_("declaration"), ordering="signature__signatory__declaration")
    def declaration(self, obj: Withdrawal) -> str:
        return str(obj.signature.signatory.declaration)

    @display(
        description=_("outcome"),
        ordering="outcome",
        label={"waits": "warning", "done": "success", "dropped": "info"},
    )
    def shown_outcome(self, obj: Withdrawal) -> tuple[str, str]:
        return (obj.outcome, str(obj.get_outcome_display())) if obj.outcome else ("waits", str(_("waits")))

    @display(description=_("outcome"))
    def outcome_in_words(self, obj: Withdrawal) -> str:
        return self.shown_outcome(obj)[1]

    @display(description=_("how it came"))
    def way(self, obj: Withdrawal) -> str:
        return str(_("on paper") if obj.is_from_paper else _("from the office, with its mailbox’s code"))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        withdrawal = self.get_object(request, object_id)
        record = _record(withdrawal.signature, request) if withdrawal else {}
        if withdrawal is not None and not withdrawal.outcome:
            record["cautions"] = _stands_against(withdrawal, by=officer(request))
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **record})

    def has_decide_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("declarations.change_withdrawal"))

    def get_actions_detail(self, request: HttpRequest, object_id: int | str | None = None) -> Any:
        found = super().get_actions_detail(request, object_id)
        rows = Withdrawal.objects.open().select_related("signature", "entered_by")
        waiting = rows.filter(pk=number(object_id)).first()
        if waiting is None:
            return []
        if _stands_against(waiting, by=officer(request)):
            return [each for each in found if not each.action_name.endswith("_carry_out")]
        return found

    @action(
        description=_("Withdraw the signature …"),
        url_path="carry-out",
        permissions=["decide"],
        variant=ActionVariant.DANGER,
    )
    def carry_out(self, request: HttpRequest, object_id: int) -> HttpResponse:
        withdrawal = self._asked(request, object_id)

        def do(given: forms.Form) -> Withdrawal:
            withdraw(signature=withdrawal.signature, by=officer(request), note=given.cleaned_data["words"])
            return withdrawal

        explanation = [
            _("At the wish of its office the signature leaves the register at once. Its history is kept."),
            _("The office gets a mail with your note."),
        ]
        explanation += _stands_against(withdrawal, by=officer(request))
        return self._step(
            request,
            withdrawal,
            do,
            title=_("Withdraw this signature"),
            explanation=explanation,
            button=_("Withdraw"),
            done=_("The signature is withdrawn."),
        )

    @action(description=_("Drop the wish …"), url_path="drop", permissions=["decide"])
    def drop_it(self, request: HttpRequest, object_id: int) -> HttpResponse:
        withdrawal = self._asked(request, object_id)
        return self._step(
            request,
            withdrawal,
            lambda given: drop_withdrawal(
                withdrawal=withdrawal, by=officer(request), note=given.cleaned_data["words"]
            ),
            title=_("Drop this wish to withdraw"),
            explanation=[
                _("The signature stays as it is. Do this where the office says that it was a mistake."),
                _("The office gets a mail with your note."),
            ],
            button=_("Drop the wish"),
            done=_("The signature stays as it is."),
        )

    def _asked(self, request: HttpRequest, object_id: int) -> Withdrawal:
        if not self.has_decide_permission(request):
            raise PermissionDenied
        rows = Withdrawal.objects.select_related("signature__signatory__organisation", "entered_by")
        return get_object_or_404(rows, pk=number(object_id))

    def _step(self, request: HttpRequest, withdrawal: Withdrawal, do: Any, **words: Any) -> HttpResponse:
        form = WordsForm(
            request.POST if request.method == "POST" else None,
            label=_("Note"),
            help_text=_("The office reads it."),
        )
        return step(
            self,
            request,
            withdrawal,
            form=form,
            do=do,
            is_danger=True,
            record=lambda: _record(withdrawal.signature, request),
            **words,
        )
