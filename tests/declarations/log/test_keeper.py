"""What the keeper logs and signs, in which order, and whom it tells."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoAssertNumQueries

from declarations.actions import verify
from declarations.actions.erasures import forget_signer
from declarations.log import entries, keeper, memory, merkle, notes, pending, tree
from declarations.log.entries import said_in
from declarations.log.keys import KeyElsewhereError, own_key
from declarations.models import (
    Actor,
    Declaration,
    Log,
    LogAlarm,
    LogKey,
    LogOpening,
    Signature,
    SignatureEvent,
)
from efus_conference.mail import compose, render
from tests import factories
from tests.declarations.log.keeping import logged
from tests.declarations.making import (
    actor,
    office,
    officer,
    published,
    submitted,
    withdrawn,
)

pytestmark = pytest.mark.django_db


def kinds(log: Log) -> list[str]:
    return list(log.entries.order_by("index").values_list("kind", flat=True))


def said(log: Log) -> list[dict[str, Any]]:
    return [said_in(body) for body in log.entries.order_by("index").values_list("body", flat=True)]


def queued(kind: str) -> list[dict[str, int]]:
    jobs = ProcrastinateJob.objects.filter(task_name="mail.send").order_by("pk")
    return [job.args["ids"] for job in jobs if job.args["kind"] == kind]


def verified(signature: Signature) -> Signature:
    verify(signature=signature, by=officer(), note="")
    signature.refresh_from_db()
    return signature


def test_a_log_begins_with_the_text_and_is_signed_by_the_key_in_use(tmp_path: Path) -> None:
    declaration = published()
    log = logged(declaration, tmp_path)
    assert log.origin == f"localhost:8000/declarations/{declaration.slug}/log"
    assert kinds(log) == ["text"]
    [checkpoint] = log.checkpoints.all()
    note = notes.read(checkpoint.note)
    assert notes.checkpoint_of(note) == notes.Checkpoint(log.origin, 1, tree.root(log, 1))
    key = LogKey.objects.get()
    assert note.is_signed_by(log.origin, bytes.fromhex(key.public_key))
    assert key.fingerprint == notes.fingerprint(notes.public_bytes(own_key()))
    assert keeper.keep(tmp_path) == []


def test_what_is_signed_is_remembered_to_the_byte(tmp_path: Path) -> None:
    declaration = published()
    signatory = office(declaration)
    log = logged(declaration, tmp_path)
    verified(submitted(signatory))
    logged(declaration, tmp_path)
    remembered = memory.recall(tmp_path, log.origin)
    assert remembered
    last = log.checkpoints.order_by("size").last()
    assert last
    assert remembered.note == last.note
    assert memory.entries(tmp_path, log.origin) == list(
        log.entries.order_by("index").values_list("body", flat=True)
    )


def test_a_line_separator_in_a_name_ends_no_line_of_the_memory(tmp_path: Path) -> None:
    declaration = published(title="A title\u2028in two lines")
    log = logged(declaration, tmp_path)
    assert len(memory.entries(tmp_path, log.origin)) == 1
    assert keeper.keep(tmp_path, whole=True) == []
    logged(declaration, tmp_path)


def test_signatures_are_logged_when_they_are_published_and_when_they_end(tmp_path: Path) -> None:
    declaration = published()
    signature = submitted(office(declaration))
    assert kinds(logged(declaration, tmp_path)) == ["text"]
    verified(signature)
    assert kinds(logged(declaration, tmp_path)) == ["text", "published"]
    withdrawn(signature)
    log = logged(declaration, tmp_path)
    assert kinds(log) == ["text", "published", "withdrawn"]
    assert [each.get("signature") for each in said(log)] == [
        None,
        str(signature.log_id),
        str(signature.log_id),
    ]
    opened = LogOpening.objects.filter(entry__log=log).values_list("field", "value")
    assert {"person": '"Robin Example"', "office": '"Mayor"'}.items() <= dict(opened).items()
    assert "Robin" not in "".join(log.entries.values_list("body", flat=True))


def test_what_was_never_public_is_not_logged(tmp_path: Path) -> None:
    declaration = published()
    withdrawn(submitted(office(declaration)))
    factories.declaration(title="A draft")
    assert kinds(logged(declaration, tmp_path)) == ["text"]
    assert Log.objects.count() == 1


def test_a_historical_declaration_has_a_log_without_a_text(tmp_path: Path) -> None:
    old = Declaration.objects.create(slug="old", title="Old", is_historical=True)
    declaration = factories.publish(old)
    keeper.keep(tmp_path)
    assert not Log.objects.exists()
    signature = Signature.objects.create(signatory=factories.signatory(declaration))
    signature.events.create(kind="historical", actor=Actor.objects.get_or_create(kind="archive")[0])
    log = logged(declaration, tmp_path)
    assert kinds(log) == ["historical"]
    assert said(log)[0]["commitments"] == {}
    assert queued("declarations/proof") == []


def test_events_are_logged_by_moment_then_by_number_and_no_end_before_its_beginning() -> None:
    now = timezone.now()

    def event(number: int, signature: int, seconds: int) -> SignatureEvent:
        at = now + timedelta(seconds=seconds)
        return SignatureEvent(pk=number, signature_id=signature, kind="verified", at=at)

    # Number 4 ends what number 1 began, by the clock of another host, which is behind.
    waiting = [event(1, 1, 10), event(2, 2, 5), event(3, 3, 10), event(4, 1, 2), event(5, 4, 11)]
    assert [each.pk for each in pending.in_order(waiting)] == [2, 1, 3, 4, 5]


def test_an_event_that_becomes_visible_late_is_logged_all_the_same(tmp_path: Path) -> None:
    declaration = published()
    first, second = submitted(office(declaration)), submitted(office(declaration))
    verified(second)
    logged(declaration, tmp_path)
    earlier = SignatureEvent.objects.order_by("at").first()
    assert earlier
    first.events.create(kind="verified", actor=actor(officer()), at=earlier.at)
    log = logged(declaration, tmp_path)
    assert [each.get("signature") for each in said(log)[1:]] == [str(second.log_id), str(first.log_id)]


def test_a_round_takes_up_so_many_events_and_the_next_one_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending, "AT_ONCE", 2)
    declaration = published()
    for _number in range(3):
        verified(submitted(office(declaration)))
    assert kinds(logged(declaration, tmp_path)) == ["text", "published", "published"]
    log = logged(declaration, tmp_path)
    leaves = [bytes(each) for each in log.entries.order_by("index").values_list("leaf_hash", flat=True)]
    assert [(each.size, bytes(each.root)) for each in log.checkpoints.order_by("size")] == [
        (3, merkle.root_of(leaves[:3])),
        (4, merkle.root_of(leaves)),
    ]


def test_the_office_and_the_witness_are_told_of_what_was_signed(tmp_path: Path, settings: Any) -> None:
    settings.LOG_WITNESS = "witness@newspaper.example"
    declaration = published()
    signature = submitted(office(declaration))
    logged(declaration, tmp_path)
    verified(signature)
    log = logged(declaration, tmp_path)
    assert queued("declarations/proof") == [{"entry_id": log.entries.get(index=1).pk}]
    first, last = log.checkpoints.order_by("size")
    assert queued("declarations/checkpoint") == [{"checkpoint_id": first.pk}, {"checkpoint_id": last.pk}]
    [letter] = compose("declarations/checkpoint", checkpoint_id=last.pk)
    assert letter.to == "witness@newspaper.example"
    [(name, content, _type)] = letter.attachments
    assert (name, content) == (f"checkpoint-{declaration.slug}-2.txt", last.note.encode())
    rendered = render("declarations/checkpoint", letter)
    assert last.note in rendered.text
    assert "with 2 entries" in rendered.text


def test_a_look_in_which_nothing_moved_costs_the_same_however_many_logs_there_are(
    tmp_path: Path, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(5):
        logged(published(), tmp_path)
    with django_assert_max_num_queries(9):
        assert keeper.keep(tmp_path, quick=True) == []
    signature = submitted(office(published()))
    assert [each.log.declaration for each in keeper.keep(tmp_path, quick=True)] == [
        signature.signatory.declaration
    ]
    verified(signature)
    assert [each.size for each in keeper.keep(tmp_path, quick=True)] == [2]


def test_a_host_without_the_key_signs_nothing_and_says_so(tmp_path: Path, settings: Any) -> None:
    settings.LOG_KEY = "elsewhere"
    published()
    with pytest.raises(KeyElsewhereError):
        keeper.keep(tmp_path)
    with pytest.raises(CommandError, match="the host that has the key"):
        call_command("keep_log")
    assert not Log.objects.exists()


def test_the_log_keeps_its_name_when_the_address_changes_and_another_takes_it(tmp_path: Path) -> None:
    first = published(slug="same")
    log = logged(first, tmp_path)
    first.slug = "other"
    first.save()
    second = published(slug="same")
    keeper.keep(tmp_path)
    assert Log.objects.get(declaration=first).origin == log.origin
    assert Log.objects.get(declaration=second).origin == f"{log.origin}-{second.pk}"
    assert not LogAlarm.objects.exists()


def test_the_command_makes_one_round_and_fails_where_an_alarm_is_open(
    tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.LOG_MEMORY = tmp_path
    declaration = published()
    call_command("keep_log", once=True)
    assert capsys.readouterr().out == (
        f"Signed localhost:8000/declarations/{declaration.slug}/log with 1 entries.\n"
    )
    settings.LOG_KEY = "another"
    with pytest.raises(CommandError, match="Alarm: LOG_KEY makes the key"):
        call_command("keep_log", once=True)


def test_who_is_erased_while_their_entry_is_made_is_logged_without_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declaration = published()
    signature = verified(submitted(office(declaration)))
    of_event = entries.of_event

    def while_it_is_made(event: SignatureEvent) -> entries.Draft:
        made = of_event(event)
        forget_signer(signature=signature, by=officer(), reason="Asked by letter.")
        return made

    with monkeypatch.context() as patch:
        patch.setattr(entries, "of_event", while_it_is_made)
        assert keeper.keep(tmp_path) == []
    # The database refused to open a name that was erased; that round is lost, here with the erasure in it.
    forget_signer(signature=signature, by=officer(), reason="Asked by letter.")
    log = logged(declaration, tmp_path)
    assert kinds(log) == ["text", "published"]
    assert list(said(log)[1]["commitments"]) == ["evidence", "mandate"]
