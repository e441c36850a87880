"""Erasing who signed: what goes and what stays is said first, and an officer gives the reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from declarations.actions import NoteMissing
from declarations.actions.erasures import ERASABLE, forget_signer
from declarations.admin.records import record_of
from declarations.admin.steps import officer, step
from declarations.models import Signature
from efus_conference.admin_base import number
from efus_conference.writing import only_line_breaks


class ErasingForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_(
            "Who asked for it, how, and on which day, without the name: it is kept in the log of this page."
        ),
        max_length=1000,
        validators=[only_line_breaks],
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        error_messages={"required": NoteMissing.message},
    )
    with_mandate = forms.BooleanField(
        label=_("The mandate names the person too: erase its words"),
        help_text=_(
            "The body that decided and the reference of its decision go; the basis and the day of the decision stay."
        ),
        required=False,
        widget=UnfoldBooleanWidget(),
    )
    with_files = forms.BooleanField(
        label=_("Delete the signed page and the decision too"),
        help_text=_(
            "Nobody can compare the record with them then; their sums stay. Leave them while somebody may contest "
            "the signature: officers alone read them."
        ),
        required=False,
        widget=UnfoldBooleanWidget(),
    )
    is_sure = forms.BooleanField(
        label=_("I made sure who asks for this. It cannot be taken back."),
        widget=UnfoldBooleanWidget(),
        error_messages={"required": _("Make sure first who asks for it, and say so.")},
    )


def may_be_erased(signature: Signature | None) -> bool:
    """Whether somebody is named in a record that nobody decides on any more."""
    return (
        signature is not None
        and signature.state in ERASABLE
        and bool(signature.signer_name or signature.signer_office)
    )


def erase_step(model_admin: admin.ModelAdmin[Any], request: HttpRequest, object_id: int) -> HttpResponse:
    """The button of a signature."""
    if not request.user.has_perm("declarations.change_signature"):
        raise PermissionDenied
    signature = get_object_or_404(
        Signature.objects.select_related("signatory__organisation"), pk=number(object_id)
    )

    def do(form: forms.Form) -> Signature:
        given = form.cleaned_data
        forget_signer(
            signature=signature,
            by=officer(request),
            reason=given["reason"],
            with_mandate=given["with_mandate"],
            with_files=given["with_files"],
        )
        return signature

    def record() -> dict[str, Any]:
        found = record_of(signature, by=officer(request))
        return {name: found[name] for name in ("facts", "files", "older_files")}

    return step(
        model_admin,
        request,
        signature,
        title=_("Erase who signed"),
        explanation=[
            _(
                "Name and office go at once from the register, its files for machines, the office’s receipt and the "
                "copies of our mails, in every record of this office that names the same person. What opens them in "
                "the public log goes too; all proofs hold as before."
            ),
            _(
                "It stays that this organisation signed: its name, the day, on what basis, and the history. Notes in "
                "the history stay as they were written."
            ),
            _(
                "What others downloaded before, and receipts in the mailbox of the office, are not in our hands; "
                "tell the person so."
            ),
        ],
        button=_("Erase who signed"),
        form=ErasingForm(request.POST if request.method == "POST" else None),
        do=do,
        done=_("Who signed is erased."),
        is_danger=True,
        record=record,
    )
