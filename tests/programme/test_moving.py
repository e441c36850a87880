from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry

from efus_conference.models import Edition, User
from programme.actions import (
    DraftMoved,
    NeverReleased,
    NoSuchTime,
    Position,
    RoomOfAnotherEdition,
    differences,
    move_session,
    put_back,
    release,
    reset_draft,
)
from programme.models import Appearance, Session, Theme
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def wall(text: str) -> datetime:
    """A time as the clocks of the place show it."""
    return datetime.fromisoformat(text)


@pytest.fixture
def edition() -> Edition:
    return factories.edition()


@pytest.fixture
def olga() -> User:
    return factories.user(name="Olga Example")


def test_a_draft_moves_with_its_length_its_departure_and_its_return(edition: Edition, olga: User) -> None:
    session = factories.session(
        edition,
        hours=3,
        departs_at=NINE + timedelta(minutes=15),
        returns_at=NINE + timedelta(hours=2, minutes=45),
    )
    room = factories.room(edition, name="Hall")

    moved = move_session(session=session, room=room, starts_at=wall("2031-05-15T14:30"), by=olga)

    session.refresh_from_db()
    start = datetime(2031, 5, 15, 12, 30, tzinfo=UTC)
    assert (
        Position.of(session)
        == moved.after
        == Position(
            room.pk,
            start,
            start + 3 * HOUR,
            start + timedelta(minutes=15),
            start + timedelta(hours=2, minutes=45),
        )
    )
    entry = LogEntry.objects.get(object_id=str(session.pk))
    assert (entry.user, entry.get_change_message()) == (
        olga,
        (
            "Moved from Wednesday 14 May 2031, 09:00 to 12:00, no room to "
            "Thursday 15 May 2031, 14:30 to 17:30, Hall."
        ),
    )


def test_a_move_can_be_undone_and_a_time_taken_away_comes_back_whole(edition: Edition, olga: User) -> None:
    session = factories.session(edition, hours=2, departs_at=NINE, returns_at=NINE + HOUR)
    before = Position.of(session)

    away = move_session(session=session, room=None, starts_at=None, by=olga, expected=before)
    put_back(session=session, position=away.before, by=olga, expected=away.after)

    session.refresh_from_db()
    assert away.after == Position(None, None, None)
    assert Position.of(session) == before


def test_a_position_is_read_back_as_it_was_written() -> None:
    position = Position(3, NINE, NINE + HOUR, None, NINE + HOUR)
    assert Position.read(str(position)) == position
    for wrong in ("", "banana", "1|2|3", "1|2031-05-14T09:00|||", "x||||", "1||||" + "9" * 300):
        with pytest.raises(ValueError):  # noqa: PT011 - all that cannot be read
            Position.read(wrong)


def test_a_position_with_an_offset_that_no_clock_has_is_the_moment_it_names(
    edition: Edition, olga: User
) -> None:
    session = factories.session(edition)

    put_back(
        session=session,
        position=Position.read("|2031-05-15T08:00:00+23:59|2031-05-15T09:00:00+23:59:00.5||"),
        by=olga,
    )

    session.refresh_from_db()
    assert Position.of(session) == Position(
        None,
        datetime(2031, 5, 14, 8, 1, tzinfo=UTC),
        datetime(2031, 5, 14, 9, 0, 59, 500_000, tzinfo=UTC),
    )
    with pytest.raises(ValueError, match="0001"):
        Position.read("|0001-01-01T00:00:00+14:00|||")


def test_a_draft_without_a_time_gets_the_length_its_kind_mostly_has(edition: Edition, olga: User) -> None:
    kind = factories.kind()
    for hours in (1.5, 1.5, 3):
        factories.session(edition, kind=kind, hours=hours)
    waiting = factories.session(edition, kind=kind)
    Session.objects.filter(pk=waiting.pk).update(starts_at=None, ends_at=None)

    moved = move_session(session=waiting, room=None, starts_at=wall("2031-05-14T09:00"), by=olga)

    assert (moved.after.starts_at, moved.after.ends_at) == (NINE, NINE + timedelta(minutes=90))


def test_who_moves_what_another_moved_meanwhile_is_told_who_and_where_to(
    edition: Edition, olga: User
) -> None:
    session, room = factories.session(edition, title="Trust"), factories.room(edition, name="Hall")
    seen = Position.of(session)
    move_session(session=session, room=room, starts_at=wall("2031-05-14T11:00"), by=olga, expected=seen)

    with pytest.raises(DraftMoved) as refused:
        move_session(
            session=session,
            room=None,
            starts_at=wall("2031-05-14T16:00"),
            by=factories.user(),
            expected=seen,
        )

    assert refused.value.message == (
        "Olga Example moved “Trust” meanwhile: it is now at Wednesday 14 May 2031, 11:00 to 12:00, Hall. "
        "Your move was not made."
    )
    session.refresh_from_db()
    assert session.room == room


def test_a_corrected_title_does_not_hold_up_a_move(edition: Edition, olga: User) -> None:
    session = factories.session(edition)
    seen = Position.of(session)
    session.title_en = "Corrected"
    session.save()

    move_session(session=session, room=None, starts_at=wall("2031-05-14T11:00"), by=olga, expected=seen)

    session.refresh_from_db()
    assert (session.title, session.starts_at) == ("Corrected", NINE + 2 * HOUR)


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (
            wall("2031-03-30T02:30"),
            "The clocks skip this time: summer time begins. Choose one before or after it.",
        ),
        (
            wall("2031-10-26T02:30"),
            "The clocks show this time twice: summer time ends. Choose one before or after it.",
        ),
        (wall("0001-01-01T00:00"), "Check the year: this is long before or after any conference."),
        (wall("9999-12-31T23:55"), "Check the year: this is long before or after any conference."),
        (
            wall("2031-05-14T23:30"),
            "A session is within one day: make one of the next day for what follows.",
        ),
    ],
)
def test_a_time_no_session_can_have_is_refused_with_a_sentence(
    edition: Edition, olga: User, start: datetime, sentence: str
) -> None:
    session = factories.session(edition)

    with pytest.raises(NoSuchTime) as refused:
        move_session(session=session, room=None, starts_at=start, by=olga)

    assert refused.value.message == sentence
    session.refresh_from_db()
    assert session.starts_at == NINE


def test_a_session_may_end_at_midnight(edition: Edition, olga: User) -> None:
    session = factories.session(edition)

    moved = move_session(session=session, room=None, starts_at=wall("2031-05-14T23:00"), by=olga)

    assert moved.after.ends_at == datetime(2031, 5, 14, 22, tzinfo=UTC)


def test_a_room_of_another_edition_is_refused(edition: Edition, olga: User) -> None:
    session = factories.session(edition)
    elsewhere = factories.room(factories.edition(is_current=False))

    with pytest.raises(RoomOfAnotherEdition):
        move_session(session=session, room=elsewhere, starts_at=wall("2031-05-14T09:00"), by=olga)
    with pytest.raises(RoomOfAnotherEdition):
        put_back(session=session, position=Position(elsewhere.pk, NINE, NINE + HOUR), by=olga)


def test_a_draft_taken_back_is_what_is_public_and_nothing_differs(edition: Edition, olga: User) -> None:
    stays, goes = factories.speaker(), factories.speaker()
    room, theme = factories.room(edition), Theme.objects.create(slug="trust", name_en="Trust")
    session = factories.session(
        edition,
        speakers=(stays, goes),
        room=room,
        title_en="Trust",
        title_fr="Confiance",
        note="For us.",
        caption_languages=["en"],
    )
    session.themes.add(theme)
    release(edition=edition, by=None)
    Appearance.objects.filter(speaker=stays).update(answer="accepted")
    session.appearances.get(speaker=goes).delete()
    Appearance.objects.create(session=session, speaker=factories.speaker())
    session.themes.clear()
    Session.objects.filter(pk=session.pk).update(
        starts_at=None,
        ends_at=None,
        title_en="Other",
        title_fr="",
        title_nl="Iets",
        room=None,
        is_cancelled=True,
    )

    assert reset_draft(session=session, by=olga)

    assert differences(edition=edition) == []
    session.refresh_from_db()
    assert (session.title_en, session.title_nl, session.note, session.room) == (  # type: ignore[attr-defined]
        "Trust",
        "",
        "For us.",
        room,
    )
    assert [(one.speaker, one.answer) for one in session.appearances.all()] == [
        (stays, "accepted"),
        (goes, ""),
    ]
    assert not reset_draft(session=session, by=olga)


def test_what_was_never_public_is_not_taken_back(edition: Edition, olga: User) -> None:
    with pytest.raises(NeverReleased) as refused:
        reset_draft(session=factories.session(edition, title="New"), by=olga)

    assert refused.value.message == "“New” was never public: there is nothing to take its draft back to."
