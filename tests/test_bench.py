"""bin/bench: what it says of itself, and that its checks see what is wrong. Its figures are in docs/performance.md."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections
from django.utils import timezone

from programme.actions import release
from programme.models import Session
from registration.actions import book_seat, wait_for_seats
from registration.models import Booking, Category, Registration, SeatPool, Wait
from tests import benchmarks_path, factories
from tests.factories import NINE

assert benchmarks_path.BIN in sys.path
from benchmarks import declarations as of_declarations  # noqa: E402
from benchmarks.browser import the_form  # noqa: E402 - found by the path above
from benchmarks.desk import lost_or_doubled  # noqa: E402
from benchmarks.devices import share_out  # noqa: E402
from benchmarks.invariants import broken  # noqa: E402
from benchmarks.promises import differences  # noqa: E402
from benchmarks.storm import Person  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
LIST = """Say which benchmark to run, such as bin/bench programme. There are:
  booking      the storm of an opening hour: seats booked by many people at once
  declarations a register of 2,000, a campaign of 1,000, and 500 offices that record
  desk         the morning of the first day: check-ins, badges, names found, data taken and deleted
  log          the public log: appending, proofs, the sealed PDF and the verifier
  pages        what Lighthouse says of five kinds of pages on a telephone
  programme    the public pages and files of a programme, kept and made anew
"""


def bench(*arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    command = [sys.executable, "bin/bench", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_without_a_name_it_lists_the_benchmarks() -> None:
    assert bench() == (2, LIST, "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["banana"], "There is no benchmark “banana”.\n"),
        (["programme", "--seconds", "0"], "--seconds must be from 0.1 to 600.\n"),
    ],
)
def test_what_it_does_not_know_is_a_sentence(arguments: list[str], sentence: str) -> None:
    code, _output, error = bench(*arguments)

    assert code != 0
    assert error == sentence


# --- its checks of the database --------------------------------------------------------------------------


def by_the_owner(*statements: str) -> None:
    """What the site's own login may not do: take out what guards a table."""
    with connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connections["owner"].close()


def seated_and_waiting() -> tuple[list[Session], list[Registration]]:
    """Two sessions, the second with one seat; two people in the first, one in the second, where two wait."""
    edition = factories.edition()
    sessions = [factories.session(edition, starts_at=NINE + timedelta(hours=number)) for number in range(2)]
    for session, capacity in zip(sessions, (20, 1), strict=True):
        factories.pool(session, capacity)
    release(edition=edition, by=None)
    category = factories.category(edition)
    people = [factories.registration(edition, category=category) for _ in range(3)]
    for person, session in ((0, 0), (1, 0), (0, 1)):
        book_seat(place=people[person].place, session=sessions[session], by=people[person].managed_by)
    for person in people[1:]:
        wait_for_seats(places=[person.place], session=sessions[1], by=person.managed_by)
    return sessions, people


def complaints(sessions: list[Session]) -> list[str]:
    """The sentences that do not hold, without the rows."""
    with connection.cursor() as cursor:
        found = broken(cursor, single_waits_of=[session.pk for session in sessions])
    return [sentence.split(":")[0] for sentence in found]


def lose_a_count(sessions: list[Session], people: list[Registration]) -> None:
    SeatPool.objects.filter(session=sessions[0]).update(taken=1)


def give_a_seat_too_many(sessions: list[Session], people: list[Registration]) -> None:
    by_the_owner("ALTER TABLE registration_seatpool DROP CONSTRAINT no_seat_given_twice")
    SeatPool.objects.filter(session=sessions[0]).update(capacity=1)


def seat_someone_in_two_places(sessions: list[Session], people: list[Registration]) -> None:
    by_the_owner("ALTER TABLE registration_booking DROP CONSTRAINT a_place_sits_in_one_session_at_a_time")
    Booking.objects.filter(session=sessions[1]).update(during=sessions[0].released.during)


def forget_who_left(sessions: list[Session], people: list[Registration]) -> None:
    Registration.objects.filter(pk=people[0].pk).update(status="cancelled", cancelled_at=timezone.now())


def count_one_person_less(sessions: list[Session], people: list[Registration]) -> None:
    Category.objects.update(taken_count=2)


def offer_to_the_last(sessions: list[Session], people: list[Registration]) -> None:
    SeatPool.objects.filter(session=sessions[1]).update(capacity=2, offered=1, waiting=1)
    Wait.objects.filter(place=people[2].place).update(
        status="offered", offered_at=timezone.now(), offer_until=timezone.now()
    )


def leave_a_seat_unoffered(sessions: list[Session], people: list[Registration]) -> None:
    SeatPool.objects.filter(session=sessions[1]).update(capacity=2)


def seat_who_waits(sessions: list[Session], people: list[Registration]) -> None:
    Booking.objects.filter(place=people[1].place).update(
        session=sessions[1], during=sessions[1].released.during
    )
    SeatPool.objects.filter(session=sessions[0]).update(taken=1)
    SeatPool.objects.filter(session=sessions[1]).update(taken=2, capacity=2)


@pytest.mark.parametrize(
    ("mistake", "complaint"),
    [
        (lose_a_count, "a session's numbers are those of its rows"),
        (
            give_a_seat_too_many,
            "no session has more seats given, offered and held back than there are",
        ),
        (
            seat_someone_in_two_places,
            "a place has no two seats at one time but those marked as a clash",
        ),
        (forget_who_left, "nobody has a seat or waits for one without taking part"),
        (count_one_person_less, "a category's numbers are those of its rows"),
        (offer_to_the_last, "nobody is offered a seat while someone who came earlier waits"),
        (leave_a_seat_unoffered, "nobody waits while a seat is free"),
        (seat_who_waits, "a place has one seat in a session, or waits for it once"),
    ],
)
def test_a_database_that_is_wrong_is_complained_of(
    fresh_db: str, mistake: Callable[[list[Session], list[Registration]], None], complaint: str
) -> None:
    sessions, people = seated_and_waiting()
    assert complaints(sessions) == []

    mistake(sessions, people)

    assert complaint in complaints(sessions)


# --- its comparison of what was promised -----------------------------------------------------------------

SEATS = [[1, "A"], [2, "A"]]
WAITS = [[3, "A", "offered"], [4, "A", "waiting"]]


def crowd() -> list[Person]:
    return [
        Person(1, "", seats=["A"]),
        Person(2, "", seats=["A"]),
        Person(3, "", waits=[("A", 1.0, 2.0)]),
        Person(4, "", waits=[("A", 1.5, 3.0)]),
    ]


def test_what_was_promised_and_is_there_is_no_difference() -> None:
    assert differences(crowd(), SEATS, WAITS) == []


@pytest.mark.parametrize(
    ("seats", "waits", "difference"),
    [
        (SEATS[:1], WAITS, "1 seats were confirmed and are not there: registration 2, session A"),
        ([*SEATS, [2, "A"]], WAITS, "1 seats are there that no page confirmed: registration 2, session A"),
        (
            SEATS,
            WAITS[:1],
            "1 people were put on a waiting list and are not on it: registration 4, session A",
        ),
    ],
)
def test_a_lost_and_a_doubled_seat_are_told(
    seats: list[list[object]], waits: list[list[object]], difference: str
) -> None:
    assert differences(crowd(), seats, waits) == [difference]


def test_who_asked_after_another_s_answer_and_stands_ahead_is_told() -> None:
    people = crowd()
    people[3].waits = [("A", 2.5, 3.0)]

    assert differences(people, SEATS, WAITS[::-1]) == [
        "1 people stand behind someone who asked after they were on the list: [(3, 'A')]"
    ]


def test_the_browser_sends_the_fields_of_the_form_whose_button_it_presses() -> None:
    page = """
      <form method="post"><input type="hidden" name="registration" value="1"><button name="what" value="star">
      </button></form>
      <form method="post" class="stack"><input type="hidden" name="registration" value="2 &amp; 3">
      <button class="button" name="what" value="book">Book</button></form>
    """

    assert the_form(page, "book") == {"registration": "2 & 3"}
    assert the_form(page, "wait") is None


# --- the morning of the first day ------------------------------------------------------------------------


def test_a_check_in_that_was_lost_doubled_or_made_up_is_told() -> None:
    assert lost_or_doubled([1, 2, 2, 3], [1, 2, 3]) == []
    assert lost_or_doubled([1, 2, 3], [1, 3, 3, 4]) == [
        "1 people were said to be checked in and are not: [2]",
        "1 people are checked in whom no device was told so: [4]",
        "1 people are checked in more than once: [3]",
    ]


def test_some_codes_are_read_at_two_devices() -> None:
    shares = share_out(list(range(12)), 3, 4)
    assert [sorted(share) for share in shares] == [
        [0, 1, 3, 4, 6, 9],
        [1, 2, 4, 7, 10],
        [0, 2, 5, 8, 11],
    ]


# --- its checks of declarations -----------------------------------------------------------------------------


WHOLE = [
    [1, "submitted", "A", "code-1", 1, 1],
    [2, "submitted", "B", "code-2", 1, 1],
    [3, "new", "C", "c", 0, 0],
]
RECEIPTS = {1: "/sign/receipt/code-1/", 2: "/sign/receipt/code-2/"}


@pytest.mark.parametrize(
    ("receipts", "signatures", "sentences"),
    [
        (RECEIPTS, WHOLE, []),
        (RECEIPTS, [*WHOLE, WHOLE[0]], ["1 offices have more than one signature: [1]"]),
        (RECEIPTS, WHOLE[:1], ["1 offices saw a receipt and have no signature: [2]"]),
        ({1: RECEIPTS[1]}, WHOLE, ["1 signatures are there whose office saw no receipt: [2]"]),
        ({**RECEIPTS, 2: RECEIPTS[1]}, WHOLE, ["1 offices saw the receipt of another: [2]"]),
        (
            RECEIPTS,
            [WHOLE[0], [2, "submitted", "B", "code-2", 2, 1]],
            ["1 signatures have not one signed page and one event: [2]"],
        ),
    ],
)
def test_it_finds_signatures_that_were_lost_doubled_or_mixed_up(
    receipts: dict[int, str], signatures: list[list[object]], sentences: list[str]
) -> None:
    assert of_declarations.lost_or_doubled(receipts, signatures) == sentences


def test_it_finds_offices_that_were_not_invited_and_mailed_once_each() -> None:
    well = {"offices": 3, "invitations": {"1": 3}, "mails": {"1": 2, "2": 1}, "usable": 3}

    assert of_declarations.not_once(well, 1) == []
    assert of_declarations.not_once(well, 0) == [
        "1 offices were written to more than once, and at most 0 may be"
    ]
    assert of_declarations.not_once(
        {"offices": 3, "invitations": {"1": 1, "2": 1}, "mails": {"1": 2}, "usable": 2}, 0
    ) == [
        "3 offices have so many invitations each: {'1': 1, '2': 1}",
        "1 offices were never written to",
        "2 of 3 offices have a link that works",
    ]
