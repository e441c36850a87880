"""How the desk's list knows a ticket without holding its code."""

from __future__ import annotations

import hashlib

from django.db.models import Func, TextField

PREFIX = "efus-desk:"
HASH_LENGTH = 32  # hexadecimal digits: 128 bits


def hash_of(code: str) -> str:
    return hashlib.sha256((PREFIX + code).encode()).hexdigest()[:HASH_LENGTH]


class DeskHash(Func):
    """The same of a column, for finding by it: `annotate(hash=DeskHash("code"))`."""

    template = (
        f"left(encode(sha256(convert_to('{PREFIX}' || %(expressions)s, 'UTF8')), 'hex'), {HASH_LENGTH})"
    )
    output_field = TextField()
