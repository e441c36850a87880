"""The register as a line of time: how many signed on which day, in which month or year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from declarations.register.entries import Entry
from efus_conference.plots import Column, Plot, bar_plot

MOST_DAYS = 45  # beyond, a bar for each day is too thin
MOST_MONTHS = 36


def timeline(listed: Sequence[Entry]) -> Plot | None:
    """None where all that are known are of one day: one bar says nothing."""
    days = sorted(entry.signed_on for entry in listed if entry.signed_on)
    if len(set(days)) < 2:
        return None
    first, last = days[0], days[-1]
    description = _("A bar for each stretch of time, as high as the number of signatures given in it.")
    if (last - first).days < MOST_DAYS:
        columns = list(_by_day(days))
        axis = _("day of the signature")
    elif _months(last) - _months(first) < MOST_MONTHS:
        columns = list(_by_month(days))
        axis = _("month of the signature")
    else:
        columns = list(_by_year(days))
        axis = _("year of the signature")
    return bar_plot(
        columns,
        key="signatures",
        title=_("When they signed"),
        description=description,
        axis=axis,
        headings=[_("When"), _("Signatures")],
    )


def _by_day(days: Sequence[date]) -> Iterator[Column]:
    counts = Counter(days)
    for number in range((days[-1] - days[0]).days + 1):
        day = days[0] + timedelta(days=number)
        yield Column(date_format(day, "DATE_FORMAT"), date_format(day, "j M"), counts[day])


def _by_month(days: Iterable[date]) -> Iterator[Column]:
    counts = Counter(_months(day) for day in days)
    for number in range(min(counts), max(counts) + 1):
        month = date(number // 12, number % 12 + 1, 1)
        yield Column(date_format(month, "YEAR_MONTH_FORMAT"), date_format(month, "M Y"), counts[number])


def _by_year(days: Iterable[date]) -> Iterator[Column]:
    counts = Counter(day.year for day in days)
    for year in range(min(counts), max(counts) + 1):
        yield Column(str(year), str(year), counts[year])


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1
