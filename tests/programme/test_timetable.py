"""Where sessions stand: classes of docs/look.md for time, column and width."""

from __future__ import annotations

from datetime import timedelta

import pytest

from efus_conference.models import Edition
from programme.actions import release
from programme.models import ReleasedSession
from programme.timetable import Day, days
from programme.wording import session_lines
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return factories.edition()


def laid_out(edition: Edition) -> list[Day]:
    release(edition=edition, by=None)
    return days(session_lines(ReleasedSession.objects.of(edition), edition))


def places(day: Day) -> dict[str, str]:
    """Positions by the title of a cell's sessions."""
    return {
        "+".join(line.title for line in cell.lines): " ".join(cell.css.split()[3:])
        for slot in day.slots
        for cell in slot.cells
    }


def hour(number: float) -> timedelta:
    return timedelta(hours=number)


def test_rooms_stand_side_by_side_and_a_plenary_spans_them(edition: Edition) -> None:
    workshop, plenary = factories.kind(colour="workshop"), factories.kind(colour="plenary")
    great, small = (
        factories.room(edition, order=1, name="Great"),
        factories.room(edition, order=2, name="Small"),
    )
    factories.session(edition, title="Opening", kind=plenary, room=great)
    factories.session(edition, title="A", kind=workshop, room=great, starts_at=NINE + hour(1), hours=1.5)
    factories.session(edition, title="B", kind=workshop, room=small, starts_at=NINE + hour(1), hours=1.5)
    factories.session(edition, title="C", kind=workshop, room=small, starts_at=NINE + hour(3))

    [day] = laid_out(edition)

    assert (day.column_names, day.is_grid) == (["Great", "Small"], True)
    assert places(day) == {
        "Opening": "r1 s12 wide",
        "A": "r1 h1 s6 l1 c1",
        "B": "r1 h1 s6 l1 c2",
        "C": "r1 h3 s12 c2",
    }


def test_without_rooms_parallel_sessions_share_the_width(edition: Edition) -> None:
    workshop, visit, quiet = (factories.kind(colour=colour) for colour in ("workshop", "visit", "quiet"))
    for title in ("A1", "B1", "C1"):
        factories.session(edition, title=title, kind=workshop)
    for title in ("A2", "B2", "C2"):
        factories.session(edition, title=title, kind=workshop, starts_at=NINE + hour(1))
    factories.session(edition, title="Visits", kind=visit, hours=2)
    factories.session(edition, title="Lunch", kind=quiet, starts_at=NINE + hour(2))
    factories.session(edition, title="Short talks", kind=workshop, starts_at=NINE + hour(2))
    factories.session(edition, title="Dinner", kind=quiet, starts_at=NINE + hour(9))

    [day] = laid_out(edition)

    assert day.has_rooms is False
    assert places(day) == {
        "A1": "r1 s12 c1",
        "B1": "r1 s12 c2",
        "C1": "r1 s12 c3",
        "Visits": "r1 s12 l1 c4",
        "A2": "r1 h1 s12 c1",
        "B2": "r1 h1 s12 c2",
        "C2": "r1 h1 s12 c3",
        "Short talks": "r1 h2 s12 c3 w2",
        "Lunch": "r1 h2 s12 c1 w2",
        "Dinner": "r1 h9 s12 wide",
    }


def test_field_visits_of_one_time_share_a_cell_beside_the_rooms(edition: Edition) -> None:
    workshop, visit = factories.kind(colour="workshop"), factories.kind(colour="visit", name_plural="Visits")
    first, second = factories.room(edition, order=1), factories.room(edition, order=2)
    for title, room in (("A", first), ("B", second)):
        factories.session(edition, title=title, kind=workshop, room=room)
    for title in ("V1", "V2", "V3"):
        factories.session(edition, title=title, kind=visit, hours=2)

    [day] = laid_out(edition)

    assert day.column_names == [first.name, second.name, "Elsewhere"]
    assert places(day) == {"A": "r1 s12 c1", "B": "r1 s12 c2", "V1+V2+V3": "r1 s12 l1 c3"}


def test_a_cancelled_session_makes_way_for_the_one_that_took_its_room(edition: Edition) -> None:
    workshop, room = factories.kind(colour="workshop"), factories.room(edition)
    old = factories.session(edition, title="Old", kind=workshop, room=room)
    release(edition=edition, by=None)
    old.is_cancelled = True
    old.save()
    factories.session(edition, title="New", kind=workshop, room=room)

    [day] = laid_out(edition)

    assert places(day) == {"Old": "r1 s12 c2 is-cancelled", "New": "r1 s12 c1"}


def test_a_day_with_too_many_rooms_is_a_plain_list(edition: Edition) -> None:
    for _ in range(13):
        factories.session(edition, room=factories.room(edition))

    [day] = laid_out(edition)

    assert day.is_grid is False


def test_a_session_after_midnight_belongs_to_the_day_it_begins_on(edition: Edition) -> None:
    factories.session(edition, title="Party", starts_at=NINE + hour(14), hours=3)
    factories.session(edition, title="Morning", starts_at=NINE + hour(24))

    assert [(day.on.day, list(places(day))) for day in laid_out(edition)] == [
        (14, ["Party"]),
        (15, ["Morning"]),
    ]
