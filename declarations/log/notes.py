"""Signed notes (c2sp.org/signed-note) with Ed25519, and checkpoints (c2sp.org/tlog-checkpoint) in them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
MOST_SIGNATURES = 16
LONGEST = 100_000  # bytes of a note that is looked into
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")


class NoteError(ValueError):
    """This is no signed note, or no checkpoint; `str()` says what is wrong with it, in English, for programs."""


@dataclass(frozen=True)
class NoteSignature:
    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """What was signed, with its last line break, and by whom it says it was."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def is_signed_by(self, name: str, public_key: bytes) -> bool:
        """Whether a line is there of this key, and every such line holds."""
        key_id = key_id_of(name, public_key)
        lines = [each for each in self.signatures if (each.name, each.key_id) == (name, key_id)]
        return bool(lines) and all(_holds(each.signature, self.text, public_key) for each in lines)


@dataclass(frozen=True)
class Checkpoint:
    """The head of a log: its name, how many entries it has, and the root of the tree over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def key_id_of(name: str, public_key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + ED25519 + public_key).digest()[:4]


def fingerprint(public_key: bytes) -> str:
    """By which a reader knows a key: SHA-256 of its 32 bytes, 64 hexadecimal digits."""
    return sha256(public_key).hexdigest()


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def signed(text: str, name: str, keys: Iterable[Ed25519PrivateKey]) -> str:
    """The note: the text, which ends in a line break, and a line by each key."""
    lines = []
    for key in keys:
        signature = key_id_of(name, public_bytes(key)) + key.sign(text.encode())
        lines.append(f"— {name} {base64.b64encode(signature).decode()}\n")
    return f"{text}\n{''.join(lines)}"


def read(note: str) -> Note:
    """Takes a note apart; NoteError unless it is one to the letter. Nothing is verified yet."""
    if len(note) > LONGEST or any(ord(each) < 32 and each != "\n" for each in note):
        raise NoteError("too long, or with control characters")
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise NoteError("no empty line before the signatures, or no line break at the end")
    found = []
    for line in lines[:-1].split("\n"):
        match = _LINE.fullmatch(line)
        raw = decoded(match[2]) if match else None
        if match is None or raw is None or len(raw) < 5:
            raise NoteError("a line after the text that is no signature")
        found.append(NoteSignature(match[1], raw[:4], raw[4:]))
    if len(found) > MOST_SIGNATURES:
        raise NoteError("too many signatures")
    return Note(text + "\n", tuple(found))


def checkpoint_of(note: Note) -> Checkpoint:
    """The checkpoint a note holds; one with lines of extension is none of ours. NoteError."""
    lines = note.text.split("\n")
    if len(lines) != 4 or not lines[0] or not _NUMBER.fullmatch(lines[1]):
        raise NoteError("not the three lines of a checkpoint")
    root = decoded(lines[2])
    if root is None or len(root) != 32:
        raise NoteError("no root hash")
    return Checkpoint(lines[0], int(lines[1]), root)


def decoded(text: str) -> bytes | None:
    """Base 64 in its one canonical spelling (RFC 4648, 4), else None."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None


def _holds(signature: bytes, text: str, public_key: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True
