"""The seal under the PDFs that go out for good: the key it is made with, and what sealing and examining mean.

A sealed PDF is signed as PAdES has it (ETSI EN 319 142-1, baseline B; with `TSA_URL` B-T) and certified with no
change allowed (ISO 32000-1, 12.8.2.2): any program that reads PDFs shows whether a byte of it was altered.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings

from efus_conference import secrets_file

if TYPE_CHECKING:
    from efus_conference.pades import Verdict

DEMONSTRATION_NAME = "Demonstration: no real seal"
FIELD = "Seal"


class SealError(Exception):
    """There is no key to seal with; `str()` tells who runs the site what to set."""


@dataclass(frozen=True)
class SealKey:
    """A private key, its certificate and those above it."""

    key: RSAPrivateKey | EllipticCurvePrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    @property
    def name(self) -> str:
        """Whose seal it is, as programs that read PDFs show it."""
        names = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if names else self.certificate.subject.rfc4514_string()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as 64 hexadecimal digits."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def ends_at(self) -> datetime:
        return self.certificate.not_valid_after_utc

    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)


def sealed(pdf: bytes, *, reason: str) -> bytes:
    """The PDF with the seal, ten to thirty milliseconds later. Raises SealError.

    A time-stamping authority that does not answer within seconds, or not as it should, is left out, and not asked
    again for minutes.
    """
    key = usable_key()
    # Reading its library takes half a second, which no start of the site should wait for.
    from efus_conference.pades import seal

    tsa = {"tsa_url": settings.TSA_URL, "tsa_roots": settings.TSA_ROOTS}
    return seal(pdf, key=key, field=FIELD, reason=reason, **tsa)


def examined(pdf: bytes) -> Verdict:
    """Whether the seal of a PDF of ours holds. Not for what strangers send: it is read in full."""
    from efus_conference.pades import examine

    return examine(pdf)


def usable_key(at: datetime | None = None) -> SealKey:
    """The key, if its certificate is valid at a moment (now by default). Raises SealError."""
    key, at = seal_key(), at or datetime.now(UTC)
    if not key.certificate.not_valid_before_utc <= at < key.ends_at:
        raise SealError(
            f"The certificate of SEAL_P12 is valid from {key.certificate.not_valid_before_utc:%Y-%m-%d} to "
            f"{key.ends_at:%Y-%m-%d} only: set SEAL_P12 to a file with one that is valid now."
        )
    return key


def seal_key() -> SealKey:
    """The key of `SEAL_P12`; in the demonstration one that is made at first use. Raises SealError."""
    password = settings.SEAL_P12_PASSWORD.encode() or None
    if not settings.SEAL_P12:
        return _read(_demonstration_s(), None, "The key of the demonstration's seal")
    path = Path(settings.SEAL_P12)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SealError(
            f"SEAL_P12: the file {path} with the certificate that seals can't be read ({error.strerror})."
        ) from error
    return _read(content, password, f"SEAL_P12: {path}")


@lru_cache(maxsize=4)
def _read(content: bytes, password: bytes | None, name: str) -> SealKey:
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(content, password)
    except (ValueError, TypeError) as error:
        raise SealError(f"{name} is no PKCS 12 file, or SEAL_P12_PASSWORD is not its password.") from error
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey) or certificate is None:
        raise SealError(
            f"{name} lacks its certificate, or a private key that is RSA or of an elliptic curve."
        )
    if certificate.public_key() != key.public_key():
        raise SealError(f"{name} has a private key that is not the one of its certificate.")
    return SealKey(key, certificate, tuple(chain))


def _demonstration_s() -> bytes:
    try:
        return base64.b64decode(secrets_file.secret(settings.DATA_DIR, "SEAL", _made_for_demonstration))
    except (OSError, ValueError) as error:
        raise SealError(f"The key of the demonstration's seal can't be read or kept: {error}.") from error


def _made_for_demonstration() -> str:
    return base64.b64encode(self_signed(DEMONSTRATION_NAME)).decode()


def self_signed(name: str, *, days: int = 3650, password: bytes | None = None) -> bytes:
    """A PKCS 12 file with a new key and a certificate that nobody vouches for, valid for so many days."""
    key = generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begins_at = datetime.now(UTC) - timedelta(days=1)
    usage = dict.fromkeys(
        (
            "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
            "encipher_only", "decipher_only",
        ),
        False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins_at)
        .not_valid_after(begins_at + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    protection = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, protection)
