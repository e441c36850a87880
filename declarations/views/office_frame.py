"""What the office's pages share: who comes by which link, in which language, and what is asked before a step.

Reading takes the link alone. Every step after it takes the proof that whoever does it reads the office's mailbox, and
the fingerprint of the texts that were read: where these were replaced meanwhile, they are read again first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from declarations import markup
from declarations.actions import (
    LinkNotUsable,
    ReadAgain,
    ask_for_new_link,
    draft_of,
    note_opening,
    open_invitation,
)
from declarations.forms import AnswersTyped
from declarations.languages import OFFICE_LANGUAGES
from declarations.mailbox_codes import proof_of, proven_mailboxes
from declarations.models import Invitation, MailboxCode, Signatory, Signature, SignatureEvent
from declarations.models.texts import Declaration
from declarations.views.office_codes import ask_for_code, with_proof
from declarations.views.public import text_for_reader, texts_of
from efus_conference.secret_links import in_the_same_language, language_choices, language_of, private


@dataclass(frozen=True)
class Visit:
    """One request under a link that works."""

    request: HttpRequest
    invitation: Invitation
    token: str

    @property
    def signatory(self) -> Signatory:
        return self.invitation.signatory

    @property
    def declaration(self) -> Declaration:
        return self.invitation.signatory.declaration

    @cached_property
    def draft(self) -> Signature | None:
        return draft_of(self.invitation)

    @property
    def is_begun(self) -> bool:
        """Whether the texts as they are now were read under this very link."""
        return (
            self.draft is not None
            and self.draft.invitation_id == self.invitation.pk
            and self.draft.text_hash == self.declaration.text_hash
        )

    def address(self, name: str, **parameters: str) -> str:
        path = reverse(f"declarations_machine:{name}", args=[self.token])
        path = in_the_same_language(self.request, path, OFFICE_LANGUAGES)
        return f"{path}{'&' if '?' in path else '?'}{urlencode(parameters)}" if parameters else path

    def to(self, name: str, **parameters: str) -> HttpResponse:
        return redirect(self.address(name, **parameters))

    def context(self) -> dict[str, object]:
        question = None
        if self.draft and self.draft.state == Signature.State.NEEDS_INFORMATION:
            question = self.draft.events.filter(kind=SignatureEvent.Kind.NEEDS_INFORMATION).latest("at").note
        return {
            "declaration": self.declaration,
            "signatory": self.signatory,
            "invitation": self.invitation,
            "question": question,
            "draft": self.draft,
            "may_decline": self.invitation.replaces_id is None
            and (self.draft is None or self.draft.state == Signature.State.NEW),
            **{
                f"{name}_url": self.address(f"sign_{name}")
                for name in ("record", "meaning", "decline", "page")
            },
            "sign_url": self.address("sign"),
            "languages": language_choices(OFFICE_LANGUAGES),
        }


def office_page(view: Callable[[Visit], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    """Asks for a link that works, and nothing more; any other gives one and the same page."""

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def wrapped(request: HttpRequest, token: str) -> HttpResponse:
        invitation = (
            Invitation.objects.by_token(token)
            .usable()
            .select_related("signatory__declaration", "signatory__organisation", "mailbox")
            .first()
        )
        language = language_of(request, invitation.language if invitation else None, OFFICE_LANGUAGES)
        with translation.override(language):
            if invitation is None:
                response = _not_usable(request, token)
            else:
                try:
                    response = view(Visit(request, invitation, token))
                except LinkNotUsable:
                    response = _not_usable(request, token)
        response.headers["Content-Language"] = language
        return private(response)

    return wrapped


def step(
    name: str, *, needs_draft: bool = True
) -> Callable[[Callable[[Visit], HttpResponse]], Callable[[HttpRequest, str], HttpResponse]]:
    """Asks for the proof of the mailbox and for the texts that were read; what was typed is kept meanwhile.

    Without `needs_draft` it may be taken before anything was begun under this link.
    """

    def decorate(view: Callable[[Visit], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
        def checked(visit: Visit) -> HttpResponse:
            request = visit.request
            if request.method == "POST" and not _has_read(visit):
                return read_again(visit)
            if needs_draft and not visit.is_begun:
                # A second click may find the draft submitted by the first, after the link still worked.
                if not Invitation.objects.usable().filter(pk=visit.invitation.pk).exists():
                    raise LinkNotUsable
                return visit.to("sign")
            try:
                return view(visit)
            except ReadAgain:
                return read_again(visit)

        @office_page
        @wraps(view)
        def wrapped(visit: Visit) -> HttpResponse:
            purpose = MailboxCode.Purpose.RECORD
            if proof_of(visit.request, visit.invitation.mailbox, purpose):
                return checked(visit)
            if visit.request.method != "POST":
                return visit.to("sign_code", then=name)
            note_opening(invitation=visit.invitation)
            asked = ask_for_code(
                visit.request,
                mailbox=visit.invitation.mailbox,
                purpose=purpose,
                context={**visit.context(), "is_to_decline": name == "decline"},
            )
            return (
                with_proof(checked(visit), asked, visit.request) if isinstance(asked, MailboxCode) else asked
            )

        return wrapped

    return decorate


def _has_read(visit: Visit) -> bool:
    """Whether the form was made from the texts as they are now; takes up who has just read them again."""
    request, current = visit.request, visit.declaration.text_hash
    if request.POST.get("text_hash") != current:
        return False
    if "read_again" in request.POST and not visit.is_begun:
        text = text_for_reader(texts_of(visit.declaration), request.POST.get("text", ""))
        if text is None:
            raise LinkNotUsable
        open_invitation(invitation=visit.invitation, language=text.code, text_hash=current)
        vars(visit).pop("draft", None)
    return visit.draft is None or visit.draft.text_hash == current


def read_again(visit: Visit, *, action: str = "") -> HttpResponse:
    """The texts as they are now, with what was typed kept below them, to be sent to `action`: else this address."""
    visit.declaration.refresh_from_db()
    texts = texts_of(visit.declaration)
    read = visit.draft.language if visit.draft else ""
    text = text_for_reader(texts, visit.request.POST.get("text", ""), read, translation.get_language() or "")
    if text is None:
        raise LinkNotUsable
    context = {
        **visit.context(),
        "text": text,
        "body": markup.render(text.version.body),
        "typed": AnswersTyped(visit.request.POST),
        "action": action,
    }
    return render(visit.request, "declarations/office/changed.html", context, status=409)


def _not_usable(request: HttpRequest, token: str) -> HttpResponse:
    """One and the same page for a link that is used, declined, revoked, expired or invented."""
    code = request.POST.get("receipt", "")
    if code:
        # Only who saw the form while the link worked knows this code: the second click, or the other tab.
        signed = Signature.objects.filter(
            receipt_code=code, invitation__in=Invitation.objects.by_token(token)
        )
        for signature in signed.exclude(state=Signature.State.NEW):
            return to_receipt(request, signature)
    if request.method != "POST" and (signed_here := _signed_by(request, token)):
        return to_receipt(request, signed_here)
    if "decline" in request.POST and (declined := _declined(request, token)):
        return render(request, "declarations/office/declined.html", declined)
    is_asked = request.method == "POST" and "new_link" in request.POST
    if is_asked:
        ask_for_new_link(token=token, address=get_adapter().get_client_ip(request))
    context = {
        "is_asked": is_asked,
        "typed": AnswersTyped(request.POST),
        "languages": language_choices(OFFICE_LANGUAGES),
    }
    return render(request, "declarations/office/not_usable.html", context, status=200 if is_asked else 404)


# Both look first at what the browser proved: a link tells nothing by the work that it makes.


def _signed_by(request: HttpRequest, token: str) -> Signature | None:
    """What was submitted with this link, to the browser that proved its mailbox within the last two hours."""
    proven = proven_mailboxes(request, MailboxCode.Purpose.RECORD)
    if not proven:
        return None
    links = Invitation.objects.by_token(token).filter(mailbox__in=proven)
    return Signature.objects.filter(invitation__in=links).exclude(state=Signature.State.NEW).first()


def _declined(request: HttpRequest, token: str) -> dict[str, object] | None:
    """What the second click on “decline” is shown: only to whoever proved the mailbox."""
    proven = proven_mailboxes(request, MailboxCode.Purpose.RECORD)
    if not proven:
        return None
    declined = (
        Invitation.objects.by_token(token)
        .filter(mailbox__in=proven)
        .exclude(declined_at=None)
        .select_related("signatory__declaration", "signatory__organisation", "mailbox")
        .first()
    )
    return said_no(declined) if declined else None


def said_no(invitation: Invitation) -> dict[str, object]:
    """What the page after declining shows."""
    return {
        "declaration": invitation.signatory.declaration,
        "signatory": invitation.signatory,
        "languages": language_choices(OFFICE_LANGUAGES),
    }


def to_receipt(request: HttpRequest, signature: Signature) -> HttpResponse:
    path = reverse("declarations_machine:receipt", args=[signature.receipt_code])
    return redirect(in_the_same_language(request, path, OFFICE_LANGUAGES))
