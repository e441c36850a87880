"""What a log holds: entries as canonical JSON (RFC 8785), and the commitments in them (docs/log.md has examples).

Nothing personal stands in an entry. Name and office of who signed, the mandate's words and the sums of the evidence
are committed to: SHA-256 of 32 random bytes and the value's canonical JSON. Salt and value are kept beside the log
(`LogOpening`), shown where the register shows them, and deleted when a person is erased: without the salt, a
commitment says nothing, and the proofs go on to hold.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import rfc8785

from declarations.models import Declaration, LogEntry, LogOpening, Signature, SignatureEvent

VERSION = 1
Kind = LogEntry.Kind
# What the register says of a signature when it enters it, in the words of its files for machines.
ASSURANCE = {
    SignatureEvent.Kind.HISTORICAL: "historical_record",
    SignatureEvent.Kind.VERIFIED: "evidence_checked",
}
ASSURANCE_ON_STAGE = "signed_on_stage"  # nobody compared evidence: two officers saw it signed
KIND_OF_EVENT = {
    SignatureEvent.Kind.HISTORICAL: Kind.HISTORICAL,
    SignatureEvent.Kind.VERIFIED: Kind.PUBLISHED,
    SignatureEvent.Kind.WITHDRAWN: Kind.WITHDRAWN,
    SignatureEvent.Kind.SUPERSEDED: Kind.SUPERSEDED,
}


@dataclass(frozen=True)
class Opening:
    """Salt (64 hexadecimal digits) and value (canonical JSON, to the byte) of one commitment."""

    salt: str
    value: str

    @property
    def commitment(self) -> str:
        return commitment_of(self.salt, self.value)


@dataclass(frozen=True)
class Draft:
    """An entry before it is appended."""

    kind: str
    body: str
    event: SignatureEvent | None = None
    openings: dict[str, Opening] = field(default_factory=dict)
    is_readmitted: bool = False


def canonical(value: Any) -> str:
    return rfc8785.dumps(value).decode()


def commitment_of(salt: str, value: str) -> str:
    """SHA-256 of the salt's bytes and the value's, 64 hexadecimal digits."""
    return sha256(bytes.fromhex(salt) + value.encode()).hexdigest()


def of_text(declaration: Declaration) -> Draft:
    """The first entry of a log: which texts were published, by their sums. Not for a historical declaration."""
    titles = {code: getattr(declaration, f"title_{code}") or "" for code in ("en", "fr", "nl")}
    assert declaration.published_at is not None
    return _draft(
        Kind.TEXT,
        {
            "at": _moment(declaration.published_at),
            "declaration": declaration.slug,
            "is_demonstration": declaration.is_demonstration,
            "set": declaration.text_hash,
            "texts": [
                {"language": each.language, "sha256": each.sha256, "status": each.status}
                for each in declaration.texts.order_by("language")
            ],
            "titles": {code: title for code, title in titles.items() if title},
        },
    )


def of_event(event: SignatureEvent) -> Draft:
    """The entry about an event that made a signature public, or ended it."""
    kind, signature = KIND_OF_EVENT[SignatureEvent.Kind(event.kind)], event.signature
    said: dict[str, Any] = {"at": _moment(event.at), "signature": str(signature.log_id)}
    if kind == Kind.WITHDRAWN:
        return _draft(kind, said, event)
    if kind == Kind.SUPERSEDED:
        # The verification that supersedes stands right before it in the history, by the same hand at the same moment.
        new = signature.replacements.get(events__kind=SignatureEvent.Kind.VERIFIED, events__at=event.at)
        return _draft(kind, {**said, "by": str(new.log_id)}, event)
    openings = {name: Opening(secrets.token_hex(32), value) for name, value in _personal(signature).items()}
    said |= {
        "assurance": _assurance(event),
        "commitments": {name: opening.commitment for name, opening in openings.items()},
        "country": signature.country,
        "kind": signature.kind,
        "language": signature.language,
        "names": {code: name for code, name in sorted(signature.names.items()) if name},
        "set": signature.text_hash,
        "signed_on": _day(signature.signed_on),
    }
    return _draft(kind, said, event, openings)


def of_key(*, old: str, new: str, size: int, is_stolen: bool, at: datetime) -> Draft:
    """That from here on another key signs: fingerprints of both. The old is good up to `size` entries."""
    return _draft(Kind.KEY, {"at": _moment(at), "is_stolen": is_stolen, "new": new, "old": old, "size": size})


def _assurance(event: SignatureEvent) -> str:
    if event.kind == SignatureEvent.Kind.VERIFIED and hasattr(event.signature, "stage_signing"):
        return ASSURANCE_ON_STAGE
    return ASSURANCE[SignatureEvent.Kind(event.kind)]


def _personal(signature: Signature) -> dict[str, str]:
    """What is committed to, as canonical JSON; nothing where nothing is known."""
    said: dict[str, Any] = {}
    if signature.signer_name:
        said[LogOpening.Field.PERSON] = signature.signer_name
    if signature.signer_office:
        said[LogOpening.Field.OFFICE] = signature.signer_office
    mandate = getattr(signature, "mandate", None)
    if mandate is not None:
        said[LogOpening.Field.MANDATE] = {
            "basis": mandate.basis,
            "body": mandate.body,
            "decided_on": _day(mandate.decided_on),
            "ratify_until": _day(mandate.ratify_until),
            "reference": mandate.reference,
        }
    evidence = [
        {"kind": each.kind, "sha256": each.sha256, "size": each.size}
        for each in sorted(signature.evidence.all(), key=lambda each: each.pk)
    ]
    if evidence:
        said[LogOpening.Field.EVIDENCE] = evidence
    return {str(name): canonical(value) for name, value in said.items()}


def _draft(
    kind: Kind,
    said: dict[str, Any],
    event: SignatureEvent | None = None,
    openings: dict[str, Opening] | None = None,
) -> Draft:
    return Draft(str(kind), canonical({**said, "type": str(kind), "v": VERSION}), event, openings or {})


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def said_in(body: str) -> dict[str, Any]:
    """An entry taken apart again."""
    said = json.loads(body)
    assert isinstance(said, dict)
    return said
