"""The office's way: read, record, learn what it means, check, confirm. Opening any of it changes nothing.

The secret in the address opens the text; the rest takes a code from the office's mailbox besides
(`declarations.views.office_frame`), so that a link which was forwarded records nothing.
"""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from declarations import markup, retention, signing_page
from declarations.actions import (
    AlreadySubmitted,
    LinkNotUsable,
    ReadAgain,
    Refusal,
    be_informed,
    decline_invitation,
    is_complete,
    keep_files,
    note_opening,
    open_invitation,
    record_signature,
    submit_signature,
    works_until,
)
from declarations.forms import DeclineForm, MeaningForm, SignatureForm, already_of, initial_of
from declarations.languages import OFFICE_LANGUAGES
from declarations.mailbox_codes import TooManyCodes, open_code, proof_of, send_code
from declarations.mandates import in_words
from declarations.models import MailboxCode
from declarations.views.office_codes import ask_for_code, masked, with_proof
from declarations.views.office_frame import Visit, office_page, read_again, said_no, step, to_receipt
from declarations.views.public import language_name, text_for_reader, texts_of
from efus_conference.languages import own_name
from efus_conference.secret_links import language_choices

RECORD = MailboxCode.Purpose.RECORD
# How long what is kept, as the page about signing says it: days and years.
PERIODS = {
    "draft_days": retention.DRAFT_KEPT_FOR.days,
    "code_days": retention.CODE_KEPT_FOR.days,
    "mail_days": retention.MAIL_KEPT_FOR.days,
    "evidence_years": retention.EVIDENCE_KEPT_YEARS,
    "reason_years": retention.DECLINE_REASON_KEPT_YEARS,
}
STEPS = ("record", "meaning", "check", "decline")


@office_page
def sign(visit: Visit) -> HttpResponse:
    """The declaration in the office's language, to whoever has the link."""
    request = visit.request
    texts = texts_of(visit.declaration)
    asked = request.POST.get("text") or request.GET.get("text", "")
    text = text_for_reader(texts, asked, translation.get_language() or "")
    if text is None:
        raise LinkNotUsable
    if request.method == "POST":
        text_hash = request.POST.get("text_hash", "")
        if text_hash != visit.declaration.text_hash:
            return read_again(visit)
        if proof_of(request, visit.invitation.mailbox, RECORD):
            return _begin(visit, text.code, text_hash)
        note_opening(invitation=visit.invitation)
        if open_code(visit.invitation.mailbox, RECORD) is None:
            # The page that comes next says how many were asked for, and asks again.
            with suppress(TooManyCodes):
                send_code(
                    mailbox=visit.invitation.mailbox,
                    purpose=RECORD,
                    language=translation.get_language() or visit.invitation.language,
                    address=get_adapter().get_client_ip(request),
                )
        return visit.to("sign_code", text=text.code, texts=text_hash)
    context = {
        **visit.context(),
        "texts": texts,
        "text": text,
        "authentic": next((each for each in texts if each.is_authentic), None),
        "body": markup.render(text.version.body),
        "address": masked(visit.invitation.mailbox.email),
        "is_proven": proof_of(request, visit.invitation.mailbox, RECORD) is not None,
        "is_missing": translation.get_language() not in {each.code for each in texts},
        "begun": visit.draft if visit.draft and visit.draft.signer_name else None,
        "works_until": works_until(visit.invitation),
    }
    return render(request, "declarations/office/read.html", context)


@office_page
def page_to_sign(visit: Visit) -> HttpResponse:
    """A page to print and to sign, as a PDF; it takes the link alone, and changes nothing."""
    texts = texts_of(visit.declaration)
    text = text_for_reader(texts, visit.request.GET.get("text", ""), translation.get_language() or "")
    if text is None:
        raise LinkNotUsable
    content = signing_page.made(visit.signatory, texts, text)
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="page-to-sign.pdf"'
    return response


@office_page
def code(visit: Visit) -> HttpResponse:
    """Proves that who goes on reads the office's mailbox; then the texts that were read are pinned."""
    request = visit.request
    carried = {name: value[:64] for name in ("text", "texts", "then") if (value := request.GET.get(name, ""))}
    asked: HttpResponse | MailboxCode | None = proof_of(request, visit.invitation.mailbox, RECORD)
    if asked is None:
        if request.method == "POST":
            note_opening(invitation=visit.invitation)
        context = {
            **visit.context(),
            "is_to_decline": carried.get("then") == "decline",
            "languages": _with_query(language_choices(OFFICE_LANGUAGES), carried),
        }
        asked = ask_for_code(request, mailbox=visit.invitation.mailbox, purpose=RECORD, context=context)
    elif request.method != "POST":
        return _on(visit, carried)
    if isinstance(asked, HttpResponse):
        return asked
    if carried.get("texts") and carried.get("text"):
        return with_proof(_begin(visit, carried["text"], carried["texts"]), asked, request)
    return with_proof(_on(visit, carried), asked, request)


@step("record")
def record(visit: Visit) -> HttpResponse:
    """Who signed, in what office, on which day, by which mandate, and the signed page."""
    request, draft = visit.request, visit.draft
    assert draft is not None
    published_at = visit.declaration.published_at
    published_on = timezone.localdate(published_at) if published_at else None
    if request.method == "POST":
        form = SignatureForm(
            request.POST,
            request.FILES,
            published_on=published_on,
            already=already_of(draft),
            sender=str(visit.invitation.mailbox_id),
        )
        if form.is_valid():
            record_signature(invitation=visit.invitation, answers=form.answers, files=form.sent)
            return visit.to("sign_meaning")
        if form.sent:
            keep_files(invitation=visit.invitation, files=form.sent)
            form.show_kept(already_of(draft))
    else:
        form = SignatureForm(initial=initial_of(draft), published_on=published_on, already=already_of(draft))
    return render(request, "declarations/office/record.html", {**visit.context(), "form": form})


@step("meaning")
def meaning(visit: Visit) -> HttpResponse:
    """What signing means, what becomes public, who keeps what for how long, what a withdrawal does."""
    request, draft = visit.request, visit.draft
    assert draft is not None
    if not is_complete(draft):
        return visit.to("sign_record")
    name, is_shown = own_name(visit.signatory.organisation)[0], visit.declaration.shows_recorded
    if request.method == "POST":
        form = MeaningForm(request.POST, name=name, is_shown=is_shown)
        if form.is_valid():
            be_informed(invitation=visit.invitation, told_shown=is_shown)
            return visit.to("sign_check")
    else:
        has_read_this = draft.informed_at is not None and draft.told_shown == is_shown
        form = MeaningForm(name=name, is_shown=is_shown, initial={"informed": has_read_this})
    context = {
        **visit.context(),
        "form": form,
        "periods": PERIODS,
        "ends_at": visit.declaration.signatures_until,
    }
    return render(request, "declarations/office/meaning.html", context)


@step("check")
def check(visit: Visit) -> HttpResponse:
    """Everything once more; then it is submitted."""
    request, draft = visit.request, visit.draft
    assert draft is not None
    if not is_complete(draft):
        return visit.to("sign_record")
    if draft.informed_at is None:
        return visit.to("sign_meaning")
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            submit_signature(
                signature=draft, invitation=visit.invitation, language=translation.get_language() or ""
            )
            return to_receipt(request, draft)
        except AlreadySubmitted:
            return to_receipt(request, draft)
        except (LinkNotUsable, ReadAgain):
            raise
        except Refusal as error:
            refusal = error
    context = {
        **visit.context(),
        "mandate": draft.mandate,
        "mandate_in_words": in_words(draft.mandate),
        "files": list(already_of(draft).values()),
        "language_name": language_name(draft.language),
        "refusal": refusal,
    }
    return render(request, "declarations/office/check.html", context)


@step("decline", needs_draft=False)
def decline(visit: Visit) -> HttpResponse:
    """The office says that it does not sign, and why; the mail about it says how to come back."""
    request = visit.request
    if not visit.context()["may_decline"]:
        return visit.to("sign")
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        decline_invitation(
            invitation=visit.invitation,
            reason=form.cleaned_data["reason"],
            language=translation.get_language() or "",
        )
        return render(request, "declarations/office/declined.html", said_no(visit.invitation))
    return render(request, "declarations/office/decline.html", {**visit.context(), "form": form})


def _begin(visit: Visit, language: str, text_hash: str) -> HttpResponse:
    if language not in {each.code for each in texts_of(visit.declaration)}:
        return visit.to("sign")
    try:
        open_invitation(invitation=visit.invitation, language=language, text_hash=text_hash)
    except ReadAgain:
        return read_again(visit, action=visit.address("sign"))
    return visit.to("sign_record")


def _on(visit: Visit, carried: dict[str, str]) -> HttpResponse:
    then = carried.get("then", "")
    return visit.to(f"sign_{then}" if then in STEPS else "sign")


def _with_query(choices: list[dict[str, object]], carried: dict[str, str]) -> list[dict[str, object]]:
    more = f"&{urlencode(carried)}" if carried else ""
    return [{**each, "url": f"{each['url']}{more}"} for each in choices]
