"""Why a release is refused, in sentences an organiser can act on."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programme.models import ReleasedSession, Session


class ReleaseRefused(Exception):  # noqa: N818 - a refusal is no error
    """`message` is the sentence for the organiser, in their language."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SessionsWithoutTimes(ReleaseRefused):
    def __init__(self, sessions: Sequence[Session]) -> None:
        self.sessions = list(sessions)
        message = ngettext(
            "%(count)d session cannot be released without a start and an end: %(titles)s.",
            "%(count)d sessions cannot be released without a start and an end: %(titles)s.",
            len(self.sessions),
        )
        titles = "; ".join(f"{session.title} ({session.code})" for session in self.sessions)
        super().__init__(message % {"count": len(self.sessions), "titles": titles})


class SessionsOfAnotherEdition(ReleaseRefused):
    def __init__(self) -> None:
        super().__init__(_("A release is for one edition. Choose sessions of one edition only."))


class RoomTaken(ReleaseRefused):
    """Two sessions would share a room at one time; `pair` is None where they could not be told apart."""

    def __init__(self, pair: tuple[ReleasedSession, ReleasedSession] | None, zone: ZoneInfo) -> None:
        self.pair = pair
        if pair is None:
            super().__init__(_("Two sessions would share a room at one time."))
            return
        first, second = pair
        from_, to = second.starts_at.astimezone(zone), min(first.ends_at, second.ends_at).astimezone(zone)
        super().__init__(
            _(
                "“%(first)s” and “%(second)s” would share the room %(room)s on %(day)s from %(from)s to "
                "%(to)s. Move one of them, or release both together."
            )
            % {
                "first": first.title,
                "second": second.title,
                "room": second.room,
                "day": formats.date_format(from_, "j F Y"),
                "from": f"{from_:%H:%M}",
                "to": f"{to:%H:%M}",
            }
        )


class DifferencesChanged(ReleaseRefused):
    def __init__(self) -> None:
        super().__init__(
            _("Someone changed the drafts meanwhile, so nothing was released. Look at the differences again.")
        )


class MoveRefused(Exception):  # noqa: N818 - a refusal is no error
    """`message` is the sentence for the organiser, in their language."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class DraftMoved(MoveRefused):
    """It is no longer where the organiser saw it; `who` is empty where the history does not say."""

    def __init__(self, title: str, where: str, who: str) -> None:
        facts = {"title": title, "where": where, "who": who}
        sentence = (
            _("%(who)s moved “%(title)s” meanwhile: it is now at %(where)s. Your move was not made.")
            if who
            else _("Someone moved “%(title)s” meanwhile: it is now at %(where)s. Your move was not made.")
        )
        super().__init__(sentence % facts)


class RoomOfAnotherEdition(MoveRefused):
    def __init__(self) -> None:
        super().__init__(_("There is no such room in this edition."))


class NoSuchTime(MoveRefused):
    """A time that no session can have; the message says why."""


class NeverReleased(Exception):  # noqa: N818 - a refusal is no error
    def __init__(self, title: str) -> None:
        self.message = _("“%(title)s” was never public: there is nothing to take its draft back to.") % {
            "title": title
        }
        super().__init__(self.message)
