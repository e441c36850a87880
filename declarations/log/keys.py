"""The key that signs the logs: made of `LOG_KEY` by HKDF (RFC 5869), and only where the keeper runs.

Every other host has the word `elsewhere` in its place. The public halves stand in `LogKey`, one of them in use; a key
follows another by an entry in each log and never by itself (`declarations.log.rotation`).
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"efus-conference: logs of declarations, Ed25519, 1"
ELSEWHERE = "elsewhere"


class KeyElsewhereError(Exception):
    """This host does not have the key: `LOG_KEY` says that another one keeps the logs."""


def own_key() -> Ed25519PrivateKey:
    """The key of `LOG_KEY`. Raises KeyElsewhereError."""
    if settings.LOG_KEY == ELSEWHERE:
        raise KeyElsewhereError("LOG_KEY says “elsewhere”: the logs are kept on the host that has the key.")
    return secret_key(settings.LOG_KEY)


@lru_cache(maxsize=4)
def secret_key(log_key: str) -> Ed25519PrivateKey:
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(log_key.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)
