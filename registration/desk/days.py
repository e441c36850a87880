"""On which days people are checked in, by the edition's clocks."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from efus_conference.models import Edition
from registration.models.desk import days_of


def counted_days(edition: Edition, at: datetime) -> list[date]:
    """The edition's own days. A demonstration, whose days never come nearer, can be tried on the day of `at` too."""
    days = days_of(edition)
    today = at.astimezone(edition.zone).date()
    if edition.is_demonstration and today not in days:
        return sorted([*days, today])
    return days


def day_of(edition: Edition, at: datetime) -> date:
    return at.astimezone(edition.zone).date()


def ends_at(edition: Edition) -> datetime | None:
    """The midnight after its last day; None where its days are not known."""
    if edition.ends_on is None:
        return None
    following = edition.ends_on + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=edition.zone)


def is_over(edition: Edition, at: datetime) -> bool:
    end = ends_at(edition)
    return end is not None and at >= end
