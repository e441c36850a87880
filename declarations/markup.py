"""The small markup of a declaration's text, and nothing else: no HTML passes.

`# ` begins a heading, `12. ` a numbered article, `- ` an item of a list, `[words](https://…)` is a link. An empty
line ends a block; an indented block after an article belongs to it. Numbers are shown as they are written: they are
part of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal
from urllib.parse import urlsplit

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

_ARTICLE = re.compile(r"([0-9]{1,4})\.[ \t]+(.*)", re.DOTALL)
# Words without brackets, an address without spaces, brackets or quotation marks: such an address writes them as %28.
_LINK = re.compile(r"\[([^\[\]]+)\]\(([^\s()<>\"']+)\)")
_MAILBOX = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
LINK_SCHEMES = ("http", "https", "mailto")


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
    """The whole text as HTML, articles in a row as one list and each with its address on the page."""
    found = blocks(body)
    return html(found, dict(zip(map(id, found), anchors(found), strict=True)))


def html(some: list[Block], addresses: dict[int, str] | None = None) -> SafeString:
    """Blocks as HTML; `addresses` names the articles' places on the page, by the block's `id()`."""
    named = addresses or {}
    out: list[SafeString] = []
    for kind, group in groupby(some, key=lambda block: block.kind):
        if kind == "article":
            articles = format_html_join(
                "", "{}", ((_article(block, named.get(id(block), "")),) for block in group)
            )
            out.append(format_html('<ol class="articles articles-numbered">{}</ol>', articles))
        else:
            out += [_html(block) for block in group]
    return mark_safe("\n".join(out))  # noqa: S308  made of escaped parts alone


def anchors(some: list[Block]) -> list[str]:
    """The place of each block on its page: `article-3`, `article-3-2` where that number comes again; else ""."""
    seen: Counter[str] = Counter()
    out = []
    for block in some:
        if block.kind != "article":
            out.append("")
            continue
        seen[block.number] += 1
        again = f"-{seen[block.number]}" if seen[block.number] > 1 else ""
        out.append(f"article-{block.number}{again}")
    return out


def is_link(address: str) -> bool:
    """Whether an address is made a link of: http, https or mailto, to a host or mailbox that is what it seems."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return _MAILBOX.fullmatch(parts.path) is not None
    # Before an “@” one could write a host that the link does not lead to; a backslash browsers read as a slash.
    return (
        parts.scheme in LINK_SCHEMES
        and bool(host)
        and "@" not in parts.netloc
        and "\\" not in address
        and address.isprintable()
    )


def refused_links(body: str) -> list[str]:
    """What looks like a link and stays text."""
    return [found[0] for found in re.finditer(r"\[[^\[\]]+\]\([^)\n]*\)?", body) if not _is_whole(found[0])]


def _is_whole(written: str) -> bool:
    found = _LINK.fullmatch(written)
    return found is not None and is_link(found[2])


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
            return format_html("<h3>{}</h3>", _inline(block.text))
        case "list":
            return format_html(
                "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((_inline(item),) for item in block.items))
            )
        case "article":
            return _article(block, "")
        case _:
            return format_html("<p>{}</p>", _inline(block.text))


def _article(block: Block, address: str) -> SafeString:
    parts = format_html_join("", "{}", ((_html(part),) for part in block.parts))
    if not address:
        return format_html('<li><span class="article-number">{}</span> {}</li>', block.number, parts)
    return format_html(
        '<li id="{}"><a class="article-number" href="#{}">{}</a> {}</li>',
        address,
        address,
        block.number,
        parts,
    )


def _inline(text: str) -> SafeString:
    """Escaped text with its links."""
    return mark_safe("".join(_pieces_of_line(text)))  # noqa: S308  each piece is escaped where it is made


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """The words of a line in order, each with the address it is a link to, or with ""."""
    end = 0
    for found in _LINK.finditer(text):
        if is_link(found[2]):
            if found.start() > end:
                yield text[end : found.start()], ""
            yield found[1], found[2]
            end = found.end()
    if end < len(text):
        yield text[end:], ""


def _pieces_of_line(text: str) -> Iterator[str]:
    for words, address in pieces(text):
        yield format_html('<a href="{}">{}</a>', address, words) if address else conditional_escape(words)
