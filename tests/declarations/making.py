"""What the tests of this app start from."""

from __future__ import annotations

import io
from datetime import timedelta
from functools import cache
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from declarations.actions import (
    Answers,
    SentFile,
    ask_for_new_link,
    be_informed,
    enter_withdrawal,
    invite,
    new_link,
    open_invitation,
    record_signature,
    set_mailbox,
    submit_signature,
    withdraw,
)
from declarations.actions.actors import actor_of_invitation
from declarations.actions.new_links import send_new_link
from declarations.mailbox_codes import new_digits, send_code
from declarations.models import Actor, Declaration, Evidence, Invitation, Mandate, Signatory, Signature
from efus_conference.models import User
from efus_conference.uploads import CheckedDocument, check_document
from tests import factories


def png(colour: str = "white", size: tuple[int, int] = (60, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def pdf() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(out, "PDF")
    return out.getvalue()


def upload(content: bytes, name: str = "page.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@cache
def page() -> CheckedDocument:
    """A signed page, opened once: a PDF takes half a second."""
    return check_document(upload(pdf()))


def sent(content: bytes | None = None, name: str = "page.pdf") -> SentFile:
    return SentFile(name=name, document=check_document(upload(content, name)) if content else page())


def officer(**fields: Any) -> User:
    return factories.user(**{"is_staff": True, **fields})


def actor(user: User) -> Actor:
    return Actor.objects.get_or_create(kind="person", user=user)[0]


def published(**fields: Any) -> Declaration:
    declaration = factories.declaration(**fields)
    declaration.title_fr = f"{declaration.title} (fr)"
    declaration.save()
    return factories.publish(declaration)


def office(declaration: Declaration | None = None, *, by: User | None = None, **fields: Any) -> Signatory:
    """A signatory with a registered mailbox."""
    signatory = factories.signatory(declaration or published(), **fields)
    set_mailbox(signatory=signatory, email="office@town.example", by=by or officer())
    return signatory


def invited(
    signatory: Signatory | None = None, *, by: User | None = None, language: str = "en"
) -> tuple[Invitation, str]:
    """An invitation, and the token of its link."""
    invitation = invite(signatory=signatory or office(), language=language, by=by or officer())
    return invitation, new_link(invitation=invitation)


def answers(**fields: Any) -> Answers:
    values = {
        "signer_name": "Robin Example",
        "signer_office": "Mayor",
        "signed_on": timezone.localdate(),
        "basis": "own_competence",
        **fields,
    }
    return Answers(**values)


def recorded(invitation: Invitation) -> Signature:
    open_invitation(invitation=invitation, language="en")
    record_signature(invitation=invitation, answers=answers(), files={"signed_page": sent()})
    return be_informed(invitation=invitation)


def submitted(signatory: Signatory | None = None, *, by: User | None = None) -> Signature:
    """Recorded by its office and waiting for verification."""
    invitation, _token = invited(signatory, by=by)
    return submit_signature(signature=recorded(invitation), invitation=invitation)


def withdrawn(signature: Signature) -> Signature:
    """Taken back: one officer enters what came on paper, another carries it out."""
    enter_withdrawal(signature=signature, by=officer(), reason="Asked by letter of today.")
    return withdraw(signature=signature, by=officer(), note="As its office asked.")


def draft(signatory: Signatory, **fields: Any) -> Signature:
    """A record with everything a submission needs, whoever made it."""
    values = {
        "text_hash": signatory.declaration.text_hash,
        "signer_name": "Robin Example",
        "signer_office": "Mayor",
        "signed_on": timezone.localdate(),
        **fields,
    }
    signature = Signature.objects.create(signatory=signatory, **values)
    Mandate.objects.create(signature=signature, basis="own_competence")
    Evidence.objects.create(
        signature=signature, file="none", name="page.pdf", content_type="application/pdf", size=1, sha256="0"
    )
    return signature


def submitted_as_it_is(signature: Signature, invitation: Invitation) -> None:
    """The office submits a `draft`, whatever a form would have said of it."""
    now = timezone.now()
    Invitation.objects.filter(pk=invitation.pk).update(used_at=now)
    Signature.objects.filter(pk=signature.pk).update(invitation=invitation, language="en", informed_at=now)
    signature.events.create(kind="submitted", actor=actor_of_invitation(invitation))


def form(**fields: Any) -> dict[str, Any]:
    """What the office's form sends, complete but for the files."""
    return {
        "signer_name": "Robin Example",
        "signer_office": "Mayor",
        "signed_on": timezone.localdate().isoformat(),
        "basis": "own_competence",
        **fields,
    }


def yesterday() -> str:
    return (timezone.localdate() - timedelta(days=1)).isoformat()


def refused_by(do: Any) -> str:
    """The name of the rule with which the database refuses; "" when it does not."""
    try:
        with transaction.atomic():
            do()
    except IntegrityError as error:
        return str(error.__cause__.diag.constraint_name)  # type: ignore[union-attr]
    return ""


def code_for(invitation: Invitation, purpose: str = "record") -> str:
    """A code as its mail would bring it to the office's mailbox."""
    code = send_code(mailbox=invitation.mailbox, purpose=purpose, language="en", address="192.0.2.1")
    return new_digits(code)


def let_in(browser: Client, token: str) -> None:
    """The browser shows from now on that it reads the mailbox the link was sent to."""
    invitation = Invitation.objects.by_token(token).get()
    browser.post(f"/sign/{token}/code", {"code": code_for(invitation)})


def text_hash(token: str) -> dict[str, str]:
    """What every form under a link carries: the fingerprint of the texts it was made from."""
    return {"text_hash": Invitation.objects.by_token(token).get().signatory.declaration.text_hash}


def begin(browser: Client, token: str, text: str = "en") -> None:
    """Reads the text, proves the mailbox, and goes on to the record."""
    let_in(browser, token)
    answer = browser.post(f"/sign/{token}", {"text": text, **text_hash(token)})
    assert answer.headers["Location"] == f"/sign/{token}/record"


def record(browser: Client, token: str, data: dict[str, Any]) -> Any:
    return browser.post(f"/sign/{token}/record", {**text_hash(token), **data})


def inform(browser: Client, token: str) -> Any:
    invitation = Invitation.objects.by_token(token).select_related("signatory__declaration").first()
    is_shown = invitation is not None and invitation.signatory.declaration.shows_recorded
    said = {"shown": "yes" if is_shown else "no"}
    return browser.post(f"/sign/{token}/meaning", {**text_hash(token), **said, "informed": "on"})


def submit(browser: Client, token: str, **data: str) -> Any:
    return browser.post(f"/sign/{token}/check", {**text_hash(token), **data})


def asked_for_new_link(token: str, address: str = "192.0.2.1") -> None:
    """Somebody asks for a new link, and the job looks whose it was."""
    jobs = ProcrastinateJob.objects.filter(task_name=send_new_link.name)
    before = set(jobs.values_list("pk", flat=True))
    ask_for_new_link(token=token, address=address)
    look_whose(jobs.exclude(pk__in=before))


def look_whose(jobs: Any = None) -> None:
    """What the worker does for those who asked for a new link."""
    queued = ProcrastinateJob.objects.filter(task_name=send_new_link.name) if jobs is None else jobs
    for job in queued:
        send_new_link(**job.args)


def decline(browser: Client, token: str, reason: str) -> Any:
    return browser.post(f"/sign/{token}/decline", {**text_hash(token), "reason": reason})
