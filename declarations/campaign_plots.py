"""The plots of a campaign: how many offices had been invited, opened their link, recorded, were verified."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from babel.dates import format_skeleton
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from declarations.campaign import Campaign
from efus_conference.plots import Course, Plot, line_plot
from efus_conference.templatetags.dates import in_full, reader_s_locale

MOST_ROWS = 15  # of the table; of a longer campaign, every second or third day stands there


def plots_of(campaign: Campaign) -> list[Plot]:
    """Two, each with a line that is compared with another; none before the first invitation."""
    last = timezone.localdate()
    moments = [*campaign.invited.values(), *campaign.recorded.values()]
    if not moments:
        return []
    # A day at least, so that the line has a length.
    first = min(timezone.localdate(min(moments)), last - timedelta(days=1))
    drawn = [
        _plot(
            "invited-opened",
            _("Offices invited, and those that opened their link"),
            _("Two lines that rise with the number of offices invited and of those that opened their link."),
            [(_("Invited"), campaign.invited.values()), (_("Opened"), campaign.opened.values())],
            (first, last),
        ),
        _plot(
            "recorded-verified",
            _("Signatures recorded, and those that were verified"),
            _("Two lines that rise with the number of signatures recorded and of those that were verified."),
            [(_("Recorded"), campaign.recorded.values()), (_("Verified"), campaign.verified.values())],
            (first, last),
        ),
    ]
    return [plot for plot in drawn if plot is not None]


def _plot(
    key: str,
    title: str,
    description: str,
    courses: list[tuple[str, Iterable[datetime]]],
    span: tuple[date, date],
) -> Plot | None:
    first, last = span
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    counted = [(name, _so_far(moments, days)) for name, moments in courses]
    step = -(-len(days) // MOST_ROWS)
    shown = days[::-1][::step][::-1]  # today is always among them
    return line_plot(
        [
            # What it is compared with is dashed, and stands first.
            Course(name, [((day - first).days, count) for day, count in counts.items()], is_past=at == 0)
            for at, (name, counts) in enumerate(counted)
        ],
        [((day - first).days, str(format_skeleton("MMMd", day, locale=reader_s_locale()))) for day in shown],
        key=key,
        title=title,
        description=description,
        axis=_("Day"),
        span=(0, (last - first).days),
        headings=[_("Day"), *(name for name, _counts in counted)],
        rows=[[in_full(day), *(number_format(counts[day]) for _name, counts in counted)] for day in shown],
    )


def _so_far(moments: Iterable[datetime], days: list[date]) -> dict[date, int]:
    """How many by the end of each day, those before the first included."""
    on = [timezone.localdate(moment) for moment in moments]
    return {day: sum(each <= day for each in on) for day in days}
