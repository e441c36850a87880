"""After an older backup: the keeper stops, and what was signed since comes back to the byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from declarations.log import keeper, memory, merkle, notes, readmission, tree
from declarations.log.bundle import bundle_of
from declarations.log.keys import secret_key
from declarations.log.readmission import ReadmissionRefusedError, readmit
from declarations.log.receipts import public_receipt
from declarations.log.rotation import replace_stolen
from declarations.models import Declaration, Log, LogAlarm, LogKey, SignatureEvent
from declarations.verifier import verify
from tests.declarations.log.keeping import logged, stray
from tests.declarations.log.test_alarms import back_to, open_alarms, owner, signed_log
from tests.declarations.log.test_keeper import verified
from tests.declarations.making import office, submitted


def test_what_was_signed_since_the_backup_comes_back_to_the_byte(fresh_db: str, tmp_path: Path) -> None:
    log = signed_log(tmp_path)
    bodies = list(log.entries.order_by("index").values_list("body", flat=True))
    note = log.checkpoints.order_by("size").values_list("note", flat=True).last()
    back_to(log, 1)
    keeper.keep(tmp_path)
    assert open_alarms() == [("rewound", str(log))]
    [back] = readmit(tmp_path)
    assert (back.log, back.first, back.count, back.unknown) == (log, 1, 2, 0)
    assert list(log.entries.order_by("index").values_list("body", "is_readmitted")) == [
        (bodies[0], False),
        (bodies[1], True),
        (bodies[2], True),
    ]
    assert log.checkpoints.order_by("size").values_list("note", flat=True).last() == note
    # The register knew the signatures all the time: they are not logged twice.
    assert keeper.keep(tmp_path, whole=True) == []
    assert open_alarms() == []
    verified(submitted(office(log.declaration)))
    logged(log.declaration, tmp_path)
    assert tree.size_of(log) == 4
    assert readmit(tmp_path) == []


def verdicts(log: Log, older: str, receipt: str) -> dict[str, str]:
    """What a reader finds who kept an older checkpoint and a receipt, by check: the verdict, or the fault."""
    bundle = json.dumps(bundle_of(Declaration.objects.get(pk=log.declaration_id)))
    said = verify.check(bundle, LogKey.objects.in_use().get().fingerprint, older, [receipt], "")
    return {each["check"]: each["fault"] or each["verdict"] for each in said}


def test_who_kept_a_checkpoint_sees_that_the_log_went_back_and_that_it_is_whole_again(
    fresh_db: str, tmp_path: Path
) -> None:
    log = signed_log(tmp_path)
    kept = log.checkpoints.get(size=3).note
    receipt = public_receipt(log.entries.get(index=2)).written()
    back_to(log, 2)
    found = verdicts(log, kept, receipt)
    assert (found["tree"], found["growth"], found["receipts"]) == (
        "holds",
        "growth.larger",
        "receipts.larger",
    )
    readmit(tmp_path)
    assert verdicts(log, kept, receipt) == dict.fromkeys(verify.CHECKS, "holds") | {"signature": "not_asked"}
    # And once more when the log has grown.
    verified(submitted(office(log.declaration)))
    logged(log.declaration, tmp_path)
    assert verdicts(log, kept, receipt) == dict.fromkeys(verify.CHECKS, "holds") | {"signature": "not_asked"}


def test_what_the_register_does_not_know_again_comes_back_without_its_event(
    fresh_db: str, tmp_path: Path
) -> None:
    log = signed_log(tmp_path)
    back_to(log, 2)
    with owner() as cursor:
        last = SignatureEvent.objects.filter(kind="verified").order_by("-pk").values_list("pk", flat=True)[0]
        cursor.execute("DELETE FROM declarations_signatureevent WHERE id = %s", [last])
    [back] = readmit(tmp_path)
    assert (back.first, back.count, back.unknown) == (2, 1, 1)
    assert log.entries.get(index=2).event is None
    kept = log.checkpoints.get(size=3).note
    receipt = public_receipt(log.entries.get(index=2)).written()
    assert set(verdicts(log, kept, receipt).values()) == {"holds", "not_asked"}
    assert keeper.keep(tmp_path, whole=True) == []
    assert open_alarms() == []


def test_a_log_that_the_backup_did_not_know_at_all_is_begun_again_under_its_name(
    fresh_db: str, tmp_path: Path
) -> None:
    log = signed_log(tmp_path)
    with owner() as cursor:
        for table in ("logopening", "logentry", "lognode", "checkpoint", "log"):
            cursor.execute(f"DELETE FROM declarations_{table}")
    keeper.keep(tmp_path)
    assert open_alarms() == [("rewound", "")]
    [back] = readmit(tmp_path)
    assert (back.log.origin, back.count, back.log.declaration) == (log.origin, 3, log.declaration)
    assert keeper.keep(tmp_path, whole=True) == []
    assert open_alarms() == []


def test_a_key_that_followed_since_the_backup_is_written_down_again(
    fresh_db: str, tmp_path: Path, settings: Any
) -> None:
    settings.LOG_KEY = "the key before"
    log = signed_log(tmp_path)
    settings.LOG_KEY = "the key that follows"
    replace_stolen(tmp_path)
    back_to(log, 2)
    with owner() as cursor:
        cursor.execute("DELETE FROM declarations_logkey WHERE retired_at IS NULL")
        cursor.execute("UPDATE declarations_logkey SET retired_at = NULL, is_stolen = false")
    readmit(tmp_path)
    assert [(key.public_key, key.is_stolen) for key in LogKey.objects.order_by("pk")] == [
        (notes.public_bytes(secret_key("the key before")).hex(), True),
        (notes.public_bytes(secret_key("the key that follows")).hex(), False),
    ]
    assert keeper.keep(tmp_path, whole=True) == []
    assert open_alarms() == []


def test_two_keys_that_followed_each_other_since_the_backup_are_followed_to_the_last(
    fresh_db: str, tmp_path: Path, settings: Any
) -> None:
    settings.LOG_KEY = "the key before"
    log = signed_log(tmp_path)
    for key in ("the key that follows", "the key after that"):
        settings.LOG_KEY = key
        replace_stolen(tmp_path)
    back_to(log, 2)
    with owner() as cursor:
        cursor.execute("DELETE FROM declarations_logkey WHERE public_key <> %s", [public("the key before")])
        cursor.execute("UPDATE declarations_logkey SET retired_at = NULL, is_stolen = false")
    readmit(tmp_path)
    assert LogKey.objects.in_use().get().public_key == public("the key after that")
    assert keeper.keep(tmp_path, whole=True) == []
    assert open_alarms() == []


def public(key: str) -> str:
    return notes.public_bytes(secret_key(key)).hex()


def test_nothing_is_put_back_onto_another_log(fresh_db: str, tmp_path: Path) -> None:
    log = signed_log(tmp_path)
    back_to(log, 1)
    tree.append(log, [stray()])
    with pytest.raises(ReadmissionRefusedError, match="no beginning of what was signed"):
        readmit(tmp_path)
    assert tree.size_of(log) == 2


def test_a_memory_that_was_tampered_with_puts_nothing_back(
    fresh_db: str, tmp_path: Path, settings: Any
) -> None:
    log = signed_log(tmp_path)
    back_to(log, 1)
    [path] = tmp_path.glob("*/entries")
    path.write_bytes(path.read_bytes().replace(b"published", b"withdrawn"))
    settings.LOG_MEMORY = tmp_path
    with pytest.raises(CommandError, match="not those that were signed"):
        call_command("log_readmit")
    assert tree.size_of(log) == 1


def test_the_command_says_what_came_back(
    fresh_db: str, tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.LOG_MEMORY = tmp_path
    log = signed_log(tmp_path)
    back_to(log, 1)
    call_command("log_readmit")
    call_command("log_readmit")
    assert capsys.readouterr().out.splitlines() == [
        f"{log.origin}: 2 entries from number 1 are back.",
        "Nothing was missing.",
    ]
    leaves = [merkle.leaf_hash(each.encode()) for each in memory.entries(tmp_path, log.origin)]
    assert merkle.root_of(leaves) == tree.root(log, 3)
    assert readmission.pending.events(log.declaration).count() == 0
    assert (LogAlarm.objects.count(), Log.objects.count()) == (0, 1)
