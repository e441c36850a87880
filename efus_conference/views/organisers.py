"""The organisers' first page: what needs them today, each part for those whose groups let them see it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import ExpressionWrapper, F, IntegerField
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from efus_conference.admin_menu import list_address, may_read
from efus_conference.models import Edition
from efus_conference.views.organiser_tasks import (
    ROWS_SHOWN,
    clashing_bookings,
    draft_not_released,
    failed_jobs,
    handed_in,
    needs_without_reply,
    places_asked_for,
    press_to_accredit,
    registrations_to_approve,
    signatures_to_verify,
    speakers_who_declined,
    undelivered_mails,
)
from programme.models import ReleasedSession
from registration.models import Registration, SeatPool

DAYS_SHOWN = 14
NEARLY_GONE = 10  # of a session's seats, the hundredth part that is still free
CHART_HEIGHT = 120  # units of the plot of the last days
BAR_WIDTH = 24
BAR_GAP = 8


@dataclass(frozen=True)
class Bar:
    """One day of the plot, in its units, with the figure it stands for."""

    day: date
    count: int
    left: int
    top: int
    height: int


@dataclass(frozen=True)
class NearlyGone:
    pool: SeatPool
    address: str

    @property
    def hundredth(self) -> int:
        """How much of it is given, from 0 to 100."""
        return 100 - round(100 * self.pool.free / self.pool.capacity) if self.pool.capacity else 100


@dataclass(frozen=True)
class Departure:
    """A visit that leaves today: when, by the clocks of its place, with how many, and the list of who comes."""

    clock: str
    title: str
    taken: int
    capacity: int
    address: str


def organisers_first_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    edition = Edition.objects.current()
    tasks = [*signatures_to_verify(request), *failed_jobs(request), *undelivered_mails(request)]
    context.update({"edition": edition, "bars": [], "seats": [], "departures": []})
    if edition is not None:
        tasks += [
            *draft_not_released(request, edition),
            *speakers_who_declined(request, edition),
            *handed_in(request, edition),
            *registrations_to_approve(request, edition),
            *press_to_accredit(request, edition),
            *needs_without_reply(request, edition),
            *places_asked_for(request, edition),
            *clashing_bookings(request, edition),
        ]
        if may_read(request, "registration.SeatPool"):
            context["seats"] = seats_nearly_gone(edition)
            context["departures"] = departures_today(request, edition)
        if may_read(request, "registration.Registration"):
            context |= {
                "bars": last_days(edition),
                "chart_height": CHART_HEIGHT,
                "bar_width": BAR_WIDTH,
                "chart_width": DAYS_SHOWN * (BAR_WIDTH + BAR_GAP),
                "registered": Registration.objects.confirmed().filter(edition=edition).count(),
                "registrations_address": list_address(
                    "registration.Registration", f"status__exact=confirmed&edition={edition.pk}"
                ),
            }
    context["tasks"] = tasks
    return context


def seats_nearly_gone(edition: Edition) -> list[NearlyGone]:
    """The sessions of which a tenth of the seats or less is free, the fullest first."""
    free = ExpressionWrapper(
        F("capacity") - F("held") - F("offered") - F("taken"), output_field=IntegerField()
    )
    pools = (
        SeatPool.objects.filter(session__edition=edition, session__is_cancelled=False)
        .annotate(left=free)
        .filter(left__lte=F("capacity") * NEARLY_GONE / 100)
        .select_related("session")
        .order_by("left", "session__starts_at")[:ROWS_SHOWN]
    )
    return [
        NearlyGone(pool, list_address("registration.SeatPool", f"session__id__exact={pool.session_id}"))
        for pool in pools
    ]


def departures_today(request: HttpRequest, edition: Edition) -> list[Departure]:
    """The public visits whose departure is today, the first first, for those who may read who comes."""
    user = request.user
    if not user.has_perms(("registration.view_booking", "registration.view_registration")):
        return []
    first = timezone.now().astimezone(edition.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = ReleasedSession.objects.filter(
        edition=edition, departs_at__gte=first, departs_at__lt=first + timedelta(days=1)
    ).order_by("departs_at", "pk")
    pools = SeatPool.objects.in_bulk([row.pk for row in rows])
    return [
        Departure(
            f"{row.departs_at.astimezone(edition.zone):%H:%M}",
            row.title,
            pools[row.pk].taken,
            pools[row.pk].capacity,
            reverse("admin:registration_seatpool_bus_list", args=[row.pk]),
        )
        for row in rows
        if row.departs_at and row.pk in pools and not row.is_cancelled
    ]


def last_days(edition: Edition) -> list[Bar]:
    """The registrations of each of the last days, today included, by the edition's own calendar."""
    today = timezone.now().astimezone(edition.zone).date()
    first = today - timedelta(days=DAYS_SHOWN - 1)
    moments = (
        Registration.objects.live()
        .filter(edition=edition, submitted_at__gte=timezone.now() - timedelta(days=DAYS_SHOWN))
        .values_list("submitted_at", flat=True)
    )
    counts = Counter(moment.astimezone(edition.zone).date() for moment in moments)
    most = max([counts[first + timedelta(days=offset)] for offset in range(DAYS_SHOWN)]) or 1
    bars = []
    for offset in range(DAYS_SHOWN):
        day = first + timedelta(days=offset)
        height = round(CHART_HEIGHT * counts[day] / most)
        bars.append(Bar(day, counts[day], offset * (BAR_WIDTH + BAR_GAP), CHART_HEIGHT - height, height))
    return bars if counts else []
