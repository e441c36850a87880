"""Who signed is erased: the name goes from everywhere, and every proof of the log goes on to hold."""

from __future__ import annotations

import csv
import html
import io
import json
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from declarations import actions
from declarations.actions import (
    NoteMissing,
    Refusal,
    Substitute,
    be_informed,
    enter_historical,
    open_invitation,
    record_signature,
    refuse,
    submit_signature,
    verify,
)
from declarations.actions.erasures import (
    NobodyNamed,
    ReasonNamesThem,
    StillDecidedOn,
    StillToSign,
    forget_signer,
)
from declarations.log import entries, merkle, tree
from declarations.models import (
    Ceremony,
    Evidence,
    Log,
    LogEntry,
    LogOpening,
    Mandate,
    Signature,
    StageSigning,
)
from efus_conference.mail import compose
from efus_conference.models import Mail
from efus_conference.private_files import private_storage
from tests import factories, searching
from tests.declarations import staging
from tests.declarations.making import (
    answers,
    invited,
    officer,
    recorded,
    refused_by,
    sent,
    withdrawn,
)

NAME = "Zebulonia Quasimodeau"
OFFICE = "Burgomistress-Extraordinary"
BODY = f"Decree of {NAME}"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for storage in {
        private_storage(),
        *(getattr(Evidence, name).field.storage for name in ("file", "preview")),
    }:
        monkeypatch.setattr(storage, "location", str(tmp_path))
    return tmp_path


def signed(**fields: Any) -> Signature:
    """Verified, under a name that nobody else has."""
    invitation, _token = invited()
    open_invitation(invitation=invitation, language="en")
    given = {"signer_name": NAME, "signer_office": OFFICE, **fields}
    page = sent(name=f"signed by {NAME}.pdf")
    record_signature(invitation=invitation, answers=answers(**given), files={"signed_page": page})
    signature = submit_signature(signature=be_informed(invitation=invitation), invitation=invitation)
    return verify(signature=signature, by=officer())


def logged(signature: Signature) -> tuple[Log, LogEntry]:
    """In the log of its declaration, after the text."""
    declaration = signature.signatory.declaration
    log = Log.objects.create(declaration=declaration, origin=f"trial.example/{declaration.slug}/log")
    event = signature.events.get(kind__in=["verified", "historical"])
    return log, tree.append(log, [entries.of_text(declaration), entries.of_event(event)])[1]


def test_name_and_office_go_from_every_column_and_file_and_city_day_and_mandate_stay(
    own_folder: Path,
) -> None:
    signature = signed(basis="executive", body=BODY, decided_on=timezone.localdate(), reference=f"{NAME}/7")
    log, _entry = logged(signature)
    for kind, ids in (
        ("declarations/receipt", {"signature_id": signature.pk}),
        ("declarations/declined", {}),
    ):
        Mail.objects.create(
            kind=kind,
            to="office@town.example",
            language="en",
            subject="About",
            text=f"By {NAME}.",
            subject_ids=ids,
        )
    day, root = signature.signed_on, tree.root(log, 2)

    gone = forget_signer(
        signature=signature, by=officer(), reason="By letter of today.", with_mandate=True, with_files=True
    )

    assert gone == [signature]
    signature.refresh_from_db()
    assert [signature.signer_name, signature.signer_office, signature.signed_on, signature.state] == [
        "",
        "",
        day,
        "verified",
    ]
    assert signature.person_erased_at is not None
    assert list(Mandate.objects.values_list("signature", "basis", "body", "reference", "decided_on")) == [
        (signature.pk, "executive", "•••", "•••", timezone.localdate())
    ]
    assert searching.columns_with([NAME, OFFICE]) == []
    assert list(Mail.objects.filter(subject="About").values_list("kind", "text")) == [
        ("declarations/declined", "By •••.")
    ]
    assert [opening.field for opening in LogOpening.objects.all()] == ["evidence"]
    assert tree.root(log, 2) == root


@pytest.mark.parametrize("with_mandate", [False, True])
def test_every_proof_holds_after_it_and_nothing_opens_the_name(with_mandate: bool) -> None:
    signature = signed()
    log, entry = logged(signature)
    size, root, body = tree.size_of(log), tree.root(log, 2), entry.body

    forget_signer(signature=signature, by=officer(), reason="Asked.", with_mandate=with_mandate)

    entry.refresh_from_db()
    assert [entry.body, merkle.leaf_hash(entry.body.encode())] == [body, bytes(entry.leaf_hash)]
    proof = tree.inclusion_proof(log, entry.index, size)
    assert merkle.is_included(entry.index, size, bytes(entry.leaf_hash), proof, root)
    kept = {"mandate", "evidence"} - ({"mandate"} if with_mandate else set())
    assert {opening.field for opening in entry.openings.all()} == kept
    said = json.loads(entry.body)["commitments"]
    for opening in entry.openings.all():
        assert entries.commitment_of(opening.salt, opening.value) == said[opening.field]
    # What an office kept of it still opens what is logged: the register forgot, it did not rewrite.
    assert sorted(said) == ["evidence", "mandate", "office", "person"]


def test_files_stay_without_their_names_unless_they_are_to_go(
    own_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    signature = signed()
    pk = signature.evidence.get().pk
    with django_capture_on_commit_callbacks(execute=True):
        forget_signer(signature=signature, by=officer(), reason="Asked.")
    evidence = Evidence.objects.get(pk=pk)
    assert [evidence.name, evidence.findings, bool(evidence.file)] == ["", [], True]
    assert private_storage().exists(evidence.file.name)


def test_who_was_erased_before_they_were_logged_is_committed_to_by_nothing() -> None:
    signature = signed()
    forget_signer(signature=signature, by=officer(), reason="Asked.")
    _log, entry = logged(signature)
    assert sorted(json.loads(entry.body)["commitments"]) == ["evidence", "mandate"]


def test_the_log_opens_nobody_who_was_erased_while_their_entry_was_made() -> None:
    signature = signed()
    drafts = [entries.of_event(signature.events.get(kind="verified"))]
    log = Log.objects.create(declaration=signature.signatory.declaration, origin="trial.example/log")
    forget_signer(signature=signature, by=officer(), reason="Asked.")
    assert refused_by(lambda: tree.append(log, drafts)) == "opening_is_of_nobody_erased"


def test_all_records_of_the_office_that_name_them_alike_are_emptied() -> None:
    old = signed()
    withdrawn(old)
    again, _token = invited(old.signatory)
    open_invitation(invitation=again, language="en")
    record_signature(
        invitation=again,
        answers=answers(signer_name=NAME, signer_office="Mayor"),
        files={"signed_page": sent()},
    )
    # An unsent draft too; what its office sends later is its own.
    assert forget_signer(signature=old, by=officer(), reason="Asked.") == [old]
    assert [again.signatures.get().signer_name, searching.columns_with([NAME])] == ["", []]


def test_what_is_still_decided_on_is_not_erased() -> None:
    invitation, _token = invited()
    signature = submit_signature(signature=recorded(invitation), invitation=invitation)
    with pytest.raises(StillDecidedOn):
        forget_signer(signature=signature, by=officer(), reason="Asked.")
    refuse(signature=signature, by=officer(), note="Not the mayor.")
    forget_signer(signature=signature, by=officer(), reason="Asked.")
    signature.refresh_from_db()
    assert [signature.signer_name, signature.state] == ["", "refused"]


def test_a_historical_record_may_forget_its_signer() -> None:
    signatory = factories.signatory(factories.declaration(is_historical=True))
    signature = enter_historical(signatory=signatory, signer_name=NAME, signer_office=OFFICE)
    forget_signer(signature=signature, by=officer(), reason="Asked.")
    assert searching.columns_with([NAME, OFFICE]) == []


@pytest.mark.parametrize(
    ("reason", "refusal"),
    [(" ", NoteMissing), (f"{NAME.upper()} asked.", ReasonNamesThem)],
    ids=["none", "that names them"],
)
def test_it_takes_a_reason_that_may_be_kept(reason: str, refusal: type[Refusal]) -> None:
    signature = signed()
    with pytest.raises(refusal):
        forget_signer(signature=signature, by=officer(), reason=reason)
    signature.refresh_from_db()
    assert signature.signer_name == NAME


def test_twice_is_refused_and_the_reason_is_kept_with_who_gave_it() -> None:
    signature, by = signed(), officer()
    forget_signer(signature=signature, by=by, reason="By letter of 3 May.")
    with pytest.raises(NobodyNamed):
        forget_signer(signature=signature, by=by, reason="Again.")
    assert list(AdminLogEntry.objects.values_list("user", "object_id", "change_message")) == [
        (by.pk, str(signature.pk), "Who signed was erased: By letter of 3 May.")
    ]


def test_the_database_lets_nothing_else_go_with_it() -> None:
    signature = signed(basis="executive", body=BODY, decided_on=timezone.localdate())
    rows = Signature.objects.filter(pk=signature.pk)
    now = timezone.now()
    assert refused_by(lambda: rows.update(signer_name="")) == "signature_fixed_once_submitted"
    assert refused_by(lambda: rows.update(person_erased_at=now)) == "erased_once_and_whole"
    mandate, files = Mandate.objects.all(), Evidence.objects.all()
    assert refused_by(lambda: mandate.update(body="•••")) == "mandate_fixed_once_submitted"
    assert refused_by(lambda: files.update(name="", findings=[])) == "evidence_fixed_once_submitted"
    forget_signer(signature=signature, by=officer(), reason="Asked.")
    assert refused_by(lambda: rows.update(signer_name="Somebody Else")) == "erased_once_and_whole"
    assert refused_by(lambda: rows.update(person_erased_at=None)) == "erased_once_and_whole"
    assert refused_by(lambda: mandate.update(body="Somebody Else")) == "mandate_fixed_once_submitted"
    assert refused_by(lambda: mandate.update(basis="council")) == "mandate_fixed_once_submitted"
    assert refused_by(lambda: files.update(sha256="0" * 64)) == "evidence_fixed_once_submitted"
    assert refused_by(lambda: files.update(name="x")) == "evidence_fixed_once_submitted"


def test_who_signed_on_stage_is_struck_out_of_its_list_too() -> None:
    signing = staging.published_from_stage(
        staging.confirmed(staging.recorded(substitute=Substitute(NAME, OFFICE)))
    )
    version = signing.version
    forget_signer(signature=signing.signature, by=officer(), reason="Asked.")
    signing.refresh_from_db()
    assert [signing.stood_in_name, signing.stood_in_office, signing.version > version] == [
        "•••",
        "•••",
        True,
    ]
    assert searching.columns_with([NAME, OFFICE]) == []
    rows = StageSigning.objects.filter(pk=signing.pk)
    assert (
        refused_by(lambda: rows.update(signer_name="Somebody Else", version=signing.version + 1))
        == "cleared_stays_as_cleared"
    )


def over(signing: StageSigning) -> StageSigning:
    """Its ceremony, ended."""
    actions.end_ceremony(ceremony=Ceremony.objects.get(pk=signing.ceremony_id), by=officer())
    return signing


def test_who_was_undone_on_stage_is_struck_out_of_its_list_although_no_signature_leads_there() -> None:
    signing = staging.confirmed(staging.cleared(signer_name=NAME, signer_office=OFFICE))
    signature = signing.signature
    assert signature is not None
    signing = actions.undo_on_stage(signing=signing, by=officer(), seen=signing.version)
    signature.refresh_from_db()
    with pytest.raises(StillToSign):
        forget_signer(signature=signature, by=officer(), reason="Asked.")
    assert searching.columns_with([NAME]) != []
    over(signing)
    forget_signer(signature=signature, by=officer(), reason="Asked.")
    signing.refresh_from_db()
    assert [signing.signer_name, signing.signer_office, signing.substitute_name] == ["•••", "•••", ""]
    assert searching.columns_with([NAME, OFFICE]) == []


def test_who_let_somebody_else_sign_on_stage_is_struck_out_there_too() -> None:
    first = signed()
    withdrawn(first)
    signing = staging.cleared(
        staging.ceremony(first.signatory.declaration),
        signatory=first.signatory,
        signer_name=NAME,
        signer_office=OFFICE,
    )
    signing = staging.recorded(signing, substitute=Substitute("Robin Example", "Deputy"))
    signing = over(staging.published_from_stage(staging.confirmed(signing)))
    forget_signer(signature=first, by=officer(), reason="Asked.")
    signing.refresh_from_db()
    assert [signing.signer_name, signing.signer_office, signing.name] == ["•••", "•••", "Robin Example"]
    assert searching.columns_with([NAME, OFFICE]) == []


def test_the_register_says_that_the_name_was_erased(client: Client) -> None:
    signature = signed()
    slug, organisation = signature.signatory.declaration.slug, signature.signatory.organisation.slug
    forget_signer(signature=signature, by=officer(), reason="Asked.")
    pages = {
        address: html.unescape(client.get(address).content.decode())
        for address in (
            f"/en/declarations/{slug}/signatories/",
            f"/en/declarations/{slug}/signatories/{organisation}/",
            f"/declarations/{slug}/signatories.csv",
            f"/declarations/{slug}/signatories.json",
            f"/declarations/{slug}/signatories.jsonld",
            f"/en/organisations/{organisation}/",
            f"/sign/receipt/{signature.receipt_code}/",
        )
    }
    assert {address for address, page in pages.items() if NAME in page or OFFICE in page} == set()
    assert ["name erased" in page for page in pages.values()] == [
        True,
        True,
        False,
        False,
        False,
        False,
        True,
    ]
    [row] = json.loads(pages[f"/declarations/{slug}/signatories.json"])["signatories"]
    assert [row["person"], row["office"], row["is_person_erased"]] == [None, None, True]
    [line] = csv.DictReader(
        io.StringIO(pages[f"/declarations/{slug}/signatories.csv"].removeprefix("\ufeff"))
    )
    assert [line["person"], line["office"], line["is_person_erased"]] == ["", "", "yes"]


def test_a_receipt_that_waits_to_be_sent_names_nobody_erased() -> None:
    signature = signed()
    assert len(list(compose("declarations/receipt", signature_id=signature.pk))) == 1
    forget_signer(signature=signature, by=officer(), reason="Asked.")
    assert list(compose("declarations/receipt", signature_id=signature.pk)) == []


def test_what_a_backup_brought_back_is_erased_again(
    own_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    signature = signed()
    _log, entry = logged(signature)
    kept = list(entry.openings.values("entry_id", "field", "salt", "value"))
    with django_capture_on_commit_callbacks(execute=True):
        forget_signer(signature=signature, by=officer(), reason="Asked.", with_mandate=True)
    # The backup is of the day before.
    with pgtrigger.ignore("declarations.Signature:signature_changes_by_event"):
        Signature.objects.filter(pk=signature.pk).update(
            signer_name=NAME, signer_office=OFFICE, person_erased_at=None
        )
    entry.openings.all().delete()
    LogOpening.objects.bulk_create(LogOpening(**row) for row in kept)

    call_command("repeat_erasures", verbosity=0)

    assert searching.columns_with([NAME, OFFICE]) == []
    assert sorted(entry.openings.values_list("field", flat=True)) == ["evidence"]
