"""What a release asks and sets off beyond the programme.

The programme knows no participant, so it cannot import `registration`; apps above add to these lists in their
`AppConfig.ready()`. Checks and consequences say what a release would do (shown before it), effects do it, in its
transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from programme.models import Release, ReleasedSession


@dataclass(frozen=True)
class SessionChange:
    """One session's difference: `before` is None when it is new, `after` the row as the release writes it."""

    kind: str
    before: ReleasedSession | None
    after: ReleasedSession


class Concern(TextChoices):
    """What a warning is about, in the order in which an organiser reads them."""

    ROOM = "room", _("A room twice at one time")
    SPEAKER = "speaker", _("A speaker twice at one time")
    WALKING = "walking", _("Too little time to walk")
    SEATS = "seats", _("Seats and bookings")
    DAYS = "days", _("Outside the days of the edition")
    DECLINED = "declined", _("Speakers who declined")
    CONSENT = "consent", _("Speakers who will not be named")
    INTERPRETATION = "interpretation", _("Without interpretation")
    VISIT = "visit", _("Field visits")
    TRANSLATION = "translation", _("Missing translations")
    WAITING = "waiting", _("Without a time")
    OTHER = "other", _("Also")


@dataclass(frozen=True)
class ReleaseWarning:
    """A sentence an organiser reads before releasing, about one session or about the whole.

    `concern` groups it with its like; `others` are further sessions it names.
    """

    message: str
    session_id: int | None = None
    concern: Concern = field(default=Concern.OTHER, compare=False)
    others: tuple[int, ...] = field(default=(), compare=False)

    @property
    def session_ids(self) -> tuple[int, ...]:
        return (*(() if self.session_id is None else (self.session_id,)), *self.others)


@dataclass(frozen=True)
class SessionConsequences:
    """What a release does to those who booked or starred one session, in numbers of people."""

    seats_that_move: int = 0
    seats_that_end: int = 0
    people_in_two_places: int = 0
    mails: int = 0


@dataclass(frozen=True)
class Consequences:
    """The same for each session by its id; who has several of them gets one mail, so `mails` is no sum."""

    of_sessions: Mapping[int, SessionConsequences] = field(default_factory=dict)
    mails: int = 0


release_checks: list[Callable[[Sequence[SessionChange]], list[ReleaseWarning]]] = []
release_consequences: list[Callable[[Sequence[SessionChange]], Consequences]] = []
release_effects: list[Callable[[Release, Sequence[SessionChange]], None]] = []
