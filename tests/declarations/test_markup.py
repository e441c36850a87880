from __future__ import annotations

from declarations.markup import blocks, render, side_by_side


def test_headings_articles_paragraphs_and_lists() -> None:
    body = "We, the mayors,\nmeet.\n\n# Articles\n\n1. First.\n\n2. Second:\n- a\n- b\n\nEnd.\n"
    assert render(body) == (
        "<p>We, the mayors,\nmeet.</p>\n"
        "<h3>Articles</h3>\n"
        '<ol class="articles articles-numbered">'
        '<li><span class="article-number">1</span> <p>First.</p></li>'
        '<li><span class="article-number">2</span> <p>Second:</p><ul><li>a</li><li>b</li></ul></li>'
        "</ol>\n"
        "<p>End.</p>"
    )


def test_no_html_passes() -> None:
    body = "# <b>x</b>\n\n1. <script>alert(1)</script>\n\n- <i>y</i>\n\n&amp; <img src=x onerror=y>"
    assert render(body) == (
        "<h3>&lt;b&gt;x&lt;/b&gt;</h3>\n"
        '<ol class="articles articles-numbered"><li><span class="article-number">1</span> '
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
    for tag in ("p", "h3", "ul", "li", "ol"):
        shown = shown.replace(f"</{tag}>", " ").replace(f"<{tag}>", " ")
    words = [word for word in shown.replace(">", "> ").replace("<", " <").split() if len(word) == 1]
    assert "".join(words) == "abc1d2efghijk"


def test_texts_of_the_same_shape_stand_block_beside_block() -> None:
    rows = side_by_side(["# A\n\n1. One.", "# B\n\n1. Un."])
    assert rows == [
        ["<h3>A</h3>", "<h3>B</h3>"],
        [
            '<ol class="articles articles-numbered"><li><span class="article-number">1</span> <p>One.</p></li></ol>',
            '<ol class="articles articles-numbered"><li><span class="article-number">1</span> <p>Un.</p></li></ol>',
        ],
    ]


def test_texts_of_another_shape_stand_beside_each_other_whole() -> None:
    assert side_by_side(["a\n\nb", "c"]) == [["<p>a</p>\n<p>b</p>", "<p>c</p>"]]


def test_an_empty_text_is_empty() -> None:
    assert render(" \n\n \n") == ""
