"""The QR codes of hundreds of tickets at once, for badges: as `efus_conference.qr` makes them, in far less time.

That library tries eight masks on each symbol, module by module: 5 ms each, four seconds for 800 badges. Texts of
tickets are all of one size and look random (a signature), so one version (6, level M) and one mask do for all of them,
and everything about the symbol that is the same is worked out once. ISO/IEC 18004:2015, clauses 7.4 to 7.9.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from operator import itemgetter

import segno

from efus_conference import qr

VERSION, SIDE = 6, 41
# Of data; blocks they are dealt to; correcting ones of each (table 9).
CODEWORDS, BLOCKS, CORRECTING = 108, 4, 16
PER_BLOCK = CODEWORDS // BLOCKS
LEFT_OVER = 7  # modules that no codeword fills
MODULES = (CODEWORDS + BLOCKS * CORRECTING) * 8 + LEFT_OVER
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
VALUES = {character: value for value, character in enumerate(ALPHABET)}
LONGEST = (CODEWORDS * 8 - 13) * 2 // 11
PICTURE = SIDE + 2 * qr.QUIET
WORD = (1 << 8 * CORRECTING) - 1


def pngs(texts: Iterable[str]) -> Iterator[bytes]:
    """As `qr.png` each. A text of other characters or another size is drawn by the library."""
    for text in texts:
        if len(text) > LONGEST or not VALUES.keys() >= set(text):
            yield qr.png(text)
        else:
            yield _png(_filled(_data(text)))


def _data(text: str) -> bytes:
    """The codewords of the text in the alphanumeric mode, filled up to what the version holds."""
    values = [VALUES[character] for character in text]
    pairs = zip(values[::2], values[1::2], strict=False)
    bits = f"0010{len(text):09b}" + "".join([f"{first * 45 + second:011b}" for first, second in pairs])
    if len(values) % 2:
        bits += f"{values[-1]:06b}"
    bits += "0" * min(4, CODEWORDS * 8 - len(bits))
    bits += "0" * (-len(bits) % 8)
    written = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return written + (b"\xec\x11" * CODEWORDS)[: CODEWORDS - len(written)]


def _filled(data: bytes) -> int:
    """All codewords, dealt to the blocks in turn, as the modules take them, with the mask on them; a 1 is light."""
    blocks = [data[start : start + PER_BLOCK] for start in range(0, CODEWORDS, PER_BLOCK)]
    corrections = [_correcting(block) for block in blocks]
    dealt = bytes(
        byte for several in (blocks, corrections) for turn in zip(*several, strict=True) for byte in turn
    )
    return (int.from_bytes(dealt, "big") << LEFT_OVER) ^ _mask()


def _correcting(block: bytes) -> bytes:
    """The remainder by the generator polynomial, a byte at a time."""
    table, rest = _multiples(), 0
    for byte in block:
        rest = ((rest << 8) & WORD) ^ table[(rest >> 8 * (CORRECTING - 1)) ^ byte]
    return rest.to_bytes(CORRECTING, "big")


@cache
def _multiples() -> list[int]:
    """The generator polynomial of that many correcting codewords, without its first term, times each byte."""

    def product(one: int, other: int) -> int:
        made = 0
        while other:
            made ^= one if other & 1 else 0
            one = (one << 1) ^ (0x11D if one & 0x80 else 0)
            other >>= 1
        return made

    polynomial, root = [1], 1
    for _power in range(CORRECTING):
        shifted = [*polynomial, 0]
        for place, term in enumerate(polynomial, start=1):
            shifted[place] ^= product(term, root)
        polynomial, root = shifted, product(root, 2)
    return [
        int.from_bytes(bytes(product(term, byte) for term in polynomial[1:]), "big") for byte in range(256)
    ]


def _png(filled: int) -> bytes:
    modules = f"{filled:0{MODULES}b}01"
    rows = int("".join(_layout()(modules)), 2)
    row_bytes = 1 + (PICTURE + 7) // 8
    content = zlib.compress(rows.to_bytes(row_bytes * PICTURE, "big"))
    head = struct.pack(">IIBBBBB", PICTURE, PICTURE, 1, 0, 0, 0, 0)  # one bit of grey
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", content) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


@cache
def _mask() -> int:
    """Mask 000, with light and dark swapped as pictures have them."""
    return int("".join("0" if (row + column) % 2 == 0 else "1" for row, column in _order()), 2)


@cache
def _order() -> list[tuple[int, int]]:
    """The modules that codewords fill, in the order in which they are filled: two columns at a time, up and down."""
    found = []
    for turn, right in enumerate([*range(SIDE - 1, 6, -2), 5, 3, 1]):
        rows = range(SIDE) if turn % 2 else reversed(range(SIDE))
        found += [
            (row, column) for row in rows for column in (right, right - 1) if not _is_fixed(row, column)
        ]
    return found


def _is_fixed(row: int, column: int) -> bool:
    """Of the finder, timing and alignment patterns, or of what says level and mask."""
    far = SIDE - 8
    at_a_corner = (row < 9 and (column < 9 or column >= far)) or (row >= far and column < 9)
    return at_a_corner or 6 in (row, column) or (abs(row - 34) < 3 and abs(column - 34) < 3)


@cache
def _layout() -> Callable[[str], tuple[str, ...]]:
    """Picks, for each bit of the picture's rows, the module that it shows; after these stand a 0 and a 1."""
    dark, light = MODULES, MODULES + 1
    made = segno.make_qr("0", version=VERSION, error="m", mask=0, boost_error=False).matrix
    shown = {where: number for number, where in enumerate(_order())}
    places: list[int] = []
    for row in range(-qr.QUIET, SIDE + qr.QUIET):
        line = [dark] * 8  # that no filter is used
        for column in range(-qr.QUIET, SIDE + qr.QUIET):
            if not (0 <= row < SIDE and 0 <= column < SIDE):
                line.append(light)
            else:
                line.append(shown.get((row, column), dark if made[row][column] else light))
        places += line + [light] * (-PICTURE % 8)
    return itemgetter(*places)
