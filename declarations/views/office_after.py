"""What comes after the receipt: where it stands, completing the record, withdrawing the signature.

Reading a receipt takes its address alone. Completing and withdrawing take the proof that whoever asks reads the
office's mailbox; opening any of these pages changes nothing and sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from declarations.actions import (
    Refusal,
    ask_for_withdrawal,
    begin_completion,
    can_be_completed,
    can_be_withdrawn,
    take_back_withdrawal,
)
from declarations.actions.completing import pending_beside
from declarations.actions.withdrawing import invitation_of
from declarations.forms import WithdrawalForm, already_of, replaced_of
from declarations.history import of_signature
from declarations.languages import OFFICE_LANGUAGES
from declarations.mailbox_codes import proof_of
from declarations.mandates import in_words
from declarations.models import Mailbox, MailboxCode, Mandate, Signature, SignatureEvent, Withdrawal
from declarations.retention import EVIDENCE_KEPT_YEARS
from declarations.views.office_codes import ask_for_code, with_proof
from declarations.views.public import language_name
from efus_conference.secret_links import in_the_same_language, language_choices, language_of, private

CODE_PAGE = "declarations/office/receipt_code.html"
WITH_NOTE = (Signature.State.NEEDS_INFORMATION, Signature.State.REFUSED, Signature.State.WITHDRAWN)


@dataclass(frozen=True)
class Receipt:
    """One request for a receipt that there is."""

    request: HttpRequest
    signature: Signature

    @cached_property
    def mailbox(self) -> Mailbox | None:
        return self.signature.signatory.registered_mailbox()

    @cached_property
    def wish(self) -> Withdrawal | None:
        """The wish to withdraw that waits to be decided on."""
        return self.signature.withdrawals.open().first()

    @property
    def may_complete(self) -> bool:
        return self.mailbox is not None and can_be_completed(self.signature)

    @property
    def may_withdraw(self) -> bool:
        return (
            self.mailbox is not None
            and can_be_withdrawn(self.signature)
            and invitation_of(self.signature) is not None
        )

    def address(self, name: str) -> str:
        path = reverse(f"declarations_machine:{name}", args=[self.signature.receipt_code])
        return in_the_same_language(self.request, path, OFFICE_LANGUAGES)

    def context(self) -> dict[str, object]:
        signature = self.signature
        return {
            "signature": signature,
            "signatory": signature.signatory,
            "declaration": signature.signatory.declaration,
            "mandate": getattr(signature, "mandate", None),
            "wish": self.wish,
            "wished_at": timezone.localtime(self.wish.entered_at) if self.wish else None,
            "may_complete": self.may_complete,
            "may_withdraw": self.may_withdraw,
            **{f"{name}_url": self.address(name) for name in ("receipt", "complete", "withdraw")},
            "sign_url": self.address("receipt"),
            "languages": language_choices(OFFICE_LANGUAGES),
        }


def receipt_page(
    view: Callable[[Receipt], HttpResponse],
) -> Callable[[HttpRequest, str], HttpResponse]:
    """Looks the receipt up; one that there is not is not found, whatever was asked of it."""

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def wrapped(request: HttpRequest, receipt_code: str) -> HttpResponse:
        signature = (
            Signature.objects.filter(receipt_code=receipt_code)
            .exclude(state=Signature.State.NEW)
            .select_related(
                "signatory__declaration", "signatory__organisation", "mandate", "invitation", "replaces"
            )
            .first()
        )
        if signature is None:
            language = language_of(request, None, OFFICE_LANGUAGES)
            with translation.override(language):
                context = {"languages": language_choices(OFFICE_LANGUAGES)}
                unknown = render(request, "declarations/office/no_receipt.html", context, status=404)
            unknown.headers["Content-Language"] = language
            return private(unknown)
        own = signature.invitation.language if signature.invitation else signature.signatory.language
        language = language_of(request, own, OFFICE_LANGUAGES)
        with translation.override(language):
            response = view(Receipt(request, signature))
        response.headers["Content-Language"] = language
        return private(response)

    return wrapped


@receipt_page
def receipt(page: Receipt) -> HttpResponse:
    """What was recorded, what became of it and what comes next; whoever has this address may read it."""
    if page.request.method == "POST":
        return redirect(page.address("receipt"))
    signature = page.signature
    last = signature.events.order_by("-pk").first()
    mandate: Mandate | None = getattr(signature, "mandate", None)
    context = {
        **page.context(),
        "mandate_in_words": in_words(mandate) if mandate else "",
        "files": list(already_of(signature).values()),
        "replaced_files": replaced_of(signature),
        "history": of_signature(signature),
        "note": last.note if last and signature.state in WITH_NOTE else "",
        "waits_beside": pending_beside(signature),
        "is_public": Signature.objects.public().filter(pk=signature.pk).exists(),
        "language_name": language_name(signature.language) if signature.language else "",
    }
    return render(page.request, "declarations/office/receipt.html", context)


@receipt_page
def complete(page: Receipt) -> HttpResponse:
    """Answers what was asked, or mends what stands: hands over a link at once to who reads the mailbox."""
    question = None
    if page.signature.state == Signature.State.NEEDS_INFORMATION:
        question = page.signature.events.filter(kind=SignatureEvent.Kind.NEEDS_INFORMATION).latest("pk").note
    context = {**page.context(), "question": question}
    if page.request.method != "POST" or page.mailbox is None or not page.may_complete:
        return render(page.request, "declarations/office/receipt_complete.html", context)
    proof = proof_of(page.request, page.mailbox, MailboxCode.Purpose.RECORD)
    if proof is None:
        asked = ask_for_code(
            page.request,
            mailbox=page.mailbox,
            purpose=MailboxCode.Purpose.RECORD,
            context=context,
            template=CODE_PAGE,
        )
        if not isinstance(asked, MailboxCode):
            return asked
        return with_proof(_begin(page, context), asked, page.request)
    return _begin(page, context)


def _begin(page: Receipt, context: dict[str, object]) -> HttpResponse:
    try:
        token = begin_completion(
            signature=page.signature, language=translation.get_language() or settings.LANGUAGE_CODE
        )
    except Refusal as refusal:
        context = {**context, "refusal": refusal}
        return render(page.request, "declarations/office/receipt_complete.html", context)
    path = reverse("declarations_machine:sign_record", args=[token])
    return redirect(in_the_same_language(page.request, path, OFFICE_LANGUAGES))


@receipt_page
def withdraw(page: Receipt) -> HttpResponse:
    """The wish to take the signature back, or to take that wish back."""
    request, mailbox, purpose = page.request, page.mailbox, MailboxCode.Purpose.WITHDRAW
    form = WithdrawalForm(request.POST if "reason" in request.POST else None)
    context = {**page.context(), "form": form, "evidence_years": EVIDENCE_KEPT_YEARS}
    may = page.may_withdraw or page.wish is not None
    if mailbox is None or not may:
        return render(request, "declarations/office/receipt_withdraw.html", context)
    proof = proof_of(request, mailbox, purpose)
    # A code carries one wish; taking that one back is the same office still.
    if proof and page.wish is None and Withdrawal.objects.filter(code=proof).exists():
        proof = None
    if proof is None:
        if request.method != "POST":
            return render(request, "declarations/office/receipt_withdraw.html", context)
        asked = ask_for_code(request, mailbox=mailbox, purpose=purpose, context=context, template=CODE_PAGE)
        if not isinstance(asked, MailboxCode):
            return asked
        return with_proof(redirect(page.address("withdraw")), asked, request)
    context["is_proven"] = True
    if request.method != "POST":
        return render(request, "declarations/office/receipt_withdraw.html", context)
    return _wish(page, form, proof, context)


def _wish(
    page: Receipt, form: WithdrawalForm, proof: MailboxCode, context: dict[str, object]
) -> HttpResponse:
    try:
        if page.wish is not None:
            if "take_back" in page.request.POST:
                take_back_withdrawal(withdrawal=page.wish, code=proof)
            return redirect(page.address("receipt"))
        if not form.is_valid():
            return render(page.request, "declarations/office/receipt_withdraw.html", context)
        if "confirm" in page.request.POST:
            ask_for_withdrawal(signature=page.signature, code=proof, reason=form.cleaned_data["reason"])
            return redirect(page.address("receipt"))
        if "again" not in page.request.POST:
            context["reason"] = form.cleaned_data["reason"]
    except Refusal as refusal:
        if page.signature.withdrawals.open().filter(code=proof).exists():
            return redirect(page.address("receipt"))  # a double click: the first one entered it
        context["refusal"] = refusal
    return render(page.request, "declarations/office/receipt_withdraw.html", context)
