"""What is spoken, signed and written at a session, in the reader's words."""

from __future__ import annotations

import pytest
from django.utils import translation

from programme.languages import SIGN_LANGUAGES, interpretation_sentence, language_choices, language_name
from programme.models import ReleasedSession


def sentence(floor: list[str], into: list[str], captions: list[str]) -> str:
    return interpretation_sentence(
        ReleasedSession(floor_languages=floor, interpretation_languages=into, caption_languages=captions)
    )


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        (([], [], []), ""),
        ((["fr"], [], []), "French"),
        ((["fr", "en"], ["en"], []), "French and English"),
        ((["fr"], ["en", "nl"], []), "French, interpreted into English and Dutch"),
        (
            (["fr"], ["en", "sfb"], ["fr"]),
            "French, interpreted into English and French Belgian Sign Language, captions in French",
        ),
        ((["en"], [], ["en", "fr"]), "English, captions in English and French"),
        (([], ["ils"], []), "Interpreted into International Sign"),
        (([], [], ["nl"]), "Captions in Dutch"),
        ((["xx-no-language"], [], []), "Xx-no-language"),
    ],
)
def test_one_sentence_says_how_a_session_can_be_followed(
    languages: tuple[list[str], list[str], list[str]], expected: str
) -> None:
    assert sentence(*languages) == expected


def test_a_session_is_followed_in_what_is_spoken_signed_or_written() -> None:
    row = ReleasedSession(
        floor_languages=["fr"], interpretation_languages=["en", "sfb"], caption_languages=["fr", "nl"]
    )
    assert row.followed_in == ["fr", "en", "sfb", "nl"]


def test_every_sign_language_has_a_name_in_every_language() -> None:
    assert [code for code in SIGN_LANGUAGES if language_name(code, "en") == code or len(code) != 3] == []


def test_sign_languages_are_offered_behind_the_spoken_ones() -> None:
    with translation.override("en"):
        assert language_choices(["vgt", "fr", "sfb", "en"]) == [
            ("en", "English"),
            ("fr", "French"),
            ("vgt", "Flemish Sign Language"),
            ("sfb", "French Belgian Sign Language"),
        ]
