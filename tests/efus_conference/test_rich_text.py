"""What organisers write: shown as they meant it, whatever was pasted, and never more than text, lists and links."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from efus_conference.rich_text import as_html, is_followable, links_of, tidied

ALLOWED = {
    *("p", "a", "em", "strong", "ul", "ol", "li", "blockquote", "br", "hr", "code", "pre"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"href", "title", "start", "class", "style"}
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)((?:\s[^<>]*)?)>")
ATTRIBUTE = re.compile(r'\s([a-zA-Z-]+)="')


def tags(html: str) -> set[str]:
    return {found[2].lower() for found in TAG.finditer(html)}


# --- shown -------------------------------------------------------------------------------------------


def test_paragraphs_headings_lists_and_links_are_shown() -> None:
    text = "First.\n\n# Big\n\n## Small\n\n- one\n  - inner\n- two\n\n1. a\n2. b\n\n[Efus](https://efus.eu) **b** *i*"
    assert as_html(text) == (
        "<p>First.</p>\n<h3>Big</h3>\n<h4>Small</h4>\n<ul>\n<li>one\n<ul>\n<li>inner</li>\n</ul>\n</li>\n"
        "<li>two</li>\n</ul>\n<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"
        '<p><a href="https://efus.eu">Efus</a> <strong>b</strong> <em>i</em></p>\n'
    )


def test_no_level_of_headings_is_left_out() -> None:
    text = "### Small\n\n##### Smaller"
    assert as_html(text) == "<h3>Small</h3>\n<h4>Smaller</h4>\n"
    assert as_html(text, 2) == "<h2>Small</h2>\n<h3>Smaller</h3>\n"


def test_a_table_is_shown() -> None:
    assert tags(as_html("| a | b |\n|---|---|\n| 1 | 2 |")) == {"table", "thead", "tbody", "tr", "th", "td"}


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "&#106;avascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_is_a_program_is_no_link(address: str) -> None:
    for text in (
        f"[click]({address})",
        f"<{address}>",
        f"[click][1]\n\n[1]: {address}",
        f"[click](<{address}>)",
    ):
        html = as_html(text)
        assert not re.search(r'href="\s*(javascript|data|vbscript|file)', html, re.I), html


@pytest.mark.parametrize(
    "text",
    [
        "[b][1]\n\n[1]: //evil.example/2",
        "[b](/&#47;evil.example/2)",
        "[b](/&sol;evil.example/2)",
        "[b](//evil.example/2)",
        "[b](https://efus.eu@evil.example/2)",
        "[b](ftp://evil.example/2)",
        "[b](/static/../en/my/agenda/)",
    ],
)
def test_a_link_that_leads_elsewhere_than_it_says_is_none_and_is_found(text: str) -> None:
    assert "<a" not in as_html(text)
    assert [is_followable(link) for link in links_of(text)] == [False]


def test_links_of_a_text_are_found_in_every_way_they_are_written() -> None:
    text = "[a](/x/?a=(1)#b) <https://efus.eu> <a@b.example> [c][1] [d] `[no](/none/)`\n\n> - [e](#e)\n\n[1]: /y/\n[d]: /z/"
    found = ["/x/?a=(1)#b", "https://efus.eu", "mailto:a@b.example", "/y/", "/z/", "#e"]
    assert list(links_of(text)) == found
    assert re.findall(r'href="([^"]+)"', as_html(text)) == found


def test_html_is_shown_as_it_was_typed() -> None:
    html = as_html('<script>alert(1)</script> <img src=x onerror="alert(1)"> a < b')
    assert tags(html) == {"p"}
    assert "&lt;script&gt;" in html


def test_a_picture_in_a_text_stays_as_its_words() -> None:
    assert as_html("![a hall](https://elsewhere.example/hall.jpg)") == "<p>a hall</p>\n"


def test_ten_thousand_characters_of_anything_are_shown_soon() -> None:
    for text in (
        "a" * 10_000,
        "[" * 10_000,
        "> " * 5_000,
        "*" * 10_000,
        "- " * 5_000,
        "`" * 10_000,
        "<" * 10_000,
    ):
        assert tags(as_html(text)) <= ALLOWED


@given(
    st.text(alphabet=st.sampled_from(list("<>&\"'()[]!#*_-`|:/\\ \n\tabscript=javonerdt1.")), max_size=200)
)
def test_whatever_is_typed_no_other_tag_and_no_program_comes_of_it(text: str) -> None:
    html = as_html(text)
    assert tags(html) <= ALLOWED
    for found in TAG.finditer(html):
        assert set(ATTRIBUTE.findall(found[3])) <= ATTRIBUTES
    assert not re.search(r'href="\s*(javascript|data|vbscript):', html, re.I)


# --- tidied ------------------------------------------------------------------------------------------

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta charset=utf-8><style><!--
p.MsoNormal {margin:0cm; font-family:"Calibri"} --></style><xml><w:WordDocument></w:WordDocument></xml></head><body>
<!--[if gte mso 9]><xml></xml><![endif]--><h1 style='margin:0'>Security<o:p></o:p></h1>
<p class=MsoNormal style="color:red"><b><span lang=EN-US>Cities</span></b> and <i>people</i>.<o:p></o:p></p>
<ul><li>one<ul><li>inner</li></ul></li><li><a href="https://efus.eu" onclick="x()">two</a></li></ul>
<table><tr><th>City</th><th>Year</th></tr><tr><td>Nice</td><td>2017</td></tr></table>
<script>alert(1)</script></body></html>"""


def test_what_was_pasted_from_word_keeps_its_structure_and_nothing_else() -> None:
    text = tidied(WORD)
    html = as_html(text)
    assert tags(html) == {
        "h3",
        "p",
        "strong",
        "em",
        "ul",
        "li",
        "a",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    assert [word for word in ("Mso", "alert", "style", "mso", "onclick", "xml") if word in text] == []
    assert '<a href="https://efus.eu">two</a>' in html


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a < b and b > c",
        "3 <4",
        "**bold**",
        "A line.\n\nAnother.",
        "<https://efus.eu>",
        "x\n" * 5000,
        "é 日本 Ł",
    ],
)
def test_what_is_no_html_stays_to_the_letter(text: str) -> None:
    assert tidied(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**bold** and a <br>", "**bold** and a"),
        ("Press <b> to begin, 3 < 4", "Press <b> to begin, 3 < 4"),
        ("## Head\n\nA *b* <b>c</b> <https://efus.eu>", "## Head\n\nA *b* **c** <https://efus.eu>"),
        ("- one<br>\n  - in_ner_\n\nEnd.", "- one  \n  - in_ner_\n\nEnd."),
        ("<p>**bold**</p><p>x_y</p>", "**bold**\n\nx_y"),
        ("<p>2 * 3 * 4</p>", r"2 \* 3 \* 4"),
    ],
)
def test_what_is_markdown_stays_so_beside_a_tag(text: str, expected: str) -> None:
    assert tidied(text) == expected


@pytest.mark.parametrize(
    "text", ["<div>" * 600, "<ul><li>" * 1500, "<b>" * 1500 + "x</b>", "<p>" + "x" * 100_000 + "</p>"]
)
def test_boxes_within_boxes_are_refused_kindly(text: str) -> None:
    with pytest.raises(ValidationError, match=r"This text (has too many boxes|is too long)"):
        tidied(text)


def test_comments_and_styles_that_begin_and_never_end_are_read_once() -> None:
    for text in ("<!--" * 20_000, "<style " * 10_000):
        assert tidied(f"<p>Hello</p><!-- no -->{text}").startswith("Hello")


def test_a_text_that_was_tidied_is_tidied_no_further() -> None:
    once = tidied(WORD)
    assert tidied(once) == once


@given(st.text(alphabet=st.sampled_from(list("<>/pbdivscralt=\"' \nx1")), max_size=150))
def test_whatever_is_pasted_no_program_comes_of_it(text: str) -> None:
    assert tags(as_html(tidied(text))) <= ALLOWED
