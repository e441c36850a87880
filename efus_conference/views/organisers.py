"""The organisers' first page: what needs them today, each part for those whose groups let them see it.

What leads changes with the edition: before it who registers and what waits for an answer, on its days who comes
through the door, after it what remains to be done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from django.db.models import Count, ExpressionWrapper, F, IntegerField, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus_conference.admin_menu import list_address, may_read
from efus_conference.models import Edition
from efus_conference.plots import Plot
from efus_conference.templatetags.dates import in_full
from efus_conference.views.organiser_campaign_tasks import (
    names_to_look_at,
    offices_that_declined,
    offices_to_remind,
    rounds_going_on,
)
from efus_conference.views.organiser_desk_tasks import (
    cities_without_delegate,
    clashing_bookings,
    desk_alerts,
    needs_without_reply,
    places_asked_for,
    places_offered,
    press_to_accredit,
    registrations_to_approve,
    seats_offered,
)
from efus_conference.views.organiser_door_tasks import before_the_doors_open, once_it_is_over
from efus_conference.views.organiser_keeper_tasks import without_coordinator, without_keeper
from efus_conference.views.organiser_plots import (
    check_ins_today,
    last_days,
    registrations_over_time,
    there_each_day,
)
from efus_conference.views.organiser_privacy_tasks import deleted_soon
from efus_conference.views.organiser_stage_tasks import ceremonies
from efus_conference.views.organiser_tasks import (
    ROWS_SHOWN,
    Task,
    draft_not_released,
    failed_jobs,
    handed_in,
    signatures_to_verify,
    speakers_who_declined,
    undelivered_mails,
    withdrawals_to_decide,
)
from efus_conference.views.organiser_text_tasks import alarms_of_logs, texts_to_freeze
from programme.models import ReleasedSession
from registration.models import Certificate, CheckIn, HeadsetLoan, Registration, SeatPool
from registration.states import Status

NEARLY_GONE = 10  # of a session's seats, the hundredth part that is still free

Stage = Literal["before", "during", "after"]


@dataclass(frozen=True)
class Figure:
    """A number that leads to those it counts, where there is a list of them."""

    count: int
    name: str
    address: str = ""


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
    edition, now = Edition.objects.current(), timezone.now()
    tasks = [
        *signatures_to_verify(request),
        *texts_to_freeze(request),
        *withdrawals_to_decide(request),
        *ceremonies(request),
        *offices_that_declined(request),
        *names_to_look_at(request),
        *offices_to_remind(request),
        *rounds_going_on(request),
        *deleted_soon(request),
        *failed_jobs(request),
        *undelivered_mails(request),
    ]
    context.update(
        {"edition": edition, "seats": [], "departures": [], "figures": [], "doors": [], "plots": []}
    )
    if edition is not None:
        stage = stage_of(edition)
        tasks = [
            *desk_alerts(request, edition),
            *before_the_doors_open(request, edition, now),
            *(
                once_it_is_over(request, edition)
                if stage == "after"
                else _while_it_can_be_done(request, edition)
            ),
            *without_keeper(request, edition),
            *handed_in(request, edition),
            *tasks,
        ]
        context |= {"stage": stage, "when": when(edition)}
        if may_read(request, "registration.SeatPool"):
            context["seats"] = seats_nearly_gone(edition)
            context["departures"] = departures_today(request, edition)
        if request.user.has_perm("registration.view_checkin"):
            there = there_on(edition)
            context["figures"] += attendance(request, edition, there)
            context["doors"] = _drawn(check_ins_today(edition, now), there_each_day(edition, there))
        if may_read(request, "registration.Registration"):
            context["figures"] += registered(edition)
            context["plots"] = _drawn(last_days(edition, now), registrations_over_time(edition, now))
            context["shows_registrations"] = True
    # Whatever else waits: while a log is not signed, nobody can check what the site shows.
    context["alarms"] = alarms_of_logs(request)
    context["tasks"] = tasks
    return context


def _while_it_can_be_done(request: HttpRequest, edition: Edition) -> list[Task]:
    """What waits for an answer before the last day has ended; nobody needs it afterwards."""
    return [
        *registrations_to_approve(request, edition),
        *press_to_accredit(request, edition),
        *places_offered(request, edition),
        *seats_offered(request, edition),
        *needs_without_reply(request, edition),
        *cities_without_delegate(request, edition),
        *places_asked_for(request, edition),
        *without_coordinator(request, edition),
        *clashing_bookings(request, edition),
        *draft_not_released(request, edition),
        *speakers_who_declined(request, edition),
    ]


def stage_of(edition: Edition) -> Stage:
    phase = edition.phase()
    return "during" if phase == "under_way" else "after" if phase == "over" else "before"


def when(edition: Edition) -> str:
    """Where the edition stands in time, by the calendar of its place."""
    if edition.starts_on is None or edition.ends_on is None:
        return ""
    today = timezone.now().astimezone(edition.zone).date()
    if today > edition.ends_on:
        return _("It ended on %(day)s.") % {"day": in_full(edition.ends_on)}
    if today >= edition.starts_on:
        days = {"day": (today - edition.starts_on).days + 1, "days": len(edition.days())}
        return _("Today is day %(day)d of %(days)d.") % days
    left = (edition.starts_on - today).days
    return ngettext("It begins tomorrow.", "It begins in %(count)d days.", left) % {"count": left}


def registered(edition: Edition) -> list[Figure]:
    """How many stand where, in one query."""
    counts = Registration.objects.filter(edition=edition).aggregate(
        **{status.value: Count("pk", filter=Q(status=status)) for status in Status}
    )

    def figure(status: Status, name: str) -> Figure:
        query = f"status__exact={status}&edition={edition.pk}"
        return Figure(counts[status], name, list_address("registration.Registration", query))

    return [
        figure(Status.CONFIRMED, _("registered")),
        figure(Status.SUBMITTED, _("to be approved")),
        figure(Status.APPROVED, _("places offered")),
        figure(Status.WAITING, _("on the waiting list")),
    ]


def there_on(edition: Edition) -> dict[date, int]:
    """How many were there on which day, at the entrance or in a session."""
    rows = CheckIn.objects.standing().filter(edition=edition).order_by().values_list("day")
    return dict(rows.annotate(Count("registration", distinct=True)))


def attendance(request: HttpRequest, edition: Edition, there: dict[date, int]) -> list[Figure]:
    """What the days themselves count; nothing before them."""
    stage = stage_of(edition)
    if stage == "before":
        return []
    standing = CheckIn.objects.standing().filter(edition=edition)
    people = standing.aggregate(count=Count("registration", distinct=True))["count"]
    today = timezone.now().astimezone(edition.zone).date()
    address, of_today = "", ""
    if may_read(request, "registration.CheckIn"):
        query = f"edition={edition.pk}&state=counts"
        address = list_address("registration.CheckIn", query)
        span = f"day__gte={today}&day__lt={today + timedelta(days=1)}"
        of_today = list_address("registration.CheckIn", f"{query}&{span}")
    in_all = Figure(people, _("there at some time"), address)
    if stage == "during":
        lent = HeadsetLoan.objects.filter(edition=edition, returned_at=None).count()
        return [
            Figure(there.get(today, 0), _("there today"), of_today),
            in_all,
            Figure(lent, _("headsets lent")),
        ]
    issued = Certificate.objects.filter(edition=edition, withdrawn_at=None).count()
    return [in_all, Figure(issued, _("certificates issued"))]


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
    pools = {pool.pk: pool for pool in SeatPool.objects.filter(session__in=rows.values("pk"))}
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


def _drawn(*plots: Plot | None) -> list[Plot]:
    return [plot for plot in plots if plot is not None]
