from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from efus_conference.models import Edition
from efus_conference.templatetags.dates import days_of


@pytest.mark.parametrize(
    ("first", "last", "language", "words"),
    [
        (date(2027, 5, 19), date(2027, 5, 21), "en", "19–21 May 2027"),
        (date(2027, 5, 19), date(2027, 5, 21), "fr", "19–21 mai 2027"),
        (date(2027, 5, 19), date(2027, 5, 21), "nl", "19–21 mei 2027"),
        (date(2027, 4, 30), date(2027, 5, 2), "en", "30 April – 2 May 2027"),
        (date(2027, 12, 30), date(2028, 1, 1), "nl", "30 december 2027 – 1 januari 2028"),
        (date(2027, 5, 19), date(2027, 5, 19), "fr", "19 mai 2027"),
        (None, None, "en", "2027"),
    ],
)
def test_the_days_of_an_edition_in_words(
    first: date | None, last: date | None, language: str, words: str
) -> None:
    with translation.override(language):
        assert days_of(Edition(year=2027, starts_on=first, ends_on=last)) == words
