"""What the keeper logs and signs, and what it refuses to sign."""

from __future__ import annotations

from pathlib import Path

import pytest

from declarations.log import keeper, memory, notes, tree
from declarations.log.keys import own_key
from declarations.models import Log, LogKey
from tests.declarations.log.keeping import logged
from tests.declarations.making import published

pytestmark = pytest.mark.django_db


def kinds(log: Log) -> list[str]:
    return list(log.entries.order_by("index").values_list("kind", flat=True))


def test_a_log_begins_with_the_text_and_is_signed_by_the_key_in_use(tmp_path: Path) -> None:
    declaration = published()
    log = logged(declaration, tmp_path)
    assert kinds(log) == ["text"]
    [checkpoint] = log.checkpoints.all()
    note = notes.read(checkpoint.note)
    assert notes.checkpoint_of(note) == notes.Checkpoint(log.origin, 1, tree.root(log, 1))
    key = LogKey.objects.get()
    assert note.is_signed_by(log.origin, bytes.fromhex(key.public_key))
    assert key.fingerprint == notes.fingerprint(notes.public_bytes(own_key()))
    remembered = memory.recall(tmp_path, log.origin)
    assert remembered
    assert remembered.note == checkpoint.note
    assert memory.entries(tmp_path, log.origin) == list(log.entries.values_list("body", flat=True))
    assert keeper.keep(tmp_path) == []
