from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from declarations.models import Actor, Signature, SignatureEvent
from efus_conference.models import Edition, User
from efus_conference.views import organisers
from programme.actions import release
from programme.models import Session
from registration.models import Booking, Registration
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> User:
    user = factories.user(is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def first_page(client: Client) -> Any:
    response = client.get("/admin/")
    assert response.status_code == 200
    return response


def submitted_signature() -> Signature:
    signature = Signature.objects.create(signatory=factories.signatory(factories.declaration()))
    actor, _made = Actor.objects.get_or_create(kind=Actor.Kind.PERSON, user=factories.user())
    SignatureEvent.objects.create(signature=signature, kind=SignatureEvent.Kind.SUBMITTED, actor=actor)
    return signature


def test_when_nothing_waits_the_page_says_so(client: Client, administrator: User) -> None:
    html = first_page(client).content.decode()
    assert "Nothing waits for you" in html
    assert "No edition is current." in html


def test_signatures_to_verify_lead_to_their_list(client: Client, administrator: User) -> None:
    signatures = [submitted_signature(), submitted_signature()]
    (task,) = first_page(client).context["tasks"]
    assert task.sentence == "2 signatures wait to be verified."
    listed = client.get(task.address).context["cl"].result_list
    assert {row.pk for row in listed} == {row.pk for row in signatures}


def test_a_draft_that_differs_from_the_release_is_named(client: Client, administrator: User) -> None:
    edition = factories.edition()
    session = factories.session(edition, title="On squares", starts_at=factories.NINE)
    other = factories.session(edition, starts_at=factories.NINE)
    release(edition=edition, by=administrator)
    assert first_page(client).context["tasks"] == []
    session.title_en = "On squares and streets"
    session.save()
    (task,) = first_page(client).context["tasks"]
    assert task.details == ["On squares and streets"]
    assert task.sentence.startswith("1 session differs from what the public sees")
    assert {row.pk for row in client.get(task.address).context["cl"].result_list} == {session.pk, other.pk}


def test_who_declined_and_what_was_handed_in_are_named(client: Client, administrator: User) -> None:
    speaker = factories.speaker(name="Ada Example")
    session = factories.session(factories.edition(), speakers=(speaker,), title="Trust")
    session.appearances.update(answer="declined")
    session.materials.create(
        kind="slides", title="Slides", address="https://slides.example/1", handed_in_by=speaker
    )
    tasks = {task.address: task.details for task in first_page(client).context["tasks"]}
    assert tasks["/admin/programme/speaker/?answer=declined"] == ["Ada Example: Trust"]
    assert tasks["/admin/programme/material/?state=waiting"] == ["Trust: Slides"]
    session.materials.update(is_published=True)
    session.appearances.update(answer="accepted")
    addresses = [task.address for task in first_page(client).context["tasks"]]
    assert not [address for address in addresses if "speaker" in address or "material" in address]


def test_seats_that_are_clashing_or_nearly_gone_are_shown(client: Client, administrator: User) -> None:
    edition = factories.edition()
    full, nearly, free = (factories.session(edition, title=name) for name in ("Full", "Nearly", "Free"))
    factories.pool(full, capacity=10, taken=10)
    factories.pool(nearly, capacity=20, taken=16, held=2)
    factories.pool(free, capacity=20, taken=17)
    released = release(edition=edition, by=administrator)
    assert released is not None
    place = factories.registration(edition).place
    Booking.objects.create(place=place, session=full, during=full.released.during, status="clash")
    response = first_page(client)
    assert [(row.pool.session.title, row.hundredth) for row in response.context["seats"]] == [
        ("Full", 100),
        ("Nearly", 90),
    ]
    assert [task.sentence for task in response.context["tasks"]] == [
        "1 booked seat overlaps another since a session moved."
    ]
    for row in response.context["seats"]:
        assert list(client.get(row.address).context["cl"].result_list) == [row.pool]


def test_what_the_desk_counts_is_what_the_lists_show(client: Client, administrator: User) -> None:
    edition = factories.edition()
    press = factories.category(edition, is_press=True)
    told = factories.registration(edition, needs="A secret ramp")
    waits = factories.registration(edition, status="submitted")
    factories.registration(edition, status="submitted", category=press)
    response = first_page(client)
    found = {task.sentence: task for task in response.context["tasks"]}

    def listed(address: str) -> list[int]:
        return [row.pk for row in client.get(address).context["cl"].result_list]

    assert listed(found["1 registration is to be approved."].address) == [waits.pk]
    needs = found["1 access need has no reply yet."]
    assert (listed(needs.address), needs.details) == ([told.pk], [told.name])
    assert response.context["registered"] == 1
    assert listed(response.context["registrations_address"]) == [told.pk]


def test_the_visits_that_leave_today_lead_to_their_bus_lists(client: Client, administrator: User) -> None:
    edition = factories.edition(timezone="Europe/Brussels")
    noon = timezone.now().astimezone(edition.zone).replace(hour=12, minute=0, second=0, microsecond=0)
    for title, starts_at in (("Today", noon), ("Tomorrow", noon + timedelta(days=1)), ("Off", noon)):
        visit = factories.session(edition, title=title, starts_at=starts_at, is_cancelled=title == "Off")
        Session.objects.filter(pk=visit.pk).update(departs_at=starts_at + timedelta(minutes=10))
        factories.pool(visit, capacity=25, taken=3)
    release(edition=edition, by=administrator)
    (departure,) = first_page(client).context["departures"]
    assert (departure.clock, departure.title, departure.taken, departure.capacity) == (
        "12:10",
        "Today",
        3,
        25,
    )
    assert "Bus list: Today" in client.get(departure.address).content.decode()


def test_the_plot_counts_the_last_fourteen_days_by_the_edition_s_calendar(
    client: Client, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = factories.edition(timezone="Asia/Tokyo")
    now = datetime(2030, 3, 10, 20, 0, tzinfo=UTC)  # the 11th in Tokyo
    registered(edition, now - timedelta(hours=1), now - timedelta(hours=2), now - timedelta(days=3))
    registered(edition, now - timedelta(days=20))
    cancelled = factories.registration(edition, status="cancelled", cancelled_at=now)
    Registration.objects.filter(pk=cancelled.pk).update(submitted_at=now)
    monkeypatch.setattr(organisers.timezone, "now", lambda: now)
    bars = organisers.last_days(edition)
    assert [(bar.day.day, bar.count, bar.height) for bar in bars if bar.count] == [(8, 1, 60), (11, 2, 120)]
    assert (len(bars), bars[-1].top, bars[0].top) == (14, 0, 120)


def registered(edition: Edition, *moments: datetime) -> None:
    for moment in moments:
        made = factories.registration(edition)
        Registration.objects.filter(pk=made.pk).update(submitted_at=moment)


def test_each_organiser_sees_what_their_groups_allow(client: Client) -> None:
    edition = factories.edition()
    factories.registration(edition)
    factories.session(edition)
    submitted_signature()
    organiser = factories.user(is_staff=True)
    client.force_login(organiser)
    response = first_page(client)
    assert (response.context["tasks"], response.context["bars"], response.context["seats"]) == ([], [], [])
    assert "people are registered" not in response.content.decode()
    organiser.user_permissions.set(Permission.objects.filter(codename="view_registration"))
    response = first_page(client)
    assert (len(response.context["tasks"]), len(response.context["bars"])) == (0, 14)


def test_the_page_costs_the_same_however_much_waits(
    client: Client, administrator: User, django_assert_num_queries: Any
) -> None:
    edition = factories.edition()

    def more(count: int) -> None:
        for _ in range(count):
            submitted_signature()
            factories.pool(factories.session(edition), capacity=3, taken=3)
            registered(edition, timezone.now())

    more(1)
    first_page(client)
    with CaptureQueriesContext(connection) as few:
        first_page(client)
    more(6)
    with django_assert_num_queries(len(few.captured_queries)):
        first_page(client)
