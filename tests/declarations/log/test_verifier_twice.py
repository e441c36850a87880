"""The verifier against the site's own functions and the public proofs: two programs that were written apart agree."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from declarations.log import merkle, notes, proofs
from declarations.verifier import verify
from tests.declarations.log.test_merkle import cases, raw
from tests.declarations.log.trials import KEY, ORIGIN, STRANGE_KEY, trial

MADE = trial(5)
LEAVES = [verify.leaf_hash(str(number)) for number in range(70)]
whole_numbers = st.integers(-verify.SAFE, verify.SAFE)
values = st.recursive(
    st.none() | st.booleans() | whole_numbers | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("case", cases("inclusion"))
def test_a_public_proof_of_inclusion_gives_the_right_answer(case: dict[str, Any]) -> None:
    holds = verify.is_included(
        case["leafIdx"],
        case["treeSize"],
        raw(case["leafHash"]),
        [raw(each) for each in case["proof"] or []],
        raw(case["root"]),
    )
    assert holds is not case["wantErr"]


def test_trees_of_every_size_have_the_root_the_site_gives_them() -> None:
    for size in range(len(LEAVES) + 1):
        assert verify.root_of(LEAVES[:size]) == merkle.root_of(LEAVES[:size])
    assert [merkle.leaf_hash(str(number).encode()) for number in range(70)] == LEAVES


@given(st.integers(1, 70), st.data())
def test_an_entry_is_proved_where_it_stands_and_nowhere_else(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size + 1).filter(lambda number: number != index))
    proof = [merkle.root_of(LEAVES[slice(*each)]) for each in merkle.inclusion_ranges(index, size)]
    root = merkle.root_of(LEAVES[:size])
    assert verify.is_included(index, size, LEAVES[index], proof, root)
    assert not verify.is_included(other, size, LEAVES[index], proof, root)
    assert not verify.is_included(index, size, LEAVES[index], [*proof, root], root)
    assert not proof or not verify.is_included(index, size, LEAVES[index], proof[:-1], root)


@settings(max_examples=300)
@given(values)
def test_canonical_json_is_that_of_the_standard(value: Any) -> None:
    text = rfc8785.dumps(value).decode()
    assert verify.canonical(value) == text
    assert verify.canonically_parsed(text) == value


@pytest.mark.parametrize(
    "text",
    [
        '{"b":1,"a":2}',
        '{"a": 1}',
        '{"a":1,"a":1}',
        '"\\u0041"',
        '"\\/"',
        "1.0",
        "1e2",
        "-0",
        "01",
        "9007199254740992",
        '"\\ud800"',
        "NaN",
        "[1,]",
        "[1]\n",
        "",
    ],
)
def test_other_ways_to_write_it_are_refused(text: str) -> None:
    with pytest.raises(verify.UnfitError):
        verify.canonically_parsed(text)


def is_read_by_the_site(text: str) -> bool:
    try:
        notes.checkpoint_of(notes.read(text))
    except notes.NoteError:
        return False
    return True


def is_read(text: str) -> bool:
    try:
        verify.note_of(text)
    except verify.UnfitError:
        return False
    return True


NOTE = MADE.checkpoint(keys=(KEY, STRANGE_KEY))
cut = st.tuples(
    st.integers(0, len(NOTE)),
    st.integers(0, 6),
    st.sampled_from(["", "\n", "\n\n", "— ", ORIGIN, "0", "1", "=", "+", " ", "é", "\t"]),
)


@settings(max_examples=500)
@given(st.lists(cut, max_size=2))
def test_both_take_the_same_files_for_signed_states(cuts: list[tuple[int, int, str]]) -> None:
    text = NOTE
    for at, length, put in cuts:
        text = text[:at] + put + text[at + length :]
    assert is_read(text) == is_read_by_the_site(text)


def test_a_receipt_is_read_as_it_was_written() -> None:
    text = MADE.receipt(2, 5)
    ours, theirs = verify.receipt_of(text), proofs.read(text)
    assert (ours.number, tuple(ours.hashes), ours.entry) == (theirs.index, theirs.hashes, MADE.entries[2])
    assert ours.note.text == notes.read(theirs.checkpoint).text
