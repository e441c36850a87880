"""Lists for the days themselves: of everybody, for a door, and the sheets of attendance that funders ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pypdfium2
import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from efus_conference.models import Edition, Project, User
from programme.actions import release
from programme.models import Session
from registration import actions
from registration.models import CheckIn, Registration, Ticket
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/admin/registration/registration/day-lists/"
READ = ("view_booking", "view_registration", "view_seatpool", "print_badges", "view_session")


@pytest.fixture(autouse=True)
def _without_second_factor(settings: Any) -> None:
    settings.DEMONSTRATION = True


@pytest.fixture
def organiser(client: Client) -> Callable[..., User]:
    def log_in(*names: str) -> User:
        user = factories.user(is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(user)
        return user

    return log_in


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)
    finally:
        document.close()


def rows_of(content: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    assert sheet is not None
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.fixture
def two(edition: Edition) -> tuple[Registration, Registration]:
    Edition.objects.filter(pk=edition.pk).update(venue="Example Hall")
    category = factories.category(edition, name="researcher")
    first = factories.registration(edition, category=category, family_name="Zola", organisation_name="=Town")
    second = factories.registration(edition, category=category, family_name="Ábel", country="HU")
    factories.registration(edition, category=category, status="submitted", family_name="Waits")
    return first, second


def checked_in(person: Registration, at: datetime, session: Session | None = None, **fields: Any) -> CheckIn:
    return CheckIn.objects.create(
        edition=person.edition,
        place=person.place,
        registration=person,
        day=at.astimezone(person.edition.zone).date(),
        session=session,
        how="scan",
        at=at,
        **fields,
    )


def test_the_paper_list_has_everybody_by_name_with_boxes_and_codes(
    client: Client, organiser: Callable[..., User], two: tuple[Registration, Registration]
) -> None:
    organiser(*READ)
    first, second = two

    pdf = client.get(PAGE + "?what=people&as=pdf")
    sheet = client.get(PAGE + "?what=people&as=xlsx")

    codes = {ticket.registration_id: ticket.shown_code for ticket in Ticket.objects.all()}
    assert rows_of(sheet.content) == [
        ["Wed 14", "Thu 15", "Fri 16", "Family name", "Given name", "Organisation", "Takes part as", "Code"],
        [None, None, None, "Ábel", "Robin", None, "Researcher", codes[second.pk]],
        [None, None, None, "Zola", "Robin", "'=Town", "Researcher", codes[first.pk]],
    ]
    text = text_of(pdf.content)
    assert [part in text for part in ("Everyone who takes part", codes[first.pk], "□", "Confidential")] == [
        True
    ] * 4
    assert ["Waits" in text, "no-store" in pdf["Cache-Control"]] == [False, True]


def test_the_sheet_to_sign_says_which_event_project_day_and_place(
    client: Client, organiser: Callable[..., User], two: tuple[Registration, Registration]
) -> None:
    project = Project.objects.create(
        acronym="EXAMPLE", slug="example", name="An invented project", grant="101000000", funded_by="The Union",
        disclaimer="Views are the authors' own.",
    )  # fmt: skip
    organiser(*READ)
    asked = f"?what=sign&day=2031-05-15&project={project.pk}"

    text = text_of(client.get(f"{PAGE}{asked}&as=pdf").content)
    rows = rows_of(client.get(f"{PAGE}{asked}&as=xlsx").content)

    wanted = [
        "Attendance sheet", "15 May 2031", "Example Hall", "EXAMPLE: An invented project", "101000000",
        "The Union", "Views are the authors' own.", "Signature", "Zola Robin", "Hungary",
    ]  # fmt: skip
    assert [part for part in wanted if part not in text] == []
    assert rows == [
        [None, "Family name", "Given name", "Organisation", "Country", "Signature"],
        [1, "Ábel", "Robin", None, "Hungary", None],
        [2, "Zola", "Robin", "'=Town", None, None],
    ]


def test_the_list_as_it_was_has_who_was_seen_that_day_and_when_first(
    client: Client, organiser: Callable[..., User], edition: Edition, two: tuple[Registration, Registration]
) -> None:
    first, second = two
    session = factories.session(edition)
    checked_in(first, factories.NINE + timedelta(hours=2))
    checked_in(first, factories.NINE + timedelta(minutes=5), session=session)
    checked_in(first, factories.NINE + timedelta(days=1))
    checked_in(second, factories.NINE, undone_at=timezone.now())
    organiser(*READ)

    rows = rows_of(client.get(PAGE + "?what=was&day=2031-05-14&as=xlsx").content)
    text = text_of(client.get(PAGE + "?what=was&day=2031-05-14&as=pdf").content)
    nobody = rows_of(client.get(PAGE + "?what=was&day=2031-05-16&as=xlsx").content)

    headings = [None, "Family name", "Given name", "Organisation", "Country", "Checked in at"]
    assert rows == [headings, [1, "Zola", "Robin", "'=Town", None, "09:05"]]
    assert ["1 person was there." in text, "Ábel" in text] == [True, False]
    assert nobody == [headings]


def test_an_erased_person_stays_in_the_count_without_a_name(
    client: Client, organiser: Callable[..., User], two: tuple[Registration, Registration]
) -> None:
    first, _second = two
    checked_in(first, factories.NINE)
    Registration.objects.filter(pk=first.pk).update(
        given_name="", family_name="", email="", mails_to="manager", organisation_name="", needs="",
        erased_at=timezone.now(),
    )  # fmt: skip
    organiser(*READ)

    was = rows_of(client.get(PAGE + "?what=was&day=2031-05-14&as=xlsx").content)
    everybody = rows_of(client.get(PAGE + "?what=people&as=xlsx").content)

    assert was[1:] == [[1, "erased person", None, None, None, "09:00"]]
    assert [row[3] for row in everybody[1:]] == ["Ábel"]


def test_the_list_for_a_door_has_who_has_a_seat(
    client: Client,
    organiser: Callable[..., User],
    edition: Edition,
    two: tuple[Registration, Registration],
    robin: User,
) -> None:
    session = factories.session(edition, title="Workshop", room=factories.room(edition, name="Blue Room"))
    factories.pool(session, 20)
    unbooked = factories.session(edition, title="Plenary", starts_at=factories.NINE + timedelta(hours=4))
    release(edition=edition, by=None)
    actions.book_seat(place=two[0].place, session=session, by=two[0].managed_by)
    organiser(*READ)
    address = f"/admin/registration/seatpool/{session.pk}/door-list/"

    page = client.get(address).content.decode()
    text = text_of(client.get(address + "?as=pdf").content)
    rows = rows_of(client.get(address + "?as=xlsx").content)

    wanted = ["At the door: Workshop", "Blue Room", "1 taken of 20", "Zola"]
    assert [part for where in (page, text) for part in wanted if part not in where] == []
    assert rows == [
        [None, "Family name", "Given name", "Organisation", "Takes part as"],
        [None, "Zola", "Robin", "'=Town", "Researcher"],
    ]
    led = client.get(f"/admin/programme/session/{session.pk}/door/")
    assert [led.status_code, led["Location"]] == [302, address]
    without = client.get(f"/admin/registration/seatpool/{unbooked.pk}/door-list/", follow=True)
    assert "No seats are booked for this session" in without.content.decode()
    assert client.get("/admin/registration/seatpool/999999/door-list/").status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        "what=people", "what=people&as=banana", "what=banana&as=pdf", "what=sign&as=pdf",
        "what=sign&day=2031-05-17&as=pdf", "what=was&day=banana&as=xlsx", "project=999999", "project=banana",
        "edition=banana", "what=sign&day=2031-05-14&project=²&as=pdf",
    ],
)  # fmt: skip
def test_what_there_is_not_is_not_found(
    client: Client, organiser: Callable[..., User], two: tuple[Registration, Registration], asked: str
) -> None:
    organiser(*READ)
    assert client.get(f"{PAGE}?{asked}").status_code == 404


def test_the_page_names_the_days_and_is_for_who_prints_badges(
    client: Client, organiser: Callable[..., User], two: tuple[Registration, Registration]
) -> None:
    organiser("view_registration", "view_booking")
    refused = client.get(PAGE).status_code
    organiser(*READ)
    page = client.get(PAGE).content.decode()

    assert refused == 403
    assert [part in page for part in ("Wednesday 14 May", "Friday 16 May", "2 people")] == [True] * 3


@pytest.mark.parametrize("asked", ["what=people", "what=sign&day=2031-05-14", "what=was&day=2031-05-14"])
def test_the_lists_cost_the_same_for_few_and_for_many(
    client: Client, organiser: Callable[..., User], edition: Edition, asked: str
) -> None:
    organiser(*READ)
    category = factories.category(edition)
    actions.ticket_for(factories.registration(edition, category=category))
    counts = []
    for _round in range(2):
        for number in range(5):
            person = factories.registration(edition, category=category, organisation=factories.organisation())
            checked_in(person, factories.NINE + timedelta(minutes=number))
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{PAGE}?{asked}&as=xlsx")
        counts.append(len(queries))

    assert counts[0] == counts[1]
