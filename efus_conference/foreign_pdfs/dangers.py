"""What a signed page has no need of: scripts, actions that run by themselves, files inside, keys, forms in XML.

A PDF is read twice, because readers differ. Once by its own table of objects, as a careful reader goes; and once
straight through its bytes for the same names, as a reader does that mends a broken table.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

MAX_OBJECTS = 100_000
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
}

_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
# Text in a line of its own, such as the address of a link; no object has room in it.
_TEXT = re.compile(rb"\([^()\\\r\n<>]*\)")
_NAME = re.compile(rb"/[A-Za-z0-9]+(?=[\s/<>\[\]()]|$)")


def danger_in(content: bytes) -> str:
    """The code of what is found first (see `Unwanted`), or "".

    PdfiumError, ValueError or MemoryError may come of what is no PDF at all.
    """
    try:
        found = _by_its_table(content)
        is_read = True
    except MemoryError:
        raise
    except RecursionError:
        return "heavy"
    except (PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, OSError, zlib.error):
        # pyHanko reads what the standard allows; PDFium mends more. Then every byte is looked at, packed or not.
        found, is_read = "", False
    return found or _straight_through(content, with_streams=not is_read)


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
    runs = [_got(one, "/OpenAction", reader)]
    more = _got(one, "/AA", reader)
    if isinstance(more, generic.DictionaryObject):
        runs += [_got(more, key, reader) for key in list(more)]
    for action in runs:
        if isinstance(action, generic.DictionaryObject):
            kind = str(_got(action, "/S", reader))
            if kind not in HARMLESS:
                return "script" if kind == "/JavaScript" else "action"
    return ""


def _got(one: generic.DictionaryObject, key: str, reader: PdfFileReader) -> Any:
    value = dict.get(one, key)
    if isinstance(value, generic.IndirectObject):
        return reader.get_object(value.reference)
    return value


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return str(value or "")


def _straight_through(content: bytes, *, with_streams: bool) -> str:
    for part in _parts(content, with_streams=with_streams):
        decoded = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), _TEXT.sub(b"()", part))
        for name in _NAME.finditer(decoded):
            if code := NAMES.get(name[0]):
                return code
    return ""


def _parts(content: bytes, *, with_streams: bool) -> Iterator[bytes]:
    """What stands between the streams, and the objects that are packed in some; MemoryError for too many of these."""
    at, unpacked = 0, 0
    while found := _STREAM.search(content, at):
        between = content[at : found.start()]
        yield between
        end = content.find(b"endstream", found.end())
        end = len(content) if end < 0 else end
        body = content[found.end() : end]
        if with_streams:
            yield body
        if with_streams or b"ObjStm" in _ESCAPED.sub(lambda one: bytes([int(one[1], 16)]), between):
            try:
                plain = zlib.decompressobj().decompress(body, MAX_UNPACKED)
            except zlib.error:
                plain = b""
            unpacked += len(plain)
            if unpacked >= MAX_UNPACKED and not with_streams:
                raise MemoryError
            yield plain
        at = end
    yield content[at:]
