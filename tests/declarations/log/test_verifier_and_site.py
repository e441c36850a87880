"""From the site to the verdict: what a reader downloads and an office is mailed, given to the downloaded verifier."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from declarations import actions
from declarations.actions.erasures import forget_signer
from declarations.log import keys, notes, rotation
from declarations.log.receipts import BrokenTreeError, office_receipt, public_receipt
from declarations.models import Declaration, LogKey, Signature
from declarations.verifier import verify
from tests import factories
from tests.declarations.log.keeping import logged
from tests.declarations.log.test_alarms import owner
from tests.declarations.making import office, officer, published, submitted, withdrawn

Mailbox = Callable[[], list[EmailMessage]]


def verified(declaration: Declaration, name: str) -> Signature:
    town = office(declaration, organisation=factories.organisation(name=name))
    return actions.verify(signature=submitted(town), by=officer())


def fingerprint() -> str:
    return LogKey.objects.in_use().get().fingerprint


class Reader:
    """Somebody with a browser who downloads what is there now."""

    def __init__(self, client: Client, slug: str) -> None:
        self.client, self.path = client, f"/declarations/{slug}/log"

    def file(self, name: str) -> str:
        answer = self.client.get(f"{self.path}/{name}")
        assert answer.status_code == 200
        return answer.content.decode()

    def finds(self, key: str, older: str | None = None, *receipts: str, asked: str = "") -> dict[str, str]:
        """By check: the verdict, or the fault."""
        said = verify.check(self.file("bundle.json"), key, older, receipts, asked)
        return {each["check"]: each["fault"] or each["verdict"] for each in said}


ALL_HOLDS = dict.fromkeys(verify.CHECKS, "holds")


def test_an_office_checks_with_the_downloaded_program_what_it_was_mailed(
    fresh_db: str, tmp_path: Path, run_worker: Callable[[], None], mailbox: Mailbox, client: Client
) -> None:
    declaration = published(slug="harbour")
    signature = verified(declaration, "Turin")
    logged(declaration, tmp_path / "memory")
    run_worker()
    [receipt] = [
        part
        for mail in mailbox()
        for part in mail.iter_attachments()
        if (part.get_filename() or "").endswith(".tlog-proof")
    ]
    content = receipt.get_content()
    files = {
        "bundle.json": client.get("/declarations/harbour/log/bundle.json").content,
        "verify.py": client.get("/declarations/verify.py").content,
        "town.tlog-proof": content if isinstance(content, bytes) else content.encode(),
    }
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    for name, raw in files.items():
        (downloads / name).write_bytes(raw)
    command = ["verify.py", "bundle.json", "--key", fingerprint(), "--receipt", "town.tlog-proof"]
    answer = subprocess.run(
        [sys.executable, *command, "--signature", "Turin", "--json"],
        cwd=downloads,
        capture_output=True,
        check=False,
    )
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert [(each["check"], each["verdict"], each["about"]) for each in json.loads(answer.stdout)][5:] == [
        ("openings", "holds", ""),
        ("growth", "not_asked", ""),
        ("receipts", "holds", "1"),
        ("signature", "holds", str(signature.log_id)),
    ]


@pytest.mark.django_db
def test_who_was_erased_leaves_every_older_file_valid(tmp_path: Path, client: Client) -> None:
    declaration = published(slug="harbour")
    signature, reader = verified(declaration, "Turin"), Reader(client, "harbour")
    logged(declaration, tmp_path)
    older, receipt = reader.file("checkpoint"), reader.file(f"proofs/{signature.log_id}.tlog-proof")
    assert reader.finds(fingerprint(), older, receipt, asked="Robin Example") == ALL_HOLDS
    forget_signer(signature=signature, by=officer(), reason="By letter of today.", with_mandate=True)
    after = reader.finds(fingerprint(), older, receipt, asked="Turin")
    assert after == {**ALL_HOLDS, "openings": "not_asked"}
    assert reader.finds(fingerprint(), asked="Robin Example")["signature"] == "signature.unknown"
    assert "Robin Example" not in reader.file("bundle.json")


@pytest.mark.django_db
def test_what_ended_is_said_to_have_ended(tmp_path: Path, client: Client) -> None:
    declaration = published(slug="harbour")
    stays, leaves = verified(declaration, "Turin"), verified(declaration, "Riga")
    reader = Reader(client, "harbour")
    logged(declaration, tmp_path)
    older, receipt = reader.file("checkpoint"), reader.file(f"proofs/{leaves.log_id}.tlog-proof")
    withdrawn(leaves)
    logged(declaration, tmp_path)
    assert reader.finds(fingerprint(), older, receipt, asked="Riga") == {
        **ALL_HOLDS,
        "signature": "signature.withdrawn",
    }
    assert reader.finds(fingerprint(), asked=str(stays.log_id))["signature"] == "holds"


@pytest.mark.django_db
def test_a_historical_declaration_is_checked_without_a_text(tmp_path: Path, client: Client) -> None:
    declaration = Declaration.objects.create(slug="old", title="Old", title_en="Old", is_historical=True)
    factories.publish(declaration)
    town = factories.signatory(declaration, organisation=factories.organisation(name="Montreal"))
    actions.enter_historical(signatory=town)
    logged(declaration, tmp_path)
    found = Reader(client, "old").finds(fingerprint(), asked="montreal")
    assert found == {
        **ALL_HOLDS,
        **dict.fromkeys(("texts", "openings", "growth", "receipts"), "not_asked"),
    }


@pytest.mark.parametrize("is_stolen", [False, True])
@pytest.mark.django_db
def test_a_key_that_follows_another_leaves_what_was_signed_before_valid(
    is_stolen: bool, tmp_path: Path, client: Client, settings: Any
) -> None:
    declaration = published(slug="harbour")
    signature, reader = verified(declaration, "Turin"), Reader(client, "harbour")
    logged(declaration, tmp_path)
    before, old_key = fingerprint(), keys.own_key()
    older, receipt = reader.file("checkpoint"), reader.file(f"proofs/{signature.log_id}.tlog-proof")
    settings.LOG_KEY = "another key of the logs, long enough to be one"
    if is_stolen:
        rotation.replace_stolen(tmp_path)
    else:
        rotation.rotate(old_key, tmp_path)
    assert reader.finds(fingerprint(), older, receipt, asked="Turin") == ALL_HOLDS
    # The first state after a change in good order carries both signatures: who knows the old key alone sees that.
    assert reader.finds(before)["key"] == ("key.not_published" if is_stolen else "holds")
    verified(declaration, "Riga")
    logged(declaration, tmp_path)
    assert reader.finds(fingerprint(), older, receipt, asked="Riga") == ALL_HOLDS
    assert reader.finds(before)["key"] == "key.not_published"
    # Whoever has the old key signs another log with it: nobody who has the new fingerprint takes it for ours.
    head = notes.checkpoint_of(notes.read(reader.file("checkpoint")))
    forged = notes.signed(head.text, head.origin, [old_key])
    assert reader.finds(fingerprint(), forged)["growth"] == "growth.not_signed"


@pytest.mark.parametrize(
    "change", ["DELETE FROM declarations_lognode", "UPDATE declarations_lognode SET hash = sha256('x')"]
)
def test_no_proof_leaves_that_would_not_hold(
    fresh_db: str, tmp_path: Path, client: Client, change: str
) -> None:
    """A node that somebody changed in the database is found before a proof with it goes out, and stays for ever."""
    declaration = published(slug="harbour")
    signatures = [verified(declaration, name) for name in ("Turin", "Riga", "Porto")]
    entries = list(logged(declaration, tmp_path).entries.order_by("index"))
    assert [public_receipt(entry).index for entry in entries] == [0, 1, 2, 3]
    with owner() as cursor:
        cursor.execute(f"{change} WHERE level = 1")
    answers = [
        client.get(f"/declarations/harbour/log/proofs/{each.log_id}.tlog-proof") for each in signatures
    ]
    sentence = "The proof of this entry cannot be given now: something is wrong with the log.\n"
    assert [(answer.status_code, answer.content.decode()) for answer in answers] == [(503, sentence)] * 3
    for entry in entries:
        with pytest.raises(BrokenTreeError):
            office_receipt(entry)
