"""What a signed page has no need of: scripts, actions that run by themselves, files inside, keys, forms in XML.

A PDF is read twice, because readers differ. Once by its own table of objects, as a careful reader goes; and once
straight through its bytes for the same names, as a reader does that mends a broken table. What is packed so that the
second reading could miss it is not taken at all.
"""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

MAX_OBJECTS = 100_000
MAX_ACTIONS = 1_000  # that run one after the other
MAX_UNPACKED = 32 * 1024 * 1024  # bytes of packed objects, in all

# Kinds of action (ISO 32000-1, table 198) that leave the page, run a program or send what is in it.
ACTIONS = {
    "/Launch",
    "/ImportData",
    "/SubmitForm",
    "/GoToE",
    "/GoToR",
    "/RichMediaExecute",
    "/Rendition",
    "/Movie",
    "/Thread",
}
HARMLESS = {"/GoTo", "/Named"}  # to run when the file is opened
SCHEMES = ("http://", "https://", "mailto:", "tel:")
KEYS = {
    "/JS": "script",
    "/JavaScript": "script",
    "/EmbeddedFiles": "inside",
    "/EF": "inside",
    "/RichMedia": "inside",
    "/XFA": "form",
    "/Encrypt": "encrypted",
}
KINDS = {"/EmbeddedFile": "inside", "/FileAttachment": "inside", "/RichMedia": "inside", "/3D": "inside"}
NAMES = {
    **{key.encode(): code for key, code in {**KEYS, **KINDS}.items()},
    b"/Launch": "action",
    b"/ImportData": "action",
    b"/SubmitForm": "action",
    b"/GoToE": "action",
    b"/GoToR": "action",
    b"/RichMediaExecute": "action",
    b"/Rendition": "action",
}

# Of these an action or a file has at least one, and no packed bytes hold one by chance: looked for everywhere.
LONG_NAMES = {name: code for name, code in NAMES.items() if len(name) > 6}

_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
# Readers differ in what may end the line; what follows is a stream to one of them at least.
_STREAM = re.compile(rb"(?<!end)stream[\0\t\f ]*(?:\r\n?|\n)")
# Text in a line of its own, such as the address of a link; no object has room in it.
_TEXT = re.compile(rb"\([^()\\\r\n<>]*\)")
_NAME = re.compile(rb"/[A-Za-z0-9]+(?=[\0\s/<>\[\](){}%]|$)")
_OBJECT = re.compile(rb"[0-9][\0\s]+obj[\0\s]*<<")
# The one way in which objects are packed: a plain dictionary, unpacked by Flate alone or not at all.
_PACKED = re.compile(rb"obj[\0\s]*<<([^<>()%#]*)>>[\0\s]*$")
_FLATE = re.compile(rb"/Filter[\0\s]*(?:/FlateDecode|\[[\0\s]*/FlateDecode[\0\s]*\])(?=[\0\s/]|$)")
_UNUSUAL = re.compile(rb"/(?:Filter|F|DecodeParms|DP|FFilter)(?=[\0\s/\[]|$)")


class Unclear(Exception):  # noqa: N818  the file is at fault, not the program
    """Written in a way that readers may take differently."""


class _EqualKeys(logging.Handler):
    """Of two equal keys pyHanko takes the first and PDFium the last; pyHanko only mentions it."""

    is_seen = False

    def emit(self, record: logging.LogRecord) -> None:
        self.is_seen = self.is_seen or "Multiple definitions in dictionary" in record.getMessage()


@contextmanager
def _no_equal_keys() -> Iterator[None]:
    seen = _EqualKeys()
    generic.logger.addHandler(seen)
    try:
        yield
    finally:
        generic.logger.removeHandler(seen)
    if seen.is_seen:
        raise Unclear


def danger_in(content: bytes) -> str:
    """The code of what is found first (see `Unwanted`), or "".

    PdfiumError, ValueError or MemoryError may come of what is no PDF at all.
    """
    try:
        with _no_equal_keys():
            found = _by_its_table(content)
        is_read = True
    except Unclear:
        return "not_readable"
    except MemoryError:
        raise
    except RecursionError:
        return "heavy"
    except Exception:  # pyHanko reads what the standard allows, and fails at the rest in many ways
        found, is_read = "", False
    try:
        return found or _straight_through(content, is_read=is_read)
    except Unclear:
        return "not_readable"


def _by_its_table(content: bytes) -> str:
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    if reader.encrypted:
        return "encrypted"
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [
        generic.DictionaryObject({generic.NameObject("/Root"): reader.trailer_view.raw_get("/Root")})
    ]
    looked_at = 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, generic.IndirectObject):
            if (one.idnum, one.generation) in seen:
                continue
            seen.add((one.idnum, one.generation))
            one = reader.get_object(one.reference)
        looked_at += 1
        if looked_at > MAX_OBJECTS * 20 or len(seen) > MAX_OBJECTS:
            return "heavy"
        if isinstance(one, generic.DictionaryObject):
            if code := _in_dictionary(one, reader):
                return code
            waiting.extend(value for value in dict.values(one) if _may_hold_more(value))
        elif isinstance(one, generic.ArrayObject):
            waiting.extend(value for value in list.__iter__(one) if _may_hold_more(value))
    return ""


def _may_hold_more(value: Any) -> bool:
    return isinstance(value, generic.IndirectObject | generic.DictionaryObject | generic.ArrayObject)


def _in_dictionary(one: generic.DictionaryObject, reader: PdfFileReader) -> str:
    for key, code in KEYS.items():
        if key in one:
            return code
    for key in ("/Type", "/Subtype"):
        if code := KINDS.get(str(_got(one, key, reader)), ""):
            return code
    kind = str(_got(one, "/S", reader))
    if kind == "/JavaScript":
        return "script"
    if kind in ACTIONS:
        return "action"
    if kind == "/URI" and not _text(_got(one, "/URI", reader)).lower().strip().startswith(SCHEMES):
        return "action"
    # A stream or drawing that is kept elsewhere, for the reader to fetch.
    if isinstance(one, generic.StreamObject) and ("/F" in one or "/Ref" in one):
        return "action"
    runs = [_got(one, "/OpenAction", reader)]
    more = _got(one, "/AA", reader)
    if isinstance(more, generic.DictionaryObject):
        runs += [_got(more, key, reader) for key in list(more)]
    return _run_by_themselves(runs, reader)


def _run_by_themselves(runs: list[Any], reader: PdfFileReader) -> str:
    """The code of what these actions, and those that follow each, do besides moving within the document."""
    waiting, looked_at = list(runs), 0
    while waiting:
        action = waiting.pop()
        looked_at += 1
        if looked_at > MAX_ACTIONS:
            return "action"
        if not isinstance(action, generic.DictionaryObject):
            continue
        kind = str(_got(action, "/S", reader))
        if kind not in HARMLESS:
            return "script" if kind == "/JavaScript" else "action"
        then = _got(action, "/Next", reader)
        waiting += (
            [_followed(one, reader) for one in list.__iter__(then)] if isinstance(then, list) else [then]
        )
    return ""


def _got(one: generic.DictionaryObject, key: str, reader: PdfFileReader) -> Any:
    return _followed(dict.get(one, key), reader)


def _followed(value: Any, reader: PdfFileReader) -> Any:
    return reader.get_object(value.reference) if isinstance(value, generic.IndirectObject) else value


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return str(value or "")


def _straight_through(content: bytes, *, is_read: bool) -> str:
    """The code of a name that stands anywhere in the file; Unclear where some of it could not be looked at.

    Without a table that could be read (not `is_read`) nothing says which objects a reader finds that mends it: then
    none may be packed.
    """
    plain = _unescaped(content)
    if not is_read and (_has(plain, b"/ObjStm") or _has(plain, b"/XRef")):
        raise Unclear
    if code := _code_in(content, LONG_NAMES):
        return code
    for between, body in _parts(content):
        if code := _code_in(between, NAMES):
            return code
        if _OBJECT.search(body):
            return "inside"
    packed = list(_packed_objects(_parts(content)))
    if len(packed) != _count(plain, b"/ObjStm"):
        raise Unclear
    return next((code for one in packed if (code := _code_in(one, NAMES))), "")


def _code_in(part: bytes, names: Mapping[bytes, str]) -> str:
    for name in _NAME.finditer(_unescaped(_TEXT.sub(b"()", part))):
        if code := names.get(name[0]):
            return code
    return ""


def _unescaped(part: bytes) -> bytes:
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)


def _count(part: bytes, name: bytes) -> int:
    return sum(found[0] == name for found in _NAME.finditer(part))


def _has(part: bytes, name: bytes) -> bool:
    return name in part and _count(part, name) > 0


def _parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What stands before each stream, and the stream; at the end what stands behind the last."""
    at = 0
    while found := _STREAM.search(content, at):
        end = content.find(b"endstream", found.end())
        end = len(content) if end < 0 else end
        yield content[at : found.start()], content[found.end() : end]
        at = end + len(b"endstream")
    yield content[at:], b""


def _packed_objects(parts: Iterable[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """The packed objects; Unclear where another reader may unpack others, MemoryError for too many of these."""
    unpacked = 0
    for between, body in parts:
        if not _has(_unescaped(between), b"/ObjStm"):
            continue
        dictionary = _PACKED.search(between)
        if dictionary is None or _count(dictionary[1], b"/ObjStm") != 1:
            raise Unclear
        rest, is_flate = _FLATE.subn(b"", dictionary[1])
        if is_flate > 1 or _UNUSUAL.search(rest):
            raise Unclear
        if is_flate:
            unpacking = zlib.decompressobj()
            try:
                body = unpacking.decompress(body, MAX_UNPACKED)
            except zlib.error:
                raise Unclear from None
            if len(body) < MAX_UNPACKED and not unpacking.eof:
                raise Unclear
        unpacked += len(body)
        if unpacked >= MAX_UNPACKED:
            raise MemoryError
        yield body
