"""The released programme of an edition as the pages of one's own list it, kept at hand while it is the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from efus_conference.at_hand import AtHand
from efus_conference.context import site
from efus_conference.models import Edition
from programme.languages import reader
from programme.models import ReleasedSession
from programme.views.editions import furniture, published_editions
from programme.walking import Ways, ways_of
from programme.wording import SessionLine, session_lines


@dataclass(frozen=True)
class Programme:
    """All released sessions, in the order of the programme, in one language."""

    lines: Mapping[int, SessionLine]  # by the session's id
    ways: Ways

    def minutes(self, first: ReleasedSession, second: ReleasedSession) -> int | None:
        """The way from one session to another on foot; None where it is not known."""
        return self.ways.minutes(first.room, second.room)

    @cached_property
    def sessions_of_speakers(self) -> Mapping[int, Sequence[int]]:
        """The ids of the sessions in which each speaker appears and that take place, by the speaker's id."""
        found: dict[int, list[int]] = {}
        for key, line in self.lines.items():
            for one in line.row.appearances:
                if not line.is_cancelled and key not in found.setdefault(one["speaker"], []):
                    found[one["speaker"]].append(key)
        return found


def programme_of(edition: Edition, hand: AtHand) -> Programme:
    """In the reader's language; two queries the first time."""

    def rows() -> list[ReleasedSession]:
        made = list(ReleasedSession.objects.of(edition))
        for row in made:
            row.edition = edition  # known already, and a query for each row otherwise
        return made

    released = hand.get(("released", edition.pk), rows)
    ways = hand.get(("ways", edition.pk), lambda: ways_of(edition))
    return hand.get(
        ("programme", edition.pk, reader()),
        lambda: Programme({line.row.pk: line for line in session_lines(released, edition)}, ways),
    )


def furniture_at_hand(hand: AtHand, request: HttpRequest) -> dict[str, Any]:
    """What header and footer show, and the footer itself, which is the same on every page in one language."""
    # What header and footer ask for besides is kept there too: see `archive.templatetags.furniture`.
    context = {**furniture(editions_at_hand(hand)), "at_hand": hand}

    def foot() -> SafeString:
        return render_to_string("components/footer.html", {**site(request), **context})

    return {**context, "foot": hand.get(("foot", reader()), foot)}


def editions_at_hand(hand: AtHand) -> list[Edition]:
    """Those that are published, with their hosts; two queries the first time."""
    return hand.get("editions", published_editions)
