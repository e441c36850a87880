"""What one can do with an edition now: it changes with the calendar, and with how full it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.utils import timezone

from efus_conference.models import Edition
from programme.models import ReleasedSession
from programme.now import next_after, on_at
from programme.wording import SessionLine, session_lines
from registration.models import Category
from registration.views.register import is_open

PHASES = ("announced", "registration", "closed", "under_way", "over")


@dataclass(frozen=True)
class Today:
    """What stands on the cover of an edition's home."""

    phase: str
    filling: list[Category] = field(default_factory=list)  # nearly full
    full: list[Category] = field(default_factory=list)
    is_full: bool = False  # whoever registers now waits, whatever they come as
    on_now: list[SessionLine] = field(default_factory=list)
    next: list[SessionLine] = field(default_factory=list)


def today_of(edition: Edition, at: datetime | None = None, *, phase: str | None = None) -> Today:
    """At a moment, now by default; in another phase than that moment's, for a preview."""
    at = at or timezone.now()
    phase = phase or edition.phase(at)
    if phase == "registration":
        offered = Category.objects.offered(edition)
        # Whose window is closed has no places to give, however many are left.
        open_now = [category for category in with_edition(offered, edition) if category.is_open(at)]
        full = [category for category in open_now if category.fullness == Category.FULL]
        return Today(
            phase,
            filling=[category for category in open_now if category.fullness == Category.NEARLY_FULL],
            full=full,
            is_full=bool(full) and len(full) == len(open_now),
        )
    if phase == "under_way":
        lines = session_lines(ReleasedSession.objects.of(edition), edition)
        on_now = on_at(lines, at)
        return Today(phase, on_now=on_now, next=[] if on_now else next_after(lines, at))
    return Today(phase)


def may_register(edition: Edition) -> bool:
    """Whether anyone can register now, or join a waiting list. Each moment at which it changes is known beforehand."""
    return edition.phase() not in ("unknown", "over") and is_open(edition)


def with_edition(categories: Iterable[Category], edition: Edition) -> Iterator[Category]:
    """Their windows ask their edition, which is known."""
    for category in categories:
        category.edition = edition
        yield category


def moment_in(edition: Edition, phase: str) -> datetime | None:
    """A moment of a phase of its calendar, for a preview; None where the edition has no such moment."""
    now = timezone.now()
    moment = now if edition.phase(now) == phase else _beginning(edition, phase)
    return moment if moment and edition.phase(moment) == phase else None


def _beginning(edition: Edition, phase: str) -> datetime | None:
    opens, closes, days = edition.registration_opens_at, edition.registration_closes_at, edition.days()
    if phase == "announced":
        return opens - timedelta(hours=1) if opens else None
    if phase in ("registration", "closed"):
        return opens if phase == "registration" else closes
    if phase == "over":
        return edition.ends_at()
    if not days:
        return None
    takes_place = ReleasedSession.objects.filter(edition=edition, status=ReleasedSession.Status.CONFIRMED)
    first = takes_place.order_by("during__startswith").values_list("during", flat=True).first()
    return first.lower if first else datetime.combine(days[0].date(), time(12), tzinfo=edition.zone)
