"""Stamps of a time-stamping authority: one that is honest is a part of the seal, and nothing else is."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typst
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from efus_conference import pades
from efus_conference.checks import the_seal_can_be_made
from efus_conference.seal import examined, seal_key, sealed
from tests.authorities import LIARS, authority


@pytest.fixture(scope="module")
def pdf() -> bytes:
    made = typst.compile(b'#set document(title: "A page")\n= A page', format="pdf")
    assert isinstance(made, bytes)
    return made


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pades, "PATIENCE", 1.0)


def test_an_honest_one_is_part_of_the_seal(settings: Any, tmp_path: Path, pdf: bytes) -> None:
    with authority(tmp_path) as trial:
        settings.TSA_URL, settings.TSA_ROOTS = trial.url, str(trial.roots)
        done = sealed(pdf, reason="A trial")
    verdict = examined(done)
    assert (verdict.holds, verdict.is_stamped) == (True, True)
    assert verdict.signed_at is not None
    assert abs(verdict.signed_at - datetime.now(UTC)) < timedelta(minutes=2)
    [signature] = PdfFileReader(io.BytesIO(done)).embedded_signatures
    roots = list(load_certs_from_pemder_data(seal_key().der() + b""))
    trusted = [*roots, *load_certs_from_pemder_data(trial.roots.read_bytes())]
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=trusted, allow_fetching=False))
    assert status.timestamp_validity is not None
    assert (status.bottom_line, status.timestamp_validity.trusted) == (True, True)


@pytest.mark.parametrize("how", LIARS)
def test_one_that_lies_or_fails_leaves_the_seal_without_a_stamp(
    how: str, settings: Any, tmp_path: Path, pdf: bytes
) -> None:
    with authority(tmp_path, how) as trial:
        settings.TSA_URL, settings.TSA_ROOTS = trial.url, str(trial.roots)
        verdict = examined(sealed(pdf, reason="A trial"))
        assert (verdict.holds, verdict.is_stamped, trial.asked) == (True, False, 1)


@pytest.mark.slow
@pytest.mark.parametrize("how", LIARS)
def test_one_that_begins_to_lie_after_its_first_answer_is_found_out_too(
    how: str, settings: Any, tmp_path: Path, pdf: bytes
) -> None:
    with authority(tmp_path) as trial:
        settings.TSA_URL, settings.TSA_ROOTS = trial.url, str(trial.roots)
        assert examined(sealed(pdf, reason="A trial")).is_stamped
        trial.behaves = how
        verdict = examined(sealed(pdf, reason="A trial"))
        assert (verdict.holds, verdict.is_stamped) == (True, False)


@pytest.mark.parametrize("roots", ["", "none.pem", "banana.pem"])
def test_one_that_nobody_vouches_for_is_not_asked_and_the_start_says_so(
    roots: str, settings: Any, tmp_path: Path, pdf: bytes
) -> None:
    (tmp_path / "banana.pem").write_text("banana")
    with authority(tmp_path) as trial:
        settings.TSA_URL, settings.TSA_ROOTS = trial.url, str(tmp_path / roots) if roots else ""
        verdict = examined(sealed(pdf, reason="A trial"))
        assert (verdict.holds, verdict.is_stamped, trial.asked) == (True, False, 0)
        assert [found.id for found in the_seal_can_be_made()] == ["efus_conference.E004"]
        settings.TSA_ROOTS = str(trial.roots)
        assert the_seal_can_be_made() == []
