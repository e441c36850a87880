"""What goes back on stage, and what an opened ceremony keeps: the rules beside those of `test_stage`."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from declarations import actions, register
from declarations.models import Ceremony, StageEvent, StageSigning
from declarations.on_stage import signings_of
from tests.declarations.making import office, officer, published, refused_by
from tests.declarations.staging import (
    ceremony,
    cleared,
    confirmed,
    published_from_stage,
    recorded,
    time_to_undo_is_over,
)

pytestmark = pytest.mark.django_db

STAND_IN = actions.Substitute(name="Alex Instead", office="Deputy mayor")


def browser(user: Any = None) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user or officer(is_superuser=True))
    return client


def page(of: Ceremony, name: str) -> str:
    return f"/admin/declarations/ceremony/{of.pk}/{name}/"


def withdrawn_within_the_time_to_undo() -> StageSigning:
    signing = confirmed()
    assert signing.signature is not None
    actions.enter_withdrawal(signature=signing.signature, by=officer(), reason="By telephone.")
    actions.withdraw(signature=signing.signature, by=officer(), note="As its office asked.")
    return signing


def substitute_of(signing: StageSigning) -> list[Any]:
    row = StageSigning.objects.get(pk=signing.pk)
    return [row.substitute_name, row.substitute_office, row.stood_in_name, row.stood_in_office]


@pytest.mark.parametrize("seconds", [10, 60, 3600])
def test_the_time_to_undo_stays_once_the_ceremony_was_opened(seconds: int) -> None:
    on = ceremony(undo_seconds=120)
    confirmed(cleared(on))
    row = Ceremony.objects.filter(pk=on.pk)
    assert refused_by(lambda: row.update(undo_seconds=seconds)) == "time_to_undo_stays"
    # Nor by taking the opening back and setting it anew.
    assert refused_by(lambda: row.update(opened_at=None, opened_by=None)) == "time_to_undo_stays"
    assert row.get().undo_seconds == 120


def test_the_time_to_undo_is_set_before_the_opening() -> None:
    on = ceremony(is_open=False)
    Ceremony.objects.filter(pk=on.pk).update(undo_seconds=300)
    assert actions.open_ceremony(ceremony=on, by=officer()).undo_seconds == 300


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"opened_by": None}, "somebody_opened_the_ceremony"),
        ({"ended_at": timezone.now}, "somebody_ended_the_ceremony"),
    ],
)
def test_a_ceremony_says_who_opened_and_who_ended_it(fields: dict[str, Any], rule: str) -> None:
    on = ceremony()
    values = {name: value() if callable(value) else value for name, value in fields.items()}
    assert refused_by(lambda: Ceremony.objects.filter(pk=on.pk).update(**values)) == rule


def test_no_scan_follows_of_what_nobody_signed() -> None:
    row = StageSigning.objects.filter(pk=cleared().pk)
    rule = refused_by(lambda: row.update(scan_follows=True, version=F("version") + 1))
    assert rule == "scan_follows_what_was_signed"


def test_what_was_withdrawn_within_the_time_to_undo_may_be_recorded_anew() -> None:
    signing = withdrawn_within_the_time_to_undo()
    first = signing.signature
    again = actions.call_again(signing=signing, by=officer(), seen=signing.version)
    assert [again.signature, again.signed_at, again.cleared_by is None] == [None, None, False]
    second = published_from_stage(confirmed(again)).signature
    assert first is not None
    assert second is not None
    first.refresh_from_db()
    assert [first.state, second.state, first.pk == second.pk] == ["withdrawn", "verified", False]
    [entry] = register.entries(second.signatory.declaration)
    assert [entry.signature, entry.assurance.value] == [second, "signed_on_stage"]


def test_nobody_is_absent_or_called_again_when_the_ceremony_is_not_on() -> None:
    signing = confirmed()
    assert signing.signature is not None
    actions.enter_withdrawal(signature=signing.signature, by=officer(), reason="By telephone.")
    actions.withdraw(signature=signing.signature, by=officer(), note="As its office asked.")
    to_sign = cleared(signing.ceremony)
    actions.end_ceremony(ceremony=signing.ceremony, by=officer())
    with pytest.raises(actions.CeremonyNotOpen):
        actions.call_again(signing=signing, by=officer(), seen=signing.version)
    with pytest.raises(actions.CeremonyNotOpen):
        actions.record_absent(signing=to_sign, by=officer(), seen=to_sign.version)


def test_what_was_public_is_not_put_back_on_the_list() -> None:
    waiting = confirmed()
    standing = published_from_stage(confirmed(cleared(waiting.ceremony)))
    withdrawn = published_from_stage(confirmed(cleared(waiting.ceremony)))
    assert withdrawn.signature is not None
    actions.enter_withdrawal(signature=withdrawn.signature, by=officer(), reason="By telephone.")
    actions.withdraw(signature=withdrawn.signature, by=officer(), note="As its office asked.")
    for signing in (waiting, standing, withdrawn, cleared(waiting.ceremony)):
        with pytest.raises(actions.NotCalledAgain):
            actions.call_again(signing=signing, by=officer(), seen=signing.version)
    # Nor by whoever writes into the row: from it the register knows that it was given on stage.
    let_go = StageSigning.objects.filter(pk=withdrawn.pk)
    emptied = {"signature": None, "confirmed_by": None, "confirmed_at": None, "version": F("version") + 1}
    assert refused_by(lambda: let_go.update(**emptied)) == "confirmed_is_undone_first"


def test_the_operator_lets_sign_again_from_the_screen() -> None:
    signing = withdrawn_within_the_time_to_undo()
    client, address = browser(), page(signing.ceremony, "stage")
    assert 'value="call_again"' in client.get(address).text
    client.post(address, {"what": "call_again", "signing": signing.pk, "seen": signing.version})
    shown = client.get(address).text
    assert ['value="call_again"' in shown, 'value="sign"' in shown] == [False, True]
    assert signing.events.order_by("pk").values_list("kind", flat=True).last() == StageEvent.Kind.CALLED_AGAIN


@pytest.mark.parametrize("how", ["take_back", "undo"])
def test_a_substitute_named_on_stage_goes_with_what_is_taken_back(how: str) -> None:
    signing = recorded(substitute=STAND_IN)
    assert substitute_of(signing) == ["", "", "Alex Instead", "Deputy mayor"]
    if how == "undo":
        signing = confirmed(signing)
        actions.undo_on_stage(signing=signing, by=officer(), seen=signing.version)
    else:
        actions.take_back(signing=signing, by=officer(), seen=signing.version)
    assert substitute_of(signing) == ["", "", "", ""]


@pytest.mark.parametrize("stood_in", [STAND_IN, actions.Substitute("Kim Unforeseen", "Councillor")])
def test_a_substitute_who_was_cleared_stays_named_whoever_signed_instead(
    stood_in: actions.Substitute,
) -> None:
    signing = cleared(substitute_name="Alex Instead", substitute_office="Deputy mayor")
    signing = recorded(signing, substitute=stood_in)
    assert [signing.name, signing.office] == [stood_in.name, stood_in.office]
    actions.take_back(signing=signing, by=officer(), seen=signing.version)
    assert substitute_of(signing) == ["Alex Instead", "Deputy mayor", "", ""]


def test_nobody_changes_who_stood_in_behind_the_second_officer() -> None:
    row = StageSigning.objects.filter(pk=recorded(substitute=STAND_IN).pk)
    another = {"stood_in_name": "Kim Unforeseen", "version": F("version") + 1}
    assert refused_by(lambda: row.update(**another)) == "cleared_stays_as_cleared"


def test_nobody_takes_a_cleared_substitute_off_the_row() -> None:
    signing = cleared(substitute_name="Alex Instead", substitute_office="Deputy mayor")
    row = StageSigning.objects.filter(pk=signing.pk)
    emptied = {"substitute_name": "", "substitute_office": "", "version": F("version") + 1}
    assert refused_by(lambda: row.update(**emptied)) == "cleared_stays_as_cleared"


def test_the_second_officer_sends_back_with_a_word_and_the_operator_reads_by_whom() -> None:
    signing = recorded()
    second = officer(is_superuser=True)
    client, address = browser(second), page(signing.ceremony, "confirm")
    given = {"what": "take_back", "signing": signing.pk, "seen": signing.version}
    said = client.post(address, {**given, "note": " "}).text
    assert "Say in a word why it goes back: the operator reads it." in said
    signing.refresh_from_db()
    assert signing.signed_at is not None
    client.post(address, {**given, "note": "Another name was read out."})
    [row] = signings_of(signing.ceremony)
    assert row.sent_back is not None
    assert [row.sent_back.actor.user, row.sent_back.note] == [second, "Another name was read out."]
    shown = browser().get(page(signing.ceremony, "stage")).text
    assert ["Another name was read out." in shown, f"by {second}" in shown] == [True, True]


def test_the_operator_s_own_taking_back_says_who_did_it_too() -> None:
    signing, one = recorded(), officer(is_superuser=True)
    actions.take_back(signing=signing, by=one, seen=signing.version)
    assert (
        f"Taken back before the confirmation by {one}" in browser().get(page(signing.ceremony, "stage")).text
    )


def test_who_ends_the_ceremony_reads_that_scans_are_missing() -> None:
    signing = recorded()
    signing = actions.confirm_on_stage(signing=signing, by=officer(), seen=signing.version)
    words = "Of 1 confirmed signature the scan is missing."
    address = page(signing.ceremony, "stage")
    before = words in browser().get(address).text
    actions.let_scan_follow(signing=signing, by=officer(), seen=signing.version)
    assert [before, words in browser().get(address).text] == [True, False]


def test_a_stale_screen_names_what_happened_though_the_version_rose_without_an_event() -> None:
    signing = cleared()
    # As when a name is struck out of the row.
    StageSigning.objects.filter(pk=signing.pk).update(version=F("version") + 3)
    signing.refresh_from_db()
    seen = signing.version
    actions.record_absent(signing=signing, by=officer(), seen=seen)
    with pytest.raises(actions.StaleScreen) as refusal:
        actions.record_on_stage(signing=signing, by=officer(), seen=seen)
    assert [event.kind for event in refusal.value.missed] == [StageEvent.Kind.ABSENT]


def test_every_form_of_a_row_comes_back_to_its_own_row() -> None:
    on = ceremony()
    for signing in (cleared(on), recorded(cleared(on)), confirmed(cleared(on))):
        assert signing.pk
    for name in ("stage", "confirm"):
        shown = browser().get(page(on, name)).text
        forms = shown.split("<form")[1:]
        of_rows = [form for form in forms if 'name="signing" value="' in form]
        rows = [form.split('name="signing" value="')[1].split('"')[0] for form in of_rows]
        assert rows
        assert [f'action="#signing-{pk}"' in form for pk, form in zip(rows, of_rows, strict=True)] == [
            True
        ] * len(rows)


def test_a_withdrawal_that_is_over_does_not_keep_the_hall_waiting() -> None:
    signing = withdrawn_within_the_time_to_undo()
    time_to_undo_is_over(signing)
    actions.end_ceremony(ceremony=signing.ceremony, by=officer())
    stage = register.stage_of(signing.ceremony.declaration)
    assert stage is not None
    assert stage.phase == "over"


def test_importing_takes_the_locks_in_one_order() -> None:
    on = ceremony(published(), is_open=False)
    invited = [office(on.declaration) for _number in range(3)]
    for signatory in invited:
        actions.invite(signatory=signatory, by=officer())
    with CaptureQueriesContext(connection) as asked:
        actions.import_signatories(ceremony=on, by=officer())
    locks = [
        "signatory" if 'FROM "declarations_signatory"' in each["sql"] else "ceremony"
        for each in asked
        if "FOR NO KEY UPDATE" in each["sql"] or "FOR UPDATE" in each["sql"]
    ]
    assert locks[:4] == ["signatory"] * 3 + ["ceremony"]
