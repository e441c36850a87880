"""The mail with the proof: what it says to whom, and that the file in it is whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from declarations import actions
from declarations.languages import OFFICE_LANGUAGES
from declarations.log import entries, merkle, notes, proofs, tree
from declarations.log.reading import NothingLoggedError, in_groups
from declarations.models import Declaration, Invitation, LogEntry, LogKey, Signature
from efus_conference.mail import compose, render
from tests import factories
from tests.declarations.log.keeping import logged
from tests.declarations.making import answers, office, officer, published, sent, submitted, withdrawn

Mailbox = Callable[[], list[EmailMessage]]


def verified(declaration: Declaration, language: str = "en") -> Signature:
    organisation = factories.organisation(name="Rīga & co", slug="riga")
    signature = actions.verify(
        signature=submitted(office(declaration, organisation=organisation)), by=officer()
    )
    Invitation.objects.filter(pk=signature.invitation_id).update(language=language)
    return Signature.objects.get(pk=signature.pk)


def entry_of(signature: Signature, kind: str = "published") -> LogEntry:
    return LogEntry.objects.get(event__signature=signature, kind=kind)


@pytest.mark.parametrize("language", [code for code, _name in OFFICE_LANGUAGES])
@pytest.mark.django_db
def test_each_kind_of_proof_is_mailed_in_the_language_of_the_office(tmp_path: Path, language: str) -> None:
    declaration = published(is_demonstration=True, slug="harbour")
    signature = verified(declaration, language)
    logged(declaration, tmp_path)
    withdrawn(signature)
    logged(declaration, tmp_path)
    fingerprint = in_groups(LogKey.objects.get().fingerprint)
    told = []
    for number, kind in ((1, "published"), (2, "withdrawn")):
        (letter,) = compose("declarations/proof", entry_id=entry_of(signature, kind).pk)
        mail = render("declarations/proof", letter)
        site = language if language in ("en", "fr", "nl") else "en"
        told.append(
            (
                letter.to,
                letter.language,
                [(name, media_type) for name, _content, media_type in letter.attachments],
                "Rīga & co" in mail.subject,
                f"/{site}/declarations/harbour/verify/" in mail.text,
                fingerprint in mail.text,
                fingerprint in mail.html,
                re.search(rf"\s{number}\b", mail.text) is not None,
                "Robin Example" in mail.text + mail.html,
            )
        )
    assert told == [
        (
            "office@town.example",
            language,
            [(f"proof-harbour-riga-entry-{number}.tlog-proof", "application/octet-stream")],
            *(True, True, True, True, True, False),
        )
        for number in (1, 2)
    ]


def test_the_file_comes_out_of_the_mail_to_the_byte_and_proves_its_entry(
    fresh_db: str, tmp_path: Path, run_worker: Callable[[], None], mailbox: Mailbox
) -> None:
    declaration = published()
    signature = verified(declaration)
    run_worker()
    log = logged(declaration, tmp_path)
    before = len(mailbox())
    run_worker()
    (message,) = mailbox()[before:]
    (attached,) = message.iter_attachments()
    content = attached.get_content()
    assert isinstance(content, bytes)
    proof = proofs.read(content.decode())
    note = notes.read(proof.checkpoint)
    head = notes.checkpoint_of(note)
    assert proof.extra is not None
    extra = json.loads(proof.extra)
    said = entries.said_in(extra["entry"])
    assert note.is_signed_by(log.origin, bytes.fromhex(LogKey.objects.get().public_key))
    assert merkle.is_included(
        proof.index, head.size, merkle.leaf_hash(extra["entry"].encode()), proof.hashes, head.root
    )
    assert {
        name: entries.commitment_of(opening["salt"], opening["value"])
        for name, opening in extra["openings"].items()
    } == said["commitments"]
    # The office's own file opens all of it, the sums of its evidence too.
    assert sorted(said["commitments"]) == ["evidence", "mandate", "office", "person"]
    assert said["signature"] == str(signature.log_id)


@pytest.mark.django_db
def test_what_no_checkpoint_covers_is_not_mailed_before_one_does(tmp_path: Path) -> None:
    declaration = published()
    log = logged(declaration, tmp_path)
    signature = verified(declaration)
    event = signature.events.get(kind="verified")
    [entry] = tree.append(log, [entries.of_event(event)])
    with pytest.raises(NothingLoggedError):
        compose("declarations/proof", entry_id=entry.pk)


@pytest.mark.django_db
def test_an_office_without_a_mailbox_is_sent_none(tmp_path: Path) -> None:
    declaration = published()
    signature = actions.record_on_paper(
        signatory=factories.signatory(declaration),
        answers=answers(),
        files={"signed_page": sent()},
        by=officer(),
    )
    actions.verify(signature=signature, by=officer())
    logged(declaration, tmp_path)
    assert compose("declarations/proof", entry_id=entry_of(signature).pk) == []
    assert "declarations/proof" not in [
        job.args.get("kind") for job in ProcrastinateJob.objects.filter(task_name="mail.send")
    ]
