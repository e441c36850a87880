"""The Python file that anyone can check a log with: its verdicts, its words, and what it does with rubbish."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declarations.log import notes, proofs
from declarations.verifier import verify
from tests.declarations.log.bundles import CASES, Case
from tests.declarations.log.trials import KEY, ORIGIN, TOWNS, Trial, hexed, log_id, printed, trial

MADE = trial(5)
FAULTS = {
    code
    for code in verify.SENTENCES["en"]
    if code.split(".")[0] in verify.CHECKS and code.split(".")[1] not in ("holds", "not_asked")
}


def judged(each: Case) -> list[dict[str, str]]:
    return verify.check(each.bundle, each.fingerprint, each.older, each.receipts, each.signature)


def faults(verdicts: list[dict[str, str]]) -> list[str]:
    return [each["fault"] for each in verdicts if each["fault"]]


# --- verdicts and their words ---------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda each: each.name)
def test_what_is_said_of_a_bundle(case: Case) -> None:
    assert judged(case) == case.expected


def test_every_fault_there_is_a_word_for_has_a_bundle_that_shows_it() -> None:
    assert {fault for case in CASES for fault in faults(case.expected)} == FAULTS


def test_the_sentences_are_the_same_in_all_languages_and_say_what_they_are_about() -> None:
    english = verify.SENTENCES["en"]
    assert json.loads(json.dumps(verify.SENTENCES)) == verify.SENTENCES
    for table in (verify.SENTENCES, verify.COMMAND):
        assert set(table) == {"en", "fr", "nl"}
        for said in table.values():
            assert list(said) == list(table["en"])
            assert all(said.values())
    for said in verify.SENTENCES.values():
        assert {code: "{about}" in text for code, text in said.items()} == {
            code: "{about}" in text for code, text in english.items()
        }


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_every_verdict_of_every_bundle_has_its_sentence(language: str) -> None:
    for case in CASES:
        for each in case.expected:
            said = verify.sentence(each, case.expected, language)
            assert said
            assert "{about}" not in said


def test_what_rests_on_a_failure_is_said_to_be_unchecked_for_that_reason() -> None:
    [case] = [each for each in CASES if each.name == "brings its own key"]
    said = {each["check"]: verify.sentence(each, case.expected, "en") for each in case.expected}
    assert said["texts"] == "Not checked: it would rest on something that does not hold."
    [case] = [each for each in CASES if each.name == "no fingerprint"]
    said = {each["check"]: verify.sentence(each, case.expected, "en") for each in case.expected}
    assert said["key"].startswith("You gave no fingerprint")


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("good", "holds"),
        ("grown", "holds"),
        ("no fingerprint", "no_key"),
        ("brings its own key, and nobody compares", "no_key"),
        ("brings its own key", "other_key"),
        ("half a fingerprint", "other_key"),
        ("an older state that is none", "slip"),
        ("a receipt that is none", "slip"),
        ("a receipt with another name", "fails"),
        ("a receipt in place of the bundle", "unreadable"),
        ("two cities of one name", "asked"),
        ("truncated", "fails"),
        ("rubbish: nothing", "unreadable"),
    ],
)
def test_the_conclusion(name: str, end: str) -> None:
    [case] = [each for each in CASES if each.name == name]
    assert verify.conclusion(judged(case)) == end


# --- byte by byte ---------------------------------------------------------------------------------------


def mutants(text: str) -> list[tuple[int, str]]:
    """The text with one bit of one byte turned, for each byte its lowest and another one; what is no UTF-8 is no text."""
    raw = text.encode()
    found = []
    for at in range(len(raw)):
        for bit in {1, 1 << (at % 7 + 1)}:
            mutated = raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]
            found.append((at, verify.decoded(mutated)))
    return found


def log_of(made: Trial) -> verify.Log:
    log = verify.examine(made.bundle(), printed(KEY), None, (), "")[1]
    assert log is not None
    return log


def test_a_signed_state_with_one_byte_changed_is_no_older_state() -> None:
    log, note = log_of(MADE), MADE.checkpoint(3)
    assert verify.growth_faults(log, note) == []
    assert [at for at, mutated in mutants(note) if not verify.growth_faults(log, mutated)] == []


def test_a_signed_state_with_one_byte_changed_is_not_that_of_the_bundle() -> None:
    for at, mutated in mutants(MADE.checkpoint()):
        end = verify.conclusion(verify.check(MADE.bundle(checkpoint=mutated), printed(KEY)))
        assert end in ("fails", "other_key"), at


def test_a_receipt_with_one_byte_changed_is_refused() -> None:
    log, receipt = log_of(MADE), MADE.receipt(2, 5)
    assert verify.receipt_fault(log, receipt) == ""
    assert [at for at, mutated in mutants(receipt) if not verify.receipt_fault(log, mutated)] == []


def test_a_bundle_with_one_byte_of_an_entry_changed_does_not_hold() -> None:
    entry = MADE.entries[2]
    for at, mutated in mutants(entry):
        entries = [*MADE.entries[:2], mutated, *MADE.entries[3:]]
        assert verify.conclusion(verify.check(MADE.bundle(entries=entries), printed(KEY))) == "fails", at


def test_the_site_s_own_reader_takes_no_mutated_note_for_signed_either() -> None:
    public = bytes.fromhex(hexed(KEY))
    for at, mutated in mutants(MADE.checkpoint()):
        try:
            note = notes.read(mutated)
            is_signed = note.is_signed_by(notes.checkpoint_of(note).origin, public)
        except notes.NoteError:
            is_signed = False
        assert not is_signed, at


def test_the_site_s_own_reader_writes_a_proof_as_it_read_it_or_refuses_it() -> None:
    """One spelling for everything: no two files are the same proof."""
    receipt = MADE.receipt(2, 5)
    for _at, mutated in mutants(receipt):
        try:
            proof = proofs.read(mutated)
        except proofs.ProofError:
            continue
        assert proof.written() == mutated


# --- rubbish --------------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
any_text = st.text(st.characters(codec=None), max_size=200)
pieces = st.sampled_from(
    [
        MADE.checkpoint(),
        MADE.receipt(1),
        MADE.bundle(),
        "\n\n",
        "— ",
        ORIGIN,
        "index 1\n",
        "extra ",
        "\ud800",
        "\0",
    ]
)
mixed = st.lists(any_text | pieces, max_size=4).map("".join)


@settings(max_examples=300, deadline=None)
@given(mixed, mixed, mixed, st.lists(mixed, max_size=2), mixed)
def test_rubbish_gives_verdicts(
    bundle: str, fingerprint: str, older: str, receipts: list[str], name: str
) -> None:
    verdicts = verify.check(bundle, fingerprint, older, receipts, name)
    assert list(dict.fromkeys(each["check"] for each in verdicts)) == list(verify.CHECKS)
    verify.check(MADE.bundle(), printed(KEY), older, receipts, name)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in a bundle something stands."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in items for place in places(each, (*path, key)))]


# What nobody signed: how the file calls the declaration. Neither verifier shows it.
UNSIGNED = "declaration"
PLACES = [place for place in places(MADE.told()) if place and place[0] != UNSIGNED]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PLACES), json_values)
def test_nothing_in_a_bundle_becomes_something_else_unnoticed(place: tuple[Any, ...], value: Any) -> None:
    told = MADE.told()
    inner = told
    for key in place[:-1]:
        inner = inner[key]
    before, inner[place[-1]] = inner[place[-1]], value
    changed = verify.check(json.dumps(told), printed(KEY))
    is_fewer = place[0] == "openings" and isinstance(value, dict) and not value
    if value != before and not is_fewer:
        # "slip": a receipt in it that is none.
        assert verify.conclusion(changed) in ("fails", "other_key", "unreadable", "slip")


@settings(max_examples=200, deadline=None)
@given(json_values)
def test_an_entry_of_anything_is_refused_or_understood(value: Any) -> None:
    for kind in verify.KINDS:
        said = {"type": kind, "v": 1, **(value if isinstance(value, dict) else {"names": value})}
        rewritten = Trial(entries=[json.dumps(said, sort_keys=True, separators=(",", ":"))])
        told = MADE.told(entries=rewritten.entries, openings={}, checkpoint=rewritten.checkpoint())
        verify.check(json.dumps(told), printed(KEY), signature="Aville")


def test_the_number_of_a_signature_finds_it_among_many() -> None:
    verdicts = verify.check(MADE.bundle(), printed(KEY), signature=log_id(TOWNS[4]))
    assert verdicts[-1] == {
        "check": "signature",
        "verdict": "holds",
        "fault": "",
        "about": log_id(TOWNS[4]),
    }
