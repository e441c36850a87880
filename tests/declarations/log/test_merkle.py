"""Trees, proofs and what refuses them, without a database; with the public proofs of other implementations."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from declarations.log import merkle

CONFORMANCE = Path(os.environ.get("CONFORMANCE", Path(settings.BASE_DIR).parent / "shared" / "conformance"))
PROOFS = CONFORMANCE / "rfc6962-proofs.json"
LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(200)]


def over(leaves: merkle.Range) -> bytes:
    return merkle.root_of(LEAVES[slice(*leaves)])


def raw(text: str | None) -> bytes:
    return base64.b64decode(text) if text else b""


def cases(kind: str) -> list[Any]:
    if not PROOFS.exists():
        return []
    return [pytest.param(case, id=case["case"]) for case in json.loads(PROOFS.read_text())[kind]]


@pytest.mark.parametrize("case", cases("inclusion"))
def test_a_public_proof_of_inclusion_gives_the_right_answer(case: dict[str, Any]) -> None:
    holds = merkle.is_included(
        case["leafIdx"],
        case["treeSize"],
        raw(case["leafHash"]),
        [raw(each) for each in case["proof"] or []],
        raw(case["root"]),
    )
    assert holds is not case["wantErr"]


@pytest.mark.parametrize("case", cases("consistency"))
def test_a_public_proof_of_consistency_gives_the_right_answer(case: dict[str, Any]) -> None:
    holds = merkle.is_consistent(
        case["size1"],
        case["size2"],
        raw(case["root1"]),
        raw(case["root2"]),
        [raw(each) for each in case["proof"] or []],
    )
    assert holds is not case["wantErr"]


@pytest.mark.skipif(not PROOFS.exists(), reason="the public proofs are not at hand (set CONFORMANCE)")
def test_all_196_public_proofs_are_asked() -> None:
    assert len(cases("inclusion")) + len(cases("consistency")) == 196


def test_the_root_of_nothing_is_that_of_the_standard() -> None:
    assert merkle.EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.integers(1, 200), st.data())
def test_every_entry_of_a_tree_is_proved_and_at_no_other_place(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = [over(each) for each in merkle.inclusion_ranges(index, size)]
    assert merkle.is_included(index, size, LEAVES[index], proof, over((0, size)))
    other = data.draw(st.integers(0, size).filter(lambda number: number != index))
    assert not merkle.is_included(other, size, LEAVES[index], proof, over((0, size)))


@given(st.integers(1, 200), st.data())
def test_every_beginning_of_a_tree_is_proved_and_no_other(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    proof = [over(each) for each in merkle.consistency_ranges(old, size)]
    assert merkle.is_consistent(old, size, over((0, old)), over((0, size)), proof)
    forged = merkle.root_of([*LEAVES[: old - 1], merkle.leaf_hash(b"another")])
    assert not merkle.is_consistent(old, size, forged, over((0, size)), proof)


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_range_of_a_proof_is_the_perfect_subtrees_it_is_told_as(first: int, second: int) -> None:
    old, new = sorted((first, second))
    for leaves in [*merkle.consistency_ranges(old, new), (0, new)]:
        covered = [
            leaf
            for level, index in merkle.perfect(leaves)
            for leaf in range(index << level, (index + 1) << level)
        ]
        assert covered == list(range(*leaves))


def test_a_tree_does_not_shrink_and_an_entry_beyond_it_has_no_proof() -> None:
    with pytest.raises(ValueError, match="does not shrink"):
        merkle.consistency_ranges(3, 2)
    with pytest.raises(ValueError, match="not in a tree"):
        merkle.inclusion_ranges(2, 2)
