"""Moving a draft to another time or room, one after the other where two organisers do it at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import mode

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from efus_conference.models import Edition, User
from efus_conference.moments import on_the_clocks, plausible
from programme.actions.foresight import clashes_of
from programme.actions.refusals import DraftMoved, NoSuchTime, RoomOfAnotherEdition
from programme.models import Room, Session
from programme.release_hooks import ReleaseWarning
from programme.wording import at_venue

LENGTH = timedelta(hours=1)  # of a session whose kind has none with times yet
WRITTEN = ["room", "starts_at", "ends_at", "departs_at", "returns_at", "changed_at"]


@dataclass(frozen=True)
class Position:
    """Where a draft stands: its room and its times, None where it has none."""

    room_id: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    departs_at: datetime | None = None
    returns_at: datetime | None = None

    @classmethod
    def of(cls, session: Session) -> Position:
        return cls(
            session.room_id, session.starts_at, session.ends_at, session.departs_at, session.returns_at
        )

    def __str__(self) -> str:
        """As a page carries it there and back; `read` undoes it."""
        moments = (self.starts_at, self.ends_at, self.departs_at, self.returns_at)
        written = (moment.astimezone(UTC).isoformat() if moment else "" for moment in moments)
        return "|".join([str(self.room_id or ""), *written])

    @classmethod
    def read(cls, text: str) -> Position:
        """Raises ValueError for what no position is written as."""
        room, *moments = text.split("|")
        if len(moments) != 4 or len(text) > 200:
            raise ValueError(text[:200])
        read = [datetime.fromisoformat(moment) if moment else None for moment in moments]
        if any(moment is not None and moment.tzinfo is None for moment in read):
            raise ValueError(text)
        try:
            # As `__str__` writes them: the database takes no offset from 16 hours on.
            read = [moment and moment.astimezone(UTC) for moment in read]
        except OverflowError:
            raise ValueError(text) from None
        return cls(int(room) if room else None, *read)


@dataclass(frozen=True)
class Moved:
    """What a move did; `clashes` are those the draft is part of now."""

    session: Session
    before: Position
    after: Position
    clashes: list[ReleaseWarning]


@transaction.atomic
def move_session(
    *,
    session: Session,
    room: Room | None,
    starts_at: datetime | None,
    by: User,
    expected: Position | None = None,
) -> Moved:
    """Puts a draft into a room (None: no room) at a time (None: takes its times away); it keeps its length.

    A time without a zone is that on the clocks of the edition's place. Departure and return of a field visit go
    along. `expected` is where the organiser saw it. Raises MoveRefused; then nothing is written.
    """
    draft = _locked(session, expected)
    if starts_at is None:
        wanted = Position(room.pk if room else None, None, None)
    else:
        start = _moment(starts_at, draft.edition)
        wanted = _shifted(draft, room, start)
    return _put(draft, room, wanted, by)


@transaction.atomic
def put_back(*, session: Session, position: Position, by: User, expected: Position | None = None) -> Moved:
    """Undoes a move: the draft stands where it stood before, with the length and the departure it had there."""
    draft = _locked(session, expected)
    room = None
    if position.room_id is not None:
        room = Room.objects.filter(pk=position.room_id).first()
        if room is None:
            raise RoomOfAnotherEdition
    return _put(draft, room, position, by)


def usual_length(kind_id: int, timed: Sequence[Session]) -> timedelta:
    """How long a session of a kind mostly lasts among these, which have their times."""
    lengths = [
        one.ends_at - one.starts_at
        for one in timed
        if one.kind_id == kind_id and one.starts_at and one.ends_at
    ]
    return mode(lengths) if lengths else LENGTH


def in_words(position: Position, room: Room | None, edition: Edition) -> str:
    """“Thursday 20 May 2027, 09:30 to 11:00, Room 2”, as it stands within a sentence."""
    facts = {"room": str(room) if room else _("no room")}
    if position.starts_at is None or position.ends_at is None:
        return _("no time, %(room)s") % facts
    facts["start"] = at_venue(position.starts_at, edition.zone)
    facts["end"] = f"{position.ends_at.astimezone(edition.zone):%H:%M}"
    return _("%(start)s to %(end)s, %(room)s") % facts


def _locked(session: Session, expected: Position | None) -> Session:
    # Two who move it at once come one after the other; the second is told what the first did.
    draft = Session.objects.locked().select_related("edition", "room").get(pk=session.pk)
    if expected is not None and expected != Position.of(draft):
        raise DraftMoved(
            draft.title, in_words(Position.of(draft), draft.room, draft.edition), _who_changed(draft)
        )
    return draft


def _who_changed(draft: Session) -> str:
    """The organiser whose entry of the history belongs to the draft's last change; "" where none does."""
    entry = (
        LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Session), object_id=str(draft.pk)
        )
        .select_related("user")
        .first()
    )
    if entry is None or entry.action_time < draft.changed_at - timedelta(seconds=10):
        return ""
    return entry.user.name or entry.user.email


def _moment(typed: datetime, edition: Edition) -> datetime:
    try:
        plausible(typed if typed.tzinfo else typed.replace(tzinfo=edition.zone))
        return typed if typed.tzinfo else on_the_clocks(typed, edition.zone)
    except ValidationError as error:
        raise NoSuchTime(" ".join(error.messages)) from error


def _shifted(draft: Session, room: Room | None, start: datetime) -> Position:
    if draft.starts_at is None or draft.ends_at is None:
        length = usual_length(
            draft.kind_id, list(Session.objects.filter(edition=draft.edition, kind=draft.kind))
        )
        return Position(room.pk if room else None, start, start + length)
    by = start - draft.starts_at

    def shifted(moment: datetime | None) -> datetime | None:
        return None if moment is None else moment + by

    return Position(
        room.pk if room else None,
        start,
        draft.ends_at + by,
        shifted(draft.departs_at),
        shifted(draft.returns_at),
    )


def _put(draft: Session, room: Room | None, wanted: Position, by: User) -> Moved:
    if room is not None and room.edition_id != draft.edition_id:
        raise RoomOfAnotherEdition
    before, was_in = Position.of(draft), draft.room
    draft.room = room
    draft.starts_at, draft.ends_at = wanted.starts_at, wanted.ends_at
    draft.departs_at, draft.returns_at = wanted.departs_at, wanted.returns_at
    try:
        for moment in (draft.starts_at, draft.ends_at):
            if moment is not None:
                plausible(moment)
        draft.clean()
        draft.validate_constraints()
    except ValidationError as error:
        raise NoSuchTime(" ".join(error.messages)) from error
    after = Position.of(draft)
    if after != before:
        draft.save(update_fields=WRITTEN)
        message = _("Moved from %(before)s to %(after)s.") % {
            "before": in_words(before, was_in, draft.edition),
            "after": in_words(after, room, draft.edition),
        }
        LogEntry.objects.log_actions(by.pk, [draft], CHANGE, message, single_object=True)
    return Moved(draft, before, after, clashes_of(draft))
