"""What interpretation needs, session by session: booths, sign interpreters, captions, and headsets from the seats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from efus_conference.models import Edition
from programme.languages import SIGN_LANGUAGES, language_list
from programme.models import ReleasedSession
from programme.wording import SessionLine, session_lines
from registration.lists import Column, List, Table
from registration.models import SeatPool, Star


@dataclass(frozen=True)
class Need:
    """One session's. A booth is that of one language into which it is interpreted from another."""

    line: SessionLine
    booths: list[str]
    signs: list[str]
    captions: list[str]
    headsets: int
    reckoned_from: str


@dataclass(frozen=True)
class Moment:
    """What is needed at once when these sessions begin, those that are still under way included."""

    day: str
    time: str
    needs: list[Need]
    booths: int
    headsets: int


def interpretation_needs(edition: Edition) -> list[Moment]:
    """Of the sessions that take place and are interpreted or captioned, in four queries."""
    rows = [row for row in ReleasedSession.objects.of(edition) if not row.is_cancelled]
    lines = session_lines(rows, edition, with_year=True)
    pools = SeatPool.objects.in_bulk([row.pk for row in rows])
    stars = dict(
        Star.objects.filter(session__in=[row.pk for row in rows], registration__cancelled_at=None)
        .order_by()
        .values_list("session")
        .annotate(Count("pk"))
    )
    needs = [_need(line, pools.get(line.row.pk), stars.get(line.row.pk, 0)) for line in lines]
    shown = [need for need in needs if need.booths or need.signs or need.captions]
    moments = []
    for start, group in groupby(shown, key=lambda need: need.line.starts_at):
        at_once = [need for need in shown if need.line.starts_at <= start < need.line.ends_at]
        beginning = list(group)
        moments.append(
            Moment(
                day=beginning[0].line.day,
                time=beginning[0].line.starts,
                needs=beginning,
                booths=sum(len(need.booths) for need in at_once),
                headsets=sum(need.headsets for need in at_once),
            )
        )
    return moments


def _need(line: SessionLine, pool: SeatPool | None, stars: int) -> Need:
    row = line.row
    spoken = [code for code in row.interpretation_languages if code not in SIGN_LANGUAGES]
    # Where all speak the one language already, nobody interprets into it.
    booths = [code for code in spoken if set(row.floor_languages) != {code}]
    headsets, reckoned_from = _headsets(row, pool, stars) if booths else (0, "")
    return Need(
        line=line,
        booths=booths,
        signs=[code for code in row.interpretation_languages if code in SIGN_LANGUAGES],
        captions=row.caption_languages,
        headsets=headsets,
        reckoned_from=reckoned_from,
    )


def _headsets(row: ReleasedSession, pool: SeatPool | None, stars: int) -> tuple[int, str]:
    if pool is not None:
        booked = _("seats taken, of %(capacity)d") % {"capacity": pool.capacity}
        return pool.taken + pool.offered, booked
    if row.room is not None and row.room.seats:
        return row.room.seats, _("seats in the room; stars: %(stars)d") % {"stars": stars}
    return stars, _("stars; the room’s seats are not known")


def how_it_is_reckoned() -> list[str]:
    return [
        _(
            "A booth is counted for each spoken language into which a session is interpreted from another one; sign "
            "languages are interpreted beside the stage, by two people each."
        ),
        _(
            "Headsets: where seats are booked, as many as are taken or offered at this moment; where everyone may "
            "come, as many as the room has seats; where neither is known, as many as have starred the session. Nobody "
            "is asked which language they speak, so this is the most that may be needed, not a forecast."
        ),
        _("“At once” counts all sessions that are under way when those of the line begin."),
    ]


def interpretation_list(edition: Edition, moments: Sequence[Moment]) -> List:
    columns = [
        Column(_("Time")), Column(_("Session"), 4), Column(_("Room"), 2), Column(_("Spoken"), 2),
        Column(_("Booths")), Column(_("Into"), 2), Column(_("Sign interpreters"), 2), Column(_("Captions"), 2),
        Column(_("Headsets"), is_number=True), Column(_("Reckoned from"), 2),
    ]  # fmt: skip
    return List(
        edition=edition,
        heading=_("Booths and headsets"),
        subheading=in_all(moments),
        notes=how_it_is_reckoned(),
        tables=[
            Table(columns, [_row(need) for moment in group for need in moment.needs], title=day)
            for day, group in ((day, list(some)) for day, some in groupby(moments, key=lambda one: one.day))
        ],
        file_name=f"interpretation-{edition.slug}",
    )


def in_all(moments: Iterable[Moment]) -> str:
    """The largest numbers needed at once, in one sentence; "" where nothing is interpreted."""
    moments = list(moments)
    if not moments:
        return ""
    booths = max(moments, key=lambda moment: moment.booths)
    headsets = max(moments, key=lambda moment: moment.headsets)
    return _(
        "At once at most %(booths)d booths (%(booths_when)s) and %(headsets)d headsets (%(headsets_when)s)."
    ) % {
        "booths": booths.booths,
        "booths_when": f"{booths.day}, {booths.time}",
        "headsets": headsets.headsets,
        "headsets_when": f"{headsets.day}, {headsets.time}",
    }


def _row(need: Need) -> list[str]:
    line = need.line
    return [
        f"{line.starts}–{line.ends}",
        line.title,
        line.room,
        capfirst(language_list(line.row.floor_languages)),
        str(len(need.booths)),
        capfirst(language_list(need.booths)),
        capfirst(language_list(need.signs)),
        capfirst(language_list(need.captions)),
        str(need.headsets) if need.booths else "",
        need.reckoned_from,
    ]
