"""The matching words of a text, marked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# Two characters without a meaning (Unicode's private use), so that the text can be escaped around them.
START, END = "\ue000", "\ue001"
_MARKED = re.compile(f"{START}([^{START}{END}]*){END}")
_SELECTORS = f'StartSel="{START}", StopSel="{END}"'
_WHOLE = f"{_SELECTORS}, HighlightAll=true"
_PASSAGES = f'{_SELECTORS}, MaxFragments=2, MaxWords=28, MinWords=12, FragmentDelimiter=" … "'


def marked(
    texts: Sequence[str], words: Sequence[str], language: str, *, whole: bool = False, names: bool = False
) -> list[SafeString]:
    """Each text, or its passages with the words unless `whole`, escaped, with <mark> around the words.

    In `names` a word is also marked where a name only begins with it.
    """
    texts = [text.replace(START, "").replace(END, "") for text in texts]
    config = "search_any" if names else f"search_{language}"
    query = " || ".join(["plainto_tsquery(%s::regconfig, %s)"] * len(words))
    parameters = [part for word in words for part in (config, word)]
    if names:
        query += "".join([" || to_tsquery('search_any', %s)"] * len(words))
        parameters += [f"'{word}':*" for word in words]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ts_headline(%s::regconfig, given.text, {query}, %s)"  # noqa: S608 - placeholders alone
            " FROM unnest(%s::text[]) WITH ORDINALITY AS given (text, place) ORDER BY given.place",
            [config, *parameters, _WHOLE if whole else _PASSAGES, texts],
        )
        found = [headline for (headline,) in cursor.fetchall()]
    if not whole:
        found = [_with_dots(headline, text) for headline, text in zip(found, texts, strict=True)]
    return [_escaped(headline) for headline in found]


def _with_dots(headline: str, text: str) -> str:
    """Says where a passage is not the beginning or the end of its text."""
    plain = headline.replace(START, "").replace(END, "").strip()
    before = "" if text.lstrip().startswith(plain[:20]) else "… "
    after = "" if text.rstrip().endswith(plain[-20:]) else " …"
    return f"{before}{headline.strip()}{after}"


def _escaped(headline: str) -> SafeString:
    with_marks = _MARKED.sub(r"<mark>\1</mark>", str(escape(headline)))
    return mark_safe(with_marks.replace(START, "").replace(END, ""))  # noqa: S308  escaped the line above
