"""The sealed PDF of the demonstration's declaration, as it is loaded, before the validators that readers have."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.utils import timezone
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel

from declarations.actions.sealing import seal_declaration
from declarations.models import Declaration
from tests.declarations.sealed.test_sealing import flipped, judged, pdfsig, revised, sealed_in, text_of


def test_both_validators_accept_it_in_each_language_and_tell_what_was_altered(
    demo_db: str, tmp_path: Path
) -> None:
    declaration = Declaration.objects.get(slug="demonstration")
    for language in ("en", "fr", "nl"):
        seal_declaration(declaration=declaration, language=language, at=timezone.now())
        content = sealed_in(declaration, language)
        assert judged(content) == (True, SignatureCoverageLevel.ENTIRE_FILE, ModificationLevel.NONE, True)
        assert judged(flipped(content))[0] is False
        assert judged(revised(content))[1] == SignatureCoverageLevel.ENTIRE_REVISION
        if shutil.which("pdfsig"):
            said = [pdfsig(one, tmp_path / "a.pdf") for one in (content, flipped(content), revised(content))]
            assert said[:2] == [
                ["Total document signed", "Signature Validation: Signature is Valid."],
                ["Total document signed", "Signature Validation: Digest Mismatch."],
            ]
            assert said[2][0] == "Not total document signed"
    assert "Demonstration" in text_of(sealed_in(declaration))
