"""The small markup of a declaration's text, and nothing else: no HTML passes.

`# ` begins a heading, `12. ` a numbered article, `- ` an item of a list. An empty line ends a block; an
indented block after an article belongs to it. Numbers are shown as they are written: they are part of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

_ARTICLE = re.compile(r"(\d{1,4})\.[ \t]+(.*)", re.DOTALL)


@dataclass
class Block:
    """A part of a text; `parts` are the paragraphs and lists inside an article."""

    kind: Literal["heading", "article", "paragraph", "list"]
    text: str = ""
    number: str = ""
    items: list[str] = field(default_factory=list)
    parts: list[Block] = field(default_factory=list)


def blocks(body: str) -> list[Block]:
    """The text's blocks in order. Every word of it is in exactly one of them."""
    found: list[Block] = []
    for chunk in re.split(r"\n[ \t]*\n", body.replace("\r\n", "\n").strip("\n")):
        if not chunk.strip():
            continue
        belongs = chunk[0] in " \t" and bool(found) and found[-1].kind == "article"
        target = found[-1].parts if belongs else found
        for lines in _pieces([line.strip() for line in chunk.split("\n") if line.strip()]):
            block = _block(lines)
            if block.kind in ("paragraph", "list") and found and _continues(found[-1], lines, chunk):
                found[-1].parts.append(block)
            else:
                target.append(block)
    return found


def render(body: str) -> SafeString:
    """The whole text as HTML, articles in a row as one list."""
    return html(blocks(body))


def html(some: list[Block]) -> SafeString:
    out: list[SafeString] = []
    for kind, group in groupby(some, key=lambda block: block.kind):
        if kind == "article":
            articles = format_html_join("", "{}", ((_article(block),) for block in group))
            out.append(format_html('<ol class="articles articles-numbered">{}</ol>', articles))
        else:
            out += [_html(block) for block in group]
    return mark_safe("\n".join(out))  # noqa: S308  made of escaped parts alone


def side_by_side(bodies: list[str]) -> list[list[SafeString]]:
    """Rows of the same texts in several languages, block beside block; one row of whole texts if they differ."""
    parsed = [blocks(body) for body in bodies]
    shapes = {tuple((block.kind, block.number) for block in text) for text in parsed}
    if len(shapes) != 1:
        return [[html(text) for text in parsed]]
    return [[html([block]) for block in row] for row in zip(*parsed, strict=True)]


def _pieces(lines: list[str]) -> list[list[str]]:
    """Splits a chunk where its lines change: a heading is one line, a list follows a paragraph."""
    pieces: list[list[str]] = []
    for line in lines:
        begins = line.startswith("# ") or _ARTICLE.match(line) is not None
        after_heading = bool(pieces) and pieces[-1][-1].startswith("# ")
        is_item = line.startswith("- ")
        in_list = bool(pieces) and pieces[-1][0].startswith("- ")
        if not pieces or begins or after_heading or (is_item and not in_list):
            pieces.append([line])
        else:
            pieces[-1].append(line)
    return pieces


def _block(lines: list[str]) -> Block:
    first = lines[0]
    if first.startswith("# "):
        return Block("heading", text=first[2:].strip())
    if first.startswith("- "):
        items: list[str] = []
        for line in lines:
            if line.startswith("- "):
                items.append(line[2:].strip())
            else:
                items[-1] += f"\n{line}"
        return Block("list", items=items)
    article = _ARTICLE.match("\n".join(lines))
    if article:
        return Block("article", number=article[1], parts=[Block("paragraph", text=article[2])])
    return Block("paragraph", text="\n".join(lines))


def _continues(last: Block, lines: list[str], chunk: str) -> bool:
    """A list right below an article's words, without an empty line, is the article's."""
    is_first_of_chunk = chunk.lstrip().startswith(lines[0])
    return last.kind == "article" and not is_first_of_chunk and lines[0].startswith("- ")


def _html(block: Block) -> SafeString:
    match block.kind:
        case "heading":
            return format_html("<h3>{}</h3>", block.text)
        case "list":
            return format_html(
                "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((i,) for i in block.items))
            )
        case "article":
            return _article(block)
        case _:
            return format_html("<p>{}</p>", block.text)


def _article(block: Block) -> SafeString:
    parts = format_html_join("", "{}", ((_html(part),) for part in block.parts))
    return format_html('<li><span class="article-number">{}</span> {}</li>', block.number, parts)
