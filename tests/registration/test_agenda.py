"""The agenda as its person reads it: what stands in it, gaps and ways, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from efus_conference.at_hand import at_hand
from efus_conference.models import Edition, User
from programme.actions import release
from programme.at_hand import programme_of
from programme.models import Room, Session, WalkingTime
from registration.actions import book_seat, set_seats, star, wait_for_seats
from registration.agenda import AgendaDay, clashes_of, days_of, entries, entries_of, standing_of
from registration.agenda.words import spoken_duration
from registration.models import Booking, BookingLimit, Place, Registration, Wait
from registration.waiting import positions_of
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db

Bookable = Callable[..., Session]
HOUR = timedelta(hours=1)


def timetable(registration: Registration) -> list[AgendaDay]:
    programme = programme_of(registration.edition, at_hand())
    found, seats = standing_of([registration], registration.edition)
    listed = entries(registration, found[registration.pk], programme)
    return days_of(listed, programme, seats=seats, now=timezone.now(), address="/000000/")


def marks(registration: Registration) -> list[tuple[str, str]]:
    return [
        (block.line.title, block.mark.word)
        for day in timetable(registration)
        for slot in day.slots
        for block in slot.blocks
    ]


def gaps(registration: Registration) -> list[tuple[str, str, list[str]]]:
    return [
        (slot.time, block.gap.length, [one.line.title for one in block.gap.fitting])
        for day in timetable(registration)
        for slot in day.slots
        for block in slot.gaps
    ]


def test_each_entry_says_in_a_word_what_one_has_of_it(
    edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    ada = factories.speaker()
    registration.speaker = ada
    registration.save()
    starred = bookable(title_en="Starred")
    booked = bookable(title_en="Booked", starts_at=NINE + 2 * HOUR)
    waited = bookable(0, title_en="Waited for", starts_at=NINE + 4 * HOUR)
    offered = bookable(0, title_en="Offered", starts_at=NINE + 6 * HOUR)
    factories.session(edition, title_en="Spoken in", starts_at=NINE + 8 * HOUR, speakers=(ada,))
    off = bookable(title_en="Called off", starts_at=NINE + 10 * HOUR)
    release(edition=edition, by=None)
    star(registration=registration, session=starred)
    for session in (booked, off):
        book_seat(place=registration.place, session=session, by=robin)
    for session in (waited, offered):
        wait_for_seats(places=[registration.place], session=session, by=robin)
    set_seats(session=offered, capacity=1)
    Session.objects.filter(pk=off.pk).update(is_cancelled=True)
    release(edition=edition, by=None)

    assert marks(registration) == [
        ("Starred", "Starred"),
        ("Booked", "Seat booked"),
        ("Waited for", "Waiting, number 1"),
        ("Offered", "Seat offered"),
        ("Spoken in", "Speaking here"),
        ("Called off", "Session cancelled"),
    ]


def test_the_position_is_that_of_the_waiting_list(
    edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable(0)
    for _ in range(2):
        other = factories.registration(edition)
        wait_for_seats(places=[other.place], session=session, by=other.managed_by)
    [wait] = wait_for_seats(places=[registration.place], session=session, by=robin)

    [entry] = entries_of(registration)
    assert entry.wait is not None
    assert (entry.wait.position, positions_of([wait])) == (3, {wait.pk: 3})


def test_two_seats_at_one_time_say_which_one_stays(
    edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    first = bookable(title_en="Booked first")
    second = bookable(title_en="Booked second", starts_at=NINE + 2 * HOUR)
    for session in (first, second):
        book_seat(place=registration.place, session=session, by=robin)
    Session.objects.filter(pk=second.pk).update(starts_at=NINE, ends_at=NINE + HOUR)
    release(edition=edition, by=None)

    [clash] = clashes_of(entries_of(registration))
    assert ([entry.line.title for entry in clash.seats], clash.staying, clash.until != "") == (
        ["Booked first", "Booked second"],
        "“Booked first”",
        True,
    )
    assert [word for _title, word in marks(registration)] == ["Seat booked, overlaps another"] * 2
    [day] = timetable(registration)
    assert [(block.css, day.css) for slot in day.slots for block in slot.blocks] == [
        ("cell kind kind-quiet r1 s12 c1", "rooms-2"),
        ("cell kind kind-quiet r1 s12 c2", "rooms-2"),
    ]


@pytest.fixture
def houses(edition: Edition) -> Callable[[int], tuple[Room, Room]]:
    """Two rooms in two houses, so many minutes apart."""

    def make(minutes: int) -> tuple[Room, Room]:
        first, second = factories.venue(edition), factories.venue(edition)
        WalkingTime.objects.create(first=first, second=second, minutes=minutes)
        return (
            factories.room(edition, name_en="Agora", venue=first),
            factories.room(edition, name_en="Far Room", venue=second),
        )

    return make


def ways(registration: Registration) -> list[str]:
    return [
        block.way.sentence
        for day in timetable(registration)
        for slot in day.slots
        for block in slot.blocks
        if block.way
    ]


def test_the_way_between_two_houses_is_told_and_a_short_time_warned_of(
    registration: Registration, bookable: Bookable, houses: Callable[[int], tuple[Room, Room]]
) -> None:
    near, far = houses(15)
    star(registration=registration, session=bookable(room=near))
    star(registration=registration, session=bookable(room=far, starts_at=NINE + HOUR + timedelta(minutes=10)))
    star(registration=registration, session=bookable(room=near, starts_at=NINE + 3 * HOUR))

    assert ways(registration) == [
        "15 minutes on foot from Agora, and there are 10 between the two.",
        "15 minutes on foot from Far Room.",
    ]


def seat(registration: Registration, session: Session) -> None:
    book_seat(place=registration.place, session=session, by=registration.managed_by)


def test_a_gap_shows_what_has_room_and_can_be_reached(
    edition: Edition,
    registration: Registration,
    bookable: Bookable,
    houses: Callable[[int], tuple[Room, Room]],
) -> None:
    near, far = houses(10)
    seat(registration, bookable(room=near))
    seat(registration, bookable(room=near, starts_at=NINE + 3 * HOUR))
    at_ten, minutes = NINE + HOUR, timedelta(minutes=1)
    bookable(title_en="Same house", starts_at=at_ten, hours=1)
    bookable(0, title_en="Full", starts_at=at_ten)
    bookable(title_en="Too far away", room=far, starts_at=at_ten + 5 * minutes, hours=0.1)
    bookable(title_en="Far, with time", room=far, starts_at=at_ten + 15 * minutes)
    # It ends as the next one begins, ten minutes away.
    bookable(title_en="Too long", room=far, starts_at=NINE + 2 * HOUR + 30 * minutes, hours=0.5)
    talk = factories.kind(colour="plenary")
    factories.session(edition, title_en="Without seats", starts_at=at_ten, kind=talk)
    factories.session(edition, title_en="Coffee", starts_at=at_ten)
    off = bookable(title_en="Cancelled", starts_at=at_ten)
    Session.objects.filter(pk=off.pk).update(is_cancelled=True)
    release(edition=edition, by=None)

    assert gaps(registration) == [("10:00", "2 hours", ["Same house", "Without seats", "Far, with time"])]


def test_while_someone_waits_a_session_has_no_room(
    edition: Edition, registration: Registration, bookable: Bookable
) -> None:
    seat(registration, bookable())
    seat(registration, bookable(starts_at=NINE + 2 * HOUR))
    waited = bookable(1, starts_at=NINE + HOUR)
    one, two = (factories.registration(edition) for _ in range(2))
    book_seat(place=one.place, session=waited, by=one.managed_by)
    wait_for_seats(places=[two.place], session=waited, by=two.managed_by)

    assert gaps(registration) == [("10:00", "1 hour", [])]


def test_what_is_starred_or_waited_for_leaves_the_time_free_beside_it(
    registration: Registration, robin: User, bookable: Bookable
) -> None:
    seat(registration, bookable())
    seat(registration, bookable(starts_at=NINE + 3 * HOUR))
    star(registration=registration, session=bookable(title_en="Starred", starts_at=NINE + HOUR))
    waited = bookable(0, title_en="Waited for", starts_at=NINE + 2 * HOUR)
    wait_for_seats(places=[registration.place], session=waited, by=robin)
    bookable(title_en="Has room", starts_at=NINE + HOUR)

    assert gaps(registration) == [("10:00", "2 hours", ["Has room"])]
    css = {
        block.line.title: block.css
        for day in timetable(registration)
        for slot in day.slots
        for block in slot.blocks
    }
    [gap] = [block.css for day in timetable(registration) for slot in day.slots for block in slot.gaps]
    columns = {name: classes.split()[-1] for name, classes in css.items()}
    assert (columns["Starred"], columns["Waited for"], gap.split()[-1]) == ("c1", "c1", "c2")


def test_what_is_free_before_the_first_seat_stands_beside_what_is_starred(
    registration: Registration, bookable: Bookable
) -> None:
    bookable(title_en="Has room")
    starred = bookable(title_en="Starred", starts_at=NINE + 2 * HOUR)
    star(registration=registration, session=starred)
    assert gaps(registration) == [("09:00", "3 hours", ["Has room"])]

    seat(registration, bookable(starts_at=NINE + 5 * HOUR))
    assert gaps(registration) == [("11:00", "5 hours", ["Has room"])]
    [day] = timetable(registration)
    assert [(slot.time, slot.css) for slot in day.slots] == [("11:00", "r1"), ("14:00", "r1 h3")]


def test_a_gap_leaves_out_what_only_a_swap_would_allow(
    edition: Edition, registration: Registration, bookable: Bookable
) -> None:
    visit = factories.kind(colour="visit")
    BookingLimit.objects.create(edition=edition, kind=visit, most=1)
    seat(registration, bookable(kind=visit))
    seat(registration, bookable(starts_at=NINE + 2 * HOUR))
    bookable(title_en="Another visit", kind=visit, starts_at=NINE + HOUR)
    bookable(title_en="Workshop", starts_at=NINE + HOUR)

    assert gaps(registration) == [("10:00", "1 hour", ["Workshop"])]


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(1, "1 minute"), (45, "45 minutes"), (60, "1 hour"), (120, "2 hours"), (90, "1 h 30 min")],
)
def test_a_length_in_words(minutes: int, told: str) -> None:
    assert spoken_duration(timedelta(minutes=minutes)) == told


def test_companions_are_named_on_both_agendas(
    client: Client, edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    place = Place.objects.create(
        edition=edition, accompanies=registration.place, companion_kind="interpreter"
    )
    companion = factories.registration(
        edition, place=place, managed_by=robin, is_own=False, given_name="Ann", family_name="Example"
    )
    client.force_login(robin)
    pages = [
        client.get(f"/en/my/agenda/?registration={one.pk}").content.decode()
        for one in (registration, companion)
    ]

    assert "With Ann Example: seats are booked" in pages[0]
    assert f"With {registration.name} (interpreter)" in pages[1]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"status": "submitted"}, "have not approved this registration yet"),
        ({"status": "waiting", "waiting_since": NINE}, "is on the waiting list"),
        ({"status": "approved", "offer_until": NINE}, "A place at the conference is offered"),
        ({"status": "draft"}, "This registration is not finished"),
    ],
)
def test_who_is_not_confirmed_reads_why_no_seats_are_booked(
    client: Client, edition: Edition, robin: User, fields: dict[str, Any], sentence: str
) -> None:
    factories.registration(edition, managed_by=robin, **fields)
    client.force_login(robin)

    assert sentence in client.get("/en/my/agenda/").content.decode()


def test_after_the_conference_the_agenda_stays_and_offers_nothing(
    client: Client, edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    star(registration=registration, session=bookable(title_en="Safe nights"))
    star(registration=registration, session=bookable(starts_at=NINE + 2 * HOUR))
    Edition.objects.filter(pk=edition.pk).update(starts_on="2020-05-14", ends_on="2020-05-16")
    client.force_login(robin)
    shown = client.get("/en/my/agenda/").content.decode()

    assert ["This conference is over" in shown, "Safe nights" in shown, "Free for" in shown] == [
        True,
        True,
        False,
    ]


def test_a_day_with_very_much_at_once_is_a_list(registration: Registration, bookable: Bookable) -> None:
    for _ in range(13):
        star(registration=registration, session=bookable())

    [day] = timetable(registration)
    assert (day.css, {block.css for slot in day.slots for block in slot.blocks}) == (
        "",
        {"cell kind kind-quiet"},
    )


@pytest.mark.parametrize("size", [2, 20])
def test_the_page_takes_at_most_nine_queries_however_long(
    client: Client,
    edition: Edition,
    registration: Registration,
    robin: User,
    bookable: Bookable,
    size: int,
) -> None:
    registration.speaker = factories.speaker()
    registration.save()
    for number in range(size):
        at = NINE + timedelta(hours=2 * number)
        book_seat(place=registration.place, session=bookable(starts_at=at), by=robin)
        star(registration=registration, session=bookable(starts_at=at + HOUR))
        full = bookable(0, starts_at=at)
        wait_for_seats(places=[registration.place], session=full, by=robin)
    place = Place.objects.create(edition=edition, accompanies=registration.place, companion_kind="security")
    factories.registration(edition, place=place)
    client.force_login(robin)
    with CaptureQueriesContext(connection) as queries:
        response = client.get("/en/my/agenda/")

    # Within a transaction, as here, nothing is at hand: the most it can be.
    assert (response.status_code, len(queries)) == (200, 9)
    assert [Booking.objects.count(), Wait.objects.count()] == [size, size]
