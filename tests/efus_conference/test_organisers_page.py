from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from declarations.models import Actor, Log, LogAlarm, Signature, SignatureEvent
from efus_conference.models import Edition, User
from efus_conference.templatetags.dates import moment_at
from efus_conference.views import organiser_plots
from programme.actions import release
from programme.models import Session
from registration.actions.desk import make_desk_link, set_passphrase
from registration.models import (
    Booking,
    CheckIn,
    Delegation,
    DeskAlert,
    EditionClosing,
    HeadsetLoan,
    Place,
    Registration,
    Ticket,
    Wait,
    WaitParty,
)
from tests import factories
from tests.declarations import making

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


def tasks_of(client: Client) -> list[Any]:
    tasks: list[Any] = first_page(client).context["tasks"]
    return tasks


def submitted_signature() -> Signature:
    signature = making.draft(factories.signatory(making.published()))
    actor, _made = Actor.objects.get_or_create(kind=Actor.Kind.PERSON, user=factories.user(is_staff=True))
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


def test_alarms_of_the_logs_come_first_until_the_keeper_settles_them(
    client: Client, administrator: User
) -> None:
    submitted_signature()
    log = Log.objects.create(declaration=making.published(), origin="conference.example/log")
    alarm = LogAlarm.objects.create(log=log, reason="rewound")
    LogAlarm.objects.create(reason="unknown_key")
    shown = first_page(client)
    (task,) = shown.context["alarms"]
    assert task not in shown.context["tasks"]
    page = shown.content.decode()
    assert page.index('class="day-alarm"') < page.index('class="day-tasks"')
    assert task.sentence == "2 alarms keep the logs of the declarations from being signed."
    assert task.details == [
        "the key is not the one in use",
        f"{log.declaration} · the log is shorter than what was signed",
    ]
    assert client.get(task.address).context["cl"].result_count == 2
    LogAlarm.objects.update(settled_at=timezone.now())
    assert [task.sentence for task in tasks_of(client)] == ["1 signature waits to be verified."]
    assert "day-alarm" not in first_page(client).content.decode()
    empty = client.get(task.address + "?reason__exact=").content.decode()
    LogAlarm.objects.all().delete()
    assert "No alarm: every log is as it was signed." in client.get(task.address).content.decode()
    assert "No alarm:" not in empty
    assert alarm.log == log


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
    registered, to_approve, *_others = response.context["figures"]
    assert (registered.count, listed(registered.address)) == (1, [told.pk])
    assert (to_approve.count, len(listed(to_approve.address))) == (2, 2)


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
    shown = [response.context[part] for part in ("tasks", "figures", "doors", "plots", "seats", "departures")]
    assert shown == [[]] * 6
    assert "Registrations</h2>" not in response.content.decode()
    organiser.user_permissions.set(Permission.objects.filter(codename="view_registration"))
    response = first_page(client)
    assert (response.context["tasks"], [plot.key for plot in response.context["plots"]]) == (
        [],
        ["last-days"],  # the edition is years away
    )


def test_offers_and_cities_without_a_delegate_lead_to_their_lists(
    client: Client, administrator: User
) -> None:
    edition = factories.edition()
    until = timezone.now() + timedelta(days=2)
    offered = factories.registration(edition, status="approved", offer_until=until)
    session = factories.session(edition, title="Night walk")
    wait = Wait.objects.create(
        session=session,
        place=factories.registration(edition).place,
        party=WaitParty.objects.create(pool=factories.pool(session)),
        status="offered",
        offered_at=timezone.now(),
        offer_until=until,
    )
    empty = Delegation.objects.create(edition=edition, organisation=factories.organisation(name="Ghent"))
    named = Delegation.objects.create(edition=edition, organisation=factories.organisation())
    factories.registration(edition, place=Place.objects.create(edition=edition, delegation=named))
    Place.objects.create(edition=edition, delegation=empty)

    tasks = {task.sentence: task for task in first_page(client).context["tasks"]}

    def listed(sentence: str) -> list[Any]:
        return list(client.get(tasks[sentence].address).context["cl"].result_list)

    place = "1 place is offered, and its answer is awaited."
    seat = "1 seat is offered to who is first in line, and its answer is awaited."
    city = "1 city has a delegation and named no delegate yet."
    when = moment_at(until, edition)
    assert [(tasks[name].details, listed(name)) for name in (place, seat, city)] == [
        ([f"{offered.name}, until {when}"], [offered]),
        ([f"Night walk, until {when}"], [wait]),
        (["Ghent"], [empty]),
    ]


def at_the_door(edition: Edition, *moments: datetime, **fields: Any) -> list[CheckIn]:
    made = []
    for moment in moments:
        person = factories.registration(edition)
        made.append(
            CheckIn.objects.create(
                edition=edition,
                place=person.place,
                registration=person,
                day=moment.astimezone(edition.zone).date(),
                how="scan",
                at=moment,
                **fields,
            )
        )
    return made


@pytest.fixture
def at_noon() -> Edition:
    """An edition of today, at a place where it is some minutes past twelve."""
    return factories.edition_of_today()


def test_on_its_days_the_page_leads_with_who_came_through_the_door(
    client: Client, administrator: User, at_noon: Edition
) -> None:
    noon = timezone.now().astimezone(at_noon.zone).replace(hour=12, minute=0, second=0, microsecond=0)
    at_the_door(
        at_noon, noon - timedelta(hours=3), noon - timedelta(hours=3, minutes=-14), noon - timedelta(hours=1)
    )
    at_the_door(at_noon, noon - timedelta(hours=2), undone_at=noon)
    response = first_page(client)

    assert (response.context["stage"], response.context["when"]) == ("during", "Today is day 1 of 1.")
    assert [(one.name, one.count) for one in response.context["figures"][:3]] == [
        ("there today", 3),
        ("there at some time", 3),
        ("headsets lent", 0),
    ]
    door, _days = response.context["doors"]
    assert [(bar.name, bar.count, bar.height) for bar in door.bars if bar.count] == [
        ("09:00–09:15", 2, "100%"),
        ("11:00–11:15", 1, "50%"),
    ]
    assert door.rows[0] == ("09:00–09:15", "2")
    html = response.content.decode()
    assert (
        html.index("At the doors")
        < html.index("The desk has no passphrase")
        < html.index("Registrations</h2>")
    )


def test_after_its_days_the_page_says_who_was_there(client: Client, administrator: User) -> None:
    edition = factories.edition(year=2020, starts_on="2020-05-12", ends_on="2020-05-13")
    edition.refresh_from_db()
    first = datetime(2020, 5, 12, 9, 0, tzinfo=edition.zone)
    at_the_door(edition, first, first + timedelta(days=1), first + timedelta(days=1, hours=1))
    response = first_page(client)

    assert (response.context["stage"], response.context["when"]) == ("after", "It ended on 13 May 2020.")
    assert [(one.name, one.count) for one in response.context["figures"][:2]] == [
        ("there at some time", 3),
        ("certificates issued", 0),
    ]
    (days,) = response.context["doors"]
    assert days.rows == [("12 May 2020", "1"), ("13 May 2020", "2")]
    assert "Seats nearly gone" not in response.content.decode()


def test_alerts_of_the_desk_are_named_until_somebody_looked_into_them(
    client: Client, administrator: User
) -> None:
    edition = factories.edition()
    seen = DeskAlert.objects.create(edition=edition, kind="late", at=factories.NINE, seen_at=timezone.now())
    alert = DeskAlert.objects.create(edition=edition, kind="void", at=factories.NINE)
    (task,) = first_page(client).context["tasks"]
    assert task.sentence == "1 alert of the desk waits for somebody to look into it."
    assert task.details == ["14 May 2031, 09:00 · void ticket"]
    assert list(client.get(task.address).context["cl"].result_list) == [alert]
    assert seen.seen_at


def test_the_figure_of_today_leads_to_the_check_ins_of_today_that_stand(
    client: Client, administrator: User, at_noon: Edition
) -> None:
    noon = timezone.now().astimezone(at_noon.zone).replace(hour=12, minute=0, second=0, microsecond=0)
    Edition.objects.filter(pk=at_noon.pk).update(starts_on=noon.date() - timedelta(days=1))
    (standing,) = at_the_door(at_noon, noon)
    at_the_door(at_noon, noon, undone_at=noon)
    (yesterday,) = at_the_door(at_noon, noon - timedelta(days=1))

    today, in_all, _lent = first_page(client).context["figures"][:3]

    def listed(address: str) -> set[CheckIn]:
        return set(client.get(address).context["cl"].result_list)

    assert [listed(today.address), listed(in_all.address)] == [{standing}, {standing, yesterday}]


def test_before_the_doors_open_the_page_names_what_no_desk_works_without(
    client: Client, administrator: User, at_noon: Edition
) -> None:
    person = factories.registration(at_noon)
    missing = [(task.sentence, client.get(task.address).status_code) for task in tasks_of(client)]
    assert missing == [
        ("The desk has no passphrase: without one its list does not open.", 200),
        ("Volunteers have no link for the next day of the desk.", 200),
        ("1 badge is not printed yet.", 200),
    ]

    set_passphrase(edition=at_noon, passphrase="four invented words here", by=administrator)
    today = timezone.now().astimezone(at_noon.zone).date()
    make_desk_link(edition=at_noon, day=today, label="Entrance", by=administrator)
    Ticket.objects.create(registration=person, place=person.place, printed_at=timezone.now())
    assert tasks_of(client) == []


def test_after_its_days_nothing_is_asked_for_that_nobody_needs_any_more(
    client: Client, administrator: User
) -> None:
    edition = factories.edition(year=2020, starts_on="2020-05-12", ends_on="2020-05-13")
    factories.registration(edition, status="submitted")
    Delegation.objects.create(edition=edition, organisation=factories.organisation())
    HeadsetLoan.objects.create(edition=edition, registration=factories.registration(edition), number=7)

    assert [(task.sentence, client.get(task.address).status_code) for task in tasks_of(client)] == [
        ("1 headset did not come back.", 200),
        ("Who took part was not counted yet. Count it before names are deleted.", 200),
    ]


def test_the_last_days_are_counted_by_the_edition_s_calendar(client: Client, administrator: User) -> None:
    edition = factories.edition(timezone="Asia/Tokyo")
    now = datetime(2030, 3, 10, 20, 0, tzinfo=UTC)  # the 11th in Tokyo
    registered(edition, now - timedelta(hours=1), now - timedelta(hours=2), now - timedelta(days=3))
    registered(edition, now - timedelta(days=20))
    cancelled = factories.registration(edition, status="cancelled", cancelled_at=now)
    Registration.objects.filter(pk=cancelled.pk).update(submitted_at=now)
    plot = organiser_plots.last_days(edition, now)
    assert plot is not None
    assert [(bar.name, bar.count, bar.height) for bar in plot.bars if bar.count] == [
        ("8 March 2030", 1, "50%"),
        ("11 March 2030", 2, "100%"),
    ]
    assert (len(plot.bars), plot.rows[0]) == (14, ("26 February 2030", "0"))


def test_registrations_over_time_stand_beside_those_of_the_edition_before(
    client: Client, administrator: User
) -> None:
    closed = factories.edition(is_current=False, year=2028, starts_on="2028-05-15", ends_on="2028-05-17")
    EditionClosing.objects.create(
        edition=closed, figures={"registered_on": {"2028-04-24": 30, "2028-05-10": 12, "2028-05-15": 1}}
    )
    edition = factories.edition()  # from 14 May 2031
    registered(edition, datetime(2031, 4, 20, tzinfo=UTC), datetime(2031, 5, 2, tzinfo=UTC))
    now = datetime(2031, 5, 5, 12, tzinfo=UTC)

    plot = organiser_plots.registrations_over_time(edition, now)

    assert plot is not None
    assert plot.headings == ["Weeks before the first day", edition.name, closed.name]
    assert plot.rows == [
        ["4", "0", "0"],
        ["3", "1", "30"],
        ["2", "1", "30"],
        ["1", "–", "30"],
        ["0", "–", "43"],
    ]
    assert [(line.name, line.is_past) for line in plot.lines] == [(closed.name, True), (edition.name, False)]


@pytest.mark.parametrize("make", [factories.edition, factories.edition_of_today])
def test_the_page_costs_the_same_with_an_empty_edition_and_a_full_one(
    client: Client, administrator: User, django_assert_num_queries: Any, make: Any
) -> None:
    edition = make()
    factories.session(
        edition, speakers=(factories.speaker(),)
    )  # nobody registered, but the programme is begun
    first_page(client)
    with CaptureQueriesContext(connection) as empty:
        first_page(client)
    until = timezone.now() + timedelta(days=2)
    for _ in range(6):
        submitted_signature()
        session = factories.session(edition, speakers=(factories.speaker(),))
        pool = factories.pool(session, capacity=3, taken=3)
        registered(edition, timezone.now())
        at_the_door(edition, edition.days()[0])
        factories.registration(edition, status="submitted", needs="A ramp")
        factories.registration(edition, status="approved", offer_until=until)
        Wait.objects.create(
            session=session,
            place=factories.registration(edition).place,
            party=WaitParty.objects.create(pool=pool),
            status="offered",
            offered_at=timezone.now(),
            offer_until=until,
        )
        Delegation.objects.create(edition=edition, organisation=factories.organisation())
        DeskAlert.objects.create(edition=edition, kind="void", at=timezone.now())
    with django_assert_num_queries(len(empty.captured_queries)):
        first_page(client)


def test_what_the_keeper_writes_is_one_folded_group_of_the_menu(client: Client, administrator: User) -> None:
    groups = first_page(client).context["sidebar_navigation"]
    folded = [group for group in groups if group.get("collapsible")]
    assert [(str(group["title"]), len(group["items"])) for group in folded] == [("The public log", 5)]
