from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from efus_conference.models import Edition, User
from registration.actions import (
    AlreadyRegistered,
    CategoryNotOffered,
    NoLongerRegistered,
    NotYours,
    RegistrationClosed,
    book_seat,
    cancel_registration,
    change_registration,
    register,
)
from registration.models import Registration, SeatPool
from tests import factories

pytestmark = pytest.mark.django_db


def answers(edition: Edition, **changed: Any) -> dict[str, Any]:
    return {
        "edition": edition,
        "is_own": True,
        "category": factories.category(edition),
        "given_name": "Klára",
        "family_name": "Nováková",
        "email": "klara@example.org",
        "mails_to": "person",
        "language": "fr",
        "function": "Deputy mayor",
        "organisation_name": "Košice",
        "country": "SK",
        "needs": "",
        **changed,
    }


def mails() -> list[tuple[str, dict[str, int]]]:
    return [
        (job.args["kind"].removeprefix("registration/"), job.args["ids"])
        for job in ProcrastinateJob.objects.filter(task_name="mail.send").order_by("id")
    ]


def history(registration: Registration) -> list[tuple[str, User | None, dict[str, Any]]]:
    return [(event.verb, event.actor, event.detail) for event in registration.events.order_by("pk")]


def test_registering_confirms_tells_the_history_and_queues_one_mail(edition: Edition, robin: User) -> None:
    made = register(managed_by=robin, by=robin, **answers(edition))

    assert (made.status, made.place.edition, made.recipients()) == (
        "confirmed",
        edition,
        ["klara@example.org"],
    )
    assert history(made) == [("registered", robin, {})]
    assert mails() == [("confirmation", {"registration_id": made.pk})]


def test_an_assistant_registers_several_people_and_the_history_says_for_whom(
    edition: Edition, robin: User
) -> None:
    first = register(
        managed_by=robin, by=robin, **answers(edition, is_own=False, email="", mails_to="manager")
    )
    second = register(
        managed_by=robin,
        by=robin,
        **answers(edition, is_own=False, given_name="Ömer", email="omer@example.org", mails_to="both"),
    )

    assert [first.recipients(), second.recipients()] == [[robin.email], ["omer@example.org", robin.email]]
    assert [event.is_on_behalf for event in first.events.all()] == [True]


def test_the_window_is_half_open(edition: Edition, robin: User) -> None:
    opens_at, closes_at = edition.registration_opens_at, edition.registration_closes_at
    assert opens_at is not None
    assert closes_at is not None
    tick = timedelta(microseconds=1)

    assert [
        edition.is_registration_open(at) for at in (opens_at - tick, opens_at, closes_at - tick, closes_at)
    ] == [False, True, True, False]


@pytest.mark.parametrize(
    ("opens", "closes", "sentence"),
    [
        (timedelta(days=1), timedelta(days=2), "Registration opens on"),
        (-timedelta(days=2), timedelta(0), "Registration closed on"),
    ],
)
def test_outside_the_window_only_the_desk_registers(
    edition: Edition, robin: User, opens: timedelta, closes: timedelta, sentence: str
) -> None:
    now = timezone.now()
    edition.registration_opens_at, edition.registration_closes_at = now + opens, now + closes
    edition.save()

    with pytest.raises(RegistrationClosed, match=sentence):
        register(managed_by=robin, by=robin, **answers(edition))
    desk = factories.user(is_staff=True)
    by_hand = register(managed_by=robin, by=desk, is_desk=True, **answers(edition))

    assert list(Registration.objects.all()) == [by_hand]


def test_a_category_by_invitation_is_not_taken_by_oneself(edition: Edition, robin: User) -> None:
    invited = factories.category(edition, is_by_invitation=True)
    elsewhere = factories.category(factories.edition(is_current=False))

    for category in (invited, elsewhere):
        with pytest.raises(CategoryNotOffered):
            register(managed_by=robin, by=robin, **answers(edition, category=category))


def test_the_same_person_is_registered_once_and_the_own_one_is_shown(edition: Edition, robin: User) -> None:
    first = register(managed_by=robin, by=robin, **answers(edition))

    with pytest.raises(AlreadyRegistered) as again:
        register(managed_by=robin, by=robin, **answers(edition, email="Klara@Example.org", is_own=False))
    with pytest.raises(AlreadyRegistered) as second_own:
        register(managed_by=robin, by=robin, **answers(edition, email="other@example.org"))

    assert [again.value.existing, second_own.value.existing] == [first, first]
    assert Registration.objects.count() == 1


def test_of_another_account_s_registration_nothing_is_told(edition: Edition, robin: User) -> None:
    register(managed_by=robin, by=robin, **answers(edition))
    other = factories.user()

    with pytest.raises(AlreadyRegistered) as refused:
        register(managed_by=other, by=other, **answers(edition, email="KLARA@example.org"))

    assert refused.value.existing is None
    assert str(refused.value) == "This person seems to be registered for this edition already."
    assert len(mails()) == 1


def test_someone_without_an_address_is_not_registered_twice_by_a_double_click(
    edition: Edition, robin: User
) -> None:
    values = answers(edition, is_own=False, email="", mails_to="manager")
    first = register(managed_by=robin, by=robin, **values)

    with pytest.raises(AlreadyRegistered) as again:
        register(managed_by=robin, by=robin, **values)

    assert again.value.existing == first


def test_after_a_cancellation_one_may_register_anew(edition: Edition, robin: User) -> None:
    first = register(managed_by=robin, by=robin, **answers(edition))
    cancel_registration(registration=first, by=robin)
    second = register(managed_by=robin, by=robin, **answers(edition))

    assert set(Registration.objects.live()) == {second}


def test_a_change_names_the_fields_and_never_their_values(registration: Registration, robin: User) -> None:
    registration.organisation = factories.organisation()
    registration.save()

    changed = change_registration(
        registration=registration,
        by=robin,
        given_name=registration.given_name,
        organisation_name="Piraeus",
        needs="A step-free way",
    )

    assert (changed.organisation, changed.organisation_name) == (None, "Piraeus")
    assert history(registration) == [("changed", robin, {"fields": ["organisation_name", "needs"]})]
    assert mails() == [("changed", {"registration_id": registration.pk})]


def test_several_changes_in_a_row_are_one_mail_and_a_late_one_another(
    registration: Registration, robin: User
) -> None:
    for needs in ("A step-free way", "A guide dog", "Food"):
        change_registration(registration=registration, by=robin, needs=needs)
    told = ("changed", {"registration_id": registration.pk})
    assert mails() == [told]

    # The worker may be reading the rows for it already.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    change_registration(registration=registration, by=robin, needs="")
    assert mails() == [told, told]


def test_saving_without_a_difference_changes_nothing(registration: Registration, robin: User) -> None:
    change_registration(registration=registration, by=robin, given_name=registration.given_name)

    assert (history(registration), mails()) == ([], [])


def test_an_address_in_use_is_refused_on_change_too(
    edition: Edition, registration: Registration, robin: User
) -> None:
    factories.registration(edition, email="taken@example.org")

    with pytest.raises(AlreadyRegistered):
        change_registration(registration=registration, by=robin, email="Taken@example.org")

    registration.refresh_from_db()
    assert registration.email == robin.email


def test_nobody_changes_or_cancels_someone_else_s(registration: Registration) -> None:
    stranger = factories.user()

    with pytest.raises(NotYours):
        change_registration(registration=registration, by=stranger, given_name="Eve")
    with pytest.raises(NotYours):
        cancel_registration(registration=registration, by=stranger)


def test_cancelling_frees_the_seats_and_the_history_says_so(
    registration: Registration, robin: User, bookable: Any
) -> None:
    first = bookable(1, starts_at=factories.NINE)
    second = bookable(5, starts_at=factories.NINE + timedelta(hours=3))
    for session in (first, second):
        book_seat(place=registration.place, session=session, by=robin)

    cancelled = cancel_registration(registration=registration, by=robin)
    cancel_registration(registration=registration, by=robin)

    assert (cancelled.status, cancelled.cancelled_at is not None) == ("cancelled", True)
    assert [pool.taken for pool in SeatPool.objects.order_by("pk")] == [0, 0]
    assert [booking.status for booking in registration.place.bookings.all()] == ["given_up", "given_up"]
    assert history(registration)[2:] == [
        ("gave_up", robin, {"session": first.code}),
        ("gave_up", robin, {"session": second.code}),
        ("cancelled", robin, {}),
    ]
    assert mails() == [("cancelled", {"registration_id": registration.pk})]


def test_a_cancelled_registration_is_not_changed_any_more(registration: Registration, robin: User) -> None:
    cancel_registration(registration=registration, by=robin)

    with pytest.raises(NoLongerRegistered):
        change_registration(registration=registration, by=robin, given_name="Ada")
