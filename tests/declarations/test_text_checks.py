from __future__ import annotations

from declarations.models import TextVersion
from declarations.text_checks import warnings_of


def text(body: str, language: str = "en") -> TextVersion:
    return TextVersion(language=language, status="authentic", body=body)


def test_texts_in_order_need_no_second_look() -> None:
    assert (
        warnings_of(
            [
                text("# Preamble\n\n1. Cities act.\n\n[Efus](https://efus.eu)\n"),
                text("# Préambule\n\n1. Les villes\u00a0: agir.\n\n[Efus](https://efus.eu)\n", "fr"),
                text("# Προοίμιο\n\n1. Οι πόλεις, όπως η Sofia.\n\n[Efus](https://efus.eu)\n", "el"),
            ]
        )
        == []
    )


def test_an_article_that_a_language_lacks_is_named() -> None:
    assert warnings_of([text("1. a\n\n2. b"), text("1. a", "fr"), text("2. b\n\n3. c", "de")]) == [
        "Article 1 is missing in the text in Deutsch.",
        "Article 2 is missing in the text in Français.",
        "Article 3 is missing in the text in English.",
        "Article 3 is missing in the text in Français.",
    ]


def test_numbers_begin_again_under_a_heading_and_nowhere_else() -> None:
    assert warnings_of([text("# A\n\n1. a\n\n# B\n\n1. b\n\n1. c")]) == [
        "English: the number 1 stands before two articles under one heading."
    ]


def test_what_is_not_seen_or_turns_the_writing_is_named_with_its_line() -> None:
    assert warnings_of([text("One.\n\nTwo\u200b and\u202e three\u200b.\x07")]) == [
        "English, line 3: a character that is not seen, or turns the writing round (U+200B ZERO WIDTH SPACE).",
        "English, line 3: a character that is not seen, or turns the writing round (U+202E RIGHT-TO-LEFT OVERRIDE).",
        "English, line 3: a character that is not seen, or turns the writing round (U+0007).",
    ]


def test_words_of_several_scripts_and_accents_apart_are_named() -> None:
    assert warnings_of([text("C\u0456ties of Lie\u0300ge.")]) == [
        "English: some accents are written apart from their letters. Save the texts once, and they are joined.",
        "English, line 1: “C\u0456ties” has letters of several scripts.",
    ]


def test_a_link_that_stays_text_is_shown() -> None:
    assert warnings_of([text("[here](javascript:alert)")]) == [
        (
            "English: “[here](javascript:alert)” stays text. "
            "A link leads to http://…, https://… or mailto:… and has no spaces."
        )
    ]


def test_a_text_full_of_them_does_not_fill_the_page() -> None:
    assert len(warnings_of([text("\u200b" * 500 + "[a](b)" * 500)])) == 6
