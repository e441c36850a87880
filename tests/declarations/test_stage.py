"""The signing on stage: pre-cleared by two, signed before two, public after the time to undo."""

from __future__ import annotations

import pytest

from tests.declarations.staging import published_from_stage

pytestmark = pytest.mark.django_db


def test_from_the_list_to_the_register() -> None:
    signing = published_from_stage()
    signature = signing.signature
    assert signature is not None
    assert [signature.state, signature.signer_name, signature.mandate.basis] == [
        "verified",
        "Robin Example",
        "own_competence",
    ]
    assert list(signature.events.values_list("kind", flat=True)) == ["submitted", "confirmed", "verified"]
    assert list(signing.events.values_list("kind", flat=True)) == [
        "entered",
        "cleared",
        "signed",
        "scan_follows",
        "confirmed",
        "published",
    ]
