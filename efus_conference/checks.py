"""What is looked at before the site starts, beside Django's own checks: the seal, and whose signatures are trusted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.x509 import load_pem_x509_certificates
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage

from efus_conference.seal import SealError, seal_key, usable_key

SOON = timedelta(days=30)


@checks.register()
def the_seal_can_be_made(**kwargs: Any) -> list[CheckMessage]:
    """Without a key nothing is sealed; with one that has run out the site starts, and says so."""
    found: list[CheckMessage] = []
    try:
        key = seal_key()
    except SealError as error:
        return [checks.Error(str(error), id="efus_conference.E001")]
    try:
        usable_key()
    except SealError as error:
        found.append(checks.Warning(str(error), id="efus_conference.W001"))
    else:
        if key.ends_at - datetime.now(UTC) < SOON:
            sentence = f"The certificate of SEAL_P12 ends on {key.ends_at:%Y-%m-%d}: get the next one."
            found.append(checks.Warning(sentence, id="efus_conference.W001"))
    if settings.TSA_URL and urlsplit(settings.TSA_URL).scheme not in ("http", "https"):
        sentence = f"TSA_URL must look like https://authority.example/tsa, not “{settings.TSA_URL}”."
        found.append(checks.Error(sentence, id="efus_conference.E002"))
    elif settings.TSA_URL:
        found += _certificates_in("TSA_ROOTS", settings.TSA_ROOTS, id="efus_conference.E004")
    return found


@checks.register()
def the_trusted_certificates_can_be_read(**kwargs: Any) -> list[CheckMessage]:
    """Otherwise no digital signature on what offices send could be judged, and nobody would know why."""
    if not settings.SIGNATURE_ROOTS:
        return []
    return _certificates_in("SIGNATURE_ROOTS", settings.SIGNATURE_ROOTS, id="efus_conference.E003")


def _certificates_in(name: str, path: str, *, id: str) -> list[CheckMessage]:  # noqa: A002 - as Django names it
    try:
        load_pem_x509_certificates(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        sentence = f"{name} must be the path of a PEM file with certificates: {error}"
        return [checks.Error(sentence, id=id)]
    return []
