"""What the worker does for sealed documents: it looks when something public changed, and asks for stamps again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone
from django.utils.translation import get_language
from procrastinate.contrib.django.models import ProcrastinateJob

from declarations.actions import forget_signer, sealing, verify
from declarations.actions.sealing import (
    ask_to_seal_anew,
    content_of,
    pause_before,
    seal_anew,
    seal_declaration,
    seal_what_changed,
    stamp,
)
from declarations.models import Declaration, SealedDocument, Signature
from declarations.sealed.contents import Contents
from efus_conference import pades
from efus_conference.seal import examined
from tests.authorities import HONEST, authority
from tests.declarations.log.test_race_erasing import waited_for
from tests.declarations.making import officer, published, submitted
from tests.declarations.test_race import at_once


@pytest.fixture(autouse=True)
def _authorities_are_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pades, "SILENCE", 0.0)
    monkeypatch.setattr(pades, "PATIENCE", 2.0)


def stamps_waiting() -> list[tuple[int, str, int]]:
    jobs = ProcrastinateJob.objects.filter(task_name=stamp.name, status="todo").order_by("pk")
    return [(job.args["declaration_id"], job.args["language"], job.args["attempt"]) for job in jobs]


def test_it_looks_again_only_when_something_public_changed(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    read = sealing.contents_of

    def noting(declaration: Declaration) -> Contents:
        looked.append(declaration.pk)
        return read(declaration)

    monkeypatch.setattr(sealing, "contents_of", noting)
    now = timezone.now()
    first = published()
    assert [seal_what_changed(at=now) for _minute in range(4)] == [3, 0, 0, 0]
    # Once to make them, once as their making changed the page, and then no more.
    assert looked == [first.pk] * 6
    published()
    assert [seal_what_changed(at=now) for _minute in range(3)] == [3, 0, 0]


def test_a_file_that_somebody_altered_is_handed_out_to_nobody_and_made_again_within_a_minute(
    fresh_db: str,
) -> None:
    """Without waiting for the hour in which every file is read."""
    declaration, now = published(), timezone.now()
    assert [seal_what_changed(at=now) for _minute in range(3)] == [3, 0, 0]
    address = f"/declarations/{declaration.slug}/declaration.pdf"
    Path(SealedDocument.objects.get(language="en").file.path).write_bytes(b"HELLO")
    answers = [Client().get(address + query) for query in ("", "?lang=fr")]
    assert [(answer.status_code, b"HELLO" in answer.content) for answer in answers] == [
        (503, False),
        (200, False),
    ]
    assert seal_what_changed(at=now + timedelta(minutes=1)) == 1
    assert examined(Client().get(address).content).holds


def test_two_who_seal_at_once_leave_one_document_and_one_file(fresh_db: str) -> None:
    declaration, at = published(), timezone.now()

    def seal(number: int) -> bool:
        try:
            moment = at + timedelta(seconds=number)
            return seal_declaration(declaration=declaration, language="en", at=moment, is_anew=True)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as beside:
        assert list(beside.map(seal, range(4))) == [True] * 4
    document = SealedDocument.objects.get()
    assert document.sealed_at == at + timedelta(seconds=3)
    content = content_of(document)
    assert content is not None
    assert examined(content).holds


def test_who_seals_waits_for_who_erases_and_keeps_nothing_that_names_them(fresh_db: str) -> None:
    signature = verify(signature=submitted(), by=officer())
    declaration, by, is_open = signature.signatory.declaration, officer(), Event()
    erasing = Signature.objects.get(pk=signature.pk)

    def erase() -> None:
        with transaction.atomic():
            forget_signer(signature=erasing, by=by, reason="They asked by letter.")
            is_open.set()
            waited_for()

    def seal() -> None:
        is_open.wait()
        seal_declaration(declaration=declaration, language="en", at=timezone.now())

    assert at_once(erase, seal) == [None, None]
    assert SealedDocument.objects.count() == 0
    assert seal_declaration(declaration=declaration, language="en", at=timezone.now())


def test_one_without_a_stamp_asks_again_and_is_replaced_once_it_has_one(
    fresh_db: str, settings: Any, tmp_path: Path, run_worker: Callable[[], None]
) -> None:
    declaration, now = published(), timezone.now()
    with authority(tmp_path, "error") as trial:
        settings.TSA_URL, settings.TSA_ROOTS = trial.url, str(trial.roots)
        seal_what_changed(at=now)
        unstamped = {row.language: row.sha256 for row in SealedDocument.objects.all()}
        assert set(SealedDocument.objects.values_list("stamped_at", flat=True)) == {None}
        assert stamps_waiting() == [(declaration.pk, language, 0) for language in ("en", "fr", "nl")]
        seal_what_changed(at=now)
        assert len(stamps_waiting()) == 3

        ProcrastinateJob.objects.filter(task_name=stamp.name).update(scheduled_at=now)
        run_worker()
        assert {row.language: row.sha256 for row in SealedDocument.objects.all()} == unstamped
        assert sorted(stamps_waiting()) == [(declaration.pk, language, 1) for language in ("en", "fr", "nl")]

        trial.behaves = HONEST
        ProcrastinateJob.objects.filter(task_name=stamp.name, status="todo").update(scheduled_at=now)
        run_worker()
        assert stamps_waiting() == []
        for document in SealedDocument.objects.all():
            content = content_of(document)
            assert content is not None
            verdict = examined(content)
            assert (verdict.holds, verdict.is_stamped, verdict.signed_at) == (True, True, document.stamped_at)
        seal_what_changed(at=now)
        assert stamps_waiting() == []


def test_a_stamp_s_moment_is_that_of_the_authority_and_never_ours(
    fresh_db: str, settings: Any, tmp_path: Path
) -> None:
    declaration = published()
    long_ago = datetime(2020, 2, 2, tzinfo=timezone.get_default_timezone())
    with authority(tmp_path) as trial:
        settings.TSA_URL, settings.TSA_ROOTS = trial.url, str(trial.roots)
        seal_declaration(declaration=declaration, language="en", at=long_ago)
        trial.behaves = "hours ahead"
        seal_declaration(declaration=declaration, language="fr", at=long_ago)
    stamped, refused = SealedDocument.objects.order_by("language")
    assert stamped.stamped_at is not None
    assert stamped.stamped_at.year >= 2026
    assert refused.stamped_at is None


def test_the_pauses_grow_up_to_half_a_day() -> None:
    minutes = [int(pause_before(attempt).total_seconds() / 60) for attempt in (0, 1, 2, 3, 6, 7, 99)]
    assert minutes == [6, 12, 24, 48, 384, 720, 720]


def test_a_stamp_is_not_asked_for_what_is_gone_or_where_no_authority_is_set(
    fresh_db: str, settings: Any
) -> None:
    declaration = published()
    stamp(declaration_id=declaration.pk, language="en", attempt=0)
    seal_declaration(declaration=declaration, language="en", at=timezone.now())
    before = SealedDocument.objects.get().sha256
    stamp(declaration_id=declaration.pk, language="en", attempt=0)
    assert (SealedDocument.objects.get().sha256, stamps_waiting()) == (before, [])


def test_a_seal_that_cannot_be_made_then_is_asked_for_again(
    fresh_db: str, settings: Any, tmp_path: Path
) -> None:
    declaration = published()
    seal_declaration(declaration=declaration, language="en", at=timezone.now())
    settings.TSA_URL, settings.SEAL_P12 = "http://127.0.0.1:9/tsa", str(tmp_path / "none.p12")
    stamp(declaration_id=declaration.pk, language="en", attempt=3)
    assert stamps_waiting() == [(declaration.pk, "en", 4)]


def test_one_language_that_fails_holds_up_no_other_that_an_officer_asked_for(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    declaration, read = published(), sealing.contents_of

    def failing_in_english(one: Declaration) -> Contents:
        if get_language() == "en":
            raise ValueError("a disk is full")
        return read(one)

    monkeypatch.setattr(sealing, "contents_of", failing_in_english)
    seal_anew(declaration_id=declaration.pk)
    assert sorted(SealedDocument.objects.values_list("language", flat=True)) == ["fr", "nl"]


def test_an_officer_who_asks_twice_has_it_sealed_anew_once(
    fresh_db: str, run_worker: Callable[[], None]
) -> None:
    declaration = published()
    seal_what_changed(at=timezone.now())
    before = set(SealedDocument.objects.values_list("sha256", flat=True))
    ask_to_seal_anew(declaration=declaration)
    ask_to_seal_anew(declaration=declaration)
    assert ProcrastinateJob.objects.filter(task_name="declarations.seal_anew").count() == 1
    run_worker()
    after = set(SealedDocument.objects.values_list("sha256", flat=True))
    assert (len(after), after & before) == (3, set())
