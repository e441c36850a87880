"""What organisers write, as a page shows it: Markdown (CommonMark) without HTML, and what came from Word made into it.

`as_html` is for templates (`{{ block.text|rich }}`); `tidied` is for forms, before a text is stored.
"""

from __future__ import annotations

import re
from functools import cache

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdownify import markdownify

# Tags as Word, Outlook and browsers put them on the clipboard; a lone “<” or “a < b” is no HTML.
HTML = re.compile(
    r"</?(?:p|div|span|br|b|i|strong|em|u|ul|ol|li|a|h[1-6]|table|tr|td|th|font|o:p|meta|style|img)\b[^>]*>",
    re.I,
)
LEFT_OUT = re.compile(r"<!--.*?-->|<(style|script|xml|head|title)\b.*?</\1\s*>", re.I | re.S)
FIRST_HEADING = 3  # below the heading of a block


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


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
    """A text as it is stored: HTML that was pasted, as Word makes it, becomes Markdown; all else stays as it is."""
    if not HTML.search(text):
        return text
    made = markdownify(
        LEFT_OUT.sub("", text), heading_style="ATX", bullets="-", strip=["img", "script", "style"]
    )
    return re.sub(r"\n{3,}", "\n\n", made).strip()
