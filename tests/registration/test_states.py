"""Every way of the table is gone by an action, and no other way is gone at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import Error, transaction
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from efus_conference.mail import compose, render
from efus_conference.models import Edition, User
from programme.models import Session
from registration.actions import (
    AlreadyRegistered,
    AnswerTheOffer,
    MayNotDecide,
    NoPlaceOffered,
    NotThisWay,
    NotYours,
    PlaceOfferExpired,
    ReasonMissing,
    Refusal,
    SeatsInTheWay,
    accept_place,
    approve_registration,
    book_seat,
    cancel_registration,
    change_registration,
    decline_place,
    expire_places,
    hand_over,
    offer_free_places,
    refuse_registration,
    reopen_registration,
)
from registration.actions.states import move
from registration.models import Booking, Category, Place, Registration
from registration.states import WAYS, Status
from tests import factories
from tests.registration.delegating import mails_queued

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> User:
    return allowed("change_registration")


@pytest.fixture
def press_office() -> User:
    return allowed("accredit")


def allowed(*codenames: str) -> User:
    person = factories.user(is_staff=True)
    person.user_permissions.set(
        Permission.objects.filter(content_type__app_label="registration", codename__in=codenames)
    )
    return person


def standing(status: str, edition: Edition, **fields: Any) -> Registration:
    """A registration in that state, as if it had come there."""
    now = timezone.now()
    state: dict[str, dict[str, Any]] = {
        Status.WAITING: {"waiting_since": now},
        Status.APPROVED: {"offer_until": now + timedelta(hours=1)},
        Status.REFUSED: {"refusal": "No room."},
        Status.CANCELLED: {"cancelled_at": now},
    }
    return factories.registration(edition, status=status, **{**state.get(status, {}), **fields})


def history(registration: Registration) -> list[tuple[str, str, str, User | None, str]]:
    return [
        (event.verb, event.before, event.after, event.actor, event.reason)
        for event in registration.events.order_by("pk")
    ]


def mails() -> list[str]:
    jobs = ProcrastinateJob.objects.filter(task_name="mail.send").order_by("id")
    return [job.args["kind"].removeprefix("registration/") for job in jobs]


@pytest.mark.parametrize("is_superuser", [False, True])
def test_the_database_refuses_every_way_that_is_not_in_the_table(
    edition: Edition, is_superuser: bool
) -> None:
    """Whoever writes: not even a superuser of the admin has another way to the rows than this connection."""
    known = {(way.before, way.after) for way in WAYS}
    keeper = factories.user(is_superuser=is_superuser)
    category = factories.category(edition)
    moved = set()
    for before in Status:
        for after in Status:
            row = standing(before, edition, category=category, managed_by=keeper, is_own=False)
            for name in ("waiting_since", "offer_until", "cancelled_at", "refusal"):
                setattr(row, name, getattr(standing(after, edition, category=category), name))
            row.status = after
            try:
                with transaction.atomic():
                    row.save()
            except Error:
                continue
            if before != after:
                moved.add((before, after))
    assert moved == known


def test_a_step_that_is_no_way_is_refused_before_the_database_is_asked(registration: Registration) -> None:
    with pytest.raises(NotThisWay, match="is confirmed already"):
        move(registration, "offered", Status.APPROVED, by=None)
    with pytest.raises(NotThisWay):
        move(registration, "accepted", Status.CANCELLED, by=None)  # a way, by another name

    assert history(registration) == []


def test_approving_confirms_and_says_who_did(edition: Edition, desk: User) -> None:
    row = standing(Status.SUBMITTED, edition)

    approved = approve_registration(registration=row, by=desk)

    assert approved.status == "confirmed"
    assert history(row) == [("confirmed", "submitted", "confirmed", desk, "")]
    assert mails() == ["confirmation"]


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (Status.CONFIRMED, "This registration is confirmed already."),
        (Status.CANCELLED, "This registration was cancelled. The person may register again."),
        (Status.WAITING, "This registration is on the waiting list, where nobody is passed over."),
        (Status.APPROVED, "A place is offered to this registration, and its answer is awaited."),
        (Status.REFUSED, "This registration was refused. Take the refusal back first."),
    ],
)
def test_what_does_not_wait_for_a_decision_is_not_approved(
    edition: Edition, desk: User, status: str, sentence: str
) -> None:
    row = standing(status, edition)

    with pytest.raises(NotThisWay) as refused:
        approve_registration(registration=row, by=desk)

    row.refresh_from_db()
    assert (str(refused.value), row.status, history(row), mails()) == (sentence, status, [], [])


def test_approving_twice_confirms_once(edition: Edition, desk: User) -> None:
    row = standing(Status.SUBMITTED, edition)
    approve_registration(registration=row, by=desk)

    with pytest.raises(NotThisWay, match="confirmed already"):
        approve_registration(registration=row, by=desk)

    assert (len(history(row)), mails()) == (1, ["confirmation"])


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.WAITING, Status.APPROVED])
def test_a_refusal_has_a_reason_that_the_person_reads(edition: Edition, desk: User, status: str) -> None:
    row = standing(status, edition)

    with pytest.raises(ReasonMissing):
        refuse_registration(registration=row, by=desk, reason="  \n")
    refused = refuse_registration(registration=row, by=desk, reason=" You are on another list. ")

    assert (refused.status, refused.refusal) == ("refused", "You are on another list.")
    assert history(row) == [("refused", status, "refused", desk, "You are on another list.")]
    assert mails() == ["refused"]


def test_a_refusal_is_taken_back_unless_the_person_registered_anew(edition: Edition, desk: User) -> None:
    row = standing(Status.REFUSED, edition)
    again = standing(Status.REFUSED, edition, email="anew@example.org")
    factories.registration(edition, email="anew@example.org")

    reopened = reopen_registration(registration=row, by=desk)
    with pytest.raises(AlreadyRegistered):
        reopen_registration(registration=again, by=desk)

    assert (reopened.status, reopened.refusal) == ("submitted", "")
    assert history(row) == [("reopened", "refused", "submitted", desk, "")]
    assert history(again) == []


def test_the_desk_decides_on_everyone_but_the_press_and_the_press_office_on_the_press_alone(
    edition: Edition, desk: User, press_office: User
) -> None:
    journalist = standing(Status.SUBMITTED, edition, category=factories.category(edition, is_press=True))
    mayor = standing(Status.SUBMITTED, edition)

    for by, row in ((desk, journalist), (press_office, mayor), (mayor.managed_by, mayor)):
        with pytest.raises(MayNotDecide):
            approve_registration(registration=row, by=by)
        with pytest.raises(MayNotDecide):
            refuse_registration(registration=row, by=by, reason="No.")

    assert approve_registration(registration=journalist, by=press_office).status == "confirmed"
    assert approve_registration(registration=mayor, by=desk).status == "confirmed"


def test_an_offer_is_accepted_up_to_its_end_and_a_second_click_changes_nothing(edition: Edition) -> None:
    row = standing(Status.APPROVED, edition)
    late = standing(Status.APPROVED, edition, offer_until=timezone.now())

    for _click in range(2):
        assert accept_place(registration=row, by=row.managed_by).status == "confirmed"
    with pytest.raises(PlaceOfferExpired, match="The place was kept until"):
        accept_place(registration=late, by=late.managed_by)
    with pytest.raises(NotYours):
        accept_place(registration=late, by=row.managed_by)

    assert history(row) == [("accepted", "approved", "confirmed", row.managed_by, "")]
    assert mails() == ["confirmation"]


def test_declining_ends_it_and_says_so_once(edition: Edition) -> None:
    row = standing(Status.APPROVED, edition)

    for _click in range(2):
        assert decline_place(registration=row, by=row.managed_by, reason="Another date").status == "cancelled"
    with pytest.raises(NoPlaceOffered):
        accept_place(registration=row, by=row.managed_by)

    assert history(row) == [("declined", "approved", "cancelled", row.managed_by, "Another date")]


def test_an_offer_expires_at_its_end_not_before(edition: Edition) -> None:
    row = standing(Status.APPROVED, edition)
    assert row.offer_until is not None

    assert expire_places(at=row.offer_until - timedelta(microseconds=1)) == 0
    assert expire_places(at=row.offer_until) == 1

    row.refresh_from_db()
    assert (row.status, row.cancelled_at is not None) == ("cancelled", True)
    assert history(row) == [("expired", "approved", "cancelled", None, "")]
    assert mails() == ["place_expired"]


@pytest.mark.parametrize(
    "act",
    [
        lambda row, by: accept_place(registration=row, by=by),
        lambda row, by: decline_place(registration=row, by=by),
        lambda row, by: cancel_registration(registration=row, by=by),
        lambda row, by: change_registration(registration=row, by=by, given_name="Eve"),
    ],
)
def test_nobody_acts_for_someone_else(edition: Edition, act: Callable[..., object]) -> None:
    row = standing(Status.APPROVED, edition)

    with pytest.raises(NotYours):
        act(row, factories.user())


def test_a_cancellation_has_its_reason_and_ends_the_companions_registrations(
    registration: Registration, robin: User, edition: Edition, bookable: Callable[..., Session]
) -> None:
    companion = factories.registration(
        edition,
        place=Place.objects.create(
            edition=edition, accompanies=registration.place, companion_kind="interpreter"
        ),
        is_outside_quota=True,
    )
    book_seat(place=registration.place, session=bookable(), by=robin)

    cancel_registration(registration=registration, by=robin, reason="Ill")

    companion.refresh_from_db()
    assert companion.status == "cancelled"
    assert history(companion)[-1] == ("cancelled", "confirmed", "cancelled", robin, "Ill")
    assert history(registration)[-1] == ("cancelled", "confirmed", "cancelled", robin, "Ill")
    assert Booking.objects.standing().count() == 0
    assert sorted(mails()) == ["cancelled", "cancelled"]


def test_a_draft_is_cancelled_too(edition: Edition) -> None:
    row = standing(Status.DRAFT, edition)

    assert cancel_registration(registration=row, by=row.managed_by).status == "cancelled"


def test_cancelling_what_is_offered_is_declining_it(edition: Edition) -> None:
    row = standing(Status.APPROVED, edition)
    cancel_registration(registration=row, by=row.managed_by)

    assert history(row) == [("declined", "approved", "cancelled", row.managed_by, "")]


# --- another category -------------------------------------------------------------------------------------


@pytest.fixture
def to_approve(edition: Edition) -> Category:
    return factories.category(edition, needs_approval=True)


@pytest.fixture
def full(edition: Edition) -> Category:
    category = factories.category(edition, quota=1)
    factories.registration(edition, category=category)
    return category


@pytest.fixture
def roomy(edition: Edition) -> Category:
    return factories.category(edition, quota=5)


@pytest.mark.parametrize(
    ("before", "to", "after", "verb", "mail"),
    [
        (Status.CONFIRMED, "to_approve", "submitted", "resubmitted", "submitted"),
        (Status.WAITING, "to_approve", "submitted", "resubmitted", "submitted"),
        (Status.SUBMITTED, "to_approve", "submitted", None, "changed"),
        (Status.CONFIRMED, "full", "waiting", "waits", "waiting"),
        (Status.SUBMITTED, "full", "waiting", "waits", "waiting"),
        (Status.WAITING, "full", "waiting", None, "changed"),
        (Status.CONFIRMED, "roomy", "confirmed", None, "changed"),
        (Status.SUBMITTED, "roomy", "confirmed", "confirmed", "confirmation"),
        (Status.WAITING, "roomy", "confirmed", "confirmed", "confirmation"),
    ],
)
def test_in_another_category_one_stands_as_anyone_who_comes_into_it(
    edition: Edition,
    request: pytest.FixtureRequest,
    before: str,
    to: str,
    after: str,
    verb: str | None,
    mail: str,
) -> None:
    row, category = standing(before, edition), request.getfixturevalue(to)
    keeper = row.managed_by

    changed = change_registration(registration=row, by=keeper, category=category)

    assert (changed.status, changed.category) == (after, category)
    assert [event[0] for event in history(row)] == ["changed", *([verb] if verb else [])]
    assert mails() == [mail]
    counted = Category.objects.get(pk=category.pk)
    assert counted.taken_count == (1 if after == "confirmed" else 0) + (1 if to == "full" else 0)


def test_an_offer_is_answered_before_the_category_changes(edition: Edition, roomy: Category) -> None:
    row = standing(Status.APPROVED, edition)

    with pytest.raises(AnswerTheOffer):
        change_registration(registration=row, by=row.managed_by, category=roomy)


def test_nobody_loses_seats_by_changing_the_category(
    registration: Registration,
    robin: User,
    bookable: Callable[..., Session],
    to_approve: Category,
    roomy: Category,
) -> None:
    book_seat(place=registration.place, session=bookable(), by=robin)

    with pytest.raises(SeatsInTheWay):
        change_registration(registration=registration, by=robin, category=to_approve)
    changed = change_registration(registration=registration, by=robin, category=roomy)

    assert (changed.status, Booking.objects.standing().count()) == ("confirmed", 1)


def test_the_place_one_leaves_is_offered_on(edition: Edition, roomy: Category, full: Category) -> None:
    leaving = Registration.objects.get(category=full)
    waiting = standing(Status.WAITING, edition, category=full)

    change_registration(registration=leaving, by=leaving.managed_by, category=roomy)

    waiting.refresh_from_db()
    assert waiting.status == "approved"


# --- who keeps it -----------------------------------------------------------------------------------------


def test_an_assistant_hands_a_registration_over_to_its_person(edition: Edition, robin: User) -> None:
    ada = factories.user(email="ada@example.org")
    row = factories.registration(
        edition, managed_by=robin, is_own=False, email="Ada@example.org", mails_to="manager"
    )

    handed = hand_over(registration=row, to=ada, by=robin)

    assert (handed.managed_by, handed.is_own, handed.recipients()) == (ada, True, ["Ada@example.org"])
    assert [event[0] for event in history(row)] == ["handed_over"]
    [letter] = compose("registration/handed_over", registration_id=row.pk)
    mail = render("registration/handed_over", letter)
    assert (letter.to, mail.subject) == (ada.email, f"Your registration for {edition.name} is now yours")
    assert f"{robin} handed your registration for {edition.name} over to you." in mail.text
    assert f"/en/accounts/login/code/?next=%2Fen%2Fmy%2Fregistrations%2F{row.pk}%2F" in mail.text
    with pytest.raises(NotYours):
        hand_over(registration=row, to=robin, by=robin)


def test_companions_are_handed_over_with_their_person(client: Client, edition: Edition, robin: User) -> None:
    row = factories.registration(edition, managed_by=robin, is_own=False, email="ada@example.org")
    places = [
        Place.objects.create(edition=edition, accompanies=row.place, companion_kind="interpreter")
        for _number in range(2)
    ]
    along = factories.registration(
        edition, managed_by=robin, is_own=False, place=places[0], email="", mails_to="manager"
    )
    elsewhere = factories.registration(edition, place=places[1], is_own=True)
    client.force_login(robin)

    asks = client.get(f"/en/my/registrations/{row.pk}/hand-over/").content.decode()
    client.post(f"/en/my/registrations/{row.pk}/hand-over/")

    assert f"Those who accompany go with it: {along.name}." in asks
    for each in (row, along, elsewhere):
        each.refresh_from_db()
    ada = User.objects.get(email="ada@example.org")
    assert [(each.managed_by, each.is_own) for each in (row, along)] == [(ada, True), (ada, False)]
    assert elsewhere.managed_by not in (ada, robin)
    assert [event[0] for event in history(along)] == ["handed_over"]
    assert mails_queued() == ["handed_over"]
    [letter] = compose("registration/handed_over", registration_id=row.pk)
    assert f"too: {along.name}." in render("registration/handed_over", letter).text


def test_an_account_keeps_one_registration_of_its_own(edition: Edition, registration: Registration) -> None:
    other = factories.registration(edition, is_own=False, email="other@example.org")

    with pytest.raises(AlreadyRegistered):
        hand_over(registration=other, to=registration.managed_by, by=other.managed_by, is_own=True)


# --- many at once -----------------------------------------------------------------------------------------


def test_a_registration_cancelled_while_its_turn_comes_is_offered_nothing(
    edition: Edition, full: Category
) -> None:
    first = standing(Status.WAITING, edition, category=full)
    second = standing(Status.WAITING, edition, category=full)
    leaving = Registration.objects.get(category=full, status=Status.CONFIRMED)

    cancel_registration(registration=first, by=first.managed_by)
    cancel_registration(registration=leaving, by=leaving.managed_by)
    with pytest.raises(Refusal):
        accept_place(registration=first, by=first.managed_by)
    offer_free_places(category=full)

    assert list(Registration.objects.order_by("pk").values_list("status", flat=True)) == [
        "cancelled",
        "cancelled",
        "approved",
    ]
    second.refresh_from_db()
    assert second.status == "approved"
