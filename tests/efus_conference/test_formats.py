from __future__ import annotations

from datetime import UTC, datetime

from django.utils import translation
from django.utils.formats import date_format


def test_an_italian_office_reads_days_without_a_nought_and_moments_without_a_weekday() -> None:
    moment = datetime(2026, 11, 1, 9, 5, tzinfo=UTC)
    with translation.override("it"):
        read = [date_format(moment, "DATE_FORMAT"), date_format(moment, "DATETIME_FORMAT")]
    assert [text.lower() for text in read] == ["1 novembre 2026", "1 novembre 2026, 09:05"]
