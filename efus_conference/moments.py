"""Days and moments a conference can have: a mistyped year is refused, by the form and by the database.

Without a bound, midnight of the year 1 in Brussels is stored as a moment before the common era, which Python
cannot read back: every page that touches the row would fail.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
MISTYPED = _("Check the year: this is long before or after any conference.")

SKIPPED = _("The clocks skip this time: summer time begins. Choose one before or after it.")
DOUBLED = _("The clocks show this time twice: summer time ends. Choose one before or after it.")


def plausible(value: date | datetime) -> None:
    """Refuses days and moments before 1900 or from 2200 on."""
    first, last = (EARLIEST, LATEST) if isinstance(value, datetime) else (EARLIEST.date(), LATEST.date())
    if not first <= value < last:
        raise ValidationError(MISTYPED, code="year")


def on_the_clocks(wall: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clocks of a place show a time; refused where summer time skips or doubles it."""
    moment = wall.replace(tzinfo=zone, fold=0)
    if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) != wall.replace(
        tzinfo=None, fold=0
    ):
        raise ValidationError(SKIPPED, code="skipped")
    if moment.utcoffset() != moment.replace(fold=1).utcoffset():
        raise ValidationError(DOUBLED, code="doubled")
    return moment


def written_with_offset(moment: datetime, zone: ZoneInfo) -> datetime:
    """A moment that came with its offset from UTC; refused where the clocks of a place skip or double it.

    What it says is its offset's, as programs write it; an offset that is the place's own at another season means
    the place's clocks.
    """
    local = moment.astimezone(zone)
    seasons = {(moment + timedelta(days=days)).astimezone(zone).utcoffset() for days in (-1, 1)}
    if moment.utcoffset() != local.utcoffset() and moment.utcoffset() in seasons:
        on_the_clocks(moment.replace(tzinfo=None), zone)
    return on_the_clocks(local.replace(tzinfo=None), zone)


def plausible_moments(name: str, *fields: str) -> models.CheckConstraint:
    """The same for moments, said by the database."""
    condition = Q()
    for field in fields:
        condition &= Q(**{f"{field}__isnull": True}) | Q(
            **{f"{field}__gte": EARLIEST, f"{field}__lt": LATEST}
        )
    return models.CheckConstraint(condition=condition, name=name, violation_error_message=MISTYPED)
