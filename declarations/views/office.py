"""The office's way: read, record, check, confirm, receipt. Opening any of it changes nothing.

The secret in the address is the whole authority here (`efus_conference.secret_links`), which is also why a page
can be the very same bytes for every link that does not work.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from declarations import markup
from declarations.actions import (
    AlreadySubmitted,
    LinkNotUsable,
    Refusal,
    ask_for_new_link,
    draft_of,
    is_complete,
    keep_files,
    open_invitation,
    record_signature,
    submit_signature,
)
from declarations.forms import SignatureForm, already_of, initial_of
from declarations.languages import OFFICE_LANGUAGES
from declarations.models import Invitation, Signature, SignatureEvent
from declarations.views.public import language_name, text_for_reader, texts_of
from efus_conference.secret_links import in_the_same_language, language_choices, language_of, private

OfficeView = Callable[[HttpRequest, Invitation, str], HttpResponse]


def office_page(view: OfficeView) -> Callable[[HttpRequest, str], HttpResponse]:
    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def wrapped(request: HttpRequest, token: str) -> HttpResponse:
        invitation = (
            Invitation.objects.by_token(token)
            .usable()
            .select_related("signatory__declaration", "signatory__organisation")
            .first()
        )
        language = language_of(request, invitation.language if invitation else None, OFFICE_LANGUAGES)
        with translation.override(language):
            if invitation is None:
                response = _not_usable(request, token)
            else:
                try:
                    response = view(request, invitation, token)
                except LinkNotUsable:
                    response = _not_usable(request, token)
        response.headers["Content-Language"] = language
        return private(response)

    return wrapped


@office_page
def sign(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    """The declaration in the office's language, and what signing means."""
    declaration = invitation.signatory.declaration
    texts = texts_of(declaration)
    asked = request.POST.get("text") or request.GET.get("text", "")
    text = text_for_reader(texts, asked, translation.get_language() or "")
    if text is None:
        raise LinkNotUsable
    if request.method == "POST":
        open_invitation(invitation=invitation, language=text.code)
        return _to(request, "sign_record", token)
    context = {
        **_context(request, invitation, token),
        "texts": texts,
        "text": text,
        "body": markup.render(text.version.body),
    }
    return render(request, "declarations/office/read.html", context)


@office_page
def record(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    draft = draft_of(invitation)
    if draft is None:
        return _to(request, "sign", token)
    published_at = invitation.signatory.declaration.published_at
    published_on = timezone.localdate(published_at) if published_at else None
    if request.method == "POST":
        form = SignatureForm(
            request.POST, request.FILES, published_on=published_on, already=already_of(draft)
        )
        if form.is_valid():
            record_signature(invitation=invitation, answers=form.answers, files=form.sent)
            return _to(request, "sign_check", token)
        if form.sent:
            keep_files(invitation=invitation, files=form.sent)
            form.show_kept(already_of(draft))
    else:
        form = SignatureForm(initial=initial_of(draft), published_on=published_on, already=already_of(draft))
    context = {**_context(request, invitation, token), "form": form, "draft": draft}
    return render(request, "declarations/office/record.html", context)


@office_page
def check(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    draft = draft_of(invitation)
    if draft is None or not is_complete(draft):
        return _to(request, "sign_record" if draft else "sign", token)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            submit_signature(
                signature=draft, invitation=invitation, language=translation.get_language() or ""
            )
            return _to_receipt(request, draft)
        except AlreadySubmitted:
            return _to_receipt(request, draft)
        except LinkNotUsable:
            raise
        except Refusal as error:
            refusal = error
    context = {
        **_context(request, invitation, token),
        "draft": draft,
        "mandate": draft.mandate,
        "files": list(already_of(draft).values()),
        "language_name": language_name(draft.language),
        "refusal": refusal,
    }
    return render(request, "declarations/office/check.html", context)


@require_safe
def receipt(request: HttpRequest, receipt_code: str) -> HttpResponse:
    """What was recorded, and where it stands; whoever has this address may read it."""
    signature = (
        Signature.objects.filter(receipt_code=receipt_code)
        .exclude(state=Signature.State.NEW)
        .select_related("signatory__declaration", "signatory__organisation", "mandate", "invitation")
        .first()
    )
    if signature is None:
        return private(render(request, "404.html", status=404))
    language = language_of(
        request, signature.invitation.language if signature.invitation else None, OFFICE_LANGUAGES
    )
    events = list(signature.events.order_by("at", "pk"))
    with translation.override(language):
        response = render(
            request,
            "declarations/office/receipt.html",
            {
                "signature": signature,
                "signatory": signature.signatory,
                "declaration": signature.signatory.declaration,
                "mandate": getattr(signature, "mandate", None),
                "files": list(signature.evidence.order_by("kind", "pk")),
                "events": events,
                "note": events[-1].note if signature.state in WITH_NOTE else "",
                "language_name": language_name(signature.language) if signature.language else "",
                "languages": language_choices(OFFICE_LANGUAGES),
            },
        )
    response.headers["Content-Language"] = language
    return private(response)


WITH_NOTE = (Signature.State.NEEDS_INFORMATION, Signature.State.REFUSED, Signature.State.WITHDRAWN)


def _not_usable(request: HttpRequest, token: str) -> HttpResponse:
    """One and the same page for a link that is used, revoked, expired or invented."""
    code = request.POST.get("receipt", "")
    if code:
        # Only who saw the form while the link worked knows this code: the second click, or the other tab.
        signed = Signature.objects.filter(
            receipt_code=code, invitation__in=Invitation.objects.by_token(token)
        )
        for signature in signed.exclude(state=Signature.State.NEW):
            return _to_receipt(request, signature)
    is_asked = request.method == "POST" and "new_link" in request.POST
    if is_asked:
        ask_for_new_link(token=token, address=get_adapter().get_client_ip(request))
    context = {"is_asked": is_asked, "languages": language_choices(OFFICE_LANGUAGES)}
    return render(request, "declarations/office/not_usable.html", context, status=200 if is_asked else 404)


def _context(request: HttpRequest, invitation: Invitation, token: str) -> dict[str, object]:
    draft = draft_of(invitation)
    question = None
    if draft and draft.state == Signature.State.NEEDS_INFORMATION:
        question = draft.events.filter(kind=SignatureEvent.Kind.NEEDS_INFORMATION).latest("at").note
    return {
        "declaration": invitation.signatory.declaration,
        "signatory": invitation.signatory,
        "invitation": invitation,
        "question": question,
        "sign_url": _address(request, "sign", token),
        "record_url": _address(request, "sign_record", token),
        "languages": language_choices(OFFICE_LANGUAGES),
    }


def _address(request: HttpRequest, name: str, token: str) -> str:
    return in_the_same_language(
        request, reverse(f"declarations_machine:{name}", args=[token]), OFFICE_LANGUAGES
    )


def _to(request: HttpRequest, name: str, token: str) -> HttpResponse:
    return redirect(_address(request, name, token))


def _to_receipt(request: HttpRequest, signature: Signature) -> HttpResponse:
    return redirect(_address(request, "receipt", signature.receipt_code))
