"""PDF signatures by pyHanko. Its import takes half a second: `efus_conference.seal` asks for it when it must."""

from __future__ import annotations

import asyncio
import io
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import get_pyca_cryptography_hash
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from efus_conference.seal import SealKey
from efus_conference.time_stamps import Authority

P = ParamSpec("P")
T = TypeVar("T")
logger = logging.getLogger(__name__)

PATIENCE = 3.0  # seconds that the time-stamping authority has
SILENCE = 300.0  # seconds for which one that did not answer is not asked again
_silent_until: dict[str, float] = {}
_asking = ThreadPoolExecutor(max_workers=2, thread_name_prefix="tsa")


class _Signer(SimpleSigner):
    """Reads its key once: for RSA that takes ten times as long as the signature itself."""

    kept: Any

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        digest = get_pyca_cryptography_hash(digest_algorithm)
        if isinstance(self.kept, RSAPrivateKey):
            return self.kept.sign(data, PKCS1v15(), digest)
        return bytes(self.kept.sign(data, ECDSA(digest)))


@lru_cache(maxsize=4)
def _signer(key: SealKey) -> _Signer:
    registry = SimpleCertificateStore()
    registry.register_multiple(_certificate(one) for one in key.chain)
    der = key.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = _Signer(_certificate(key.certificate), PrivateKeyInfo.load(der), registry)
    signer.kept = key.key
    return signer


def _certificate(one: x509.Certificate) -> Certificate:
    [read] = load_certs_from_pemder_data(one.public_bytes(serialization.Encoding.DER))
    return read


@lru_cache(maxsize=1)
def _authority(url: str, roots: str) -> Authority:
    # Kept: from its first answer it knows how much room a stamp takes, and need not ask for a trial one again.
    return Authority(url, roots=roots, patience=PATIENCE)


def seal(
    pdf: bytes, *, key: SealKey, field: str, reason: str, tsa_url: str = "", tsa_roots: str = ""
) -> bytes:
    """The PDF with an invisible signature that certifies it and allows no change.

    With the stamp of the time-stamping authority where it gives one in time; without, where not.
    """
    if tsa_url and time.monotonic() >= _silent_until.get(tsa_url, 0):
        # In a thread of its own: looking up a name cannot be told to hurry.
        try:
            asked = _asking.submit(_signed, pdf, key, field, reason, _authority(tsa_url, tsa_roots))
            return asked.result(timeout=2 * PATIENCE)
        except Exception as error:  # whatever goes wrong there, the document goes out
            _silent_until[tsa_url] = time.monotonic() + SILENCE
            logger.warning("No time stamp from %s, sealed without: %r", tsa_url, error)
    return _signed(pdf, key, field, reason, None)


def _without_a_loop(work: Callable[P, T]) -> Callable[P, T]:
    """In a thread of its own where this one has an event loop that runs: pyHanko begins one of its own."""

    @wraps(work)
    def done(*arguments: P.args, **named: P.kwargs) -> T:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return work(*arguments, **named)
        with ThreadPoolExecutor(1) as beside:
            return beside.submit(work, *arguments, **named).result()

    return done


@_without_a_loop
def _signed(pdf: bytes, key: SealKey, field: str, reason: str, authority: Authority | None) -> bytes:
    metadata = PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        reason=reason,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    # Outside of the page: PDF/UA asks for a tag of every annotation but those (ISO 14289-1, 7.18.1).
    spec = SigFieldSpec(field, invis_sig_settings=InvisSigSettings(box_out_of_bounds=True))
    signer = PdfSigner(metadata, _signer(key), timestamper=authority, new_field_spec=spec)
    out: io.BytesIO = signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)))
    return out.getvalue()


@dataclass(frozen=True)
class Verdict:
    """What a sealed PDF says of itself. `holds`: it is signed in whole, and no byte differs from what was signed."""

    holds: bool
    signed_by: str = ""
    fingerprint: str = ""  # SHA-256 of the certificate, hexadecimal
    signed_at: datetime | None = None  # by our clock; by the authority's where it is stamped
    is_stamped: bool = False


@_without_a_loop
def examine(pdf: bytes) -> Verdict:
    """Reads the one signature of a PDF that we made. Whether its certificate is to be trusted is not asked here."""
    try:
        signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        if len(signatures) != 1:
            return Verdict(holds=False)
        [signature] = signatures
        at = signature.self_reported_timestamp
        context = ValidationContext(
            trust_roots=[signature.signer_cert], allow_fetching=False, moment=at or datetime.now(UTC)
        )
        status = validate_pdf_signature(signature, context)
    except Exception as error:  # a file that was damaged on our disk fails in a hundred ways
        logger.warning("A sealed PDF can't be read: %r", error)
        return Verdict(holds=False)
    stamp = status.timestamp_validity
    # Whether the authority is to be trusted was asked when the stamp came: see `efus_conference.time_stamps`.
    is_stamped = stamp is not None and bool(stamp.intact and stamp.valid)
    # Bytes behind the signature leave it intact: only its reach tells (ISO 32000-1, 12.8.1).
    is_whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE and bool(status.docmdp_ok)
    return Verdict(
        holds=bool(status.intact and status.valid and is_whole),
        signed_by=str(signature.signer_cert.subject.native.get("common_name", "")),
        fingerprint=signature.signer_cert.sha256.hex(),
        signed_at=stamp.timestamp if is_stamped and stamp else at,
        is_stamped=is_stamped,
    )
