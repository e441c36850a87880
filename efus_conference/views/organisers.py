"""The organisers' first page: what needs them today, each part for those whose groups let them see it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import ExpressionWrapper, F, IntegerField
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from procrastinate.contrib.django.models import ProcrastinateJob

from declarations.models import Signature
from efus_conference.admin_menu import list_address, may_read
from efus_conference.models import Edition
from programme.actions import differences
from programme.models import Appearance, Material, ReleasedSession
from registration.models import Accreditation, Booking, Registration, SeatPool
from registration.powers import DESK
from registration.states import Status

DAYS_SHOWN = 14
ROWS_SHOWN = 8
NEARLY_GONE = 10  # of a session's seats, the hundredth part that is still free
CHART_HEIGHT = 120  # units of the plot of the last days
BAR_WIDTH = 24
BAR_GAP = 8


@dataclass(frozen=True)
class Task:
    """Something that waits: a sentence, and the list to work through."""

    sentence: str
    address: str
    details: list[str] = field(default_factory=list)


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
    tasks = [*signatures_to_verify(request), *failed_jobs(request)]
    context.update({"edition": edition, "bars": [], "seats": [], "departures": []})
    if edition is not None:
        tasks += [
            *draft_not_released(request, edition),
            *speakers_who_declined(request, edition),
            *handed_in(request, edition),
            *registrations_to_approve(request, edition),
            *press_to_accredit(request, edition),
            *clashing_bookings(request, edition),
        ]
        if may_read(request, "registration.SeatPool"):
            context["seats"] = seats_nearly_gone(edition)
            context["departures"] = departures_today(request, edition)
        if may_read(request, "registration.Registration"):
            live = Registration.objects.live().filter(edition=edition)
            context |= {
                "bars": last_days(edition),
                "chart_height": CHART_HEIGHT,
                "bar_width": BAR_WIDTH,
                "chart_width": DAYS_SHOWN * (BAR_WIDTH + BAR_GAP),
                "registered": live.count(),
                "registrations_address": list_address("registration.Registration", f"edition={edition.pk}"),
            }
    context["tasks"] = tasks
    return context


def signatures_to_verify(request: HttpRequest) -> list[Task]:
    if not may_read(request, "declarations.Signature"):
        return []
    waiting = (
        Signature.objects.to_verify()
        .select_related("signatory__organisation", "signatory__declaration")
        .order_by("made_at")
    )
    count = waiting.count()
    if not count:
        return []
    return [
        Task(
            ngettext(
                "%(count)d signature waits to be verified.",
                "%(count)d signatures wait to be verified.",
                count,
            )
            % {"count": count},
            list_address("declarations.Signature", "state__in=submitted,under_review"),
            [f"{row.signatory.organisation} · {row.signatory.declaration}" for row in waiting[:ROWS_SHOWN]],
        )
    ]


def failed_jobs(request: HttpRequest) -> list[Task]:
    if not may_read(request, "procrastinate.ProcrastinateJob"):
        return []
    count = ProcrastinateJob.objects.filter(status="failed").count()
    if not count:
        return []
    sentence = ngettext(
        "%(count)d job failed for good: its mail was not sent.",
        "%(count)d jobs failed for good: their mails were not sent.",
        count,
    )
    address = list_address("procrastinate.ProcrastinateJob", "status__exact=failed")
    return [Task(sentence % {"count": count}, address)]


def draft_not_released(request: HttpRequest, edition: Edition) -> list[Task]:
    if not may_read(request, "programme.Session"):
        return []
    changes = differences(edition=edition)
    if not changes:
        return []
    sentence = ngettext(
        "%(count)d session differs from what the public sees: release it when it is ready.",
        "%(count)d sessions differ from what the public sees: release them when they are ready.",
        len(changes),
    )
    return [
        Task(
            sentence % {"count": len(changes)},
            list_address("programme.Session", f"edition__id__exact={edition.pk}"),
            [change.after.title for change in changes[:ROWS_SHOWN]],
        )
    ]


def speakers_who_declined(request: HttpRequest, edition: Edition) -> list[Task]:
    if not may_read(request, "programme.Speaker"):
        return []
    declined = list(
        Appearance.objects.filter(
            session__edition=edition, answer=Appearance.Answer.DECLINED, session__is_cancelled=False
        ).select_related("speaker", "session")
    )
    if not declined:
        return []
    sentence = ngettext(
        "%(count)d speaker declined and still stands in the session.",
        "%(count)d speakers declined and still stand in their sessions.",
        len(declined),
    )
    return [
        Task(
            sentence % {"count": len(declined)},
            list_address("programme.Speaker", "answer=declined"),
            [f"{one.speaker}: {one.session}" for one in declined[:ROWS_SHOWN]],
        )
    ]


def handed_in(request: HttpRequest, edition: Edition) -> list[Task]:
    if not may_read(request, "programme.Material"):
        return []
    waiting = list(
        Material.objects.filter(
            session__edition=edition, is_published=False, handed_in_by__isnull=False
        ).select_related("session")
    )
    if not waiting:
        return []
    sentence = ngettext(
        "%(count)d file that a speaker handed in is not published.",
        "%(count)d files that speakers handed in are not published.",
        len(waiting),
    )
    return [
        Task(
            sentence % {"count": len(waiting)},
            list_address("programme.Material", "state=waiting"),
            [f"{one.session}: {one}" for one in waiting[:ROWS_SHOWN]],
        )
    ]


def registrations_to_approve(request: HttpRequest, edition: Edition) -> list[Task]:
    """Those of everyone but the press, on which its office decides."""
    if not request.user.has_perm(DESK):
        return []
    waiting = (
        Registration.objects.filter(edition=edition, status=Status.SUBMITTED, category__is_press=False)
        .order_by("submitted_at", "pk")
        .defer("needs")
    )
    count = waiting.count()
    if not count:
        return []
    sentence = ngettext(
        "%(count)d registration is to be approved.", "%(count)d registrations are to be approved.", count
    )
    return [
        Task(
            sentence % {"count": count},
            list_address("registration.Registration", f"status__exact=submitted&edition={edition.pk}"),
            [row.name for row in waiting[:ROWS_SHOWN]],
        )
    ]


def press_to_accredit(request: HttpRequest, edition: Edition) -> list[Task]:
    if not may_read(request, "registration.Accreditation"):
        return []
    waiting = (
        Accreditation.objects.filter(edition=edition, status=Status.SUBMITTED, category__is_press=True)
        .select_related("press_card")
        .order_by("submitted_at", "pk")
        .defer("needs")
    )
    count = waiting.count()
    if not count:
        return []
    sentence = ngettext(
        "%(count)d journalist waits to be accredited.", "%(count)d journalists wait to be accredited.", count
    )
    return [
        Task(
            sentence % {"count": count},
            list_address("registration.Accreditation", f"status__exact=submitted&edition={edition.pk}"),
            [
                f"{row.name} · {card.medium}" if (card := getattr(row, "press_card", None)) else row.name
                for row in waiting[:ROWS_SHOWN]
            ],
        )
    ]


def clashing_bookings(request: HttpRequest, edition: Edition) -> list[Task]:
    if not may_read(request, "registration.Booking"):
        return []
    count = Booking.objects.filter(session__edition=edition, status=Booking.Status.CLASH).count()
    if not count:
        return []
    sentence = ngettext(
        "%(count)d booked seat overlaps another since a session moved.",
        "%(count)d booked seats overlap others since sessions moved.",
        count,
    )
    return [
        Task(
            sentence % {"count": count},
            list_address("registration.Booking", f"status__exact=clash&edition={edition.pk}"),
        )
    ]


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
