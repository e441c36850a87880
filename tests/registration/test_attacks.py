"""What someone tries who wants to read, take or skip what is not theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from efus_conference.accounts import vouch_for_address
from efus_conference.models import Edition, User
from programme.actions import release
from programme.models import Session
from registration import actions
from registration.actions.access import NoNeedTold
from registration.actions.companions import name_companion
from registration.actions.confidences import NotToOrganisers
from registration.actions.state_refusals import CompanionsFollow, SeatsInTheWay
from registration.delegations import history_of, history_of_delegation
from registration.models import Answer, IdentityDocument, PressCard, Question, Registration
from tests import factories
from tests.registration.delegating import delegation_of, mails_queued, person, posted

pytestmark = pytest.mark.django_db

Bookable = Callable[..., Session]

NEEDS = "A chair with arms, and no stairs"
DOCUMENT = "XK 123456"
DIET = "Nothing with nuts"


def text(client: Client, address: str) -> str:
    return str(client.get(address, follow=True).content.decode())


def of_delegation(edition: Edition, coordinator: User, **fields: object) -> Registration:
    """A delegate whose registration the coordinator keeps."""
    delegation = delegation_of(edition, coordinator, places=1)
    values = {"managed_by": coordinator, "is_own": False, "place": delegation.places.get(), **fields}
    return factories.registration(edition, **values)


def asked_about_diet(registration: Registration) -> Answer:
    question = Question.objects.create(
        edition=registration.edition, slug="diet", kind="text", text_en="What do you eat?", privacy="diet"
    )
    return Answer.objects.create(registration=registration, question=question, value=DIET)


def visit_with_document(edition: Edition, registration: Registration, by: User) -> Session:
    """A secured visit in four weeks, in which it has a seat and for which `by` has given a document."""
    visit = factories.session(
        edition,
        starts_at=timezone.now() + timedelta(days=28),
        identity_by=timezone.now() + timedelta(days=3),
    )
    factories.pool(visit, 20)
    release(edition=edition, by=None)
    actions.book_seat(place=registration.place, session=visit, by=by)
    actions.give_identity(
        registration=registration,
        session=visit,
        by=by,
        name="ROBIN EXAMPLE",
        born_on=date(1975, 5, 21),
        kind="passport",
        number=DOCUMENT,
        country="BE",
    )
    return visit


def accompany(main: Registration, by: User, **fields: str) -> Registration:
    return name_companion(
        registration=main, by=by, companion_kind="assistant", person=person(None, **fields)
    ).registration


# --- what coordinators read -------------------------------------------------------------------------------


def test_a_coordinator_reads_as_little_of_a_delegate_s_companion_as_of_the_delegate(
    client: Client, edition: Edition, robin: User
) -> None:
    companion = accompany(of_delegation(edition, robin), robin, needs=NEEDS)
    asked_about_diet(companion)
    client.force_login(robin)

    pages = [
        text(client, f"/en/my/registrations/{companion.pk}/{page}") for page in ("", "change/", "questions/")
    ]

    assert [NEEDS in page or DIET in page for page in pages] == [False, False, False]
    assert not Answer.objects.readable_by(robin).exists()


def test_a_coordinator_may_send_a_delegate_s_document_again_and_never_reads_the_one_given(
    client: Client, edition: Edition, robin: User
) -> None:
    visit = visit_with_document(edition, of_delegation(edition, robin), robin)
    client.force_login(robin)

    page = text(client, f"/en/my/sessions/{visit.code}/identity/")

    assert (DOCUMENT in page, 'value="take_back"' in page) == (False, True)


def test_a_coordinator_reads_their_own_words_in_a_place_s_history_and_nobody_else_s(
    edition: Edition, robin: User
) -> None:
    delegate = of_delegation(edition, robin)
    ada = factories.user()
    Registration.objects.filter(pk=delegate.pk).update(managed_by=ada)
    actions.cancel_registration(registration=delegate, by=ada, reason="Between the organisers and me")
    delegate.events.create(verb="replaced", actor=robin, reason="My own words")

    assert delegate.place.delegation is not None
    told_here = [event.about for event in history_of(delegate.place)]
    told_organisers = [event.about for event in history_of_delegation(delegate.place.delegation)]

    assert told_here == ["My own words", ""]
    assert told_organisers == ["My own words", "Between the organisers and me"]


def test_a_delegate_who_keeps_their_own_registration_reads_of_their_companion(
    edition: Edition, robin: User
) -> None:
    delegate = of_delegation(edition, robin)
    ada = factories.user()
    Registration.objects.filter(pk=delegate.pk).update(managed_by=ada, is_own=True)
    delegate.refresh_from_db()
    answer = asked_about_diet(accompany(delegate, ada))

    assert list(Answer.objects.readable_by(ada)) == [answer]
    assert list(Answer.objects.readable_by(robin)) == []


# --- what goes along at a hand-over -----------------------------------------------------------------------


def told(registration: Registration) -> list[str]:
    """What is left of needs, answers and identity documents."""
    registration.refresh_from_db()
    return [
        registration.needs,
        *Answer.objects.filter(registration=registration).values_list("value", flat=True),
        *IdentityDocument.objects.filter(registration=registration).values_list("number", flat=True),
    ]


def test_a_coordinator_hands_nothing_over_to_themselves_that_others_told(
    edition: Edition, robin: User
) -> None:
    delegate = of_delegation(edition, robin, needs=NEEDS)
    visit_with_document(edition, delegate, robin)
    asked_about_diet(delegate)
    delegate.events.create(verb="answered", actor=factories.user(), detail={"questions": ["diet"]})
    other_account = factories.user()
    actions.change_registration(registration=delegate, by=robin, email=other_account.email)

    actions.hand_over(registration=delegate, to=other_account, by=robin)

    assert told(delegate) == [""]
    [handed] = delegate.events.filter(verb="handed_over")
    assert handed.detail == {"forgotten": ["needs", "answers", "identity"]}


def test_a_companion_s_words_go_along_no_more_than_the_delegate_s(edition: Edition, robin: User) -> None:
    delegate = of_delegation(edition, robin)
    companion = accompany(delegate, robin)
    Registration.objects.filter(pk=companion.pk).update(needs=NEEDS)
    companion.events.create(verb="changed", actor=factories.user(), detail={"fields": ["needs"]})

    actions.hand_over(registration=delegate, to=factories.user(), by=robin)

    assert told(companion) == [""]


def test_what_a_coordinator_wrote_themselves_and_what_an_assistant_reads_goes_along(
    edition: Edition, robin: User
) -> None:
    mine = of_delegation(edition, robin)
    assisted = factories.registration(edition, managed_by=robin, is_own=False)
    visit_with_document(edition, mine, robin)
    for registration in (mine, assisted):
        actions.change_registration(registration=registration, by=robin, needs=NEEDS)
    asked_about_diet(assisted)

    for registration in (mine, assisted):
        actions.hand_over(registration=registration, to=factories.user(), by=robin)

    assert [told(mine), told(assisted)] == [[NEEDS, DOCUMENT], [NEEDS, DIET]]


def test_the_desk_hands_no_registration_to_organisers_and_no_words_it_may_not_read(
    registration: Registration, robin: User
) -> None:
    desk = factories.user(is_staff=True)
    desk.user_permissions.set(Permission.objects.filter(codename="change_registration"))
    actions.change_registration(registration=registration, by=robin, needs=NEEDS)
    visit_with_document(registration.edition, registration, robin)

    for organiser in (desk, factories.user(is_staff=True)):
        with pytest.raises(NotToOrganisers):
            actions.hand_over(registration=registration, to=organiser, by=desk, is_own=True)
    assert told(registration) == [NEEDS, DOCUMENT]
    actions.hand_over(registration=registration, to=factories.user(), by=desk)

    assert told(registration) == [""]


# --- ways past approval, quota and lists ------------------------------------------------------------------


def test_a_companion_comes_into_no_other_category_than_their_person(
    client: Client, edition: Edition, robin: User
) -> None:
    main = factories.registration(edition, managed_by=robin)
    companion = accompany(main, robin)
    press, other = factories.category(edition, is_press=True), factories.category(edition)
    client.force_login(robin)

    for wanted in (press, other):
        with pytest.raises(CompanionsFollow):
            actions.change_registration(registration=companion, by=robin, category=wanted)
    assert 'name="category"' not in text(client, f"/en/my/registrations/{companion.pk}/change/")
    actions.change_registration(registration=main, by=robin, category=other)

    companion.refresh_from_db()
    assert (companion.category, companion.status) == (other, "confirmed")


def test_a_tick_alone_gets_nobody_a_wheelchair_place(
    registration: Registration, robin: User, bookable: Bookable
) -> None:
    session, full = bookable(1), bookable(0, starts_at=timezone.now() + timedelta(days=40))
    actions.set_seats(session=session, capacity=1, wheelchairs=1)
    actions.set_seats(session=full, capacity=0, wheelchairs=1)
    other = factories.registration(registration.edition, needs=NEEDS)
    actions.book_seat(place=other.place, session=full, by=other.managed_by, is_wheelchair=True)

    with pytest.raises(NoNeedTold):
        actions.book_seat(place=registration.place, session=session, by=robin, is_wheelchair=True)
    with pytest.raises(NoNeedTold):
        actions.wait_for_seats(places=[registration.place], session=full, by=robin, is_wheelchair=True)
    question = Question.objects.create(
        edition=registration.edition, slug="wheels", kind="yes_no", text_en="A wheelchair?", privacy="access"
    )
    Answer.objects.create(registration=registration, question=question, value="yes")

    booked = actions.book_seat(place=registration.place, session=session, by=robin, is_wheelchair=True)
    assert booked.is_wheelchair


def test_who_is_accredited_becomes_nobody_else_without_the_press_office(
    edition: Edition, bookable: Bookable
) -> None:
    press = factories.category(edition, is_press=True)
    renamed, hired, seated = (factories.registration(edition, category=press) for _number in range(3))
    for row in (renamed, hired, seated):
        PressCard.objects.create(registration=row, medium="Radio Příkladov", number="1")
    actions.book_seat(place=seated.place, session=bookable(1), by=seated.managed_by)

    actions.change_registration(registration=renamed, by=renamed.managed_by, family_name="Another")
    actions.save_press_card(
        registration=hired, medium="Another Gazette", number="1", card="stays", by=hired.managed_by
    )
    with pytest.raises(SeatsInTheWay):
        actions.change_registration(registration=seated, by=seated.managed_by, given_name="Another")

    for row in (renamed, hired, seated):
        row.refresh_from_db()
    assert [row.status for row in (renamed, hired, seated)] == ["submitted", "submitted", "confirmed"]
    assert seated.given_name == "Robin"


# --- somebody else's address ------------------------------------------------------------------------------


def test_who_proved_an_address_takes_it_back_from_a_registration_somebody_else_keeps(
    client: Client, edition: Edition, robin: User
) -> None:
    category = factories.category(edition)
    squatted = factories.registration(edition, email=robin.email.upper())
    EmailAddress.objects.filter(user=robin).update(verified=False)
    client.force_login(robin)
    client.post("/en/register/", {"who": "own"})
    values = posted(category, email=robin.email)
    client.post("/en/register/details/", values)

    unproven = client.post("/en/register/check/").content.decode()
    client.post("/en/register/check/", {"what": "take_address"})
    squatted.refresh_from_db()
    kept = squatted.email
    vouch_for_address(user=robin)
    proven = client.post("/en/register/check/").content.decode()
    client.post("/en/register/check/", {"what": "take_address"})
    client.post("/en/register/check/")

    squatted.refresh_from_db()
    assert ["take_address" in page for page in (unproven, proven)] == [False, True]
    assert (kept, squatted.email, squatted.mails_to) == (robin.email.upper(), "", "manager")
    assert [event.detail for event in squatted.events.all()] == [{"fields": ["email"]}]
    assert mails_queued() == ["changed", "confirmation"]
    assert Registration.objects.get(managed_by=robin).email == robin.email
