"""The same text in several languages, side by side: article beside article, whatever one of them lacks."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from declarations.markup import Block, anchors, blocks, html

# How well two blocks that go together hold the rows: numbers are surer than the order of headings and paragraphs.
WEIGHTS = {"article": 4, "heading": 2, "paragraph": 1, "list": 1}
MOST_STEPS = 400_000  # of aligning two texts; beyond, they stand beside each other whole
NOWHERE = SafeString("")  # safe: nothing at all

Key = tuple[str, str]


@dataclass
class Row:
    """What stands beside each other; a language that lacks it has None."""

    key: Key
    cells: list[Block | None]


def rows_of(bodies: list[str]) -> list[Row] | None:
    """The rows, each block in exactly one of them and every text in its own order; None where that takes too long.

    Blocks go together by kind, and articles by their number too, so that a missing one moves no other.
    """
    rows: list[Row] = []
    for column, body in enumerate(bodies):
        found = blocks(body)
        if len(rows) * len(found) > MOST_STEPS:
            return None
        rows = _merged(rows, found, column)
    return rows


def side_by_side(bodies: list[str]) -> list[list[SafeString]]:
    """Rows of the same texts as HTML; a cell is "" where a text has nothing to stand there.

    The first text that has an article carries its address on the page.
    """
    rows = rows_of(bodies)
    if rows is None:
        return [[html(blocks(body)) for body in bodies]]
    places = anchors([next(block for block in row.cells if block) for row in rows])
    out = []
    for row, place in zip(rows, places, strict=True):
        line, is_named = [], not place
        for block in row.cells:
            if block is None:
                line.append(NOWHERE)
            else:
                line.append(html([block], {} if is_named else {id(block): place}))
                is_named = True
        out.append(line)
    return out


def missing_articles(bodies: list[str]) -> list[tuple[str, list[int]]]:
    """The articles that some of the texts lack: number, and the places of those texts in the list."""
    lacking = []
    for row in rows_of(bodies) or []:
        without = [place for place, block in enumerate(row.cells) if block is None]
        if row.key[0] == "article" and without:
            lacking.append((row.key[1], without))
    return lacking


def _merged(rows: list[Row], found: list[Block], column: int) -> list[Row]:
    merged = []
    for row, block in _pairs(rows, found):
        if row is None:
            assert block is not None
            merged.append(Row(_key(block), [None] * column + [block]))
        else:
            merged.append(Row(row.key, [*row.cells, block]))
    return merged


def _pairs(rows: list[Row], found: list[Block]) -> list[tuple[Row | None, Block | None]]:
    """Rows and blocks in one order, those that go together in pairs: the heaviest common subsequence."""
    ours, theirs = [row.key for row in rows], [_key(block) for block in found]
    best = [[0] * (len(theirs) + 1) for _place in range(len(ours) + 1)]
    for i in range(len(ours) - 1, -1, -1):
        for j in range(len(theirs) - 1, -1, -1):
            together = best[i + 1][j + 1] + WEIGHTS[ours[i][0]] if ours[i] == theirs[j] else -1
            best[i][j] = max(best[i + 1][j], best[i][j + 1], together)
    pairs: list[tuple[Row | None, Block | None]] = []
    i = j = 0
    while i < len(ours) and j < len(theirs):
        if ours[i] == theirs[j] and best[i][j] == best[i + 1][j + 1] + WEIGHTS[ours[i][0]]:
            pairs.append((rows[i], found[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((rows[i], None))
            i += 1
        else:
            pairs.append((None, found[j]))
            j += 1
    return [*pairs, *((row, None) for row in rows[i:]), *((None, block) for block in found[j:])]


def _key(block: Block) -> Key:
    # “07.” and “7.” are one article.
    return block.kind, block.number.lstrip("0") or block.number
