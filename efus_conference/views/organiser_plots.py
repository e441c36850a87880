"""The plots of the organisers' first page: who registered when, and who came through the door when."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

from babel.dates import format_skeleton
from django.db.models import Count, DateTimeField, Exists, F, Func, OuterRef, Value
from django.db.models.functions import TruncDate
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus_conference.models import Edition
from efus_conference.plots import Column, Course, Plot, bar_plot, line_plot
from efus_conference.templatetags.dates import in_full, reader_s_locale
from registration.models import CheckIn, EditionClosing, Registration

DAYS_SHOWN = 14
QUARTER = timedelta(minutes=15)
HOURS_AT_LEAST = 4  # of the plot of a day that has only just begun
WEEKS_AT_MOST = 40  # before the first day; what came earlier is in the figure the plot begins with


def last_days(edition: Edition, now: datetime) -> Plot | None:
    """The registrations of each of the last days, today included, by the edition's own calendar."""
    today = now.astimezone(edition.zone).date()
    first = today - timedelta(days=DAYS_SHOWN - 1)
    counts = registered_on(edition, since=first)
    days = [first + timedelta(days=offset) for offset in range(DAYS_SHOWN)]
    return bar_plot(
        [Column(in_full(day), short(day), counts.get(day, 0)) for day in days],
        key="last-days",
        title=_("New registrations of the last fourteen days"),
        description=_("A bar for each day, as high as the number of people who registered on it."),
        axis=_("Day"),
        headings=[_("Day"), _("New registrations")],
    )


def registered_on(edition: Edition, *, since: date | None = None) -> dict[date, int]:
    """How many of those who still take part, or wait to, registered on which day of the edition's calendar."""
    rows = Registration.objects.live().filter(edition=edition)
    if since is not None:
        rows = rows.filter(
            submitted_at__gte=datetime(since.year, since.month, since.day, tzinfo=edition.zone)
        )
    by_day = rows.annotate(day=TruncDate("submitted_at", tzinfo=edition.zone)).order_by()
    return dict(by_day.values_list("day").annotate(Count("pk")))


def the_one_before(edition: Edition) -> Edition | None:
    """The last edition before it of which is known when people registered."""
    closed = EditionClosing.objects.filter(edition=OuterRef("pk"))
    registered = Registration.objects.live().filter(edition=OuterRef("pk"))
    return (
        Edition.objects.filter(Exists(closed) | Exists(registered), number__lt=edition.number)
        .filter(starts_on__isnull=False)
        .order_by("-number")
        .select_related("closing")
        .prefetch_related("hosting__organisation")
        .first()
    )


def registrations_over_time(edition: Edition, now: datetime) -> Plot | None:
    """How many had registered, week by week before the first day, beside the edition before."""
    before = the_one_before(edition)
    counts = registered_on(edition)
    if edition.starts_on is None or edition.ends_on is None:
        return None
    then = _remembered(before) if before is not None else {}
    today = now.astimezone(edition.zone).date()
    length = (edition.ends_on - edition.starts_on).days
    ours = {(day - edition.starts_on).days: count for day, count in counts.items()}
    theirs = (
        {(day - before.starts_on).days: count for day, count in then.items()}
        if before is not None and before.starts_on is not None
        else {}
    )
    first = min([*ours, *theirs], default=0)
    weeks = min(max(-(first // 7), 1), WEEKS_AT_MOST)
    span = (-7 * weeks, max(length, 1))
    reached = min((today - edition.starts_on).days, span[1])
    ours_so_far = _so_far(ours, span[0], reached)
    theirs_in_all = _so_far(theirs, span[0], span[1]) if theirs else {}
    courses = [Course(edition.name, list(ours_so_far.items()))]
    headings = [_("Weeks before the first day"), edition.name]
    if before is not None and theirs:
        courses.insert(0, Course(before.name, list(theirs_in_all.items()), is_past=True))
        headings.append(before.name)
    rows = []
    for week in range(weeks, -1, -1):
        cells = [_cell(ours_so_far, -7 * week)]
        if theirs:
            cells.append(_cell(theirs_in_all, -7 * week))
        rows.append([number_format(week), *cells])
    return line_plot(
        courses,
        [(-7 * week, number_format(week)) for week in range(weeks, -1, -1)],
        key="over-time",
        title=_("Registrations in all, beside the edition before"),
        description=_(
            "A line for each edition, which rises with the number of people who had registered, week by week "
            "towards its first day."
        ),
        axis=_("Weeks before the first day"),
        span=span,
        headings=headings,
        rows=rows,
    )


def check_ins_today(edition: Edition, now: datetime) -> Plot | None:
    """How many came through the entrance in each quarter of an hour of today, by the clocks of the place."""
    midnight = now.astimezone(edition.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    quarter = Func(
        Value(QUARTER), F("at"), Value(datetime(2000, 1, 1, tzinfo=UTC)),
        function="date_bin", output_field=DateTimeField(),
    )  # fmt: skip
    counts: Counter[datetime] = Counter(
        dict(
            CheckIn.objects.standing()
            .at_the_entrance()
            .filter(edition=edition, day=midnight.date(), at__gte=midnight, at__lte=now)
            .annotate(quarter=quarter)
            .order_by()
            .values_list("quarter")
            .annotate(Count("pk"))
        )
    )
    if not counts:
        return None
    # By the sun's clock, so that the night in which the clocks change has its quarters in order.
    first = _hour(min(counts))
    last = max(_hour(max(counts)) + timedelta(hours=1), first + timedelta(hours=HOURS_AT_LEAST))
    columns = []
    for number in range((last - first) // QUARTER):
        moment = first + number * QUARTER
        begins = moment.astimezone(edition.zone)
        ends = (moment + QUARTER).astimezone(edition.zone)
        label = f"{begins:%H:%M}" if begins.minute == 0 else ""
        columns.append(Column(f"{begins:%H:%M}–{ends:%H:%M}", label, counts[moment]))
    in_all = sum(counts.values())
    busiest = max(columns, key=lambda column: column.count)
    return bar_plot(
        columns,
        key="check-ins",
        title=_("Check-ins at the entrance today, each quarter of an hour"),
        description=ngettext(
            "A bar for each quarter of an hour. %(count)d person checked in, most of them at %(span)s: %(most)d.",
            "A bar for each quarter of an hour. %(count)d people checked in, most of them at %(span)s: %(most)d.",
            in_all,
        )
        % {"count": in_all, "span": busiest.name, "most": busiest.count},
        axis=_("Time"),
        headings=[_("Time"), _("Check-ins")],
        is_marked_at_the_start=True,
    )


def there_each_day(edition: Edition, counts: dict[date, int]) -> Plot | None:
    """How many were there on which day of the edition."""
    days = [midnight.date() for midnight in edition.days()]
    return (
        bar_plot(
            [Column(in_full(day), short(day), counts.get(day, 0)) for day in days],
            key="each-day",
            title=_("People who were there, each day"),
            description=_(
                "A bar for each day of the edition, as high as the number of people who checked in on it."
            ),
            axis=_("Day"),
            headings=[_("Day"), _("People who were there")],
        )
        if days
        else None
    )


def short(day: date) -> str:
    """“19 May”, as short as the reader's language has it."""
    return str(format_skeleton("MMMd", day, locale=reader_s_locale()))


def _remembered(edition: Edition) -> dict[date, int]:
    """What was counted when it closed, and of one that has not closed yet, its rows."""
    closing = getattr(edition, "closing", None)
    kept = closing.figures.get("registered_on") if closing is not None else None
    if kept:
        return {date.fromisoformat(day): int(count) for day, count in kept.items()}
    return registered_on(edition)


def _so_far(counts: dict[int, int], first: int, last: int) -> dict[int, int]:
    """For each day from the first to the last how many there were by its end, those before the first included."""
    if last < first:
        return {}
    earlier = sum(count for day, count in counts.items() if day < first)
    sums = accumulate((counts.get(day, 0) for day in range(first, last + 1)), initial=earlier)
    return dict(zip(range(first, last + 1), list(sums)[1:], strict=True))


def _cell(sums: dict[int, int], day: int) -> str:
    return number_format(sums[day]) if day in sums else "–"


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
