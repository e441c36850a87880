"""Whose turn it is: the rule alone, and what must be so whatever the list."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from registration.queueing import Asking, Unit, turns


def one(key: str, **needs: int) -> Asking[str]:
    return Asking([Unit(key, kinds(**needs))])


def kinds(seats: int = 1, wheelchairs: int = 0) -> dict[bool, int]:
    return {kind: count for kind, count in ((False, seats), (True, wheelchairs)) if count}


def several(count: int, *, wants_all: bool) -> Asking[str]:
    return Asking([Unit(f"group {number}", kinds()) for number in range(1, count + 1)], wants_all)


def test_free_seats_go_to_those_who_came_first() -> None:
    assert turns({False: 2}, [one("a"), one("b"), one("c")]) == ["a", "b"]


def test_a_group_that_wants_all_gathers_seats_and_nobody_behind_it_gets_them() -> None:
    waiting = [several(3, wants_all=True), one("later")]

    assert turns({False: 2}, waiting) == []
    assert turns({False: 3}, waiting) == ["group 1", "group 2", "group 3"]
    assert turns({False: 4}, waiting) == ["group 1", "group 2", "group 3", "later"]


def test_at_the_cut_off_a_group_is_offered_what_there_is() -> None:
    waiting = [several(3, wants_all=True), one("later")]

    assert turns({False: 2}, waiting, is_cut_off=True) == ["group 1", "group 2"]


def test_a_group_that_takes_some_is_served_one_by_one() -> None:
    assert turns({False: 2}, [several(3, wants_all=False), one("later")]) == ["group 1", "group 2"]


def test_a_person_and_their_companion_are_never_parted() -> None:
    pair = one("pair", seats=2)

    assert turns({False: 1}, [pair, one("later")]) == []
    assert turns({False: 1}, [pair, one("later")], is_cut_off=True) == []
    assert turns({False: 3}, [pair, one("later")]) == ["pair", "later"]


def test_who_waits_for_a_wheelchair_place_leaves_the_seats_they_do_not_need() -> None:
    waiting = [one("wheels", seats=1, wheelchairs=1), one("later")]

    assert turns({False: 2, True: 0}, waiting) == ["later"]
    assert turns({False: 1, True: 0}, waiting) == []
    assert turns({False: 2, True: 1}, waiting) == ["wheels", "later"]


NEEDS = st.builds(kinds, seats=st.integers(0, 2), wheelchairs=st.integers(0, 1)).filter(bool)
LISTS = st.lists(st.tuples(st.lists(NEEDS, min_size=1, max_size=4), st.booleans()), max_size=8)
FREE = st.fixed_dictionaries({False: st.integers(0, 10), True: st.integers(0, 3)})


@given(free=FREE, waiting=LISTS, is_cut_off=st.booleans())
def test_never_more_is_offered_than_is_free_and_nobody_is_overtaken(
    free: dict[bool, int], waiting: list[tuple[list[dict[bool, int]], bool]], is_cut_off: bool
) -> None:
    parties = [
        Asking([Unit((at, number), needs) for number, needs in enumerate(units)], wants_all)
        for at, (units, wants_all) in enumerate(waiting)
    ]
    units = {unit.key: Counter(unit.needs) for party in parties for unit in party.units}

    served = turns(free, parties, is_cut_off=is_cut_off)

    given_out = sum((units[key] for key in served), Counter[bool]())
    assert all(count <= free[kind] for kind, count in given_out.items())
    assert served == sorted(set(served))
    if not is_cut_off:
        for at, (asked, wants_all) in enumerate(waiting):
            if wants_all:
                assert sum(key[0] == at for key in served) in (0, len(asked))
    for at in range(len(parties)):
        # Those behind change nothing for those before them.
        before = turns(free, parties[:at], is_cut_off=is_cut_off)
        assert before == [key for key in served if key[0] < at]
