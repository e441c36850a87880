"""Organisers at work at once, in threads with connections of their own on a database of their own.

Each has its negative control: with the guard taken out, the same run goes wrong.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections

from efus_conference.models import Edition, User
from programme.actions import (
    DifferencesChanged,
    MoveRefused,
    Position,
    ReleaseRefused,
    differences,
    move_session,
    preview,
    release,
    situation,
)
from programme.models import Release, ReleasedSession, Session
from programme.models.sessions import SessionQuerySet
from tests import factories
from tests.factories import NINE

MOVERS = 6


def at_once(work: Sequence[Callable[[], object]]) -> Counter[str]:
    """Does each in a thread of its own, beginning together; counts what came of it."""
    start, end = Barrier(len(work)), Barrier(len(work))

    def one(act: Callable[[], object]) -> str:
        connection.ensure_connection()
        start.wait(timeout=30)
        try:
            act()
        except (MoveRefused, ReleaseRefused, IntegrityError) as refusal:
            return type(refusal).__name__
        finally:
            # Each thread has a connection that its database waits for when it is dropped.
            end.wait(timeout=30)
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(work)) as pool:
        return Counter(pool.map(one, work))


def all_have_looked(count: int) -> Callable[[], None]:
    """Holds each thread back until all have read; without the guard nothing else would."""
    barrier = Barrier(count)

    def wait() -> None:
        with contextlib.suppress(BrokenBarrierError):
            barrier.wait(timeout=5)

    return wait


def movers(session: Session, people: Sequence[User]) -> list[Callable[[], object]]:
    """Each saw it at nine and wants it at another hour."""
    seen = Position.of(session)

    def mover(number: int, person: User) -> Callable[[], object]:
        starts_at = datetime.fromisoformat(f"2031-05-14T{10 + number}:00")
        return lambda: move_session(session=session, room=None, starts_at=starts_at, by=person, expected=seen)

    return [mover(number, person) for number, person in enumerate(people)]


def test_of_organisers_who_move_a_session_at_once_one_does_and_the_others_are_told(fresh_db: str) -> None:
    session = factories.session(factories.edition())

    outcomes = at_once(movers(session, [factories.user() for _ in range(MOVERS)]))

    assert outcomes == {"done": 1, "DraftMoved": MOVERS - 1}
    session.refresh_from_db()
    assert session.starts_at != NINE


def test_without_the_lock_each_believes_to_have_moved_it(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = factories.session(factories.edition())
    work = movers(session, [factories.user() for _ in range(MOVERS)])
    wait = all_have_looked(MOVERS)

    class Unlocked:
        def __init__(self, rows: Any) -> None:
            self.rows = rows

        def select_related(self, *names: str) -> Unlocked:
            return Unlocked(self.rows.select_related(*names))

        def get(self, **wanted: Any) -> Session:
            found: Session = self.rows.get(**wanted)
            wait()
            return found

    monkeypatch.setattr(SessionQuerySet, "locked", lambda rows: Unlocked(rows.all()))

    assert at_once(work) == {"done": MOVERS}


def two_sessions(edition: Edition) -> list[Session]:
    return [factories.session(edition, starts_at=NINE + timedelta(hours=2 * number)) for number in range(2)]


def test_two_releases_at_once_come_one_after_the_other(fresh_db: str) -> None:
    edition = factories.edition()
    work = [
        lambda one=one: release(edition=edition, by=None, sessions=[one]) for one in two_sessions(edition)
    ]

    outcomes = at_once(work)

    assert outcomes == {"done": 2}
    assert sorted(Release.objects.values_list("number", flat=True)) == [1, 2]
    assert ReleasedSession.objects.count() == 2


def test_what_two_confirmed_at_once_is_released_once(fresh_db: str) -> None:
    edition = factories.edition()
    two_sessions(edition)
    shown = preview(edition=edition).fingerprint

    outcomes = at_once([lambda: release(edition=edition, by=None, expected=shown)] * 2)

    assert outcomes == {"done": 1, "DifferencesChanged": 1}
    assert Release.objects.count() == 1


def test_without_the_edition_s_lock_the_second_release_breaks(
    fresh_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = factories.edition()
    work = [
        lambda one=one: release(edition=edition, by=None, sessions=[one]) for one in two_sessions(edition)
    ]
    wait = all_have_looked(2)
    manager = type(Edition.objects)
    monkeypatch.setattr(manager, "select_for_update", lambda rows, **_options: rows.all())
    read = situation.Situation.of.__func__  # type: ignore[attr-defined]

    def looked(kind: type[situation.Situation], edition: Edition) -> situation.Situation:
        found: situation.Situation = read(kind, edition)
        wait()
        return found

    monkeypatch.setattr(situation.Situation, "of", classmethod(looked))

    # Both take the number 1.
    assert at_once(work) == {"done": 1, "IntegrityError": 1}


def test_a_release_during_a_move_publishes_what_was_confirmed_or_nothing(fresh_db: str) -> None:
    edition, person = factories.edition(), factories.user()
    session = factories.session(edition)
    shown = preview(edition=edition).fingerprint
    [move] = movers(session, [person])

    outcomes = at_once([move, lambda: release(edition=edition, by=None, expected=shown)])

    public = ReleasedSession.objects.filter(session=session).first()
    if outcomes == {"done": 2}:
        # The release read first: the public sees what was confirmed, and the move waits for the next one.
        assert public is not None
        assert public.starts_at == NINE
        assert [change.kind for change in differences(edition=edition)] == ["moved"]
    else:
        assert outcomes == {"done": 1, "DifferencesChanged": 1}
        assert public is None
    session.refresh_from_db()
    assert session.starts_at == NINE + timedelta(hours=1)


def test_without_what_was_confirmed_a_moved_session_is_released_unseen(fresh_db: str) -> None:
    edition, person = factories.edition(), factories.user()
    session = factories.session(edition)
    shown = preview(edition=edition).fingerprint
    [move] = movers(session, [person])
    move()

    with pytest.raises(DifferencesChanged):
        release(edition=edition, by=None, expected=shown)
    release(edition=edition, by=None)

    assert ReleasedSession.objects.get().starts_at == NINE + timedelta(hours=1)
