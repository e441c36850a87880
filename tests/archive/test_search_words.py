from __future__ import annotations

import pytest

from archive.search.words import can_be_forgiven, is_one_typo, question


def test_the_words_of_a_question_are_read_once_each_and_its_signs_are_left_out() -> None:
    asked = question("  Security & (Liège | liège) !c “d’Anvers” 2027 ☕ ")
    assert (asked.text, asked.words, asked.is_cut) == (
        "Security & (Liège | liège) !c “d’Anvers” 2027 ☕",
        ("security", "liège", "anvers", "2027"),
        False,
    )


@pytest.mark.parametrize("typed", ["", "   ", "x", "a & b | !c", "☕ 🙂", "'", "\\", ":*", "_", "%"])
def test_some_questions_have_no_word(typed: str) -> None:
    assert question(typed).words == ()


def test_a_long_question_is_cut() -> None:
    many = question(" ".join(f"word{number}" for number in range(50)))
    assert (len(many.words), many.is_cut) == (10, True)
    endless = question("z" * 10_000)
    assert ([len(word) for word in endless.words], endless.is_cut, len(endless.short)) == ([300], True, 300)


def test_every_alphabet_has_words() -> None:
    assert question("ΠΕΙΡΑΙΆΣ Київ بروكسل").words == ("πειραιάς", "київ", "بروكسل")


@pytest.mark.parametrize(
    ("typed", "meant", "expected"),
    [
        ("lige", "liege", True),
        ("lieege", "liege", True),
        ("lioge", "liege", True),
        ("leige", "liege", True),
        ("egeli", "liege", False),
        ("liege", "liege", False),
        ("lig", "liege", False),
        ("liegois", "liege", False),
        ("aliege", "liege", True),
        ("lieg", "liege", True),
        ("bcdef", "abcde", False),
        ("ab", "ba", True),
    ],
)
def test_one_typo_is_a_letter_too_many_too_few_another_or_two_swapped(
    typed: str, meant: str, expected: bool
) -> None:
    assert (is_one_typo(typed, meant), is_one_typo(meant, typed)) == (expected, expected)


def test_short_words_and_numbers_are_not_forgiven() -> None:
    assert [can_be_forgiven(word) for word in ("eu", "not", "ghent", "2017", "g20s")] == [
        False,
        False,
        True,
        False,
        False,
    ]
