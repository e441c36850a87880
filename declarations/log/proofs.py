"""Receipts: C2SP `tlog-proof` files (c2sp.org/tlog-proof), each complete in itself.

The line “extra” holds what the leaf is made of, as base 64 of JSON: {"entry": its exact text, "openings": {field:
{"salt", "value"}}}. It proves nothing by itself; its hash against the proof does.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from declarations.log.notes import decoded

FIRST_LINE = "c2sp.org/tlog-proof@v1"
MEDIA_TYPE = "text/plain; charset=utf-8"
LONGEST = 200_000  # characters of a file that is looked into
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")


class ProofError(ValueError):
    """This is no tlog-proof; `str()` says what is wrong with it, in English, for programs."""


@dataclass(frozen=True)
class Proof:
    """`hashes` go from the leaf's sibling up to the root's child; `checkpoint` is the signed note, verbatim."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def written(self) -> str:
        lines = [FIRST_LINE]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(each).decode() for each in self.hashes]
        return "\n".join(lines) + f"\n\n{self.checkpoint}"


def read(text: str) -> Proof:
    """Takes a file apart; ProofError unless it is one to the letter. Nothing is verified yet."""
    if len(text) > LONGEST:
        raise ProofError("too long")
    head, blank, checkpoint = text.partition("\n\n")
    first, *lines = head.split("\n")
    if not blank or first != FIRST_LINE:
        raise ProofError("not the first line of a tlog-proof")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = decoded(lines.pop(0).removeprefix("extra "))
        if extra is None:
            raise ProofError("extra data that is no base 64")
    index = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if index is None:
        raise ProofError("no index")
    hashes = tuple(decoded(line) for line in lines)
    if len(hashes) > 64 or any(each is None or len(each) != 32 for each in hashes):
        raise ProofError("a line that is no hash")
    return Proof(int(index[1]), tuple(each for each in hashes if each is not None), checkpoint, extra)
