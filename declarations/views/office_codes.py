"""The page that asks for the code sent to the office's mailbox, for a step of its own or in the midst of another."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from declarations.forms import AnswersTyped, CodeForm
from declarations.mailbox_codes import (
    CodeOver,
    TooManyCodes,
    WrongCode,
    give_proof,
    open_code,
    prove,
    send_code,
)
from declarations.models import Mailbox, MailboxCode


def ask_for_code(
    request: HttpRequest,
    *,
    mailbox: Mailbox,
    purpose: str,
    context: dict[str, Any],
    template: str = "declarations/office/code.html",
) -> HttpResponse | MailboxCode:
    """The page that asks for a code, or the code itself once the right one is typed: give its proof then.

    GET and HEAD send nothing. A POST sends a code when it asks for one, or when none is open and none is typed. What
    else it brought stays in the page, to be sent again with the code.
    """
    form = CodeForm()
    address = get_adapter().get_client_ip(request)
    refusal: TooManyCodes | None = None
    before, is_second_click = open_code(mailbox, purpose), False
    if request.method == "POST" and "code" in request.POST and "send" not in request.POST:
        form = CodeForm(request.POST)
        if form.is_valid():
            try:
                return prove(
                    mailbox=mailbox, purpose=purpose, typed=form.cleaned_data["code"], address=address
                )
            except (WrongCode, CodeOver) as error:
                form.add_error("code", str(error))
    elif request.method == "POST" and ("send" in request.POST or before is None):
        try:
            code = send_code(
                mailbox=mailbox,
                purpose=purpose,
                language=translation.get_language() or settings.LANGUAGE_CODE,
                address=address,
            )
            is_second_click = before is not None and code.pk == before.pk
        except TooManyCodes as error:
            refusal = error
    sent = open_code(mailbox, purpose)
    answer = {
        **context,
        "form": form,
        "refusal": refusal,
        "is_second_click": is_second_click,
        "sent": sent,
        "sent_at": timezone.localtime(sent.made_at) if sent else None,
        "address": masked(mailbox.email),
        "typed": AnswersTyped(request.POST, with_hash=True),
        "mail_folder": _mail_folder(),
    }
    return render(request, template, answer)


def with_proof(response: HttpResponse, code: MailboxCode, request: HttpRequest) -> HttpResponse:
    give_proof(response, code, beside=request)
    return response


def masked(address: str) -> str:
    """Enough of a mailbox to find it, and too little to write to it: the link may have been forwarded."""
    name, _at, domain = address.rpartition("@")
    return f"{name[:1]}•••@{domain}"


def _mail_folder() -> str:
    """Where a demonstration without a mail server writes its mails; nothing on a real site."""
    is_written = settings.DEMONSTRATION and settings.EMAIL_BACKEND.endswith("ReadableFileBackend")
    return str(settings.EMAIL_FILE_PATH) if is_written else ""
