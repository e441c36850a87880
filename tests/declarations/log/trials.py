"""Logs in the making, without a database and from the same seeds each time: what bundles and receipts are made from."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from declarations.log import merkle, notes
from declarations.log.entries import Opening, canonical
from declarations.log.proofs import Proof

ORIGIN = "conference.example/declarations/trial/log"
AT = "2026-11-21T10:00:00Z"
CHECKS = (
    "bundle",
    "key",
    "checkpoint",
    "tree",
    "texts",
    "openings",
    "growth",
    "receipts",
    "signature",
)
BODIES = {
    "en": "# Trial declaration\n\n1. Cities listen.\n",
    "fr": "# Déclaration d’essai\n\n1. Les villes écoutent.\n",
    "nl": "# Proefverklaring\n\n1. Steden luisteren.\n",
}
TOWNS = ("Aville", "Bstadt", "Cdorp", "Dborough", "Eville", "Fstadt", "Gdorp")


def key(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()).digest())


def hexed(of: Ed25519PrivateKey) -> str:
    return notes.public_bytes(of).hex()


def printed(of: Ed25519PrivateKey) -> str:
    """The fingerprint, as a programme would print it."""
    return notes.fingerprint(notes.public_bytes(of))


KEY, NEW_KEY, STRANGE_KEY = key("key"), key("new key"), key("strange key")


def log_id(town: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, town))


@dataclass
class Trial:
    """A log in the making."""

    origin: str = ORIGIN
    entries: list[str] = field(default_factory=list)
    openings: dict[int, dict[str, Opening]] = field(default_factory=dict)
    texts: list[dict[str, str]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.entries)

    @property
    def set(self) -> str:
        lines = sorted(f"{t['language']} {t['status']} {sum_of(t['body'])}\n" for t in self.texts)
        return sha256("".join(lines).encode()).hexdigest()

    def add(self, entry: str, /, **said: Any) -> Trial:
        self.entries.append(canonical({"at": AT, "type": entry, "v": 1, **said}))
        return self

    def add_texts(self) -> Trial:
        self.texts = [
            {"language": code, "status": "authentic" if code == "en" else "translation", "body": body}
            for code, body in BODIES.items()
        ]
        return self.add(
            "text",
            declaration="trial",
            is_demonstration=True,
            set=self.set,
            texts=[
                {"language": t["language"], "sha256": sum_of(t["body"]), "status": t["status"]}
                for t in self.texts
            ],
            titles={"en": "Trial declaration", "fr": "Déclaration d’essai"},
        )

    def add_signature(self, town: str, *, kind: str = "published", **said: Any) -> Trial:
        values = {
            "person": f"Robin {town}",
            "office": "Mayor",
            "mandate": {
                "basis": "own_competence",
                "body": "",
                "decided_on": None,
                "ratify_until": None,
                "reference": "",
            },
            "evidence": [{"kind": "signed_page", "sha256": sum_of(town), "size": 1234}],
        }
        openings = {
            name: Opening(sum_of(f"{town} {name}"), canonical(value)) for name, value in values.items()
        }
        self.openings[self.size] = openings
        return self.add(
            kind,
            **{
                "assurance": "evidence_checked",
                "commitments": {name: opening.commitment for name, opening in openings.items()},
                "country": "BE",
                "kind": "signature",
                "language": "en",
                "names": {"en": town, "fr": f"{town}-la-Ville"},
                "set": self.set,
                "signature": log_id(town),
                "signed_on": "2026-11-20",
                **said,
            },
        )

    def add_end(self, town: str, kind: str = "withdrawn", **said: Any) -> Trial:
        return self.add(kind, signature=log_id(town), **said)

    def add_key(self, old: Ed25519PrivateKey, new: Ed25519PrivateKey, *, is_stolen: bool = False) -> Trial:
        return self.add("key", old=printed(old), new=printed(new), size=self.size, is_stolen=is_stolen)

    def root(self, size: int | None = None) -> bytes:
        return merkle.root_of([merkle.leaf_hash(each.encode()) for each in self.entries[:size]])

    def checkpoint(self, size: int | None = None, keys: tuple[Ed25519PrivateKey, ...] = (KEY,)) -> str:
        size = self.size if size is None else size
        text = notes.Checkpoint(self.origin, size, self.root(size)).text
        return notes.signed(text, self.origin, keys)

    def receipt(
        self,
        index: int,
        size: int | None = None,
        keys: tuple[Ed25519PrivateKey, ...] = (KEY,),
        **extra: Any,
    ) -> str:
        size = self.size if size is None else size
        leaves = [merkle.leaf_hash(each.encode()) for each in self.entries]
        hashes = tuple(merkle.root_of(leaves[slice(*each)]) for each in merkle.inclusion_ranges(index, size))
        said = {
            "entry": self.entries[index],
            "openings": {
                name: {"salt": opening.salt, "value": opening.value}
                for name, opening in self.openings.get(index, {}).items()
            },
            **extra,
        }
        return Proof(index, hashes, self.checkpoint(size, keys), canonical(said).encode()).written()

    def told(self, **changes: Any) -> dict[str, Any]:
        """The bundle as the site would make it, but for the changes."""
        return {
            "format": "efus-declaration-bundle/1",
            "origin": self.origin,
            "declaration": {"slug": "trial", "title": "Trial declaration", "is_demonstration": True},
            "texts": [dict(each) for each in self.texts],
            "entries": list(self.entries),
            "openings": {
                str(index): {
                    name: {"salt": opening.salt, "value": opening.value}
                    for name, opening in openings.items()
                    if name != "evidence"
                }
                for index, openings in self.openings.items()
            },
            "checkpoint": self.checkpoint(),
            "keys": [hexed(KEY)],
            "receipts": [],
            **changes,
        }

    def bundle(self, **changes: Any) -> str:
        return json.dumps(self.told(**changes), ensure_ascii=False)


def nested(depth: int) -> list[Any]:
    """Lists in a list, so many around nothing."""
    made: list[Any] = []
    for _each in range(depth - 1):
        made = [made]
    return made


def sum_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def trial(signatures: int = 5, origin: str = ORIGIN) -> Trial:
    """A text and signatures of the first towns."""
    made = Trial(origin).add_texts()
    for town in TOWNS[:signatures]:
        made.add_signature(town)
    return made


@dataclass(frozen=True)
class Case:
    """What a verifier is given, and what it says."""

    name: str
    bundle: str
    expected: list[dict[str, str]]
    fingerprint: str = ""
    older: str | None = None
    receipts: tuple[str, ...] = ()
    signature: str = ""


Said = str | tuple[str, str] | list[tuple[str, str]]


def verdicts(**said: Said) -> list[dict[str, str]]:
    """Verdicts in their order: "holds", "not_asked" or a fault, each alone or with what it is about.

    What is not named holds where it has something to look at, and is unasked after a failure all others rest on.
    """
    usual: dict[str, Said] = {
        **dict.fromkeys(CHECKS[:6], "holds"),
        **dict.fromkeys(CHECKS[6:], "not_asked"),
    }
    made: list[dict[str, str]] = []
    is_over = False
    for check in CHECKS:
        each = said.get(check, "not_asked" if is_over else usual[check])
        for one in each if isinstance(each, list) else [each]:
            word, about = (one, "") if isinstance(one, str) else one
            is_fault = word not in ("holds", "not_asked")
            made.append(
                {
                    "check": check,
                    "verdict": "fails" if is_fault else word,
                    "fault": word if is_fault else "",
                    "about": about,
                }
            )
            is_over = is_over or (is_fault and check in CHECKS[:4])
    return made


def case(name: str, text: str, given: dict[str, Any] | None = None, /, **said: Said) -> Case:
    return Case(name, text, verdicts(**said), **{"fingerprint": printed(KEY), **(given or {})})
