"""What stands in a ticket's QR code, and whether one that is shown is ours.

    SDC1.<edition's number>.<key: 8 hex digits>.<code: 10 of Crockford's base 32>.<Ed25519 signature: base 32>

Signed is the ASCII text before the last dot. All of it is in QR's alphanumeric mode, and none of it is personal: a
device that has the public keys checks it without a network. The signature (RFC 8032, 64 bytes) is RFC 4648 base 32
without padding, 103 characters, and only in its canonical spelling: the last character has three bits to spare.

The secret key is made of `TICKET_KEY` by HKDF (RFC 5869), so every host has the same one. The first ticket that is
signed with another `TICKET_KEY` writes the new public key down and retires those before it.
"""

from __future__ import annotations

import re
from base64 import b32decode, b32encode
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils import timezone

from efus_conference.models import Edition
from registration.models import Ticket, TicketKey
from registration.models.tickets import ALPHABET, CODE_LENGTH

PREFIX = "SDC1"
LONGEST = 200  # characters; what is longer is not even looked into
PURPOSE = b"efus-conference: tickets, Ed25519, 1"
WHOLE = re.compile(
    rf"(?P<signed>{PREFIX}\.(?P<edition>[1-9][0-9]{{0,4}})\.(?P<key_id>[0-9A-F]{{8}})"
    rf"\.(?P<code>[{ALPHABET}]{{{CODE_LENGTH}}}))\.(?P<signature>[A-Z2-7]{{103}})"
)
BEGUN = re.compile(
    rf"{PREFIX}(\.([1-9][0-9]{{0,4}}(\.([0-9A-F]{{0,7}}|[0-9A-F]{{8}}"
    rf"(\.([{ALPHABET}]{{0,{CODE_LENGTH - 1}}}|[{ALPHABET}]{{{CODE_LENGTH}}}(\.[A-Z2-7]{{0,102}})?))?))?)?)?"
)


class KeyUnusableError(Exception):
    """`TICKET_KEY` makes a key that is revoked, or retired for good: nothing can be signed before it is changed."""


class Kind(StrEnum):
    """What a text is that was shown as a ticket; whether its person takes part is another question."""

    OK = "ok"
    FOREIGN = "foreign"  # the QR code of something else
    TRUNCATED = "truncated"
    FORGED = "forged"  # of a key we never had, or another text than was signed
    STALE = "stale"  # ours, of another edition
    RETIRED = "retired"  # of a key that was retired, and its edition is over
    REVOKED = "revoked"


@dataclass(frozen=True)
class Reading:
    """`code` and `edition_number` are only to be believed where the kind is not foreign, truncated or forged."""

    kind: Kind
    code: str = ""
    edition_number: int | None = None
    key_id: str = ""

    @property
    def is_ok(self) -> bool:
        return self.kind == Kind.OK


@dataclass(frozen=True)
class Signer:
    """Signs any number of tickets with the key that is in use, which was looked up once."""

    key_id: str
    _secret: Ed25519PrivateKey

    def signed(self, code: str, edition_number: int) -> str:
        text = f"{PREFIX}.{edition_number}.{self.key_id}.{code}"
        return f"{text}.{_spelt(self._secret.sign(text.encode('ascii')))}"


def signed(ticket: Ticket) -> str:
    """What its QR code says. Raises KeyUnusableError."""
    return signer().signed(ticket.code, ticket.place.edition.number)


def signed_all(tickets: Iterable[Ticket], edition: Edition) -> dict[int, str]:
    """The same for tickets of one edition, by their ids; one query however many. Raises KeyUnusableError."""
    chosen = signer()
    return {ticket.pk: chosen.signed(ticket.code, edition.number) for ticket in tickets}


def signer() -> Signer:
    """The key of `TICKET_KEY`. The first time it is used, its public half is kept and those before it are retired.

    A host that was not restarted yet goes on with the key before: it verifies until the edition ends. Raises
    KeyUnusableError.
    """
    key_id, secret = secret_key(settings.TICKET_KEY)
    row = TicketKey.objects.filter(pk=key_id).first()
    if row is None:
        public_key = secret.public_key().public_bytes_raw().hex()
        row, is_new = TicketKey.objects.get_or_create(key_id=key_id, defaults={"public_key": public_key})
        if is_new:
            TicketKey.objects.filter(retired_at=None).exclude(pk=key_id).update(retired_at=row.made_at)
    if row.revoked_at is not None or not verifies(row, timezone.now()):
        raise KeyUnusableError(f"The key {key_id} of TICKET_KEY signs no more: set another TICKET_KEY.")
    return Signer(key_id, secret)


def read(text: str, *, edition: Edition, at: datetime) -> Reading:
    """Whether the text is a ticket of the edition that a key of ours signed, at that moment; at most two queries."""
    text = text.strip() if len(text) <= LONGEST else ""
    match = WHOLE.fullmatch(text)
    if match is None:
        if text and BEGUN.fullmatch(text):
            return Reading(Kind.TRUNCATED)
        return Reading(Kind.FORGED if text.startswith(f"{PREFIX}.") else Kind.FOREIGN)
    reading = Reading(Kind.OK, match["code"], int(match["edition"]), match["key_id"])
    key = TicketKey.objects.filter(pk=reading.key_id).first()
    if key is None or not is_signed(match["signed"], match["signature"], key):
        return _as(reading, Kind.FORGED)
    if key.revoked_at is not None:
        return _as(reading, Kind.REVOKED)
    if reading.edition_number != edition.number:
        return _as(reading, Kind.STALE)
    return reading if verifies(key, at) else _as(reading, Kind.RETIRED)


def is_signed(text: str, signature: str, key: TicketKey) -> bool:
    spelt = b32decode(f"{signature}=")
    if _spelt(spelt) != signature:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.public_key)).verify(spelt, text.encode("ascii"))
    except InvalidSignature:
        return False
    return True


def verifies(key: TicketKey, at: datetime) -> bool:
    """Revoked never; retired until the end of the edition that was running or next when it was retired."""
    if key.revoked_at is not None:
        return False
    if key.retired_at is None:
        return True
    end = end_after(key.retired_at)
    return end is None or at < end


def end_after(moment: datetime) -> datetime | None:
    """The midnight after the last day of the first edition that was not over then; none when none is planned."""
    # A day to spare: at which instant a day ends depends on where the edition is.
    not_over = Edition.objects.filter(ends_on__gte=moment.astimezone(UTC).date() - timedelta(days=1))
    ends = [edition.ends_at() for edition in not_over]
    return min((end for end in ends if end is not None and end > moment), default=None)


def keys_for(edition: Edition) -> list[TicketKey]:
    """Those that a device at the edition's desk must know, the one in use among them.

    One that was retired before the edition before this ended is left out: it signed nothing for this one. A revoked
    one stays, so that the device can say what is wrong with the ticket.
    """
    with suppress(KeyUnusableError):  # people are found by name without it
        signer()
    last = edition.ends_at()
    return [
        key
        for key in TicketKey.objects.all()
        if key.retired_at is None or last is None or (end_after(key.retired_at) or last) >= last
    ]


def typed_code(text: str) -> str:
    """The code that a person typed or read aloud: in any case, with or without its dash; empty when it is none.

    As Crockford's base 32 says, O is a nought, I and L are a one.
    """
    if len(text) > LONGEST:
        return ""
    plain = re.sub(r"[\s–-]", "", text).upper().translate(str.maketrans("OIL", "011"))
    return plain if re.fullmatch(rf"[{ALPHABET}]{{{CODE_LENGTH}}}", plain) else ""


@lru_cache(maxsize=4)
def secret_key(ticket_key: str) -> tuple[str, Ed25519PrivateKey]:
    """The key's id, the first 8 hex digits of the public half's SHA-256, and the secret half."""
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(ticket_key.encode())
    secret = Ed25519PrivateKey.from_private_bytes(seed)
    return key_id_of(secret.public_key()), secret


def key_id_of(public_key: Ed25519PublicKey) -> str:
    return sha256(public_key.public_bytes_raw()).hexdigest()[:8].upper()


def _spelt(signature: bytes) -> str:
    return b32encode(signature).decode("ascii").rstrip("=")


def _as(reading: Reading, kind: Kind) -> Reading:
    return Reading(kind, reading.code, reading.edition_number, reading.key_id)
