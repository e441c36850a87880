from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from efus_conference.models import Edition
from programme.actions import (
    DifferencesChanged,
    RoomTaken,
    SessionsOfAnotherEdition,
    SessionsWithoutTimes,
    differences,
    preview,
    release,
)
from programme.models import Appearance, Release, ReleaseChange, ReleasedSession, Room, Session
from programme.release_hooks import ReleaseWarning, release_checks, release_effects
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return factories.edition()


def released(session: Session) -> ReleasedSession:
    return ReleasedSession.objects.get(session=session)


def put_into(room: Room, rows: QuerySet[Any]) -> None:
    """Around all code of ours, with the constraints asked as a commit asks them."""
    with transaction.atomic():
        rows.update(room=room)
        connection.check_constraints()


def log(made: Release | None) -> list[tuple[str, str, list[str]]]:
    assert made is not None
    return [
        (change.session.title, change.kind, change.after["fields"])
        for change in made.changes.select_related("session")
    ]


def test_a_new_session_is_written_with_all_that_the_public_reads(edition: Edition) -> None:
    room, city = factories.room(edition), factories.organisation()
    speaker = factories.speaker()
    session = factories.session(
        edition,
        room=room,
        title_en="Safe nights",
        title_fr="Nuits sûres",
        abstract_en="On nightlife.",
        interpretation_languages=["fr", "nl"],
    )
    Appearance.objects.create(
        session=session, speaker=speaker, role="chair", function_en="Mayor", organisation=city
    )

    made = release(edition=edition, by=factories.user(), note="Come.")

    row = released(session)
    assert (made.number, made.note_en) == (1, "Come.")  # type: ignore[union-attr]
    assert row.texts == {
        "en": {"title": "Safe nights", "abstract": "On nightlife."},
        "fr": {"title": "Nuits sûres"},
    }
    assert row.appearances == [
        {
            "speaker": speaker.pk,
            "role": "chair",
            "function": {"en": "Mayor"},
            "organisation": city.pk,
            "is_to_be_confirmed": False,
        }
    ]
    assert (row.room, row.starts_at, row.ends_at) == (room, NINE, NINE + timedelta(hours=1))
    assert (row.status, row.sequence, row.floor_languages) == ("confirmed", 0, ["en"])
    assert row.interpretation_languages == ["fr", "nl"]
    assert row.first_release == row.last_release == made
    assert row.changed_at == made.released_at  # type: ignore[union-attr]


def test_what_is_released_unchanged_yields_nothing(edition: Edition) -> None:
    factories.session(edition, speakers=(factories.speaker(),))
    release(edition=edition, by=None)

    assert differences(edition=edition) == []
    assert release(edition=edition, by=None) is None
    assert edition.releases.count() == 1


def test_the_sequence_rises_with_time_room_and_status_and_with_nothing_else(edition: Edition) -> None:
    session = factories.session(edition, title_en="Trust")

    def after(**fields: Any) -> tuple[str, list[str], int]:
        for name, value in fields.items():
            setattr(session, name, value)
        session.save()
        made = release(edition=edition, by=None)
        [(_title, kind, changed)] = log(made)
        return kind, changed, released(session).sequence

    assert after() == ("new", [], 0)
    assert after(starts_at=NINE - timedelta(hours=1)) == ("moved", ["during"], 1)
    assert after(room=factories.room(edition)) == ("moved", ["room"], 2)
    assert after(title_fr="Confiance", floor_languages=["fr"]) == (
        "changed",
        ["floor_languages", "title"],
        2,
    )
    assert after(is_cancelled=True) == ("cancelled", ["status"], 3)
    assert after(is_cancelled=False) == ("restored", ["status"], 4)


def test_the_changelog_keeps_the_time_and_the_room_before_and_after(edition: Edition) -> None:
    first, second = factories.room(edition), factories.room(edition)
    session = factories.session(edition, room=first)
    release(edition=edition, by=None)
    session.room = second
    session.save()

    made = release(edition=edition, by=None)

    change = ReleaseChange.objects.get(release=made)
    during = ["2031-05-14T07:00:00+00:00", "2031-05-14T08:00:00+00:00"]
    assert change.before == {"during": during, "room": first.pk}
    assert change.after == {"during": during, "room": second.pk, "fields": ["room"]}


def test_a_session_cancelled_before_it_was_public_stays_unknown(edition: Edition) -> None:
    factories.session(edition, is_cancelled=True)

    assert release(edition=edition, by=None) is None


def test_only_the_chosen_sessions_are_released(edition: Edition) -> None:
    chosen, other = factories.session(edition), factories.session(edition)

    made = release(edition=edition, by=None, sessions=[chosen])

    assert log(made) == [(chosen.title, "new", [])]
    assert not ReleasedSession.objects.filter(session=other).exists()


def test_one_release_may_swap_the_rooms_of_two_sessions(edition: Edition) -> None:
    left, right = factories.room(edition), factories.room(edition)
    first, second = factories.session(edition, room=left), factories.session(edition, room=right)
    release(edition=edition, by=None)
    for session, room in ((first, right), (second, left)):
        session.room = room
        session.save()

    made = release(edition=edition, by=None)

    assert sorted(log(made)) == [(first.title, "moved", ["room"]), (second.title, "moved", ["room"])]
    assert [released(first).room, released(second).room] == [right, left]


def test_half_a_swap_is_refused_with_both_sessions_the_room_and_the_time(edition: Edition) -> None:
    left, right = factories.room(edition, name="Great Hall"), factories.room(edition)
    first = factories.session(edition, room=left, title="Trust", hours=2)
    second = factories.session(edition, room=right, title="Night", starts_at=NINE + timedelta(hours=1))
    release(edition=edition, by=None)
    second.room = left
    second.save()

    with pytest.raises(RoomTaken) as refused:
        release(edition=edition, by=None, sessions=[second])

    assert refused.value.message == (
        "“Trust” and “Night” would share the room Great Hall on 14 May 2031 from 10:00 to 11:00. "
        "Move one of them, or release both together."
    )
    assert [released(first).room, released(second).room] == [left, right]
    assert edition.releases.count() == 1


def test_the_database_itself_refuses_two_sessions_in_one_room(edition: Edition) -> None:
    room = factories.room(edition)
    factories.session(edition, room=room)
    beside = factories.session(edition, room=factories.room(edition))
    release(edition=edition, by=None)
    with pytest.raises(IntegrityError, match="a_room_holds_one_session_at_a_time"):
        put_into(room, ReleasedSession.objects.filter(pk=beside.pk))


def test_a_cancelled_session_leaves_its_room_to_another(edition: Edition) -> None:
    room = factories.room(edition)
    old = factories.session(edition, room=room)
    release(edition=edition, by=None)
    old.is_cancelled = True
    old.save()
    factories.session(edition, room=room)

    made = release(edition=edition, by=None)

    assert sorted(kind for _title, kind, _fields in log(made)) == ["cancelled", "new"]


def test_a_chosen_session_without_times_is_refused_by_name(edition: Edition) -> None:
    session = factories.session(edition, title="Someday", code="SMDAY1")
    Session.objects.filter(pk=session.pk).update(starts_at=None, ends_at=None)

    with pytest.raises(SessionsWithoutTimes) as refused:
        release(edition=edition, by=None, sessions=[session])

    assert refused.value.message == (
        "1 session cannot be released without a start and an end: Someday (SMDAY1)."
    )


def test_a_public_session_that_lost_its_times_is_refused_by_name(edition: Edition) -> None:
    session = factories.session(edition)
    release(edition=edition, by=None)
    Session.objects.filter(pk=session.pk).update(starts_at=None, ends_at=None)

    with pytest.raises(SessionsWithoutTimes):
        release(edition=edition, by=None)


def test_a_draft_without_times_waits_when_everything_is_released(edition: Edition) -> None:
    ready, waiting = factories.session(edition), factories.session(edition, title="Someday")
    Session.objects.filter(pk=waiting.pk).update(starts_at=None, ends_at=None)

    shown = preview(edition=edition)
    made = release(edition=edition, by=None)

    assert "1 session has no time yet and stays a draft: Someday." in [w.message for w in shown.warnings]
    assert log(made) == [(ready.title, "new", [])]


def test_sessions_of_another_edition_are_refused(edition: Edition) -> None:
    session = factories.session(factories.edition(is_current=False))

    with pytest.raises(SessionsOfAnotherEdition):
        release(edition=edition, by=None, sessions=[session])


def test_what_was_not_shown_is_not_released(edition: Edition) -> None:
    session = factories.session(edition)
    shown = preview(edition=edition).fingerprint
    session.title_en = "Another"
    session.save()

    with pytest.raises(DifferencesChanged):
        release(edition=edition, by=None, expected=shown)

    assert release(edition=edition, by=None, expected=preview(edition=edition).fingerprint)


def test_releases_are_numbered_within_their_edition(edition: Edition) -> None:
    other = factories.edition(is_current=False)
    numbers = []
    for chosen in (edition, other, edition):
        factories.session(chosen)
        numbers.append(release(edition=chosen, by=None).number)  # type: ignore[union-attr]

    assert numbers == [1, 1, 2]


def test_effects_run_in_the_transaction_and_their_failure_undoes_the_release(edition: Edition) -> None:
    factories.session(edition)
    seen: list[tuple[int, list[str]]] = []

    def effect(made: Release, changes: Any) -> None:
        seen.append((made.number, [change.kind for change in changes]))
        raise RuntimeError

    release_effects.append(effect)
    try:
        with pytest.raises(RuntimeError), transaction.atomic():
            release(edition=edition, by=None)
    finally:
        release_effects.remove(effect)

    assert seen == [(1, ["new"])]
    assert [edition.releases.count(), ReleasedSession.objects.count()] == [0, 0]


def test_warnings_name_rooms_and_people_needed_twice_days_outside_and_missing_translations(
    edition: Edition,
) -> None:
    room, speaker = factories.room(edition, name="Hall"), factories.speaker(name="Ada Example")
    texts = {"title_fr": "Un", "title_nl": "Een"}
    factories.session(edition, room=room, title="One", speakers=(speaker,), **texts)
    factories.session(
        edition, room=room, title="Two", speakers=(speaker,), starts_at=NINE + timedelta(minutes=30), **texts
    )
    factories.session(edition, title="Late", starts_at=NINE + timedelta(days=3))

    shown = preview(edition=edition)

    # The refusal first, and not among the warnings once more.
    assert [
        shown.refusal and shown.refusal.message,
        *(warning.message for warning in shown.warnings),
    ] == [
        (
            "“One” and “Two” would share the room Hall on 14 May 2031 from 09:30 to 10:00. "
            "Move one of them, or release both together."
        ),
        "Ada Example is in “One” and “Two” at one time, 14 May 2031, 09:30.",
        "“Late” is outside the days of the edition, 17 May 2031, 09:00.",
        "“Late” is not fully translated: fr, nl.",
    ]


def test_checks_of_the_apps_above_are_asked(edition: Edition) -> None:
    session = factories.session(edition, title_fr="x", title_nl="x")

    def check(changes: Any) -> list[ReleaseWarning]:
        return [ReleaseWarning(f"{change.after.title} is full.", change.after.pk) for change in changes]

    release_checks.append(check)
    try:
        found = preview(edition=edition).warnings
    finally:
        release_checks.remove(check)

    assert ReleaseWarning(f"{session.title} is full.", session.pk) in found


@pytest.mark.parametrize("model", [Session, ReleasedSession])
def test_the_database_keeps_a_session_out_of_another_edition_s_room(
    model: type[Session] | type[ReleasedSession], edition: Edition
) -> None:
    session = factories.session(edition, room=factories.room(edition))
    release(edition=edition, by=None)
    other = factories.room(factories.edition(is_current=False))
    with pytest.raises(IntegrityError, match="room_of_its_edition"):
        put_into(other, model.objects.filter(pk=session.pk))
