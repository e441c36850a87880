"""The digital signatures in a PDF of a stranger: who by the certificate, when, and whether it still holds.

Nothing is fetched from elsewhere: no list of revoked certificates, and no list of trusted ones but that of this site.
"""

from __future__ import annotations

import io
from typing import Any

from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

MAX_SIGNATURES = 20
COVERS: dict[Any, str] = {
    SignatureCoverageLevel.ENTIRE_FILE: "whole",
    SignatureCoverageLevel.ENTIRE_REVISION: "earlier",
}
HARMLESS = {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING}


def findings(content: bytes, *, roots: str = "") -> list[dict[str, Any]]:
    """One dict for each signature, in the order they were made.

    `signed_by`, `organisation` and `issued_by` as the certificate has them, `certificate` its SHA-256;
    `signed_at` (ISO 8601, "" where none is given) and `is_stamped`, whether an authority says that time;
    `is_intact`; `covers`: “whole” file, an “earlier” state of it, or a “part”; `changes`: what was added since:
    “none”, “allowed” or “other”; `revisions_after`, how many times; `is_trusted`: by the certificates of `roots`;
    `is_self_signed`. One that can't be read at all has `is_readable` false and nothing else.
    """
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    trusted = list(load_certs_from_pemder([roots])) if roots else []
    return [_finding(one, reader, trusted) for one in reader.embedded_regular_signatures[:MAX_SIGNATURES]]


def _finding(signature: Any, reader: PdfFileReader, trusted: list[Any]) -> dict[str, Any]:
    try:
        # Without roots of its own pyHanko would take those of this machine, which vouch for websites.
        context = ValidationContext(trust_roots=trusted, allow_fetching=False)
        status = validate_pdf_signature(signature, context)
    except MemoryError:
        raise
    except Exception:  # a signature that somebody meddled with fails in a hundred ways
        return {"is_readable": False}
    certificate = signature.signer_cert
    stamp = status.timestamp_validity
    at = stamp.timestamp if stamp and stamp.valid else signature.self_reported_timestamp
    subject, issuer = certificate.subject.native, certificate.issuer.native
    level = status.modification_level
    return {
        "is_readable": True,
        "signed_by": _plain(subject.get("common_name")),
        "organisation": _plain(subject.get("organization_name")),
        "issued_by": _plain(issuer.get("common_name") or issuer.get("organization_name")),
        "certificate": certificate.sha256.hex(),
        "signed_at": at.isoformat() if at else "",
        "is_stamped": bool(stamp and stamp.valid),
        "is_intact": bool(status.intact and status.valid),
        "covers": COVERS.get(status.coverage, "part"),
        "changes": "none"
        if level in (None, ModificationLevel.NONE)
        else "allowed"
        if level in HARMLESS and status.docmdp_ok
        else "other",
        "revisions_after": max(0, reader.total_revisions - signature.signed_revision - 1),
        "is_trusted": bool(status.trusted),
        "is_self_signed": certificate.self_signed in ("yes", "maybe"),
    }


def _plain(value: Any) -> str:
    """The certificate's own words, which anybody may have chosen: printable letters of one line only."""
    if isinstance(value, list):
        value = ", ".join(str(one) for one in value)
    return "".join(letter for letter in str(value or "") if letter.isprintable())[:200]
