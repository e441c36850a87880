"""What changed for you: who is told, of what, when, and once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from efus_conference.mail import take_up_stalled
from efus_conference.models import Edition, Mail
from programme.actions import release
from programme.models import Release, Session
from registration.actions import book_seat, star, wait_for_seats
from registration.actions.telling import last_digest_moment, remind_of_the_conference, tell_of_changes
from registration.models import AgendaChange, BookingRules, Registration
from tests import factories
from tests.factories import NINE
from tests.mail_servers import StubbornServer

Bookable = Callable[..., Session]
Mailbox = Callable[[], list[EmailMessage]]
Worker = Callable[[], None]
HOUR = timedelta(hours=1)


def change(session: Session, **fields: Any) -> Release:
    for name, value in fields.items():
        setattr(session, name, value)
    session.save()
    made = release(edition=session.edition, by=None)
    assert made is not None
    return made


def queued() -> list[int]:
    jobs = ProcrastinateJob.objects.filter(args__kind="registration/digest").order_by("id")
    return [job.args["ids"]["registration_id"] for job in jobs]


def body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.mark.django_db
def test_all_who_have_something_of_a_session_are_concerned_and_nobody_else(
    edition: Edition, bookable: Bookable
) -> None:
    speaker = factories.speaker()
    session = bookable(speakers=(speaker,), capacity=1)
    seated, starred, waiting = (factories.registration(edition) for _ in range(3))
    speaking = factories.registration(edition, speaker=speaker)
    factories.registration(edition)
    book_seat(place=seated.place, session=session, by=seated.managed_by)
    star(registration=starred, session=session)
    wait_for_seats(places=[waiting.place], session=session, by=waiting.managed_by)

    change(session, starts_at=NINE + HOUR, ends_at=NINE + 2 * HOUR)

    assert list(
        AgendaChange.objects.order_by("registration").values_list("registration", "had_seat", "told_at")
    ) == [
        (seated.pk, True, None),
        (starred.pk, False, None),
        (waiting.pk, False, None),
        (speaking.pk, False, None),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "is_told"),
    [
        ({"title_en": "Another title"}, False),
        ({"interpretation_languages": ["fr"]}, True),
        ({"floor_languages": ["fr"]}, True),
        ({"is_cancelled": True}, True),
        ({"starts_at": NINE + HOUR, "ends_at": NINE + 2 * HOUR}, True),
    ],
)
def test_time_room_state_and_languages_are_told_and_words_are_not(
    bookable: Bookable, registration: Registration, fields: dict[str, Any], is_told: bool
) -> None:
    session = bookable()
    star(registration=registration, session=session)
    change(session, **fields)
    assert AgendaChange.objects.exists() is is_told


@pytest.mark.django_db
def test_a_digest_goes_at_its_hour_by_the_edition_s_own_clock_and_once_a_day(
    edition: Edition, bookable: Bookable, registration: Registration
) -> None:
    BookingRules.objects.create(edition=edition, digest_hour=17)
    session = bookable()
    star(registration=registration, session=session)
    change(session, starts_at=NINE + HOUR, ends_at=NINE + 2 * HOUR)
    noon = datetime(2030, 6, 3, 10, 0, tzinfo=UTC)
    AgendaChange.objects.update(made_at=noon)

    assert last_digest_moment(edition, noon) == datetime(2030, 6, 2, 15, 0, tzinfo=UTC)
    assert [tell_of_changes(at=noon), tell_of_changes(at=noon + timedelta(hours=4, minutes=59))] == [0, 0]
    assert tell_of_changes(at=noon + 5 * HOUR) == 1
    assert tell_of_changes(at=noon + 6 * HOUR) == 0

    change(session, starts_at=NINE + 2 * HOUR, ends_at=NINE + 3 * HOUR)
    AgendaChange.objects.filter(told_at=None).update(made_at=noon + 6 * HOUR)
    assert tell_of_changes(at=noon + 7 * HOUR) == 0
    assert tell_of_changes(at=noon + 29 * HOUR) == 1
    assert queued() == [registration.pk] * 2


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), [(23, 99), (99, 23)])
def test_what_begins_within_a_day_before_or_after_the_change_is_told_at_once(before: int, after: int) -> None:
    edition = factories.edition(
        starts_on=timezone.now().date(), ends_on=timezone.now().date() + timedelta(days=9)
    )
    now = timezone.now()
    session = factories.session(edition, starts_at=now + before * HOUR)
    release(edition=edition, by=None)
    person = factories.registration(edition)
    star(registration=person, session=session)

    change(session, starts_at=now + after * HOUR, ends_at=now + (after + 1) * HOUR)

    assert queued() == [person.pk]
    assert AgendaChange.objects.filter(told_at=None).count() == 0


@pytest.mark.django_db
def test_what_comes_within_a_day_while_it_waits_is_told_then(
    bookable: Bookable, registration: Registration
) -> None:
    session = bookable()
    star(registration=registration, session=session)
    change(session, starts_at=NINE + HOUR, ends_at=NINE + 2 * HOUR)
    # The hour of the next digest is but sixteen hours before the session.
    AgendaChange.objects.update(made_at=NINE - 29 * HOUR)

    assert [tell_of_changes(at=NINE - 25 * HOUR), tell_of_changes(at=NINE - 24 * HOUR)] == [0, 1]
    assert queued() == [registration.pk]


@pytest.mark.django_db
def test_what_was_taken_back_is_not_told(bookable: Bookable, registration: Registration) -> None:
    session = bookable()
    star(registration=registration, session=session)
    change(session, starts_at=NINE + HOUR, ends_at=NINE + 2 * HOUR)
    change(session, starts_at=NINE, ends_at=NINE + HOUR)

    assert tell_of_changes(at=timezone.now() + timedelta(days=1)) == 0
    assert AgendaChange.objects.filter(told_at=None).count() == 0
    assert queued() == []


def test_several_releases_are_one_line_from_first_to_last(
    fresh_db: str, mailbox: Mailbox, run_worker: Worker
) -> None:
    edition, keeper = factories.edition(), factories.user()
    hall, room = factories.room(edition, name_en="Great Hall"), factories.room(edition, name_en="Room 2")
    moved = factories.session(edition, title_en="Safe nights", room=hall, interpretation_languages=["fr"])
    kept = factories.session(edition, title_en="Mayors", starts_at=NINE + 3 * HOUR)
    cancelled = factories.session(edition, title_en="Prevention", starts_at=NINE + 6 * HOUR)
    unrelated = factories.session(edition, title_en="Elsewhere", starts_at=NINE + 8 * HOUR)
    for session in (moved, kept, cancelled):
        factories.pool(session)
    release(edition=edition, by=None)
    person = factories.registration(edition, managed_by=keeper, given_name="Ada", family_name="Example")
    for session in (moved, kept):
        book_seat(place=person.place, session=session, by=keeper)
    star(registration=person, session=cancelled)
    change(moved, starts_at=NINE + 9 * HOUR, ends_at=NINE + 10 * HOUR)
    change(unrelated, is_cancelled=True)
    change(cancelled, is_cancelled=True)
    change(
        moved,
        starts_at=NINE + HOUR,
        ends_at=NINE + 2 * HOUR,
        room=room,
        interpretation_languages=["fr", "nl"],
    )
    tell_of_changes(at=timezone.now() + timedelta(days=1))
    run_worker()

    (mail,) = mailbox()
    code = {
        session.pk: f"http://localhost:8000/en/my/sessions/{session.code}/?registration={person.pk}"
        for session in (moved, cancelled)
    }
    assert mail["Subject"] == "The programme changed: what is different for you"
    assert (
        body(mail)
        == f"""\
The programme of {edition.name} changed. This is what is different in the agenda of Ada Example.

Safe nights
Now: Wednesday 14 May, 10:00 to 11:00, Room 2
Before: Wednesday 14 May, 09:00 to 10:00, Great Hall
The booked seat moves with it.
Can be followed in: English, French and Dutch
Before in: English and French
{code[moved.pk]}

Prevention
Cancelled. It was planned for Wednesday 14 May, 15:00 to 16:00.
{code[cancelled.pk]}

The whole agenda:
http://localhost:8000/en/my/agenda/?registration={person.pk}
"""
    )
    assert list(Mail.objects.about(registration_id=person.pk)) == [Mail.objects.get()]


def test_a_run_that_is_killed_in_the_middle_reaches_each_once_with_old_and_new_times(
    fresh_db: str, mailbox: Mailbox, run_worker: Worker
) -> None:
    edition = factories.edition()
    session = factories.session(edition, title_en="Safe nights")
    factories.pool(session)
    release(edition=edition, by=None)
    people = [factories.registration(edition) for _ in range(6)]
    factories.registration(edition)  # has nothing of it
    for person in people:
        book_seat(place=person.place, session=session, by=person.managed_by)
    change(session, starts_at=NINE + HOUR, ends_at=NINE + 2 * HOUR)
    assert tell_of_changes(at=timezone.now() + timedelta(days=1)) == 6

    # The first worker is killed while the server reads its third mail, which is never accepted.
    with StubbornServer(accepts=2) as server:
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.working", fresh_db, str(server.port)],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        )
        try:
            server.wait_for_the_next()
        finally:
            worker.kill()
            worker.wait()
    assert (len(server.accepted), server.connections) == (2, 1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    tell_of_changes(at=timezone.now() + timedelta(days=1))
    take_up_stalled.defer(timestamp=0)
    run_worker()

    mails = [*server.accepted, *mailbox()]
    assert sorted(mail["To"] for mail in mails) == sorted(person.email for person in people)
    for mail in mails:
        assert "Now: Wednesday 14 May, 10:00 to 11:00" in body(mail)
        assert "Before: Wednesday 14 May, 09:00 to 10:00" in body(mail)
    assert sorted(Mail.objects.values_list("to", flat=True)) == sorted(person.email for person in people)


@pytest.mark.django_db
def test_each_who_takes_part_is_reminded_once_some_days_before(
    edition: Edition, registration: Registration
) -> None:
    BookingRules.objects.create(edition=edition, reminder_days=7)
    factories.registration(edition, status="waiting", waiting_since=NINE)
    late = factories.registration(edition)
    Registration.objects.filter(pk=late.pk).update(submitted_at=NINE - timedelta(days=1))
    nine_o_clock = NINE - timedelta(days=7)
    moments = [nine_o_clock - HOUR, nine_o_clock, nine_o_clock + HOUR, NINE]
    assert [remind_of_the_conference(at=at) for at in moments] == [0, 1, 0, 0]
    jobs = ProcrastinateJob.objects.filter(args__kind="registration/reminder")
    assert [job.args["ids"] for job in jobs] == [{"registration_id": registration.pk}]
