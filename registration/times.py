"""Days and times as people say them, in the reader's language and in the time zone of the edition."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext


def spoken_day(moment: datetime, zone: ZoneInfo) -> str:
    """“Thursday 20 May”."""
    return date_format(timezone.localtime(moment, zone), "l j F")


def spoken_clock(moment: datetime, zone: ZoneInfo) -> str:
    """“09:30”."""
    return date_format(timezone.localtime(moment, zone), "H:i")


def spoken_span(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """“Thursday 20 May, 09:30 to 11:00”."""
    return gettext("%(day)s, %(start)s to %(end)s") % {
        "day": spoken_day(starts_at, zone),
        "start": spoken_clock(starts_at, zone),
        "end": spoken_clock(ends_at, zone),
    }
