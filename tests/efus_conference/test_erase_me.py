"""Who has their data erased, and what becomes of whom they had to do with."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from declarations.actions import verify
from declarations.models import Actor, SignatureEvent
from efus_conference.erasing import LastAdministrator, OthersErase, erase
from efus_conference.erasure_notes import notes
from efus_conference.models import Edition, Erasure, User
from efus_conference.views.taking import NothingLeft, take_data
from programme.actions import release
from programme.models import ReleasedSession, Speaker
from registration.actions import NotYours, book_seat, wait_for_seats
from registration.actions.check_ins import check_in
from registration.actions.erasures import OfAnAccount, erase_registration
from registration.models import Booking, Category, CheckIn, Place, Registration, Ticket, Wait
from tests import factories
from tests.declarations import making
from tests.registration.delegating import delegation_of, mails_queued

Act = Callable[..., Any]


def erased(row: Registration) -> tuple[str, str, str]:
    row.refresh_from_db()
    return row.name, row.email, row.status


def with_seats(edition: Edition, capacity: int = 1, **fields: Any) -> Any:
    session = factories.session(edition, **fields)
    factories.pool(session, capacity)
    release(edition=edition, by=None)
    return session


# --- one's own registration --------------------------------------------------------------------------


@pytest.mark.django_db
def test_who_did_not_come_yet_cancels_and_seats_and_offers_go_on() -> None:
    edition = factories.edition()
    category = factories.category(edition)
    session = with_seats(edition)
    going, waiting = (factories.registration(edition, category=category) for _person in range(2))
    book_seat(place=going.place, session=session, by=going.managed_by)
    wait_for_seats(places=[waiting.place], session=session, by=waiting.managed_by)

    erase(user=going.managed_by, by=going.managed_by)

    assert erased(going) == ("erased person", "", "cancelled")
    assert list(Booking.objects.values_list("place", "status")) == [(going.place_id, "given_up")]
    assert list(Wait.objects.values_list("place", "status")) == [(waiting.place_id, "offered")]
    # Whose turn came is written to; who was erased is not.
    assert mails_queued() == ["seat_offer"]
    verbs = list(going.events.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["booked", "gave_up", "cancelled", "erased"]


@pytest.mark.django_db
def test_a_seat_that_was_offered_goes_to_whoever_is_next() -> None:
    edition = factories.edition()
    category = factories.category(edition)
    session = with_seats(edition)
    first, offered, following = (factories.registration(edition, category=category) for _person in range(3))
    book_seat(place=first.place, session=session, by=first.managed_by)
    for row in (offered, following):
        wait_for_seats(places=[row.place], session=session, by=row.managed_by)
    erase(user=first.managed_by, by=first.managed_by)

    erase(user=offered.managed_by, by=offered.managed_by)

    statuses = dict(Wait.objects.values_list("place", "status"))
    assert (statuses[offered.place_id], statuses[following.place_id]) == ("left", "offered")


@pytest.mark.django_db
def test_a_place_of_a_category_that_was_offered_goes_to_whoever_is_next() -> None:
    edition = factories.edition()
    category = factories.category(edition, quota=1)
    now = timezone.now()
    offered = factories.registration(
        edition, category=category, status="approved", offer_until=now + timedelta(days=1)
    )
    following = factories.registration(edition, category=category, status="waiting", waiting_since=now)

    erase(user=offered.managed_by, by=offered.managed_by)

    following.refresh_from_db()
    assert (erased(offered)[2], following.status) == ("cancelled", "approved")
    assert Category.objects.values_list("offered_count", "taken_count").get() == (1, 0)


@pytest.mark.django_db
def test_someone_checked_in_today_counts_without_a_name_and_is_let_in_no_more() -> None:
    edition = factories.edition_of_today()
    row = factories.registration(edition)
    ticket = Ticket.objects.create(registration=row, place=row.place)
    CheckIn.objects.create(
        edition=edition,
        place=row.place,
        registration=row,
        ticket=ticket,
        day=edition.starts_on,
        how="scan",
        at=timezone.now(),
    )

    erase(user=row.managed_by, by=row.managed_by)

    ticket.refresh_from_db()
    assert erased(row) == ("erased person", "", "confirmed")
    assert CheckIn.objects.standing().filter(registration=row).count() == 1
    assert not ticket.is_standing


@pytest.mark.django_db
def test_of_an_edition_that_is_over_the_registration_stays_as_it_was() -> None:
    edition = factories.edition(year=2024, starts_on="2024-05-14", ends_on="2024-05-16", is_current=False)
    edition.refresh_from_db()
    rows = [
        factories.registration(edition, status="refused", refusal="No place for Robin"),
        factories.registration(edition),
    ]

    for row in rows:
        erase(user=row.managed_by, by=row.managed_by)

    assert [erased(row)[2] for row in rows] == ["refused", "confirmed"]
    assert rows[0].refusal == "–"


@pytest.mark.django_db
def test_an_own_registration_that_an_assistant_keeps_is_erased_with_its_person_s_account() -> None:
    edition = factories.edition()
    mayor, assistant = factories.user(), factories.user()
    kept = factories.registration(edition, managed_by=assistant, is_own=False, email=mayor.email.upper())

    erase(user=mayor, by=mayor)

    assert erased(kept) == ("erased person", "", "cancelled")
    assert User.objects.get(pk=assistant.pk).erased_at is None


@pytest.mark.django_db
def test_an_address_that_nobody_proved_makes_no_registration_theirs() -> None:
    edition = factories.edition()
    victim = factories.registration(edition, email="victim@example.org")
    stranger = factories.user()
    stranger.emailaddress_set.create(email="victim@example.org", verified=False)

    erase(user=stranger, by=stranger)

    assert erased(victim) == (victim.name, "victim@example.org", "confirmed")


# --- those whom they kept ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_those_whom_an_assistant_kept_stay_and_get_a_keeper() -> None:
    edition = factories.edition()
    category = factories.category(edition)
    assistant, mayor = factories.user(), factories.user()
    kept = {
        name: factories.registration(
            edition, category=category, managed_by=assistant, is_own=False, mails_to="manager", **fields
        )
        for name, fields in {
            "has an account": {"email": mayor.email},
            "has an address": {"email": "deputy@example.org"},
            "has nothing": {"email": ""},
            "under the assistant's": {"email": assistant.email},
        }.items()
    }

    erase(user=assistant, by=assistant)

    for row in kept.values():
        row.refresh_from_db()
    assert {row.status for row in kept.values()} == {"confirmed"}
    assert kept["has an account"].managed_by == mayor
    assert kept["has an account"].is_own
    assert kept["has an address"].managed_by.email == "deputy@example.org"
    assert kept["has nothing"].managed_by == assistant
    assert (kept["under the assistant's"].email, kept["under the assistant's"].recipients()) == ("", [])
    assert mails_queued() == ["handed_over", "handed_over"]


@pytest.mark.django_db
def test_a_delegation_loses_its_coordinator_and_nobody_of_its_people() -> None:
    edition = factories.edition()
    coordinator = factories.user()
    delegation = delegation_of(edition, coordinator, places=2)
    place = delegation.places.order_by("pk").first()
    named = factories.registration(
        edition, place=place, managed_by=coordinator, is_own=False, email="", mails_to="manager"
    )

    erase(user=coordinator, by=coordinator)

    delegation.refresh_from_db()
    assert (delegation.coordinator, erased(named)[2]) == (None, "confirmed")
    assert delegation.places.standing().count() == 2
    desk = Client()
    desk.force_login(factories.user(is_staff=True, is_superuser=True))
    page = desk.get("/admin/")
    assert "without a coordinator" in page.content.decode()


@pytest.mark.django_db
def test_companions_end_with_their_person_and_a_companion_ends_alone() -> None:
    edition = factories.edition()
    category = factories.category(edition)
    main = factories.registration(edition, category=category)
    place = Place.objects.create(edition=edition, accompanies=main.place, companion_kind="interpreter")
    interpreter = factories.user()
    companion = factories.registration(
        edition,
        category=category,
        place=place,
        managed_by=main.managed_by,
        is_own=False,
        email=interpreter.email,
        is_outside_quota=True,
    )

    erase(user=interpreter, by=interpreter)
    assert (erased(companion)[2], erased(main)[2]) == ("cancelled", "confirmed")

    other = Place.objects.create(edition=edition, accompanies=main.place, companion_kind="security")
    guard = factories.registration(
        edition,
        category=category,
        place=other,
        managed_by=main.managed_by,
        is_own=False,
        email="",
        mails_to="manager",
        is_outside_quota=True,
    )
    erase(user=main.managed_by, by=main.managed_by)
    # Nobody keeps the guard any more, who came for this person alone: the name goes too.
    assert [erased(row) for row in (main, guard)] == [("erased person", "", "cancelled")] * 2


# --- speakers, organisers, officers ------------------------------------------------------------------


@pytest.mark.django_db
def test_a_speaker_of_a_released_session_is_named_nowhere_and_the_session_stays() -> None:
    edition = factories.edition()
    user = factories.user()
    speaker = factories.speaker(name="Zephyrine Quillonwick", slug="zephyrine-quillonwick", user=user)
    session = factories.session(edition, speakers=(speaker,))
    release(edition=edition, by=None)
    before = ReleasedSession.objects.get().sequence
    page = f"/en/editions/{edition.slug}/sessions/{session.code}/"
    assert "Quillonwick" in Client().get(page).content.decode()

    erase(user=user, by=user)

    assert "Quillonwick" not in Client().get(page).content.decode()
    assert Client().get("/en/editions/x/speakers/zephyrine-quillonwick/").status_code == 404
    released = ReleasedSession.objects.get()
    assert ([one["speaker"] for one in released.appearances], released.sequence) == ([speaker.pk], before)
    assert not Speaker.objects.get().is_shown


@pytest.mark.django_db
def test_organisers_erase_a_speaker_who_has_no_account() -> None:
    speaker = factories.speaker(name="Zephyrine Quillonwick", email="z@example.org")
    client = Client()
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    address = f"/admin/programme/speaker/{speaker.pk}/erase/"

    assert "named nowhere any more" in client.get(address).content.decode()
    for _twice in range(2):
        assert client.post(address).status_code == 302
    speaker.refresh_from_db()
    assert (speaker.name, speaker.slug, speaker.email) == (f"– {speaker.pk}", f"erased-{speaker.pk}", "")


@pytest.mark.django_db
def test_an_officer_s_erasure_touches_no_event() -> None:
    officer, second = making.officer(), making.officer()
    signature = verify(signature=making.submitted(by=officer), by=second)
    before = list(SignatureEvent.objects.order_by("pk").values())

    for user in (officer, second):
        erase(user=user, by=user)

    assert list(SignatureEvent.objects.order_by("pk").values()) == before
    assert not Actor.objects.filter(user__in=[officer, second]).exists()
    signature.refresh_from_db()
    assert signature.state == "verified"


@pytest.mark.django_db
def test_an_organiser_loses_every_right() -> None:
    organiser = factories.user(is_staff=True)
    organiser.groups.add(Group.objects.create(name="Desk"))

    erase(user=organiser, by=organiser)

    organiser.refresh_from_db()
    assert (organiser.is_staff, organiser.is_active, organiser.groups.count()) == (False, False, 0)


@pytest.mark.django_db
def test_the_last_administrator_stays_and_is_told_why() -> None:
    one = factories.user(is_superuser=True, is_staff=True)
    client = Client()
    client.force_login(one)

    with pytest.raises(LastAdministrator):
        erase(user=one, by=one)
    page = client.get("/en/my/data/erase/")
    assert (b"only administrator" in page.content, b'<form class="form"' in page.content) == (True, False)
    assert client.post("/en/my/data/erase/", {"address": one.email}).status_code == 409

    factories.user(is_superuser=True, is_staff=True)
    erase(user=one, by=one)
    assert User.objects.get(pk=one.pk).erased_at is not None


@pytest.mark.django_db
def test_nobody_erases_somebody_else() -> None:
    one, other = factories.user(), factories.user(is_staff=True)
    with pytest.raises(OthersErase):
        erase(user=one, by=other)


# --- by the desk -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_desk_erases_who_has_no_account_and_sends_others_to_an_administrator() -> None:
    edition = factories.edition()
    desk = factories.user(is_superuser=True, is_staff=True)
    own = factories.registration(edition)
    kept = factories.registration(edition, is_own=False, category=own.category)
    client = Client()
    client.force_login(desk)

    with pytest.raises(OfAnAccount):
        erase_registration(registration=own, by=desk)
    with pytest.raises(NotYours):
        erase_registration(registration=kept, by=own.managed_by)
    address = f"/admin/registration/registration/{kept.pk}/erase/"
    assert f"Erase {kept.name}?" in client.get(address).content.decode()
    client.post(address, {"typed": kept.family_name})
    assert erased(kept) == ("erased person", "", "cancelled")
    assert erase_registration(registration=kept, by=desk) == kept

    answer = client.post(f"/admin/efus_conference/user/{own.managed_by_id}/erase/", {"address": "x"})
    assert "This is not the address" in answer.content.decode()
    client.post(f"/admin/efus_conference/user/{own.managed_by_id}/erase/", {"address": own.managed_by.email})
    assert erased(own)[0] == "erased person"
    assert Erasure.objects.get().by_organiser


# --- the page ----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "somebody@example.org", "x" * 10_000, "a\x00b", "\u202e", "🍌"])
def test_a_confirmation_that_is_not_the_address_erases_nothing(typed: str) -> None:
    user = factories.user()
    client = Client()
    client.force_login(user)

    answer = client.post("/en/my/data/erase/", {"address": typed})

    assert answer.status_code == 200
    assert "error-summary" in answer.content.decode()
    assert User.objects.get(pk=user.pk).erased_at is None


@pytest.mark.django_db
def test_erasing_twice_is_kind() -> None:
    row = factories.registration(factories.edition())
    user = row.managed_by
    client, other = Client(), Client()
    for browser in (client, other):
        browser.force_login(user)

    answer = client.post("/en/my/data/erase/", {"address": f" {user.email.upper()} "})
    assert (answer.status_code, answer["Location"]) == (302, "/en/my/data/erased/")
    assert "nobody can log in" in client.get(answer["Location"]).content.decode()
    # The other window is logged out; whoever asks the action again gets the same answer.
    again = other.post("/en/my/data/erase/", {"address": user.email})
    assert again["Location"].startswith("/en/accounts/login/")
    assert erase(user=user, by=user) == Erasure.objects.get()


# --- at the same moment ------------------------------------------------------------------------------


def at_once(*acts: Act) -> list[Any]:
    barrier = Barrier(len(acts))

    def run(act: Act) -> Any:
        try:
            barrier.wait()
            return act()
        except Exception as error:
            return type(error)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=len(acts)) as threads:
        return [future.result() for future in [threads.submit(run, act) for act in acts]]


def test_two_windows_that_erase_at_once_erase_once(fresh_db: str) -> None:
    row = factories.registration(factories.edition())
    user = row.managed_by

    done = at_once(*(lambda: erase(user=user, by=user) for _window in range(3)))

    assert done == [Erasure.objects.get()] * 3
    assert list(row.events.values_list("verb", flat=True)) == ["erased", "cancelled"]


def test_who_is_checked_in_while_being_erased_was_there(fresh_db: str) -> None:
    edition = factories.edition_of_today()
    row = factories.registration(edition)
    user = row.managed_by
    today = timezone.now().astimezone(edition.zone).date()

    def erases() -> None:
        try:
            erase(user=user, by=user)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=1) as thread:
        with transaction.atomic():
            check_in(registration=row, day=today, how="scan")
            done = thread.submit(erases)
            waiting = 0
            while not waiting and not done.done():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                    waiting = cursor.fetchone()[0]
        done.result()

    row.refresh_from_db()
    assert (row.status, row.name, CheckIn.objects.standing().count()) == ("confirmed", "erased person", 1)


def test_of_two_administrators_who_go_at_once_one_stays(fresh_db: str) -> None:
    both = [factories.user(is_superuser=True) for _one in range(2)]

    done = at_once(*(lambda user=user: erase(user=user, by=user) for user in both))

    assert done.count(LastAdministrator) == 1
    assert User.objects.filter(is_superuser=True, is_active=True).count() == 1


def test_an_export_while_being_erased_is_all_or_nothing(fresh_db: str, tmp_path: Any) -> None:
    row = factories.registration(factories.edition())
    user = row.managed_by
    begun = Event()

    def take() -> Any:
        begun.wait()
        try:
            with (tmp_path / "data.zip").open("w+b") as target:
                return take_data(target, user=user)
        except NothingLeft as error:
            return type(error)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=1) as thread:
        with transaction.atomic():
            erase(user=user, by=user)
            taking = thread.submit(take)
            begun.set()
        # It waited for the erasure, and found nothing to take.
        assert taking.result() is NothingLeft


# --- a restored backup -------------------------------------------------------------------------------


def test_what_a_backup_brought_back_is_erased_again(fresh_db: str, settings: Any) -> None:
    edition = factories.edition()
    row = factories.registration(edition)
    kept = factories.registration(edition, is_own=False, category=row.category)
    user = row.managed_by
    erase(user=user, by=user)
    erase_registration(registration=kept, by=kept.managed_by)
    # The backup is of the day before: neither the erasure nor its row is in it.
    Erasure.objects.all().delete()
    User.objects.filter(pk=user.pk).update(erased_at=None, email="robin@example.org", is_active=True)
    Registration.objects.filter(pk=kept.pk).update(erased_at=None, given_name="Robin", family_name="Back")
    # Since the restore somebody got a number that a note has, because it was given before.
    later = factories.user(date_joined=datetime(2040, 1, 1, tzinfo=UTC))

    call_command("repeat_erasures", verbosity=0)

    assert User.objects.get(pk=user.pk).email == f"erased-{user.pk}@erased.invalid"
    assert erased(kept)[0] == "erased person"
    assert User.objects.get(pk=later.pk).erased_at is None
    assert {note.user for note in notes()} >= {user.pk, None}


@pytest.mark.django_db
def test_a_mail_that_waits_to_be_sent_is_sent_no_more() -> None:
    from efus_conference.mail import queue

    row = factories.registration(factories.edition())
    queue("registration/changed", registration_id=row.pk)

    erase(user=row.managed_by, by=row.managed_by)

    assert not ProcrastinateJob.objects.filter(task_name="mail.send").exists()
