from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from programme.models import ReleasedSession
from programme.views.editions import EditionPages, on_edition
from programme.wording import SessionLine, session_lines
from registration.models import SeatPool


@never_cache
@on_edition
def free_seats(request: HttpRequest, pages: EditionPages) -> HttpResponse:
    """The sessions whose seats are booked, day by day, with how many are left at this moment."""
    pools = {pool.pk: pool for pool in SeatPool.objects.bookable(pages.edition, timezone.now())}
    rows = ReleasedSession.objects.of(pages.edition).filter(pk__in=pools)
    lines = session_lines(rows, pages.edition)
    days = {f"{line.starts_at:%Y-%m-%d}": line.day for line in lines}
    asked = request.GET.get("day", "").strip()
    context = {
        **pages.context,
        "days": days,
        "chosen": asked if asked in days else "",
        "ignored": _no_such_day(asked) if asked and asked not in days else "",
        "only_free": "free" in request.GET,
        "by_day": [],
    }

    def is_wanted(line: SessionLine) -> bool:
        is_of_day = asked not in days or f"{line.starts_at:%Y-%m-%d}" == asked
        return is_of_day and (pools[line.row.pk].open > 0 or not context["only_free"])

    shown = [line for line in lines if is_wanted(line)]
    context["by_day"] = [
        {"name": name, "on": on.isoformat(), "lines": [(line, pools[line.row.pk]) for line in group]}
        for (on, name), group in groupby(shown, key=lambda line: (line.starts_at.date(), line.day))
    ]
    context["has_any"] = bool(lines)
    return render(request, "registration/free_seats.html", context)


def _no_such_day(asked: str) -> str:
    sentence = _("No seats are booked on a day “%(value)s”, so all days are shown.")
    return sentence % {"value": Truncator(asked).chars(60)}
