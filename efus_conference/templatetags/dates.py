"""Days and moments as the reader's language writes them, from Unicode's CLDR.

English here is a European's: 19–21 May 2027 and 14:30, not May 19 and 2:30 PM.
"""

from __future__ import annotations

from datetime import date, datetime

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton, format_time
from django import template
from django.utils.translation import get_language

from efus_conference.models import Edition

register = template.Library()


def reader_s_locale() -> Locale:
    language = get_language() or "en"
    return Locale.parse("en-GB" if language == "en" else language, sep="-")


@register.filter
def days_of(edition: Edition) -> str:
    """“19–21 May 2027”; its year alone where the days are not known."""
    if edition.starts_on is None or edition.ends_on is None:
        return str(edition.year)
    first, last = edition.starts_on, edition.ends_on
    if first == last:
        return in_full(first)
    if (first.year, first.month) == (last.year, last.month):
        in_words = in_full(last)
        if in_words.startswith(str(last.day)):
            return f"{first.day}–{in_words}"
        return format_interval(first, last, "yMMMMd", locale=reader_s_locale())
    # CLDR's own interval would shorten the months' names.
    start = in_full(first)
    if first.year == last.year:
        start = format_skeleton("MMMMd", first, locale=reader_s_locale())
    return f"{start} – {in_full(last)}"


@register.filter
def in_full(day: date) -> str:
    """“19 May 2027”."""
    return format_date(day, "long", locale=reader_s_locale())


@register.filter
def moment_at(moment: datetime, edition: Edition) -> str:
    """“12 May 2027, 18:00”, by the clocks of the edition's place."""
    locale = reader_s_locale()
    local = moment.astimezone(edition.zone)
    return f"{format_date(local, 'long', locale=locale)}, {format_time(local, 'short', locale=locale)}"
