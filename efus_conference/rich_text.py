"""What organisers write, as a page shows it: Markdown (CommonMark) without HTML, and what came from Word made into it.

`as_html` is for templates (`{{ block.text|rich }}`); `tidied` is for forms, before a text is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from unicodedata import category
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdownify import markdownify

# Tags as Word, Outlook and browsers put them on the clipboard; a lone “<”, “a < b” or “<b>” is no HTML.
WITHIN_A_LINE = r"br|b|i|strong|em|u|span|font|a"
HTML = re.compile(
    r"</(?:p|b|i|strong|em|u|a)\s*>"
    r"|<(?:p|b|i|strong|em|u|a)\s[^>]*>"
    r"|</?(?:div|span|br|ul|ol|li|h[1-6]|table|tr|td|th|font|o:p|meta|style|img)\b[^>]*>",
    re.I,
)
OF_A_LINE = re.compile(rf"</?(?:{WITHIN_A_LINE})\b[^>]*>", re.I)
NEVER_SHOWN = re.compile(r"<!--|<(style|script|xml|head|title)\b", re.I)
LONGEST_PASTED = 100_000  # characters, HTML and all
# What somebody wrote who knows Markdown: **bold**, [words](address), and the begin of a heading, list or quotation.
MARKS = re.compile(r"\*\*\S|\[[^\]\n]+\]\(|^ {0,3}(?:#{1,6}|[-*+>]|\d+\.)\s+\S", re.M)
ADDRESS = re.compile(r"<(?=(?:https?|mailto|tel):[^\s<>]+>|[^\s@<>/]+@[^\s<>]+>)", re.I)
LAST_BREAK = re.compile(r"<br\s*/?>\s*$", re.I)
FIRST_HEADING = 3  # below the heading of a block
SCHEMES = {"http", "https", "mailto", "tel"}
ONE_S_OWN = re.compile(r"/(?!/)[^\s\\]*")
DOTS = re.compile(
    r"^[^?#]*/(?:\.|%2e){1,2}(?:[/?#]|$)", re.I
)  # “/a/../b”, of which each reader makes another


def is_followable(link: str) -> bool:
    """Whether a reader's browser goes where a link says: to the web, to a mailbox, a telephone, or within this site.

    Not what would run as a program (`javascript:`), nor what is another site in disguise (`//host`, `https://a@b`).
    """
    if any(category(character).startswith("C") for character in link):
        return False
    if ONE_S_OWN.fullmatch(link):
        return not DOTS.search(link)
    scheme, _colon, rest = link.partition(":")
    if scheme.lower() not in SCHEMES or not rest or re.search(r"[\s\\<>\"]", link):
        return False
    if scheme.lower() in ("mailto", "tel"):
        return True
    try:
        parts = urlsplit(link)
        return bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:  # no address at all, or a port beyond the last
        return False


@cache
def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.validateLink = lambda url: url.startswith("#") or is_followable(url)  # type: ignore[method-assign]
    return parser


@cache
def _as_written() -> MarkdownIt:
    """The same for who asks what links there are: all of them, to the letter."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    return parser


def links_of(text: str) -> Iterator[str]:
    """Where the links of a text lead, in whichever of the ways of Markdown they are written."""
    for token in _as_written().parse(text):
        for child in token.children or []:
            if child.type == "link_open" and (link := str(child.attrs.get("href", ""))):
                yield link


def as_html(text: str, first_heading: int = FIRST_HEADING) -> SafeString:
    """Paragraphs, lists, links, emphasis, quotations and tables; headings from `first_heading` on, no pictures.

    The largest heading of the text becomes the first, however many signs it was written with: no level is left out.

    A link that is neither of the web nor of this site (`javascript:`, `data:`) stays the text it is written as.
    """
    tokens = _markdown().parse(text)
    written = sorted({token.tag for token in tokens if token.type == "heading_open"})
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(first_heading + written.index(token.tag), 6)}"
        token.children = [_without_picture(child) for child in token.children or []] or token.children
    html = _markdown().renderer.render(tokens, _markdown().options, {})
    return mark_safe(html)  # noqa: S308  the parser escapes all HTML and checks the links


def _without_picture(token: Token) -> Token:
    """Pictures stand in the library, with a text for those who can't see them; here their words stay."""
    if token.type != "image":
        return token
    return Token("text", "", 0, content=token.content)


def tidied(text: str) -> str:
    """A text as it is stored: HTML that was pasted, as Word makes it, becomes Markdown; all else stays as it is.

    Raises ValidationError for boxes within boxes that nobody would read, and for HTML without an end.
    """
    if not HTML.search(text):
        return text
    if len(text) > LONGEST_PASTED:
        raise ValidationError(_("This text is too long to be pasted with its formatting."), code="long")
    text = _without_what_is_never_shown(text)
    is_markdown = bool(MARKS.search(text))
    if is_markdown and not HTML.search(OF_A_LINE.sub("", text)):
        # A tag or two in a text that is Markdown: its lines and paragraphs are what they are.
        return "\n".join(_line(line) for line in text.split("\n")).strip()
    return re.sub(r"\n{3,}", "\n\n", _made(text, is_markdown=is_markdown)).strip()


def _without_what_is_never_shown(text: str) -> str:
    """Without comments, style sheets and programs; of each the text is read once, however many begin and never end."""
    kept, end, endless = [], 0, set()
    for found in NEVER_SHOWN.finditer(text):
        closing = rf"</{found[1].lower()}\s*>" if found[1] else "-->"
        if found.start() < end or closing in endless:
            continue
        its_end = re.compile(closing, re.I).search(text, found.end())
        if its_end is None:
            endless.add(closing)
            continue
        kept.append(text[end : found.start()])
        end = its_end.end()
    return "".join([*kept, text[end:]])


def _line(line: str) -> str:
    if not HTML.search(line):
        return line
    indent = line[: len(line) - len(line.lstrip())]
    made = _made(line, is_markdown=True).strip()
    return f"{indent}{made}  " if LAST_BREAK.search(line) else f"{indent}{made}"


def _made(html: str, *, is_markdown: bool) -> str:
    try:
        return markdownify(
            ADDRESS.sub("&lt;", html),
            heading_style="ATX",
            bullets="-",
            strip=["img", "script", "style"],
            escape_asterisks=not is_markdown,
            escape_underscores=not is_markdown,
        )
    except RecursionError:
        raise ValidationError(
            _("This text has too many boxes within boxes. Paste it without its formatting."), code="nested"
        ) from None
