from __future__ import annotations

from datetime import UTC, datetime

from django.utils import translation
from django.utils.formats import date_format


def test_an_italian_office_reads_days_without_a_nought_and_moments_without_a_weekday() -> None:
    moment = datetime(2026, 11, 1, 9, 5, tzinfo=UTC)
    with translation.override("it"):
        read = [date_format(moment, "DATE_FORMAT"), date_format(moment, "DATETIME_FORMAT")]
    assert read == ["1 novembre 2026", "1 novembre 2026, 09:05"]


def test_portuguese_and_greek_offices_read_days_and_hours_as_they_write_them() -> None:
    moment = datetime(2026, 11, 1, 16, 5, tzinfo=UTC)
    read = {}
    for language in ("pt", "el"):
        with translation.override(language):
            read[language] = [
                date_format(moment, name) for name in ("DATE_FORMAT", "TIME_FORMAT", "DATETIME_FORMAT")
            ]
    assert read == {
        "pt": ["1 de novembro de 2026", "16:05", "1 de novembro de 2026, 16:05"],
        "el": ["1 Νοεμβρίου 2026", "16:05", "1 Νοεμβρίου 2026, 16:05"],
    }
