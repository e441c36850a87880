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


def closes_at(edition: Edition, at: datetime) -> datetime | None:
    """The midnight after the last day that is counted; None where its days are not known."""
    days = counted_days(edition, at)
    if not days:
        return None
    following = days[-1] + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=edition.zone)


def is_over(edition: Edition, at: datetime) -> bool:
    """Whether the desk is closed for good; a demonstration's never is."""
    end = closes_at(edition, at)
    return end is not None and at >= end
