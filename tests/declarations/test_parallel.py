from __future__ import annotations

import time

from declarations.parallel import missing_articles, rows_of, side_by_side


def shape(*bodies: str) -> list[list[str]]:
    """The rows as the words that stand in them; "" for nothing."""
    return [
        ["".join([block.text, *(part.text for part in block.parts)]) if block else "" for block in row.cells]
        for row in rows_of(list(bodies)) or []
    ]


def test_texts_stand_block_beside_block_and_an_article_has_one_address() -> None:
    assert side_by_side(["# A\n\n1. One.", "# B\n\n1. Un."]) == [
        ["<h3>A</h3>", "<h3>B</h3>"],
        [
            (
                '<ol class="articles articles-numbered"><li id="article-1">'
                '<a class="article-number" href="#article-1">1</a> <p>One.</p></li></ol>'
            ),
            '<ol class="articles articles-numbered"><li><span class="article-number">1</span> <p>Un.</p></li></ol>',
        ],
    ]


def test_a_missing_article_moves_no_other() -> None:
    english, french = "We:\n\n1. a\n\n2. b\n\n3. c\n\nEnd.", "Nous :\n\n1. A\n\n3. C\n\nFin."
    assert [shape(english, french), shape(french, english), missing_articles([english, french])] == [
        [["We:", "Nous :"], ["a", "A"], ["b", ""], ["c", "C"], ["End.", "Fin."]],
        [["Nous :", "We:"], ["A", "a"], ["", "b"], ["C", "c"], ["Fin.", "End."]],
        [("2", [1])],
    ]


def test_three_texts_that_each_lack_something() -> None:
    assert shape("1. a\n\n2. b", "2. B\n\n3. C", "# T\n\n1. x\n\n3. z") == [
        ["", "", "T"],
        ["a", "", "x"],
        ["b", "B", ""],
        ["", "C", "z"],
    ]


def test_an_empty_version_stands_as_an_empty_column() -> None:
    assert [shape("1. a", ""), shape("", "1. a"), shape("", "")] == [[["a", ""]], [["", "a"]], []]


def test_an_article_that_the_first_text_lacks_has_its_address_in_the_next() -> None:
    assert 'id="article-2"' in side_by_side(["1. a", "1. A\n\n2. B"])[1][1]


def test_every_block_is_shown_once_and_in_the_order_of_its_text() -> None:
    first, second = "1. a\n\n2. b\n\n3. c", "3. C\n\n1. A\n\n2. B"
    rows = shape(first, second)
    assert [[row[0] for row in rows if row[0]], [row[1] for row in rows if row[1]]] == [
        ["a", "b", "c"],
        ["C", "A", "B"],
    ]


def test_what_would_take_too_long_to_align_stands_whole() -> None:
    many, began = "\n\n".join("x" for _number in range(2000)), time.process_time()
    rows = side_by_side([many, many])
    assert [len(rows), len(rows[0]), time.process_time() - began < 10] == [1, 2, True]
