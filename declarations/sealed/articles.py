"""A declaration's text in the parts that `templates/declarations/pdf/declaration.typ` sets."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from declarations import markup
from declarations.markup import Block

Data = dict[str, Any]


def parts_of(body: str) -> list[Data]:
    """The text's blocks in order; articles in a row are one list, with their numbers as they are written."""
    return _parts(markup.blocks(body))


def _parts(some: list[Block]) -> list[Data]:
    made: list[Data] = []
    for kind, group in groupby(some, key=lambda block: block.kind):
        if kind == "article":
            items = [{"number": each.number, "parts": _parts(each.parts)} for each in group]
            made.append({"kind": "articles", "items": items})
        else:
            made += [_part(block) for block in group]
    return made


def _part(block: Block) -> Data:
    if block.kind == "list":
        return {"kind": "list", "items": [_pieces(item) for item in block.items]}
    return {"kind": block.kind, "words": _pieces(block.text)}


def _pieces(text: str) -> list[list[str]]:
    """Words, and the address they lead to where they are a link. Line ends inside a block mean nothing."""
    return [[" ".join(words.split("\n")), address] for words, address in markup.pieces(text)]
