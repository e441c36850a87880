"""Identity documents for secured visits: who gives, who reads, and when they go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from efus_conference.models import Edition, User
from programme.actions import release
from programme.models import Session
from registration import actions
from registration.mails.seats import identity_reminder
from registration.models import Booking, IdentityDocument, Registration, SensitiveReading
from tests import factories

pytestmark = pytest.mark.django_db

ANSWERS = {
    "name": "ROBIN EXAMPLE",
    "born_on": date(1975, 5, 21),
    "kind": "passport",
    "number": "XK 123456",
    "country": "BE",
}


@pytest.fixture
def visit(edition: Edition) -> Session:
    """A released visit in four weeks that asks for a document until three days from now."""
    session = factories.session(
        edition,
        title="Inside the crisis centre",
        starts_at=timezone.now() + timedelta(days=28),
        hours=3,
        identity_by=timezone.now() + timedelta(days=3),
    )
    factories.pool(session, 20)
    release(edition=edition, by=None)
    return session


@pytest.fixture
def booking(visit: Session, registration: Registration, robin: User) -> Booking:
    return actions.book_seat(place=registration.place, session=visit, by=robin)


def give(registration: Registration, visit: Session, by: User, **answers: Any) -> IdentityDocument:
    return actions.give_identity(registration=registration, session=visit, by=by, **{**ANSWERS, **answers})


def reading_organiser(*names: str) -> User:
    organiser = factories.user(is_staff=True)
    organiser.user_permissions.set(Permission.objects.filter(codename__in=names))
    return User.objects.get(pk=organiser.pk)


def test_a_person_gives_and_corrects_the_document_until_the_deadline(
    registration: Registration, visit: Session, booking: Booking, robin: User
) -> None:
    give(registration, visit, robin)
    give(registration, visit, robin, number="AB 999999")
    Session.objects.filter(pk=visit.pk).update(identity_by=timezone.now() - timedelta(hours=1))
    release(edition=visit.edition, by=None)

    with pytest.raises(actions.IdentityClosed):
        give(registration, visit, robin, number="ZZ 1")

    assert [document.number for document in IdentityDocument.objects.all()] == ["AB 999999"]
    assert list(registration.events.filter(verb="identity").values_list("detail", flat=True)) == [
        {"session": visit.code},
        {"session": visit.code},
    ]


def test_nobody_else_gives_it_not_even_an_organiser(
    registration: Registration, visit: Session, booking: Booking
) -> None:
    for other in (factories.user(), reading_organiser("change_registration", "read_identity")):
        with pytest.raises(actions.NotYours):
            give(registration, visit, other)

    assert not IdentityDocument.objects.exists()


def test_none_is_taken_without_a_seat_or_where_none_is_asked(
    registration: Registration, visit: Session, robin: User, bookable: Callable[..., Session]
) -> None:
    with pytest.raises(actions.NoSeatForIdentity):
        give(registration, visit, robin)
    open_session = bookable()
    actions.book_seat(place=registration.place, session=open_session, by=robin)
    with pytest.raises(actions.IdentityNotAsked):
        give(registration, open_session, robin)


def test_it_goes_at_once_with_the_seat_the_registration_or_the_session(
    edition: Edition, visit: Session, robin: User
) -> None:
    def someone() -> tuple[Registration, Booking]:
        person = factories.registration(edition, managed_by=robin, is_own=False)
        seat = actions.book_seat(place=person.place, session=visit, by=robin)
        give(person, visit, robin)
        return person, seat

    _first, seat = someone()
    leaving, _seat = someone()
    someone()
    left = [IdentityDocument.objects.count()]
    actions.give_up_seat(booking=seat, by=robin)
    left.append(IdentityDocument.objects.count())
    actions.cancel_registration(registration=leaving, by=robin)
    left.append(IdentityDocument.objects.count())
    visit.is_cancelled = True
    visit.save()
    release(edition=edition, by=None)
    left.append(IdentityDocument.objects.count())

    assert left == [3, 2, 1, 0]


def test_the_database_itself_holds_it_to_a_seat_that_stands(
    registration: Registration, visit: Session, booking: Booking, robin: User
) -> None:
    Booking.objects.filter(pk=booking.pk).update(status="given_up")

    with pytest.raises(IntegrityError, match="goes with a seat"), transaction.atomic():
        IdentityDocument.objects.create(booking=booking, registration=registration, **ANSWERS)


def test_it_is_deleted_seven_days_after_the_visit(
    registration: Registration, visit: Session, booking: Booking, robin: User
) -> None:
    give(registration, visit, robin)
    end = booking.during.upper

    counts = [
        actions.forget_identities(at=end + timedelta(days=6, hours=23)),
        actions.forget_identities(at=end + timedelta(days=7)),
    ]

    assert [*counts, IdentityDocument.objects.count()] == [0, 1, 0]


def test_it_is_deleted_when_the_visit_asks_no_more(
    registration: Registration, visit: Session, booking: Booking, robin: User
) -> None:
    give(registration, visit, robin)
    visit.identity_by = None
    visit.save()
    release(edition=visit.edition, by=None)

    assert actions.forget_identities(at=timezone.now()) == 1


def test_only_who_has_the_right_reads_and_every_reading_is_noted(
    registration: Registration, visit: Session, booking: Booking, robin: User
) -> None:
    give(registration, visit, robin)
    desk = reading_organiser("view_registration", "read_needs", "change_registration")
    security = reading_organiser("read_identity")

    with pytest.raises(actions.NotReadable):
        actions.read_identities(session=visit, by=desk, how="page")
    read = actions.read_identities(session=visit, by=security, how="pdf")

    assert [(one.registration, one.document and one.document.number) for one in read] == [
        (registration, "XK 123456")
    ]
    assert list(SensitiveReading.objects.values_list("reader", "registration", "session", "what", "how")) == [
        (security.pk, registration.pk, visit.pk, "identity", "pdf")
    ]


def test_a_reading_is_never_rewritten(
    registration: Registration, visit: Session, booking: Booking, robin: User
) -> None:
    give(registration, visit, robin)
    actions.read_identities(session=visit, by=reading_organiser("read_identity"), how="page")

    with pytest.raises(IntegrityError, match="not rewritten"), transaction.atomic():
        SensitiveReading.objects.update(how="pdf")


def test_those_without_a_document_are_reminded_once_when_the_deadline_is_near(
    edition: Edition, registration: Registration, visit: Session, booking: Booking, robin: User
) -> None:
    other = factories.registration(edition, managed_by=robin, is_own=False)
    actions.book_seat(place=other.place, session=visit, by=robin)
    give(other, visit, robin)
    now = timezone.now()

    counts = [
        actions.remind_of_identities(at=now - timedelta(days=5)),
        actions.remind_of_identities(at=now),
        actions.remind_of_identities(at=now + timedelta(hours=1)),
    ]
    letters = list(identity_reminder(booking.pk))
    give(registration, visit, robin)

    assert counts == [0, 1, 0]
    assert [letter.to for letter in letters] == [robin.email]
    assert (
        f"/my/sessions/{visit.code}/identity/?registration={registration.pk}"
        in letters[0].context["identity_url"]
    )
    assert list(identity_reminder(booking.pk)) == []


def page(client: Client, visit: Session, query: str = "") -> Any:
    return client.get(f"/en/my/sessions/{visit.code}/identity/{query}")


def answers_of(registration: Registration, **answers: Any) -> dict[str, Any]:
    return {"registration": registration.pk, **ANSWERS, "born_on": "1975-05-21", **answers}


def test_booking_a_seat_leads_to_the_page_that_asks(
    client: Client, registration: Registration, visit: Session, robin: User
) -> None:
    client.force_login(robin)
    answer = client.post(f"/en/my/sessions/{visit.code}/", {"registration": registration.pk, "what": "book"})
    form = client.get(answer["Location"])

    assert answer["Location"] == f"/en/my/sessions/{visit.code}/identity/?registration={registration.pk}"
    assert [form.status_code, form["Cache-Control"]] == [
        200, "max-age=0, no-cache, no-store, must-revalidate, private",
    ]  # fmt: skip


def test_what_was_given_is_kept_and_the_agenda_says_so(
    client: Client, registration: Registration, visit: Session, booking: Booking, robin: User
) -> None:
    client.force_login(robin)
    before = client.get("/en/my/agenda/").content.decode()
    client.post(f"/en/my/sessions/{visit.code}/identity/", answers_of(registration, number=" xk  123456 "))
    after = client.get("/en/my/agenda/").content.decode()

    document = IdentityDocument.objects.get()
    assert [document.name, document.number, document.born_on] == [
        "ROBIN EXAMPLE",
        "XK 123456",
        date(1975, 5, 21),
    ]
    assert [
        ["An identity document is needed." in text, "Identity document given" in text]
        for text in (before, after)
    ] == [[True, False], [False, True]]
    assert "XK 123456" not in after


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 10_000),
        ("name", "\u202eRobin"),
        ("born_on", "banana"),
        ("born_on", "2999-01-01"),
        ("born_on", "0001-01-01"),
        ("kind", "banana"),
        ("number", "-"),
        ("number", "1" * 31),
        ("country", "XX"),
    ],
)
def test_a_wrong_answer_is_said_beside_its_field_and_nothing_typed_is_lost(
    client: Client,
    registration: Registration,
    visit: Session,
    booking: Booking,
    robin: User,
    field: str,
    value: str,
) -> None:
    client.force_login(robin)

    answer = client.post(
        f"/en/my/sessions/{visit.code}/identity/", answers_of(registration, **{field: value})
    )

    assert [answer.status_code, list(answer.context["form"].errors)] == [200, [field]]
    assert not IdentityDocument.objects.exists()


def test_it_is_taken_back_by_its_person_also_after_the_deadline(
    client: Client, registration: Registration, visit: Session, booking: Booking, robin: User
) -> None:
    give(registration, visit, robin)
    Session.objects.filter(pk=visit.pk).update(identity_by=timezone.now() - timedelta(hours=1))
    release(edition=visit.edition, by=None)
    client.force_login(robin)

    shown = page(client, visit).content.decode()
    client.post(
        f"/en/my/sessions/{visit.code}/identity/", {"registration": registration.pk, "what": "take_back"}
    )

    assert ["Save the document" in shown, "Take it back" in shown] == [False, True]
    assert not IdentityDocument.objects.exists()


def test_the_page_is_nobody_elses(
    client: Client, registration: Registration, visit: Session, booking: Booking, robin: User
) -> None:
    give(registration, visit, robin)
    client.force_login(reading_organiser("read_identity", "change_registration"))

    assert [
        page(client, visit, query).status_code
        for query in ("", f"?registration={registration.pk}", "?registration=banana")
    ] == [404, 404, 404]


def test_the_admins_other_pages_show_nothing_of_it(
    client: Client, registration: Registration, visit: Session, booking: Booking, robin: User, settings: Any
) -> None:
    settings.DEMONSTRATION = True
    give(registration, visit, robin)
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    addresses = [
        f"/admin/registration/registration/{registration.pk}/change/",
        "/admin/registration/registration/",
        "/admin/registration/booking/",
        f"/admin/registration/booking/{booking.pk}/change/",
        f"/admin/registration/registration/{registration.pk}/history/",
        f"/admin/registration/registration/{registration.pk}/delete/",
        f"/admin/registration/place/{registration.place_id}/change/",
        "/admin/registration/registrationevent/",
        "/admin/registration/registration/?q=XK",
    ]

    answers = [client.get(address) for address in addresses]

    assert [answer.status_code for answer in answers if answer.status_code not in (200, 302, 403)] == []
    leaks = ("XK 123456", "ROBIN EXAMPLE", "1975")
    assert [
        address
        for address, answer in zip(addresses, answers, strict=True)
        if any(leak in answer.content.decode() for leak in leaks)
    ] == []
