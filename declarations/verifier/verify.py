#!/usr/bin/env python3
"""Checks the log of a declaration: one file for Python 3.9 or later, with the package `cryptography`, and no network.

    python3 verify.py bundle.json --key "FINGERPRINT" [--older FILE] [--receipt FILE] [--signature NAME] [--text FILE]

FINGERPRINT is that of the log's key, read elsewhere than in the bundle: in the printed programme, on the sealed PDF,
in a mail. Exit code: 0 all that was asked holds, and the key was compared; 1 something does not hold; 2 the file
can't be read, or no key was compared.

How the verdicts are come to: a failure of `bundle`, `key`, `checkpoint` or `tree` leaves all after it unasked, for it
would rest on it. `texts` and `openings` have a verdict for each fault, `receipts` one for each receipt (the bundle's
own first), any other check one. The format of log, bundle and receipts stands in docs/log.md.

SPDX-License-Identifier: EUPL-1.2
"""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    # A folder of downloads may hold a file json.py by somebody else: Python looks beside a program first.
    _here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [each for each in sys.path if os.path.abspath(each or ".") != _here]

import argparse
import base64
import binascii
import json
import re
import textwrap
import unicodedata
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    sys.exit("This program needs the package “cryptography”: python3 -m pip install cryptography")

FORMAT = "efus-declaration-bundle/1"
KINDS = ("text", "historical", "published", "withdrawn", "superseded", "key")
CHECKS = ("bundle", "key", "checkpoint", "tree", "texts", "openings", "growth", "receipts", "signature")
LARGEST = 1 << 28  # bytes of a file that is read
LONGEST_NOTE = 100_000  # characters
LONGEST_PROOF = 200_000
SAFE = (1 << 53) - 1  # the largest whole number every JSON reader keeps exactly
DEEPEST = 32  # lists and objects around a value: counted, as programs run out of depth each at another one

HEX = re.compile(r"[0-9a-f]{64}")
NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
SIGNATURE_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")


# --- files, taken apart ---------------------------------------------------------------------------------


class UnfitError(Exception):
    """What is read is not what it should be; for an entry or a receipt, `about` says which."""

    def __init__(self, about: str = "") -> None:
        super().__init__(about)
        self.about = about


def need(condition: object, about: str = "") -> None:
    if not condition:
        raise UnfitError(about)


def decoded(raw: bytes) -> str:
    """The text of a file; what is not UTF-8 is no text, and nothing takes "" for anything."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""


def whole(text: str) -> str:
    """The text, or "" where it holds half characters: no file does."""
    return text if decoded(text.encode("utf-8", "surrogatepass")) == text else ""


def parsed(text: str) -> Any:
    """JSON that says everything once: no key twice, no half characters, whole numbers alone, DEEPEST. UnfitError."""
    try:
        made = json.loads(
            text, object_pairs_hook=_once, parse_int=_whole, parse_float=_never, parse_constant=_never
        )
        level = [made]
        for _depth in range(DEEPEST + 1):
            level = [inner for each in level for inner in _inside(each)]
        need(not level)
        json.dumps(made, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise UnfitError from None
    return made


def _inside(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    need(len(made) == len(pairs))
    return made


def _whole(digits: str) -> int:
    need(len(digits) <= 17 and abs(int(digits)) <= SAFE)
    return int(digits)


def _never(_digits: str) -> None:
    raise UnfitError


def canonical(value: Any) -> str:
    """RFC 8785, of what `parsed` lets through: keys by their UTF-16, nothing that could be left out."""
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":"))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    return [_sorted(each) for each in value] if isinstance(value, list) else value


def canonically_parsed(text: str) -> Any:
    value = parsed(text)
    need(canonical(value) == text)
    return value


def of_base64(text: str) -> bytes:
    """Base 64 in its one spelling. UnfitError."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise UnfitError from None
    need(base64.b64encode(raw).decode() == text)
    return raw


class Note(NamedTuple):
    """A checkpoint: what was signed, taken apart, and the lines under it as (name, key id, signature)."""

    text: str
    lines: list[tuple[str, bytes, bytes]]
    origin: str
    size: int
    root: bytes

    def has_line_of(self, key: bytes) -> bool:
        return any(key_id == key_id_of(name, key) for name, key_id, _signature in self.lines)

    def is_signed_by(self, key: bytes) -> bool:
        """Whether a line is there of this key, under the log's own name, and every such line holds."""
        key_id = key_id_of(self.origin, key)
        signatures = [each for name, its_id, each in self.lines if (name, its_id) == (self.origin, key_id)]
        return bool(signatures) and all(is_signature(each, self.text, key) for each in signatures)


def key_id_of(name: str, key: bytes) -> bytes:
    return sha256(name.encode() + b"\n\x01" + key).digest()[:4]


def is_signature(signature: bytes, text: str, key: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def note_of(text: str) -> Note:
    """A C2SP signed note with the three lines of a checkpoint, to the letter. UnfitError."""
    need(len(text) <= LONGEST_NOTE and not any(each < " " and each != "\n" for each in text))
    body, blank, below = text.rpartition("\n\n")
    need(blank and below.endswith("\n"))
    lines = []
    for line in below[:-1].split("\n"):
        match = SIGNATURE_LINE.fullmatch(line)
        if match is None:
            raise UnfitError
        raw = of_base64(match[2])
        need(len(raw) >= 5)
        lines.append((match[1], raw[:4], raw[4:]))
    said = body.split("\n")
    need(len(lines) <= 16 and len(said) == 3 and said[0] and NUMBER.fullmatch(said[1]))
    root = of_base64(said[2])
    need(len(root) == 32)
    return Note(body + "\n", lines, said[0], int(said[1]), root)


class Receipt(NamedTuple):
    number: int
    hashes: list[bytes]
    note: Note
    entry: str
    openings: dict[str, dict[str, str]]


def receipt_of(text: str) -> Receipt:
    """A C2SP `tlog-proof` that carries its entry and what opens it. UnfitError."""
    need(len(text) <= LONGEST_PROOF)
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    need(blank and len(lines) >= 3 and lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("extra "))
    need(lines[2].startswith("index ") and NUMBER.fullmatch(lines[2][6:]))
    hashes = [of_base64(line) for line in lines[3:]]
    need(len(hashes) <= 64 and all(len(each) == 32 for each in hashes))
    extra = parsed(decoded(of_base64(lines[1][6:])))
    need(isinstance(extra, dict) and isinstance(extra.get("entry"), str))
    need_openings(extra.get("openings"))
    return Receipt(int(lines[2][6:]), hashes, note_of(note), extra["entry"], extra["openings"])


def need_openings(value: Any) -> None:
    """{field: {"salt": 64 hexadecimal digits, "value": canonical JSON}}"""
    need(isinstance(value, dict))
    for each in value.values():
        need(isinstance(each, dict) and is_hex(each.get("salt")) and isinstance(each.get("value"), str))


def is_hex(value: Any) -> bool:
    return isinstance(value, str) and HEX.fullmatch(value) is not None


def bundle_of(text: str) -> dict[str, Any]:
    """The bundle, of the shape it should have. UnfitError."""
    made = parsed(text)
    need(isinstance(made, dict) and made.get("format") == FORMAT)
    need(isinstance(made.get("origin"), str) and made["origin"])
    need(isinstance(made.get("checkpoint"), str) and isinstance(made.get("declaration"), dict))
    for name in ("texts", "entries", "keys", "receipts"):
        need(isinstance(made.get(name), list))
    for each in made["texts"]:
        need(isinstance(each, dict))
        need(all(isinstance(each.get(name), str) for name in ("language", "status", "body")))
    need(all(isinstance(each, str) for each in made["entries"] + made["receipts"]))
    need(made["keys"] and all(is_hex(each) for each in made["keys"]))
    need(isinstance(made.get("openings"), dict) and all(NUMBER.fullmatch(each) for each in made["openings"]))
    for each in made["openings"].values():
        need_openings(each)
    return made


def entries_of(bodies: Sequence[str]) -> list[dict[str, Any]]:
    """The entries, each one of a kind we know and complete. UnfitError about the first that is not."""
    made: list[dict[str, Any]] = []
    for index, body in enumerate(bodies):
        try:
            entry = canonically_parsed(body)
            need(isinstance(entry, dict) and entry.get("type") in KINDS)
            need(entry.get("v") is not True and entry.get("v") == 1)
            need_entry(entry, index)
            need(entry["type"] != "text" or all(each["type"] != "text" for each in made))
        except UnfitError:
            raise UnfitError(str(index)) from None
        made.append(entry)
    return made


def need_entry(entry: dict[str, Any], index: int) -> None:
    """What an entry of its kind says at least. UnfitError."""
    if entry["type"] == "text":
        need(is_hex(entry.get("set")) and isinstance(entry.get("texts"), list))
        need(isinstance(entry.get("is_demonstration", False), bool))
        for each in entry["texts"]:
            need(isinstance(each, dict) and is_hex(each.get("sha256")))
            need(isinstance(each.get("language"), str) and isinstance(each.get("status"), str))
        need(len({each["language"] for each in entry["texts"]}) == len(entry["texts"]))
        lines = sorted(f"{each['language']} {each['status']} {each['sha256']}\n" for each in entry["texts"])
        need(sum_of("".join(lines)) == entry["set"])
    elif entry["type"] == "key":
        size = entry.get("size")
        need(
            is_hex(entry.get("old")) and is_hex(entry.get("new")) and isinstance(entry.get("is_stolen"), bool)
        )
        need(isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= index)
    else:
        need(isinstance(entry.get("signature"), str))
        if entry["type"] in ("historical", "published"):
            commitments, names = entry.get("commitments"), entry.get("names")
            need(isinstance(commitments, dict) and all(is_hex(each) for each in commitments.values()))
            need(isinstance(names, dict) and all(isinstance(each, str) for each in names.values()))
            need(isinstance(entry.get("set"), str))


# --- trees (RFC 6962) -----------------------------------------------------------------------------------


def leaf_hash(entry: str) -> bytes:
    return sha256(b"\x00" + entry.encode()).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    level, peaks = list(leaves), []
    if not level:
        return sha256(b"").digest()
    while level:
        if len(level) % 2:
            peaks.append(level.pop())
        level = [node_hash(level[i], level[i + 1]) for i in range(0, len(level), 2)]
    made = peaks[-1] if len(peaks) == 1 else peaks[0]
    for left in peaks[1:]:
        made = node_hash(left, made)
    return made


def is_included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2."""
    if index >= size or any(len(each) != 32 for each in (leaf, root, *proof)):
        return False
    node, last, made = index, size - 1, leaf
    for each in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            made = node_hash(each, made)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            made = node_hash(made, each)
        node, last = node >> 1, last >> 1
    return last == 0 and made == root


# --- the checks -----------------------------------------------------------------------------------------

Fault = tuple[str, str]  # code, about


class Log(NamedTuple):
    """A bundle whose tree holds."""

    origin: str
    bundle: dict[str, Any]
    entries: list[dict[str, Any]]
    leaves: list[bytes]
    head: Note
    good_until: dict[bytes, int | None]  # key: up to how many entries it signed for us; None without an end


def check(
    bundle: str,
    fingerprint: str = "",
    older: str | None = None,
    receipts: Sequence[str] = (),
    signature: str = "",
) -> list[dict[str, str]]:
    """The verdicts, in the order of CHECKS, on the texts of these files. Never raises."""
    return examine(bundle, fingerprint, older, receipts, signature)[0]


def examine(
    bundle: str, fingerprint: str, older: str | None, receipts: Sequence[str], signature: str
) -> tuple[list[dict[str, str]], Log | None]:
    """The verdicts of `check`, and the log where its tree holds."""
    made: list[dict[str, str]] = []

    def say(check: str, faults: Sequence[Fault] | None, about: str = "") -> bool:
        if faults is None:
            made.append(verdict(check, "not_asked"))
        elif not faults:
            made.append(verdict(check, "holds", about=about))
        made.extend(verdict(check, "fails", *each) for each in faults or ())
        return not faults

    log = _rests_on(say, whole(bundle), fingerprint)
    if log is None:
        said = {each["check"] for each in made}
        return made + [verdict(each, "not_asked") for each in CHECKS if each not in said], None
    say("texts", texts_faults(log))
    say("openings", openings_faults(log))
    say("growth", None if older is None else growth_faults(log, whole(older)))
    of_receipts = [*log.bundle["receipts"], *map(whole, receipts)]
    if not of_receipts:
        say("receipts", None)
    for number, each in enumerate(of_receipts, 1):
        fault = receipt_fault(log, each)
        say("receipts", [(fault, str(number))] if fault else [], about=str(number))
    if not words(signature):
        say("signature", None)
    else:
        fault, about = signature_fault(log, signature)
        say("signature", [(fault, about)] if fault else [], about=about)
    return made, log


def verdict(check: str, word: str, fault: str = "", about: str = "") -> dict[str, str]:
    return {"check": check, "verdict": word, "fault": fault, "about": about}


def _rests_on(say: Any, text: str, fingerprint: str) -> Log | None:
    """The checks all others rest on; None when one of them fails."""
    try:
        bundle = bundle_of(text)
    except UnfitError:
        say("bundle", [(f"bundle.{instead(text)}", "")])
        return None
    say("bundle", [])
    keys = [bytes.fromhex(each) for each in bundle["keys"]]
    wanted = digits_of(fingerprint)
    signer = next((each for each in keys if sha256(each).hexdigest() == wanted), None) if wanted else keys[0]
    try:
        head: Note | None = note_of(bundle["checkpoint"])
    except UnfitError:
        head = None
    if signer is None or (wanted and head and not head.has_line_of(signer)):
        say("key", [("key.not_published", "")])
        return None
    say("key", [] if wanted and head else None)
    if head is None or not head.is_signed_by(signer) or head.origin != bundle["origin"]:
        kind = "malformed" if head is None else "not_signed" if not head.is_signed_by(signer) else "other_log"
        say("checkpoint", [(f"checkpoint.{kind}", "")])
        return None
    say("checkpoint", [])
    try:
        entries = entries_of(bundle["entries"])
    except UnfitError as error:
        say("tree", [("tree.malformed", error.about)])
        return None
    leaves = [leaf_hash(each) for each in bundle["entries"]]
    if len(leaves) != head.size or root_of(leaves) != head.root:
        say("tree", [("tree.other_size" if len(leaves) != head.size else "tree.other_root", "")])
        return None
    say("tree", [])
    return Log(bundle["origin"], bundle, entries, leaves, head, trusted(entries, keys, signer))


def instead(text: str) -> str:
    """What was given in place of a bundle: people have a receipt from a mail, or a signed state, and nothing else."""
    if as_written(text).startswith("c2sp.org/tlog-proof@v1\n"):
        return "is_receipt"
    try:
        note_of(as_written(text))
    except UnfitError:
        return "malformed"
    return "is_state"


def digits_of(fingerprint: str) -> str:
    """A fingerprint without what prints it in groups."""
    return re.sub(r"[\s:.-]", "", fingerprint).lower()


def trusted(
    entries: Sequence[dict[str, Any]], keys: Sequence[bytes], signer: bytes
) -> dict[bytes, int | None]:
    """The keys whose checkpoints are this log's: the signer, and those from which its own entries lead to it."""
    changes: dict[str, dict[str, Any]] = {}
    for entry in entries:
        if entry["type"] == "key":
            changes.setdefault(entry["old"], entry)
    found: dict[bytes, int | None] = {signer: None}
    last = sha256(signer).hexdigest()
    for key in keys:
        first = sha256(key).hexdigest()
        seen, at = set(), first
        while at != last and at in changes and at not in seen:
            seen.add(at)
            at = changes[at]["new"]
        if at == last and key != signer:
            found[key] = changes[first]["size"]
    return found


def is_ours(log: Log, note: Note) -> bool:
    """Whether a key signed that was good for so many entries."""
    return any(
        note.is_signed_by(key) for key, until in log.good_until.items() if until is None or note.size <= until
    )


def texts_faults(log: Log) -> list[Fault] | None:
    """None where there is no text to compare: that of a historical declaration whose original is not held."""
    logged = next((each for each in log.entries if each["type"] == "text"), None)
    shown = log.bundle["texts"]
    if logged is None:
        is_signed = any(each["type"] == "published" for each in log.entries)
        return [("texts.not_logged", "")] if shown or is_signed else None
    faults: list[Fault] = []
    for each in logged["texts"]:
        found = next((one for one in shown if one["language"] == each["language"]), None)
        if found is None:
            faults.append(("texts.missing", each["language"]))
        elif (sum_of(found["body"]), found["status"]) != (each["sha256"], each["status"]):
            faults.append(("texts.changed", each["language"]))
    left = [each["language"] for each in logged["texts"]]
    for each in shown:
        if each["language"] in left:
            left.remove(each["language"])
        else:
            faults.append(("texts.extra", each["language"]))
    for index, entry in enumerate(log.entries):
        # A historical record may be older than the text we hold, and then names none.
        names_a_set = entry["type"] == "published" or (entry["type"] == "historical" and entry["set"])
        if names_a_set and entry["set"] != logged["set"]:
            faults.append(("texts.not_signed", str(index)))
    return faults


def sum_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def openings_faults(log: Log) -> list[Fault] | None:
    shown = log.bundle["openings"]
    if not shown:
        return None
    wrong = [
        each
        for each in sorted(shown, key=int)
        if int(each) >= len(log.entries) or not opens(log.entries[int(each)], shown[each])
    ]
    return [("openings.wrong", each) for each in wrong]


def opens(entry: dict[str, Any], openings: dict[str, dict[str, str]]) -> bool:
    """Whether everything shown of an entry is what it committed to."""
    commitments = entry.get("commitments")
    return not openings or (
        isinstance(commitments, dict)
        and all(
            commitment_of(each) == commitments.get(name) and is_canonical(each["value"])
            for name, each in openings.items()
        )
    )


def commitment_of(opening: dict[str, str]) -> str:
    return sha256(bytes.fromhex(opening["salt"]) + opening["value"].encode()).hexdigest()


def is_canonical(text: str) -> bool:
    try:
        canonically_parsed(text)
    except UnfitError:
        return False
    return True


def as_written(text: str) -> str:
    """A file that was copied from a screen or a mail, with the line ends it was signed with, the last one too."""
    return text.replace("\r\n", "\n").rstrip("\n") + "\n"


def growth_faults(log: Log, older: str) -> list[Fault]:
    try:
        note = note_of(as_written(older))
    except UnfitError:
        return [("growth.malformed", "")]
    if not is_ours(log, note):
        return [("growth.not_signed", "")]
    if note.origin != log.origin:
        return [("growth.other_log", "")]
    if note.size > log.head.size:
        return [("growth.larger", "")]
    if root_of(log.leaves[: note.size]) != note.root:
        return [("growth.other_root" if note.size == log.head.size else "growth.not_beginning", "")]
    return []


def receipt_fault(log: Log, text: str) -> str:
    """What is wrong with a receipt; "" when nothing is."""
    try:
        receipt = receipt_of(as_written(text))
    except UnfitError:
        return "receipts.malformed"
    note, leaf = receipt.note, leaf_hash(receipt.entry)
    if not is_ours(log, note):
        return "receipts.not_signed"
    if note.origin != log.origin:
        return "receipts.other_log"
    if not is_included(receipt.number, note.size, leaf, receipt.hashes, note.root):
        return "receipts.not_included"
    if note.size > log.head.size:
        return "receipts.larger"
    if log.leaves[receipt.number] != leaf:
        return "receipts.other_entry"
    if root_of(log.leaves[: note.size]) != note.root:
        return "receipts.not_beginning"
    return "" if opens(log.entries[receipt.number], receipt.openings) else "receipts.opening_wrong"


def words(text: str) -> str:
    """A name as people compare names: composed, in small letters, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).lower().split())


class Found(NamedTuple):
    """A signature of which the log says the name that was asked for."""

    number: str
    at: int  # the number of the entry that published it
    state: str  # "standing", "withdrawn" or "superseded"
    whose: str  # whom it is of, as far as the log tells two of one name apart


def signature_fault(log: Log, asked: str) -> tuple[str, str]:
    """What is wrong with the signature of that number, city or person, and its number; "" when it stands.

    A later one of the same city counts before an earlier. Where two of one name are meant, nobody can say which one
    the reader has in mind: then it has to be asked for by its number.
    """
    found = found_of(log, asked)
    if not found:
        return "signature.unknown", " ".join(asked.split())
    if len({each.whose for each in found if each.state != "superseded"}) > 1:
        return "signature.several", " ".join(asked.split())
    standing = [each.number for each in found if each.state == "standing"]
    last = [each for each in found if each.state != "superseded"] or found
    return ("", standing[-1]) if standing else (f"signature.{last[-1].state}", last[-1].number)


def found_of(log: Log, asked: str) -> list[Found]:
    """The signatures of that number, city or person, in the order of their publication."""
    state = states_of(log)
    found = []
    for index, entry in enumerate(log.entries):
        if entry["type"] not in ("historical", "published"):
            continue
        number = entry["signature"]
        # By language, `own` for what the city calls itself; `own_language` is no name.
        names = [each for key, each in entry["names"].items() if key != "own_language"]
        if words(asked) in map(words, [*names, number, *said_of(log, index, "person")]):
            # Its own name for itself is the last to change: another language may be added, or mended, in between.
            called = entry["names"].get("own") or entry["names"].get("en") or entry["names"]
            whose = canonical([called, entry.get("country"), entry.get("kind")])
            found.append(Found(number, index, state[number], whose))
    return found


def states_of(log: Log) -> dict[str, str]:
    """Of every signature in the log, by its number, what it is now; of what never entered, nothing."""
    state: dict[str, str] = {}
    for entry in log.entries:
        if entry["type"] in ("withdrawn", "superseded"):
            state[entry["signature"]] = entry["type"]
        elif entry["type"] in ("historical", "published"):
            state[entry["signature"]] = "standing"
    return state


def said_of(log: Log, index: int, field: str, openings: dict[str, dict[str, str]] | None = None) -> list[str]:
    """Who signed, or in what office, where the bundle (or a receipt) shows it rightly."""
    shown = log.bundle["openings"].get(str(index), {}) if openings is None else openings
    opening = shown.get(field)
    if not opening or not opens(log.entries[index], {field: opening}):
        return []
    value = parsed(opening["value"])
    return [value] if isinstance(value, str) else []


def whom(log: Log, index: int, language: str, openings: dict[str, dict[str, str]] | None = None) -> list[str]:
    """Of a signature: its city, who signed in what office and when, its entry, and how it stands; of no other entry
    anything. What a receipt opens beside what the bundle does is said too.
    """
    say, number = SENTENCES[language], log.entries[index].get("signature")
    published = [
        at
        for at, entry in enumerate(log.entries)
        if entry["type"] in ("historical", "published") and entry["signature"] == number
    ]
    if not published:
        return []
    entry = log.entries[published[-1]]
    names = entry["names"]
    said = [names.get(language) or names.get("en") or names.get("own") or ""]
    for field in ("person", "office"):
        said += said_of(log, published[-1], field, openings) or said_of(log, published[-1], field)
    if in_words(entry.get("signed_on"), language):
        said.append(say["whom.signed_on"].replace("{about}", in_words(entry["signed_on"], language)))
    said += [say["whom.entry"].replace("{about}", str(published[-1]))]
    said += [say[f"whom.{states_of(log)[entry['signature']]}"]]
    return [each for each in said if each]


def in_words(moment: Any, language: str) -> str:
    """A day as it is written in this language; "" of what is none."""
    match = re.match(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", moment) if isinstance(moment, str) else None
    if match is None or not 1 <= int(match[2]) <= 12:
        return ""
    return f"{int(match[3])} {MONTHS[language].split()[int(match[2]) - 1]} {match[1]}"


MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}


# --- what it means, in words ----------------------------------------------------------------------------

# The page that works offline says the same, to the letter. {about}: a language, a number, a name.
SENTENCES: dict[str, dict[str, str]] = {
    "en": {
        "word.holds": "holds",
        "word.fails": "does not hold",
        "word.not_asked": "not checked",
        "stopped": "Not checked: it would rest on something that does not hold.",
        "title.bundle": "The downloaded file",
        "title.key": "The key",
        "title.checkpoint": "The signed state of the log",
        "title.tree": "The entries",
        "title.texts": "The texts",
        "title.openings": "Names and offices",
        "title.growth": "The older state",
        "title.receipts": "Receipts",
        "title.signature": "The signature you asked for",
        "title.text": "Your copy of a text",
        "bundle.holds": "It can be read, and has all its parts.",
        "bundle.malformed": "This is not the file that is downloaded from the page of a declaration, or it was cut or changed on its way. Download it again.",
        "bundle.is_receipt": "This is a receipt. Give it under receipts, and the file that it is checked against here: its name ends in bundle.json, and it is downloaded from the page “How to check” of the declaration.",
        "bundle.is_state": "This is a signed state of a log. Give it as the older state, and the file that it is checked against here: its name ends in bundle.json, and it is downloaded from the page “How to check” of the declaration.",
        "key.holds": "The file was signed with the key whose fingerprint you gave.",
        "key.not_asked": "You gave no fingerprint, so nobody knows whose key this is: anyone could have made this file. Take the fingerprint from somewhere else than this file: the printed programme, the sealed PDF, or a mail to a signatory.",
        "key.not_published": "The file was not signed with the key whose fingerprint you gave. Look for a slip in typing first. If the key was changed since yours was printed, the new fingerprint has been announced: get it from somewhere else than this file.",
        "checkpoint.holds": "The signature under the state of the log is good.",
        "checkpoint.malformed": "The file holds no signed state of a log that could be read.",
        "checkpoint.not_signed": "The signature under the state of the log is not good: the state was changed after it was signed, or somebody else signed it.",
        "checkpoint.other_log": "The signed state belongs to another log than this file says.",
        "tree.holds": "These are all entries that were signed, in their order. None was taken out, added or changed.",
        "tree.malformed": "Entry {about} is not written as entries of this log are.",
        "tree.other_size": "There are more or fewer entries than were signed: some were taken out or added.",
        "tree.other_root": "The entries are not those that were signed: one was changed, or their order.",
        "texts.holds": "They are, to the last byte, the texts that the log was begun with, and all signatures are of them.",
        "texts.not_asked": "The file holds no text. The original of a historical declaration is not always kept.",
        "texts.changed": "The text “{about}” is not the one that was logged.",
        "texts.missing": "The text “{about}” was logged, and is not in this file.",
        "texts.extra": "The text “{about}” is in this file, and was not logged.",
        "texts.not_logged": "No text stands in the log, so nobody can say which one was signed.",
        "texts.not_signed": "The signature of entry {about} is of other texts than those that were logged.",
        "openings.holds": "The names, offices and mandates in this file are those that were logged.",
        "openings.not_asked": "The file shows no names of persons: none was logged, or they were erased. The entries are as valid without them.",
        "openings.wrong": "A name, an office or a mandate of entry {about} is not what was logged.",
        "growth.holds": "The log has only grown since your older state: nothing that stood in it then was changed or taken out.",
        "growth.not_asked": "You gave no older state of this log. Keep the one in this file: with it, you will see next time whether the log has only grown.",
        "growth.malformed": "The older state you gave cannot be read as one.",
        "growth.not_signed": "The older state was not signed with a key that was this log's at that time.",
        "growth.other_log": "The older state belongs to another log.",
        "growth.larger": "The log is shorter than it was: entries were cut off, or an older copy was put in its place. If your older state is newer than this file, download the file again.",
        "growth.other_root": "Two different logs of the same length were signed. Somebody was shown another log than you.",
        "growth.not_beginning": "Something that stood in the log when your older state was signed has been changed or taken out.",
        "receipts.holds": "Receipt {about} is good: its entry is in this log, word for word.",
        "receipts.not_asked": "You gave no receipt.",
        "receipts.malformed": "Receipt {about} cannot be read as one.",
        "receipts.not_signed": "Receipt {about} was not signed with a key that was this log's at that time.",
        "receipts.other_log": "Receipt {about} belongs to another log.",
        "receipts.not_included": "Receipt {about} was changed: what it says is not what was signed.",
        "receipts.larger": "Receipt {about} is newer than this file, or entries were cut off the log since. Download the file again.",
        "receipts.other_entry": "Receipt {about} was signed for this log, and the log says something else in its place now.",
        "receipts.not_beginning": "The entry of receipt {about} is there, and others that stood in the log then were changed or taken out.",
        "receipts.opening_wrong": "A name, an office, a mandate or a file in receipt {about} is not what was logged.",
        "signature.holds": "The signature is in the log, and stands. Its number: {about}.",
        "signature.not_asked": "You asked for no signature by its city, its person or its number.",
        "signature.unknown": "No signature of “{about}” is in this log. A name is found when it is written as in the register, and not once it was erased. What the register shows as recorded, with evidence that nobody has checked yet, is not in the log.",
        "signature.withdrawn": "The signature was published, and withdrawn later. Its number: {about}.",
        "signature.superseded": "The signature was published, and a newer one of the same signatory took its place. Its number: {about}.",
        "signature.several": "Several signatures in this log bear the name “{about}”, and they are not of the same signatory. Ask for yours by its number, which its page in the register shows.",
        "whom.signed_on": "signed on {about}",
        "whom.entry": "entry {about}",
        "whom.standing": "stands",
        "whom.withdrawn": "withdrawn",
        "whom.superseded": "replaced by a newer one",
        "text.holds": "Your copy is, to the last byte, the text “{about}” that was logged.",
        "text.lines": "Your copy has the words of the text “{about}” that was logged, with other line ends or blanks at its beginning or end.",
        "text.other": "Your copy is none of the texts that were logged.",
        "log.demonstration": "A demonstration: its text and its signatures are invented.",
        "whole.holds": "All that was checked holds.",
        "whole.fails": "Something does not hold. Keep this file, it may be evidence, and ask the organisers to explain it.",
        "whole.asked": "The log holds. The signature or the text that you asked about does not stand in it as you asked.",
        "whole.slip": "A file that you gave to be compared cannot be read as what it should be, so it says nothing. See below which one, and give it again.",
        "whole.other_key": "This file was not signed with the key whose fingerprint you gave. Look for a slip in the fingerprint first; if there is none, keep the file and ask the organisers.",
        "whole.no_key": "What was checked fits together, but no fingerprint was compared: this file may come from anyone.",
        "whole.unreadable": "The file cannot be read, so nothing was checked.",
        "limits.title": "What this does not show",
        "limits.hand": "Whose hand signed. The log shows what the register said and when. Officers compared it with a signed page and a mandate, which are not public, or saw it signed on stage; of historical records neither.",
        "limits.never": "What was never entered. A signature that was left out from the beginning leaves no trace here; its office, which has no receipt, will know.",
        "limits.others": "Whether others are shown the same log. Compare the signed state with theirs, or with one that was printed, mailed or shown at the ceremony.",
        "limits.now": "What happened after this file was downloaded.",
    },
    "fr": {
        "word.holds": "correct",
        "word.fails": "incorrect",
        "word.not_asked": "non vérifié",
        "stopped": "Non vérifié : cela reposerait sur un élément incorrect.",
        "title.bundle": "Le fichier téléchargé",
        "title.key": "La clé",
        "title.checkpoint": "L’état signé du journal",
        "title.tree": "Les inscriptions",
        "title.texts": "Les textes",
        "title.openings": "Les noms et les fonctions",
        "title.growth": "L’état antérieur",
        "title.receipts": "Les reçus",
        "title.signature": "La signature demandée",
        "title.text": "Votre copie d’un texte",
        "bundle.holds": "Il est lisible et complet.",
        "bundle.malformed": "Ce n’est pas le fichier que l’on télécharge depuis la page d’une déclaration, ou il a été coupé ou modifié en chemin. Téléchargez-le à nouveau.",
        "bundle.is_receipt": "Ceci est un reçu. Donnez-le parmi les reçus, et ici le fichier auquel on le compare : son nom finit par bundle.json, et on le télécharge depuis la page « Comment vérifier » de la déclaration.",
        "bundle.is_state": "Ceci est un état signé d’un journal. Donnez-le comme état antérieur, et ici le fichier auquel on le compare : son nom finit par bundle.json, et on le télécharge depuis la page « Comment vérifier » de la déclaration.",
        "key.holds": "Le fichier a été signé avec la clé dont vous avez donné l’empreinte.",
        "key.not_asked": "Vous n’avez pas donné d’empreinte : on ne sait donc pas à qui est cette clé, et n’importe qui a pu fabriquer ce fichier. Prenez l’empreinte ailleurs que dans ce fichier : dans le programme imprimé, sur le PDF scellé ou dans un courriel adressé à un signataire.",
        "key.not_published": "Le fichier n’a pas été signé avec la clé dont vous avez donné l’empreinte. Vérifiez d’abord votre saisie. Si la clé a changé depuis l’impression de la vôtre, la nouvelle empreinte a été annoncée : prenez-la ailleurs que dans ce fichier.",
        "checkpoint.holds": "La signature sous l’état du journal est bonne.",
        "checkpoint.malformed": "Le fichier ne contient aucun état signé de journal qui soit lisible.",
        "checkpoint.not_signed": "La signature sous l’état du journal n’est pas bonne : l’état a été modifié après sa signature, ou quelqu’un d’autre l’a signé.",
        "checkpoint.other_log": "L’état signé est celui d’un autre journal que celui annoncé par ce fichier.",
        "tree.holds": "Ce sont toutes les inscriptions qui ont été signées, dans leur ordre. Aucune n’a été retirée, ajoutée ni modifiée.",
        "tree.malformed": "L’inscription {about} n’est pas écrite comme le sont celles de ce journal.",
        "tree.other_size": "Il y a plus ou moins d’inscriptions qu’il n’en a été signé : certaines ont été retirées ou ajoutées.",
        "tree.other_root": "Les inscriptions ne sont pas celles qui ont été signées : l’une a été modifiée, ou leur ordre.",
        "texts.holds": "Ce sont, à l’octet près, les textes avec lesquels le journal a commencé, et toutes les signatures portent sur eux.",
        "texts.not_asked": "Le fichier ne contient aucun texte. L’original d’une déclaration historique n’est pas toujours conservé.",
        "texts.changed": "Le texte « {about} » n’est pas celui qui a été inscrit au journal.",
        "texts.missing": "Le texte « {about} » a été inscrit au journal et manque dans ce fichier.",
        "texts.extra": "Le texte « {about} » est dans ce fichier et n’a pas été inscrit au journal.",
        "texts.not_logged": "Aucun texte ne figure dans le journal : on ne peut donc pas dire lequel a été signé.",
        "texts.not_signed": "La signature de l’inscription {about} porte sur d’autres textes que ceux inscrits au journal.",
        "openings.holds": "Les noms, fonctions et mandats de ce fichier sont ceux qui ont été inscrits au journal.",
        "openings.not_asked": "Le fichier ne montre aucun nom de personne : aucun n’a été inscrit, ou ils ont été effacés. Les inscriptions restent tout aussi valables sans eux.",
        "openings.wrong": "Un nom, une fonction ou un mandat de l’inscription {about} n’est pas celui qui a été inscrit au journal.",
        "growth.holds": "Le journal n’a fait que grandir depuis votre état antérieur : rien de ce qui y figurait alors n’a été modifié ni retiré.",
        "growth.not_asked": "Vous n’avez pas donné d’état antérieur de ce journal. Conservez celui de ce fichier : il vous permettra de voir la prochaine fois si le journal n’a fait que grandir.",
        "growth.malformed": "L’état antérieur que vous avez donné est illisible.",
        "growth.not_signed": "L’état antérieur n’a pas été signé avec une clé qui était alors celle de ce journal.",
        "growth.other_log": "L’état antérieur est celui d’un autre journal.",
        "growth.larger": "Le journal est plus court qu’auparavant : des inscriptions ont été coupées, ou une copie plus ancienne l’a remplacé. Si votre état antérieur est plus récent que ce fichier, téléchargez à nouveau le fichier.",
        "growth.other_root": "Deux journaux différents de même longueur ont été signés. On a montré à quelqu’un un autre journal qu’à vous.",
        "growth.not_beginning": "Quelque chose qui figurait dans le journal lors de la signature de votre état antérieur a été modifié ou retiré.",
        "receipts.holds": "Le reçu {about} est bon : son inscription est dans ce journal, mot pour mot.",
        "receipts.not_asked": "Vous n’avez pas donné de reçu.",
        "receipts.malformed": "Le reçu {about} est illisible.",
        "receipts.not_signed": "Le reçu {about} n’a pas été signé avec une clé qui était alors celle de ce journal.",
        "receipts.other_log": "Le reçu {about} est celui d’un autre journal.",
        "receipts.not_included": "Le reçu {about} a été modifié : ce qu’il dit n’est pas ce qui a été signé.",
        "receipts.larger": "Le reçu {about} est plus récent que ce fichier, ou des inscriptions ont été coupées depuis. Téléchargez à nouveau le fichier.",
        "receipts.other_entry": "Le reçu {about} a été signé pour ce journal, et le journal dit maintenant autre chose à sa place.",
        "receipts.not_beginning": "L’inscription du reçu {about} est bien là, mais d’autres qui figuraient alors dans le journal ont été modifiées ou retirées.",
        "receipts.opening_wrong": "Un nom, une fonction, un mandat ou un fichier du reçu {about} n’est pas celui qui a été inscrit au journal.",
        "signature.holds": "La signature est dans le journal et elle est en vigueur. Son numéro : {about}.",
        "signature.not_asked": "Vous n’avez demandé aucune signature par sa ville, sa personne ou son numéro.",
        "signature.unknown": "Aucune signature de « {about} » n’est dans ce journal. Un nom est trouvé s’il est écrit comme dans le registre, et ne l’est plus une fois effacé. Ce que le registre montre comme enregistré, sans que personne n’en ait encore vérifié les pièces, n’est pas dans le journal.",
        "signature.withdrawn": "La signature a été publiée, puis retirée. Son numéro : {about}.",
        "signature.superseded": "La signature a été publiée, puis remplacée par une plus récente du même signataire. Son numéro : {about}.",
        "signature.several": "Plusieurs signatures de ce journal portent le nom « {about} » et ne sont pas du même signataire. Demandez la vôtre par son numéro, que montre sa fiche dans le registre.",
        "whom.signed_on": "signée le {about}",
        "whom.entry": "inscription {about}",
        "whom.standing": "en vigueur",
        "whom.withdrawn": "retirée",
        "whom.superseded": "remplacée par une plus récente",
        "text.holds": "Votre copie est, à l’octet près, le texte « {about} » inscrit au journal.",
        "text.lines": "Votre copie contient les mots du texte « {about} » inscrit au journal, avec d’autres fins de ligne ou d’autres blancs au début ou à la fin.",
        "text.other": "Votre copie n’est aucun des textes inscrits au journal.",
        "log.demonstration": "Une démonstration : son texte et ses signatures sont inventés.",
        "whole.holds": "Tout ce qui a été vérifié est correct.",
        "whole.fails": "Quelque chose est incorrect. Conservez ce fichier, il peut servir de preuve, et demandez une explication aux organisateurs.",
        "whole.asked": "Le journal est correct. La signature ou le texte que vous avez demandé n’y figure pas comme vous l’avez demandé.",
        "whole.slip": "Un fichier que vous avez donné à comparer est illisible, et ne dit donc rien. Voyez ci-dessous lequel, et donnez-le à nouveau.",
        "whole.other_key": "Ce fichier n’a pas été signé avec la clé dont vous avez donné l’empreinte. Cherchez d’abord une faute de saisie ; s’il n’y en a pas, conservez le fichier et demandez aux organisateurs.",
        "whole.no_key": "Ce qui a été vérifié concorde, mais aucune empreinte n’a été comparée : ce fichier peut venir de n’importe qui.",
        "whole.unreadable": "Le fichier est illisible : rien n’a été vérifié.",
        "limits.title": "Ce que cela ne montre pas",
        "limits.hand": "Quelle main a signé. Le journal montre ce que le registre a dit, et quand. Des responsables l’ont comparé à une page signée et à un mandat, qui ne sont pas publics, ou ont vu signer sur scène ; pour les fiches historiques, ni l’un ni l’autre.",
        "limits.never": "Ce qui n’a jamais été inscrit. Une signature omise dès le début ne laisse aucune trace ici ; son cabinet, qui n’a pas de reçu, le saura.",
        "limits.others": "Si l’on montre le même journal à tous. Comparez l’état signé avec le leur, ou avec un état imprimé, envoyé par courriel ou montré lors de la cérémonie.",
        "limits.now": "Ce qui s’est passé après le téléchargement de ce fichier.",
    },
    "nl": {
        "word.holds": "klopt",
        "word.fails": "klopt niet",
        "word.not_asked": "niet nagegaan",
        "stopped": "Niet nagegaan: het zou steunen op iets wat niet klopt.",
        "title.bundle": "Het gedownloade bestand",
        "title.key": "De sleutel",
        "title.checkpoint": "De ondertekende stand van het logboek",
        "title.tree": "De vermeldingen",
        "title.texts": "De teksten",
        "title.openings": "Namen en functies",
        "title.growth": "De oudere stand",
        "title.receipts": "Ontvangstbewijzen",
        "title.signature": "De gevraagde ondertekening",
        "title.text": "Uw kopie van een tekst",
        "bundle.holds": "Het is leesbaar en volledig.",
        "bundle.malformed": "Dit is niet het bestand dat op de pagina van een verklaring wordt gedownload, of het werd onderweg afgebroken of gewijzigd. Download het opnieuw.",
        "bundle.is_receipt": "Dit is een ontvangstbewijs. Geef het bij de ontvangstbewijzen, en hier het bestand waarmee het vergeleken wordt: de naam eindigt op bundle.json, en u downloadt het op de pagina “Hoe controleren” van de verklaring.",
        "bundle.is_state": "Dit is een ondertekende stand van een logboek. Geef hem als oudere stand, en hier het bestand waarmee hij vergeleken wordt: de naam eindigt op bundle.json, en u downloadt het op de pagina “Hoe controleren” van de verklaring.",
        "key.holds": "Het bestand is ondertekend met de sleutel waarvan u de vingerafdruk gaf.",
        "key.not_asked": "U gaf geen vingerafdruk, dus niemand weet van wie deze sleutel is: iedereen kan dit bestand hebben gemaakt. Haal de vingerafdruk ergens anders dan uit dit bestand: uit het gedrukte programma, van de verzegelde pdf of uit een e-mail aan een ondertekenaar.",
        "key.not_published": "Het bestand is niet ondertekend met de sleutel waarvan u de vingerafdruk gaf. Kijk eerst of u zich niet vertikt hebt. Als de sleutel veranderd is sinds de uwe gedrukt werd, is de nieuwe vingerafdruk bekendgemaakt: haal die ergens anders dan uit dit bestand.",
        "checkpoint.holds": "De handtekening onder de stand van het logboek is goed.",
        "checkpoint.malformed": "Het bestand bevat geen ondertekende stand van een logboek die leesbaar is.",
        "checkpoint.not_signed": "De handtekening onder de stand van het logboek is niet goed: de stand werd na de ondertekening gewijzigd, of iemand anders ondertekende hem.",
        "checkpoint.other_log": "De ondertekende stand is van een ander logboek dan dit bestand zegt.",
        "tree.holds": "Dit zijn alle vermeldingen die ondertekend werden, in hun volgorde. Er is geen enkele weggehaald, toegevoegd of gewijzigd.",
        "tree.malformed": "Vermelding {about} is niet geschreven zoals de vermeldingen van dit logboek.",
        "tree.other_size": "Er zijn meer of minder vermeldingen dan er ondertekend werden: er zijn er weggehaald of toegevoegd.",
        "tree.other_root": "De vermeldingen zijn niet die welke ondertekend werden: er is er een gewijzigd, of hun volgorde.",
        "texts.holds": "Het zijn, tot op de laatste byte, de teksten waarmee het logboek begon, en alle ondertekeningen gaan daarover.",
        "texts.not_asked": "Het bestand bevat geen tekst. Van een historische verklaring is het origineel niet altijd bewaard.",
        "texts.changed": "De tekst “{about}” is niet die welke in het logboek kwam.",
        "texts.missing": "De tekst “{about}” kwam in het logboek en ontbreekt in dit bestand.",
        "texts.extra": "De tekst “{about}” staat in dit bestand en kwam niet in het logboek.",
        "texts.not_logged": "Er staat geen tekst in het logboek, dus niemand kan zeggen welke ondertekend werd.",
        "texts.not_signed": "De ondertekening van vermelding {about} gaat over andere teksten dan die in het logboek.",
        "openings.holds": "De namen, functies en mandaten in dit bestand zijn die welke in het logboek kwamen.",
        "openings.not_asked": "Het bestand toont geen namen van personen: er kwamen er geen in het logboek, of ze werden gewist. De vermeldingen zijn zonder namen even geldig.",
        "openings.wrong": "Een naam, een functie of een mandaat van vermelding {about} is niet wat in het logboek kwam.",
        "growth.holds": "Het logboek is sinds uw oudere stand alleen maar gegroeid: niets van wat er toen in stond, is gewijzigd of weggehaald.",
        "growth.not_asked": "U gaf geen oudere stand van dit logboek. Bewaar die in dit bestand: daarmee ziet u de volgende keer of het logboek alleen maar gegroeid is.",
        "growth.malformed": "De oudere stand die u gaf, is niet als zodanig leesbaar.",
        "growth.not_signed": "De oudere stand is niet ondertekend met een sleutel die toen van dit logboek was.",
        "growth.other_log": "De oudere stand is van een ander logboek.",
        "growth.larger": "Het logboek is korter dan het was: er werden vermeldingen afgesneden, of er kwam een oudere kopie in de plaats. Is uw oudere stand nieuwer dan dit bestand, download het bestand dan opnieuw.",
        "growth.other_root": "Er zijn twee verschillende logboeken van dezelfde lengte ondertekend. Iemand kreeg een ander logboek te zien dan u.",
        "growth.not_beginning": "Iets wat in het logboek stond toen uw oudere stand ondertekend werd, is gewijzigd of weggehaald.",
        "receipts.holds": "Ontvangstbewijs {about} is goed: de vermelding staat woord voor woord in dit logboek.",
        "receipts.not_asked": "U gaf geen ontvangstbewijs.",
        "receipts.malformed": "Ontvangstbewijs {about} is niet als zodanig leesbaar.",
        "receipts.not_signed": "Ontvangstbewijs {about} is niet ondertekend met een sleutel die toen van dit logboek was.",
        "receipts.other_log": "Ontvangstbewijs {about} is van een ander logboek.",
        "receipts.not_included": "Ontvangstbewijs {about} werd gewijzigd: wat het zegt, is niet wat ondertekend werd.",
        "receipts.larger": "Ontvangstbewijs {about} is nieuwer dan dit bestand, of er werden sindsdien vermeldingen afgesneden. Download het bestand opnieuw.",
        "receipts.other_entry": "Ontvangstbewijs {about} werd voor dit logboek ondertekend, en het logboek zegt daar nu iets anders.",
        "receipts.not_beginning": "De vermelding van ontvangstbewijs {about} is er, maar andere die toen in het logboek stonden, zijn gewijzigd of weggehaald.",
        "receipts.opening_wrong": "Een naam, een functie, een mandaat of een bestand in ontvangstbewijs {about} is niet wat in het logboek kwam.",
        "signature.holds": "De ondertekening staat in het logboek en geldt. Haar nummer: {about}.",
        "signature.not_asked": "U vroeg niet naar een ondertekening met haar stad, haar persoon of haar nummer.",
        "signature.unknown": "Er staat geen ondertekening van “{about}” in dit logboek. Een naam wordt gevonden als hij geschreven is zoals in het register, en niet meer zodra hij gewist is. Wat het register toont als geregistreerd, met stukken die nog niemand heeft nagekeken, staat niet in het logboek.",
        "signature.withdrawn": "De ondertekening werd gepubliceerd en later ingetrokken. Haar nummer: {about}.",
        "signature.superseded": "De ondertekening werd gepubliceerd en later vervangen door een nieuwere van dezelfde ondertekenaar. Haar nummer: {about}.",
        "signature.several": "Verschillende ondertekeningen in dit logboek dragen de naam “{about}”, en ze zijn niet van dezelfde ondertekenaar. Vraag naar de uwe met haar nummer, dat op haar pagina in het register staat.",
        "whom.signed_on": "ondertekend op {about}",
        "whom.entry": "vermelding {about}",
        "whom.standing": "geldt",
        "whom.withdrawn": "ingetrokken",
        "whom.superseded": "vervangen door een nieuwere",
        "text.holds": "Uw kopie is, tot op de laatste byte, de tekst “{about}” uit het logboek.",
        "text.lines": "Uw kopie heeft de woorden van de tekst “{about}” uit het logboek, met andere regeleinden of ander wit aan het begin of het einde.",
        "text.other": "Uw kopie is geen van de teksten uit het logboek.",
        "log.demonstration": "Een demonstratie: de tekst en de ondertekeningen zijn verzonnen.",
        "whole.holds": "Alles wat werd nagegaan, klopt.",
        "whole.fails": "Er klopt iets niet. Bewaar dit bestand, het kan een bewijs zijn, en vraag de organisatoren om uitleg.",
        "whole.asked": "Het logboek klopt. De ondertekening of de tekst waarnaar u vroeg, staat er niet zo in.",
        "whole.slip": "Een bestand dat u gaf om te vergelijken, is niet leesbaar als wat het zou moeten zijn, en zegt dus niets. Zie hieronder welk, en geef het opnieuw.",
        "whole.other_key": "Dit bestand is niet ondertekend met de sleutel waarvan u de vingerafdruk gaf. Kijk eerst of u zich niet vertikt hebt; is dat niet zo, bewaar het bestand dan en vraag het de organisatoren.",
        "whole.no_key": "Wat werd nagegaan, past bij elkaar, maar er werd geen vingerafdruk vergeleken: dit bestand kan van iedereen komen.",
        "whole.unreadable": "Het bestand is niet leesbaar, dus er werd niets nagegaan.",
        "limits.title": "Wat dit niet aantoont",
        "limits.hand": "Wiens hand ondertekende. Het logboek toont wat het register zei en wanneer. Verantwoordelijken vergeleken het met een ondertekende pagina en een mandaat, die niet openbaar zijn, of zagen op het podium ondertekenen; bij historische vermeldingen geen van beide.",
        "limits.never": "Wat er nooit in kwam. Een ondertekening die van het begin af aan werd weggelaten, laat hier geen spoor na; haar kabinet, dat geen ontvangstbewijs heeft, zal het weten.",
        "limits.others": "Of anderen hetzelfde logboek te zien krijgen. Vergelijk de ondertekende stand met die van hen, of met een stand die gedrukt, gemaild of op de plechtigheid getoond werd.",
        "limits.now": "Wat er gebeurde nadat dit bestand werd gedownload.",
    },
}


def sentence(each: dict[str, str], verdicts: Sequence[dict[str, str]], language: str, about: str = "") -> str:
    """What a verdict means, in a sentence of plain words."""
    stopped = any(one["verdict"] == "fails" and one["check"] in CHECKS[:4] for one in verdicts)
    if each["verdict"] == "not_asked":
        code = "stopped" if stopped else f"{each['check']}.not_asked"
    else:
        code = each["fault"] or f"{each['check']}.holds"
    return SENTENCES[language][code].replace("{about}", about or each["about"])


def conclusion(verdicts: Sequence[dict[str, str]]) -> str:
    """The end of it all: "holds", "fails", "asked" (the log holds, what was asked of it does not), "slip" (what was
    given beside the file cannot be read), "other_key" (that of the fingerprint signed nothing here), "no_key" (none
    was compared) or "unreadable"; SENTENCES has a word for each under `whole.`.
    """
    failed = {each["check"] for each in verdicts if each["verdict"] == "fails"}
    faults = {
        each["fault"] for each in verdicts if each["check"] not in ("signature", "text") and each["fault"]
    }
    if "bundle" in failed:
        return "unreadable"
    if "key" in failed:
        return "other_key"
    if faults:
        return "fails" if faults - {"growth.malformed", "receipts.malformed"} else "slip"
    if verdicts[1]["verdict"] != "holds":
        return "no_key"
    return "asked" if failed else "holds"


def exit_code(verdicts: Sequence[dict[str, str]]) -> int:
    if conclusion(verdicts) == "unreadable":
        return 2
    if any(each["verdict"] == "fails" for each in verdicts):
        return 1
    return 0 if conclusion(verdicts) == "holds" else 2


# --- the command ----------------------------------------------------------------------------------------

COMMAND: dict[str, dict[str, str]] = {
    "en": {
        "about": "Checks the log of a declaration and of its signatures, without a network.",
        "bundle": "the file bundle.json of the declaration; “-” reads it from standard input",
        "key": "the fingerprint of the log's key, from somewhere else than the file: 64 digits and letters, spaces do not matter",
        "older": "a signed state of the log that you kept from before",
        "receipt": "a receipt (a file that ends in .tlog-proof); may be given several times",
        "signature": "ask for the signature of this city or person, or with this number",
        "text": "compare this copy of a text with what was logged",
        "json": "print the verdicts for a program",
        "lang": "the language of the answer",
        "unreadable": "The file {name} cannot be read.",
        "no_fingerprint": "That is no fingerprint: one has 64 digits and letters from a to f.",
        "entries": "Entries in the log: {size}, the last one of {at}.",
        "standing": "Signatures that stand: {standing}. Withdrawn or replaced: {ended}.",
        "nothing": "Name the file to check, or give it on standard input.",
    },
    "fr": {
        "about": "Vérifie le journal d’une déclaration et de ses signatures, sans réseau.",
        "bundle": "le fichier bundle.json de la déclaration ; « - » le lit sur l’entrée standard",
        "key": "l’empreinte de la clé du journal, prise ailleurs que dans le fichier : 64 chiffres et lettres, les espaces ne comptent pas",
        "older": "un état signé du journal que vous avez conservé",
        "receipt": "un reçu (un fichier dont le nom finit par .tlog-proof) ; peut être donné plusieurs fois",
        "signature": "demander la signature de cette ville ou personne, ou portant ce numéro",
        "text": "comparer cette copie d’un texte avec ce qui a été inscrit au journal",
        "json": "donner les verdicts pour un programme",
        "lang": "la langue de la réponse",
        "unreadable": "Le fichier {name} est illisible.",
        "no_fingerprint": "Ce n’est pas une empreinte : elle a 64 chiffres et lettres de a à f.",
        "entries": "Inscriptions au journal : {size}, la dernière du {at}.",
        "standing": "Signatures en vigueur : {standing}. Retirées ou remplacées : {ended}.",
        "nothing": "Nommez le fichier à vérifier, ou donnez-le sur l’entrée standard.",
    },
    "nl": {
        "about": "Gaat het logboek van een verklaring en van haar ondertekeningen na, zonder netwerk.",
        "bundle": "het bestand bundle.json van de verklaring; “-” leest het van de standaardinvoer",
        "key": "de vingerafdruk van de sleutel van het logboek, niet uit het bestand zelf: 64 cijfers en letters, spaties tellen niet",
        "older": "een ondertekende stand van het logboek die u bewaard hebt",
        "receipt": "een ontvangstbewijs (een bestand waarvan de naam eindigt op .tlog-proof); mag meermaals",
        "signature": "vraag naar de ondertekening van deze stad of persoon, of met dit nummer",
        "text": "vergelijk deze kopie van een tekst met wat in het logboek kwam",
        "json": "geef de oordelen voor een programma",
        "lang": "de taal van het antwoord",
        "unreadable": "Het bestand {name} is niet leesbaar.",
        "no_fingerprint": "Dat is geen vingerafdruk: die heeft 64 cijfers en letters van a tot f.",
        "entries": "Vermeldingen in het logboek: {size}, de laatste van {at}.",
        "standing": "Ondertekeningen die gelden: {standing}. Ingetrokken of vervangen: {ended}.",
        "nothing": "Noem het bestand dat moet worden nagegaan, of geef het op de standaardinvoer.",
    },
}


def main(arguments: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    given, say = read_arguments(arguments)
    # A typed fingerprint that cannot be one is a slip, and no verdict on the file.
    if given.key and not HEX.fullmatch(digits_of(given.key)):
        return refuse(say["no_fingerprint"])
    if given.bundle is None and sys.stdin.isatty():
        return refuse(say["nothing"])
    try:
        bundle, older, text = (contents(given.bundle or "-"), contents(given.older), contents(given.text))
        receipts = [contents(name) for name in given.receipt]
    except OSError as error:
        return refuse(say["unreadable"].replace("{name}", str(error.filename)))
    verdicts, log = examine(
        decoded(bundle or b""),
        given.key,
        None if older is None else decoded(older),
        [decoded(each or b"") for each in receipts],
        given.signature,
    )
    if text is not None:
        verdicts.append(text_verdict(log, text))
    if given.json:
        put(json.dumps(verdicts, indent=1))
    else:
        tell(verdicts, log, given, [decoded(each or b"") for each in receipts])
    return exit_code(verdicts)


def read_arguments(arguments: list[str]) -> tuple[argparse.Namespace, dict[str, str]]:
    """What was asked for, and the words to answer in: the language is looked for first, for the help as well."""
    environment = (os.environ.get("LC_ALL") or os.environ.get("LANG") or "en")[:2].lower()
    first = argparse.ArgumentParser(prog="verify.py", add_help=False)
    first.add_argument("--lang", default=environment)
    asked = first.parse_known_args(arguments)[0].lang
    lang = asked if asked in COMMAND else "en"
    say = COMMAND[lang]
    parser = argparse.ArgumentParser(prog="verify.py", description=say["about"])
    parser.add_argument("bundle", nargs="?", help=say["bundle"])
    parser.add_argument("--key", metavar="FINGERPRINT", default="", help=say["key"])
    parser.add_argument("--older", metavar="FILE", help=say["older"])
    parser.add_argument("--receipt", metavar="FILE", action="append", default=[], help=say["receipt"])
    parser.add_argument("--signature", metavar="NAME", default="", help=say["signature"])
    parser.add_argument("--text", metavar="FILE", help=say["text"])
    parser.add_argument("--json", action="store_true", help=say["json"])
    parser.add_argument("--lang", choices=sorted(COMMAND), default=lang, help=say["lang"])
    return parser.parse_args(arguments), say


def refuse(why: str) -> int:
    print(printable(why), file=sys.stderr)
    return 2


def contents(name: str | None) -> bytes | None:
    """The bytes of a file, or of standard input. OSError, also for one too large to be any of ours."""
    if name is None:
        return None
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with open(name, "rb") as file:
                raw = file.read(LARGEST + 1)
    except (OSError, ValueError):  # ValueError: a name with a null byte
        raise OSError(0, "", name) from None
    if len(raw) > LARGEST:
        raise OSError(0, "", name)
    return raw


def text_verdict(log: Log | None, raw: bytes) -> dict[str, str]:
    """Which logged text a copy is, to the byte or but for its line ends."""
    if log is None:
        return verdict("text", "not_asked")
    logged = {
        each["sha256"]: each["language"]
        for entry in log.entries
        if entry["type"] == "text"
        for each in entry["texts"]
    }
    if found := logged.get(sha256(raw).hexdigest()):
        return verdict("text", "holds", about=found)
    trimmed = decoded(raw).lstrip("\ufeff").replace("\r\n", "\n").strip()
    if trimmed:
        for each in (
            trimmed,
            f"{trimmed}\n",
            trimmed.replace("\n", "\r\n"),
            f"{trimmed}\n".replace("\n", "\r\n"),
        ):
            if found := logged.get(sum_of(each)):
                return verdict("text", "fails", "text.lines", found)
    return verdict("text", "fails", "text.other")


def tell(
    verdicts: Sequence[dict[str, str]], log: Log | None, given: argparse.Namespace, receipts: Sequence[str]
) -> None:
    """Everything in plain words, and what it does not show."""
    language = given.lang
    say = SENTENCES[language]
    lines = [] if log is None else [*heading(log, language), ""]
    for each in verdicts:
        about, beside = each["about"], -1
        if log is not None and each["check"] == "receipts" and about:
            beside = int(about) - len(log.bundle["receipts"]) - 1
            about += f" ({os.path.basename(given.receipt[beside])})" if beside >= 0 else ""
        lines.append(f"{say['word.' + each['verdict']].upper()} – {say['title.' + each['check']]}")
        lines += wrapped(printable(sentence(each, verdicts, language, about)), "    ")
        for line in whom_of(each, log, given, receipts[beside] if beside >= 0 else ""):
            lines += wrapped(printable(line), "    ")
    lines += ["", *wrapped(say[f"whole.{conclusion(verdicts)}"]), "", f"{say['limits.title']}"]
    for code in [each for each in say if each.startswith("limits.") and each != "limits.title"]:
        lines += wrapped(say[code], "  - ")
    put("\n".join(map(printable, lines)))


def put(text: str) -> None:
    try:
        print(text, flush=True)
    except (
        BrokenPipeError
    ):  # who reads has seen enough; and when the program ends, nothing is left to be written
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def whom_of(each: dict[str, str], log: Log | None, given: argparse.Namespace, receipt: str) -> list[str]:
    """Of whom a verdict is, a line for each signature: those of the name that was asked for, or that of a receipt."""
    if log is None:
        return []
    if each["check"] == "signature":
        found = [
            " · ".join([*whom(log, one.at, given.lang), one.number]) for one in found_of(log, given.signature)
        ]
        return found if given.signature.strip() else []
    if each["check"] == "receipts" and each["verdict"] == "holds" and receipt:
        taken = receipt_of(as_written(whole(receipt)))
        return [line for line in [" · ".join(whom(log, taken.number, given.lang, taken.openings))] if line]
    return []


def heading(log: Log, language: str) -> list[str]:
    """What log this is. The title is the one that was logged; the one beside it in the file is anybody's."""
    logged = next((each for each in log.entries if each["type"] == "text"), {})
    titles = logged.get("titles")
    title = (titles.get(language) or titles.get("en")) if isinstance(titles, dict) else None
    last = in_words(log.entries[-1].get("at"), language) if log.entries else ""
    size = COMMAND[language]["entries"].replace("{size}", str(log.head.size)).replace("{at}", last or "–")
    states = list(states_of(log).values())
    standing = states.count("standing")
    counted = COMMAND[language]["standing"].replace("{standing}", str(standing))
    return [
        *([str(title)] if title else []),
        *([SENTENCES[language]["log.demonstration"]] if is_demonstration(log) else []),
        log.origin,
        size,
        counted.replace("{ended}", str(len(states) - standing)),
    ]


def is_demonstration(log: Log) -> bool:
    """As the entry of the text says, which was signed; what the file says beside it, anybody can have changed."""
    logged = next((each for each in log.entries if each["type"] == "text"), log.bundle["declaration"])
    return logged.get("is_demonstration") is True


def wrapped(text: str, first: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        88,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_on_hyphens=False,
        break_long_words=False,
    )


def printable(text: str) -> str:
    """Nothing that moves the cursor or turns the line around: names come from the file."""
    return "".join(each if each.isprintable() or each == "\u00a0" else "\ufffd" for each in text)


if __name__ == "__main__":
    sys.exit(main())
