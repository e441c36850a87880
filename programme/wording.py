"""Moments and people as the programme's pages print them, formatted once for the whole page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import formats
from django.utils.html import format_html
from django.utils.text import capfirst

from efus_conference.languages import language_shown
from efus_conference.models import Edition, Organisation
from programme.languages import interpretation_sentence, reader
from programme.models import Appearance, ReleasedSession, Speaker
from programme.portraits import Picture, picture_of


def day_name(moment: datetime, *, with_year: bool = False) -> str:
    """“Thursday 20 May”, of a moment already at the venue."""
    return capfirst(formats.date_format(moment, "l j F Y" if with_year else "l j F"))


@dataclass(frozen=True)
class SessionLine:
    """A released session as lists and timetables print it."""

    row: ReleasedSession
    title: str
    url: str
    kind: str
    css: str
    room: str
    starts_at: datetime
    ends_at: datetime
    starts_iso: str
    ends_iso: str
    starts: str
    ends: str
    day: str

    @property
    def lang(self) -> str:
        """` lang="en"` for the element with the title, where that is in another language than the page."""
        language = self.row.language_of("title")
        return format_html(' lang="{}"', language) if language != reader() else ""

    @property
    def languages(self) -> str:
        return interpretation_sentence(self.row)

    @property
    def is_cancelled(self) -> bool:
        return self.row.is_cancelled


def session_lines(
    rows: Iterable[ReleasedSession], edition: Edition, *, with_year: bool = False
) -> list[SessionLine]:
    """The rows at their venue's time. Each has been read with its session, kind and room."""
    zone, language = edition.zone, reader()
    days: dict[object, str] = {}
    # One address made for all: reversing each of them is a good part of a page's cost.
    address = reverse("programme:session", args=[edition.slug, "000000"])
    # A translated name looks for its language each time it is read.
    kinds: dict[int, str] = {}
    rooms: dict[int | None, str] = {None: ""}
    lines = []
    for row in rows:
        start, end = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
        day = days.get(start.date())
        if day is None:
            day = days[start.date()] = day_name(start, with_year=with_year)
        if row.kind_id not in kinds:
            kinds[row.kind_id] = row.kind.name
        if row.room_id not in rooms:
            rooms[row.room_id] = row.room.name if row.room else ""
        lines.append(
            SessionLine(
                row=row,
                title=row.text("title", language),
                url=address.replace("000000", row.code),
                kind=kinds[row.kind_id],
                css=f"kind kind-{row.kind.colour}",
                room=rooms[row.room_id],
                starts_at=start,
                ends_at=end,
                starts_iso=start.isoformat(),
                ends_iso=end.isoformat(),
                starts=f"{start:%H:%M}",
                ends=f"{end:%H:%M}",
                day=day,
            )
        )
    return lines


@dataclass(frozen=True)
class PersonLine:
    """A speaker as a session's page or the list of speakers names them."""

    name: str
    url: str
    picture: Picture | None
    role: str
    function: str
    function_language: str
    organisation: Organisation | None
    is_to_be_confirmed: bool


@lru_cache(maxsize=200)
def _page_of_speakers(edition: str, language: str) -> str:
    """The address of a speaker's page with zeros for the speaker: reversing each was a fifth of their list's cost."""
    return reverse("programme:speaker", args=[edition, "000000"])


def person_line(
    speaker: Speaker,
    appearance: Mapping[str, object],
    organisations: Mapping[int, Organisation],
    *,
    edition: Edition,
) -> PersonLine:
    """With the function and the organisation of that session, else the speaker's own."""
    functions = appearance.get("function") or {}
    assert isinstance(functions, dict)
    spoken_in = next((code for code in (reader(), "en", *functions) if functions.get(code)), "")
    role = str(appearance.get("role", ""))
    organisation = appearance.get("organisation")
    return PersonLine(
        name=speaker.name,
        url=_page_of_speakers(edition.slug, reader()).replace("000000", speaker.slug),
        picture=picture_of(speaker),
        role="" if role in ("", Appearance.Role.SPEAKER) else str(Appearance.Role(role).label),
        function=functions[spoken_in] if spoken_in else speaker.function,
        function_language=spoken_in or language_shown(speaker, "function"),
        organisation=organisations.get(organisation)
        if isinstance(organisation, int)
        else speaker.organisation,
        is_to_be_confirmed=bool(appearance.get("is_to_be_confirmed")),
    )


def at_venue(moment: datetime, zone: ZoneInfo) -> str:
    """“Thursday 20 May 2027, 09:30”, as it stands within a sentence."""
    local = moment.astimezone(zone)
    return f"{formats.date_format(local, 'l j F Y')}, {local:%H:%M}"
