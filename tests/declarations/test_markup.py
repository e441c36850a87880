from __future__ import annotations

import time

import pytest

from declarations.markup import blocks, refused_links, render


def test_headings_articles_paragraphs_and_lists() -> None:
    body = "We, the mayors,\nmeet.\n\n# Articles\n\n1. First.\n\n2. Second:\n- a\n- b\n\nEnd.\n"
    assert render(body) == (
        "<p>We, the mayors,\nmeet.</p>\n"
        "<h3>Articles</h3>\n"
        '<ol class="articles articles-numbered">'
        '<li id="article-1"><a class="article-number" href="#article-1">1</a> <p>First.</p></li>'
        '<li id="article-2"><a class="article-number" href="#article-2">2</a> '
        "<p>Second:</p><ul><li>a</li><li>b</li></ul></li>"
        "</ol>\n"
        "<p>End.</p>"
    )


def test_no_html_passes() -> None:
    body = "# <b>x</b>\n\n1. <script>alert(1)</script>\n\n- <i>y</i>\n\n&amp; <img src=x onerror=y>"
    assert render(body) == (
        "<h3>&lt;b&gt;x&lt;/b&gt;</h3>\n"
        '<ol class="articles articles-numbered"><li id="article-1">'
        '<a class="article-number" href="#article-1">1</a> '
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p></li></ol>\n"
        "<ul><li>&lt;i&gt;y&lt;/i&gt;</li></ul>\n"
        "<p>&amp;amp; &lt;img src=x onerror=y&gt;</p>"
    )


def test_numbers_are_shown_as_they_are_written() -> None:
    numbers = [
        block.number for block in blocks("7. Seven.\n\n9. Nine.\n\n# Part\n\n10. Ten.\n1989 was early.")
    ]
    assert numbers == ["7", "9", "", "10"]


def test_an_indented_block_belongs_to_the_article_above() -> None:
    (article,) = blocks("1. First.\n\n  More of it.\n\n  - a\n  - b")
    assert [part.kind for part in article.parts] == ["paragraph", "paragraph", "list"]


def test_every_word_of_the_text_is_shown() -> None:
    body = "a\n# b\nc\n1. d\n2. e\nf\n- g\nh\n\n  i\n\n- j\nk\n\n3.l"
    shown = render(body)
    shown = shown.replace('</li><li id="article-2">', " ")
    for tag in ("p", "h3", "ul", "li", "ol"):
        shown = shown.replace(f"</{tag}>", " ").replace(f"<{tag}>", " ")
    words = [word for word in shown.replace(">", "> ").replace("<", " <").split() if len(word) == 1]
    assert "".join(words) == "abc1d2efghijk"


def test_a_number_that_comes_again_has_an_address_of_its_own() -> None:
    shown = render("# One\n\n1. a\n\n# Two\n\n1. b\n\n2. c")
    assert [f'id="{place}"' in shown for place in ("article-1", "article-1-2", "article-2")] == [True] * 3


@pytest.mark.parametrize(
    "address",
    [
        "https://efus.eu/charter?a=1&b=2#c",
        "http://example.org",
        "HTTPS://example.org/%28x%29",
        "mailto:office@town.example",
    ],
)
def test_words_with_an_address_are_a_link(address: str) -> None:
    escaped = address.replace("&", "&amp;")
    assert [render(f"See [the <charter>]({address})."), refused_links(f"See [a]({address}).")] == [
        f'<p>See <a href="{escaped}">the &lt;charter&gt;</a>.</p>',
        [],
    ]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "javascript://example.org/%0Aalert%281%29",
        "data:text/html,x",
        "vbscript:x",
        "ftp://example.org",
        "//example.org",
        "/en/",
        "example.org",
        "https://",
        "https:///path",
        "https://good.example@evil.example",
        "https://user:word@evil.example",
        "https://evil.example\\@good.example",
        "https://[half",
        "https://example.org:port/",
        "https://example.org/\u202egro",
        "https://example.org/\u200bx",
        'https://example.org/"onclick=x',
        "https://example.org/'x",
        "https://example.org/<b>",
        "mailto:",
        "mailto:a@b.example?bcc=c@d.example%0A",
        "mailto:nobody",
    ],
)
def test_any_other_address_stays_text(address: str) -> None:
    written = f"[words]({address})"
    assert ["<a" in render(written), len(refused_links(written))] == [
        address.startswith("mailto:a@b"),  # only its mailbox is looked at: what it fills in harms nobody
        0 if address.startswith("mailto:a@b") else 1,
    ]


def test_links_stand_in_headings_lists_and_articles_and_never_in_each_other() -> None:
    link = "[x](https://a.example)"
    shown = render(f"# {link}\n\n1. {link}\n- {link}\n\n[a [b](https://b.example) c](https://c.example)")
    assert [shown.count("<a href="), "[a <a" in shown] == [4, True]


def test_a_hostile_text_is_read_in_no_time() -> None:
    began = time.process_time()
    for hostile in ("[" * 200_000, "[a](" * 50_000, "[a](https://" + "a" * 200_000, "1. " * 60_000):
        render(hostile)
        refused_links(hostile)
    assert time.process_time() - began < 5


def test_an_empty_text_is_empty() -> None:
    assert render(" \n\n \n") == ""
