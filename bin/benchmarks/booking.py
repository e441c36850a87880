"""The storm of an opening hour: many people book seats of few visits at once, through the site's own pages."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from benchmarks import storm
from benchmarks.copy import Copy, copy_of_the_site
from benchmarks.load import load
from benchmarks.programme import Outcome
from benchmarks.promises import differences
from benchmarks.storm import Person, Storm

PEOPLE, CONNECTIONS = 500, 60
VISITS, SEATS = 10, 25
RETURNED = 60  # people who give up their one seat at once, after the storm
RUSH_PEOPLE, RUSH_SEATS = 200, 50
MOST_STATEMENTS = 12  # of one booking
MOST_REQUESTS = 2  # of one booking: the page with the form, and the form
MOST_AGENDA_QUERIES = 8
# Aims of a machine with two cores and nothing else to do, so they are said and not enforced.
LEAST_RATE, MOST_P99 = 150, 1000.0  # requests per second, milliseconds
MOST_SECONDS_TO_SELL_OUT = 2.0
LEAST_AGENDA_RATE = 200


def run(*, seconds: float) -> int:
    with copy_of_the_site() as copy:
        outcome = Outcome()
        limit = storm.pace_against(copy.hello, min(seconds, 2.0), CONNECTIONS)
        print(
            f"gunicorn with 2 workers; a client in Python, {CONNECTIONS} connections in {storm.PROCESSES} processes,"
        )
        print(f"which by itself makes {limit:.0f} requests/s of a bare WSGI hello-world.")
        _opening_hour(copy, outcome)
        _with_a_worker_killed(copy, outcome)
        _rush(copy, outcome)
        _one_booking(copy, outcome)
        _agenda(copy, seconds, outcome)
    for sentence in outcome.missed:
        print(f"Missed: {sentence}")
    print("Something that is promised was missed." if outcome.missed else "All that is promised was met.")
    return 1 if outcome.missed else 0


def _opening_hour(copy: Copy, outcome: Outcome) -> None:
    print(f"\n{PEOPLE} people, {VISITS} visits of {SEATS} seats, {CONNECTIONS} connections")
    people, codes = _crowd(copy, "opening", PEOPLE, VISITS, SEATS)
    seen = storm.begin([copy.site], people, codes, storm.wants_two_of_many, CONNECTIONS)()
    _print(seen)
    _say_aims(seen)
    there = _check(copy, "opening", seen.people, outcome)
    known = {person.registration: person for person in seen.people}

    chosen = copy.ask_inside("wanted", "opening", str(RETURNED), module="crowd")
    there = _then(copy, known, chosen, codes, storm.gives_back, outcome)
    offered = [registration for registration, _code, status in there["waits"] if status == "offered"]
    print(
        f"  {len(chosen)} seats were given up at once, {len(offered)} are offered to who waits, in order of arrival."
    )
    there = _then(copy, known, offered, codes, storm.answers, outcome)
    print(
        f"  Of these {_count(there, 'accepted')} were accepted and {_count(there, 'declined')} declined at once."
    )


def _then(
    copy: Copy,
    known: dict[int, Person],
    chosen: Sequence[int],
    codes: Sequence[str],
    habit: storm.Habit,
    outcome: Outcome,
) -> dict[str, Any]:
    """Some of the people do something more, and all is checked again."""
    seen = storm.begin([copy.site], [known[one] for one in chosen], codes, habit, CONNECTIONS)()
    # Those who acted come back from the client's processes as copies.
    known.update({person.registration: person for person in seen.people})
    return _check(copy, "opening", list(known.values()), outcome)


def _with_a_worker_killed(copy: Copy, outcome: Outcome) -> None:
    print("\nThe same with two gunicorns, one of whose workers is killed (-9) in the middle")
    second = copy.second_site()
    people, codes = _crowd(copy, "killed", PEOPLE, VISITS, SEATS)
    end = storm.begin([copy.site, second], people, codes, storm.wants_two_of_many, CONNECTIONS)
    middle = VISITS * SEATS // 2
    deadline = time.monotonic() + 120
    while storm.won.value < middle and time.monotonic() < deadline:
        time.sleep(0.005)
    victim = copy.workers(second)[0]
    os.kill(victim, signal.SIGKILL)
    at = storm.won.value
    seen = end()
    _print(seen)
    print(
        f"  A worker was killed when {at} seats were booked; {seen.lost} answers were lost and asked for again."
    )
    outcome.expect(
        victim not in copy.workers(second) and len(copy.workers(second)) > 0,
        "the killed worker has no successor.",
    )
    _check(copy, "killed", seen.people, outcome)


def _rush(copy: Copy, outcome: Outcome) -> None:
    print(f"\n{RUSH_PEOPLE} people at once for {RUSH_SEATS} seats")
    people, codes = _crowd(copy, "rush", RUSH_PEOPLE, 1, RUSH_SEATS)
    seen = storm.begin([copy.site], people, codes, storm.wants_that_one, RUSH_PEOPLE)()
    if len(seen.won_after) != RUSH_SEATS:
        outcome.expect(
            False, f"{len(seen.won_after)} of {RUSH_SEATS} seats were booked by {RUSH_PEOPLE} people."
        )
        return
    sold_out = seen.won_after[-1]
    print(f"  Sold out after {sold_out:.2f} s; everyone had an answer after {seen.seconds:.2f} s.")
    if sold_out > MOST_SECONDS_TO_SELL_OUT:
        print(f"  (The aim is {MOST_SECONDS_TO_SELL_OUT:.0f} s on two cores with nothing else to do.)")
    _check(copy, "rush", seen.people, outcome)


def _one_booking(copy: Copy, outcome: Outcome) -> None:
    counted: dict[str, list[str]] = copy.ask_inside("statements", "statements", module="crowd")
    print(
        f"\nOne booking: {MOST_REQUESTS} requests, the page with the form ({len(counted['page'])} statements) and"
    )
    print(
        f"the form ({len(counted['form'])} statements), of which the booking itself is {len(counted['action'])}:"
    )
    for number, kind in enumerate(counted["action"], start=1):
        print(f"  {number:>3} {kind}")
    outcome.expect(
        len(counted["action"]) <= MOST_STATEMENTS,
        f"one booking is {len(counted['action'])} statements, and {MOST_STATEMENTS} are promised.",
    )


def _agenda(copy: Copy, seconds: float, outcome: Outcome) -> None:
    seen: dict[str, Any] = copy.ask_inside("agendas", "agendas", module="crowd")
    print("\nA participant's agenda")
    for length, kinds in seen["queries"].items():
        sessions = 1 if length == "short" else seen["stars"]
        measured = load(
            copy.site, "/en/my/agenda/", seconds, {"Cookie": f"sessionid={seen['cookies'][length]}"}
        )
        print(
            f"  of {sessions:>3} sessions: {len(kinds)} queries, {measured.rate:.0f} requests/s, "
            f"p50 {measured.p50:.0f} ms, p99 {measured.p99:.0f} ms"
        )
        outcome.expect(
            len(kinds) <= MOST_AGENDA_QUERIES,
            f"a {length} agenda is {len(kinds)} queries, and {MOST_AGENDA_QUERIES} are promised.",
        )
        if measured.rate < LEAST_AGENDA_RATE:
            print(f"  (The aim is {LEAST_AGENDA_RATE} requests/s on two cores with nothing else to do.)")


# --- what came of a storm ----------------------------------------------------------------------------------


def _crowd(copy: Copy, name: str, people: int, visits: int, seats: int) -> tuple[list[Person], list[str]]:
    made = copy.ask_inside("make", name, str(people), str(visits), str(seats), module="crowd")
    return [Person(**person) for person in made["people"]], made["codes"]


def _check(copy: Copy, name: str, people: Sequence[Person], outcome: Outcome) -> dict[str, Any]:
    """Asks the database itself whether all that must hold does, and whether it has what pages confirmed."""
    there: dict[str, Any] = copy.ask_inside("outcome", name, module="crowd")
    wrong = [*there["broken"], *differences(people, there["seats"], there["waits"])]
    for sentence in wrong:
        outcome.expect(False, f"{name}: {sentence}")
    if not wrong:
        print(
            f"  In the database: {len(there['seats'])} seats, each of them confirmed by a page; "
            f"{_count(there, 'waiting')} wait, in order of arrival; every invariant holds."
        )
    return there


def _count(there: dict[str, Any], status: str) -> int:
    return sum(1 for *_who, found in there["waits"] if found == status)


def _print(seen: Storm) -> None:
    pages, forms = seen.took("page"), seen.took("form")
    won = len(seen.won_after)
    print(
        f"  {seen.seconds:.1f} s: {won} seats won, {won / seen.seconds:.1f} per second; {seen.swaps} swapped;"
    )
    print(
        f"  {len(pages) + len(forms)} requests, {(len(pages) + len(forms)) / seen.seconds:.0f} per second, of which"
    )
    for name, took in (("pages read", pages), ("forms posted", forms)):
        print(
            f"    {len(took):>6} {name:<13} {len(took) / seen.seconds:>5.0f} per second, "
            f"p50 {_percentile(took, 50):.0f} ms, p99 {_percentile(took, 99):.0f} ms"
        )
    print(f"  the client took {seen.cpu:.0%} of one core")
    for sentence, times in Counter(seen.refusals).most_common():
        print(f"    {times:>6} refused: {sentence}")


def _say_aims(seen: Storm) -> None:
    took = seen.took("page", "form")
    if len(took) / seen.seconds < LEAST_RATE or _percentile(took, 99) > MOST_P99:
        aim = f"{LEAST_RATE} requests/s with p99 under {MOST_P99:.0f} ms"
        print(f"  (The aim is {aim} on two cores with nothing else to do.)")


def _percentile(took: Sequence[float], percent: int) -> float:
    return took[min(len(took) - 1, len(took) * percent // 100)] if took else 0.0
