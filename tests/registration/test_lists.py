"""What organisers print: bus lists, visitors of a secured place, and what interpretation needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
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

from efus_conference.models import Edition, User
from programme.actions import release
from programme.models import Session
from registration import actions
from registration.interpretation import interpretation_needs
from registration.models import Registration, SeatPool, SensitiveReading, Star
from tests import factories

pytestmark = pytest.mark.django_db
READ = ("view_booking", "view_registration", "view_seatpool")


@pytest.fixture(autouse=True)
def _without_second_factor(settings: Any) -> None:
    settings.DEMONSTRATION = True


@pytest.fixture
def organiser(client: Client) -> Callable[..., User]:
    """Logs in someone with exactly these rights."""

    def log_in(*names: str) -> User:
        user = factories.user(is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(user)
        return user

    return log_in


@pytest.fixture
def visit(edition: Edition, robin: User, registration: Registration) -> Session:
    """A secured visit with two visitors; the first has given a document and has a need."""
    session = factories.session(
        edition,
        title="Inside the crisis centre",
        starts_at=timezone.now() + timedelta(days=28),
        hours=3,
        meeting_point="Sign B",
        departs_at=timezone.now() + timedelta(days=28, minutes=10),
        identity_by=timezone.now() + timedelta(days=3),
        wheelchair_places=2,
    )
    factories.pool(session, 20)
    release(edition=edition, by=None)
    Registration.objects.filter(pk=registration.pk).update(
        family_name="Aalto", organisation_name="=Town", needs="Step-free seat"
    )
    other = factories.registration(edition, managed_by=robin, is_own=False, family_name="Zola")
    for person in (registration, other):
        actions.book_seat(place=person.place, session=session, by=robin)
    actions.give_identity(
        registration=registration,
        session=session,
        by=robin,
        name="ROBIN AALTO",
        born_on=date(1975, 5, 21),
        kind="passport",
        number="XK 123456",
        country="BE",
    )
    return session


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


def address(visit: Session) -> str:
    return f"/admin/registration/seatpool/{visit.pk}/bus-list/"


def test_the_bus_list_names_who_has_a_seat_and_nothing_sensitive(
    client: Client, organiser: Callable[..., User], visit: Session
) -> None:
    organiser(*READ)

    page = client.get(address(visit)).content.decode()
    pdf = client.get(address(visit) + "?as=pdf")
    sheet = client.get(address(visit) + "?as=xlsx")

    text = text_of(pdf.content)
    wanted = [
        "Bus list: Inside the crisis centre",
        "Sign B",
        "2 taken of 20",
        "Robin Aalto",
        "Robin Zola",
        "Signature",
    ]
    assert [part for part in wanted if part not in text] == []
    assert rows_of(sheet.content) == [
        [None, "Name", "Organisation", "Country", "Signature"],
        ["1", "Robin Aalto", "'=Town", None, None],
        ["2", "Robin Zola", None, None, None],
    ]
    secrets = ("Step-free", "XK 123456", "ROBIN AALTO")
    assert [
        secret for secret in secrets for shown in (page, text, str(rows_of(sheet.content))) if secret in shown
    ] == []
    assert not SensitiveReading.objects.exists()
    assert [pdf["Content-Type"], "no-store" in pdf["Cache-Control"]] == ["application/pdf", True]


def test_needs_are_printed_for_who_may_read_them_and_noted(
    client: Client, organiser: Callable[..., User], visit: Session, registration: Registration
) -> None:
    organiser(*READ)
    refused = client.post(address(visit), {"what": "needs", "as": "pdf"})
    reader = organiser(*READ, "read_needs")
    answer = client.post(address(visit), {"what": "needs", "as": "pdf"})

    assert [refused.status_code, answer.status_code] == [403, 200]
    text = text_of(answer.content)
    assert ["Step-free seat" in text, "Confidential" in text] == [True, True]
    assert list(SensitiveReading.objects.values_list("reader", "registration", "what", "how")) == [
        (reader.pk, registration.pk, "needs", "pdf")
    ]


@pytest.mark.parametrize(("wanted", "how"), [("page", "page"), ("pdf", "pdf"), ("xlsx", "sheet")])
def test_documents_are_shown_to_who_has_the_right_and_each_reading_is_noted(
    client: Client,
    organiser: Callable[..., User],
    visit: Session,
    registration: Registration,
    wanted: str,
    how: str,
) -> None:
    organiser(*READ, "read_needs", "change_registration")
    refused = client.post(address(visit), {"what": "identity", "as": wanted})
    reader = organiser(*READ, "read_identity")
    looked = client.get(address(visit)).content.decode()
    answer = client.post(address(visit), {"what": "identity", "as": wanted})

    shown = {
        "page": lambda: answer.content.decode(),
        "pdf": lambda: text_of(answer.content),
        "xlsx": lambda: str(rows_of(answer.content)),
    }[wanted]()
    assert [refused.status_code, "XK 123456" in looked, answer.status_code] == [403, False, 200]
    assert [part in shown for part in ("ROBIN AALTO", "XK 123456", "Not given", "Robin Zola")] == [True] * 4
    assert list(SensitiveReading.objects.values_list("reader", "registration", "session", "what", "how")) == [
        (reader.pk, registration.pk, visit.pk, "identity", how)
    ]


def test_the_lists_are_for_those_who_may_read_bookings(
    client: Client, organiser: Callable[..., User], visit: Session
) -> None:
    client.logout()
    stranger = client.get(address(visit))
    organiser("view_seatpool")

    assert [stranger.status_code, client.get(address(visit)).status_code] == [302, 403]
    organiser(*READ)
    assert client.get("/admin/registration/seatpool/999999/bus-list/").status_code == 404


def test_booths_are_the_languages_interpreted_into_and_headsets_come_from_the_seats(
    edition: Edition, robin: User
) -> None:
    hall = factories.room(edition, name="Great Hall", seats=800)
    plenary = factories.session(
        edition,
        title="Opening",
        room=hall,
        hours=2,
        floor_languages=["en", "fr"],
        interpretation_languages=["en", "fr", "sfb"],
        caption_languages=["fr"],
    )
    workshop = factories.session(
        edition,
        title="Workshop",
        starts_at=factories.NINE + timedelta(hours=1),
        interpretation_languages=["en", "fr", "nl"],
    )
    factories.session(edition, title="Focus")
    somewhere = factories.session(
        edition,
        title="Somewhere",
        starts_at=factories.NINE + timedelta(hours=5),
        interpretation_languages=["fr"],
    )
    factories.pool(workshop, 60)
    release(edition=edition, by=None)
    for _number in range(3):
        person = factories.registration(edition, managed_by=robin, is_own=False)
        actions.book_seat(place=person.place, session=workshop, by=robin)
        Star.objects.create(registration=person, session=somewhere)

    moments = interpretation_needs(edition)

    assert [
        (need.line.row.pk, need.booths, need.signs, need.captions, need.headsets)
        for moment in moments
        for need in moment.needs
    ] == [
        (plenary.pk, ["en", "fr"], ["sfb"], ["fr"], 800),
        (workshop.pk, ["fr", "nl"], [], [], 3),
        (somewhere.pk, ["fr"], [], [], 3),
    ]
    assert [(moment.time, moment.booths, moment.headsets) for moment in moments] == [
        ("09:00", 2, 800),
        ("10:00", 4, 803),
        ("14:00", 1, 3),
    ]


def test_the_table_of_booths_says_how_it_is_reckoned_and_can_be_taken_along(
    client: Client, organiser: Callable[..., User], edition: Edition
) -> None:
    session = factories.session(edition, title="Workshop", interpretation_languages=["fr"])
    factories.pool(session, 60)
    release(edition=edition, by=None)
    SeatPool.objects.filter(pk=session.pk).update(taken=41)
    organiser("view_seatpool")
    page = "/admin/registration/seatpool/interpretation/"

    shown = client.get(page).content.decode()
    text = text_of(client.get(page + "?as=pdf").content)
    rows = rows_of(client.get(page + "?as=xlsx").content)

    for where in (shown, text):
        assert ["Workshop" in where, "41" in where, "where seats are booked" in where] == [True] * 3
    assert rows[1] == [
        "09:00–10:00", "Workshop", None, "English", "1", "French", None, None, 41, "seats taken, of 60",
    ]  # fmt: skip
    assert [
        client.get(f"{page}?edition={wrong}").status_code for wrong in ("banana", "%00", "x" * 10_000)
    ] == [404, 400, 404]
    assert client.get(page + "?as=banana").status_code == 200
    organiser("view_registration")
    assert client.get(page).status_code == 403


def test_lists_cost_the_same_for_few_and_for_many(
    edition: Edition, client: Client, organiser: Callable[..., User], robin: User
) -> None:
    session = factories.session(edition, starts_at=timezone.now() + timedelta(days=9))
    factories.pool(session, 60)
    release(edition=edition, by=None)
    organiser(*READ)
    counts = []
    for _round in range(2):
        for _number in range(5):
            person = factories.registration(edition, managed_by=robin, is_own=False)
            actions.book_seat(place=person.place, session=session, by=robin)
        with CaptureQueriesContext(connection) as queries:
            client.get(address(session) + "?as=pdf")
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("key", ["abc", "_00", "9" * 40, "-1", "²"])
def test_a_button_s_address_whose_key_is_none_leads_nowhere_and_breaks_nothing(
    client: Client, organiser: Callable[..., User], key: str
) -> None:
    organiser("view_seatpool", "view_booking", "view_registration")
    answer = client.get(f"/admin/registration/seatpool/{key}/to-bus-list/", follow=True)
    assert answer.status_code == 404
