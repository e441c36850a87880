"""Whatever people, organisers and the clock do, in any order: what must always be so is so after every step.

Without `EFUS_DEEP` the search is short and always the same. With it, such as `EFUS_DEEP=500`, so many examples are
tried, others each time, and what fails is made as short as it gets.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from registration import queueing
from registration.actions import seating as seating_module
from registration.actions import seats as seats_module
from registration.actions import waits as waits_module
from tests.registration.deeds_in_any_order import Everything, Seats
from tests.registration.worlds import world

DEEP = int(os.environ.get("EFUS_DEEP") or 0)
SEARCH = settings(
    max_examples=DEEP or 20,
    stateful_step_count=60 if DEEP else 30,
    derandomize=not DEEP,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    print_blob=False,
    report_multiple_bugs=False,
    phases=[Phase.generate, Phase.shrink] if DEEP else [Phase.generate],
)
FIRST_FAILURE = settings(SEARCH, max_examples=100, phases=[Phase.generate], derandomize=True)


def search(machine: type[Seats], how: settings) -> None:
    run_state_machine_as_test(type(machine.__name__, (machine,), {"world": world()}), settings=how)


@pytest.mark.slow
def test_whatever_is_done_in_any_order_what_must_be_so_is_so(fresh_db: str) -> None:
    search(Everything, SEARCH)


def offer_to_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    def backwards(free: Any, parties: Any, **how: Any) -> Any:
        return queueing.turns(free, list(parties)[::-1], **how)

    monkeypatch.setattr(waits_module, "turns", backwards)


def book_past_who_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seating_module, "open_of", waits_module.free_of)


def forget_who_waits_when_a_seat_is_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seats_module, "offer_free_seats", lambda pool: [])


@pytest.mark.parametrize(
    ("mistake", "complaint"),
    [
        (offer_to_the_last, "who came earlier wait"),
        (book_past_who_waits, "past"),
        (forget_who_waits_when_a_seat_is_freed, "are free"),
    ],
)
@pytest.mark.slow
def test_a_planted_mistake_is_found(
    fresh_db: str,
    monkeypatch: pytest.MonkeyPatch,
    mistake: Callable[[pytest.MonkeyPatch], None],
    complaint: str,
) -> None:
    mistake(monkeypatch)

    with pytest.raises(AssertionError, match=complaint):
        search(Seats, FIRST_FAILURE)
