from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from efus_conference.models import Edition, User
from programme.models import Session
from registration.actions import (
    NotYours,
    Refusal,
    agenda_link,
    book_seat,
    cancel_registration,
    hold_seats,
    set_seats,
    star,
    wait_for_seats,
)
from registration.actions.companions import name_companion
from registration.actions.delegation_refusals import (
    AlreadyAsked,
    AlreadyInvited,
    EditionOver,
    InvitationGone,
    PlaceNamed,
    PlaceOccupied,
    SeatsRefused,
    TooManyMails,
)
from registration.actions.delegations import (
    add_places,
    ask_for_places,
    clear_place,
    name_place,
    replace_person,
    take_back_place,
)
from registration.actions.group_seats import book_seats
from registration.actions.invitations import (
    accept_invitation,
    ask_for_new_invitation,
    invite_to_place,
    replace_by_invitation,
    resend_invitation,
    revoke_invitation,
)
from registration.actions.refusals import AlreadyRegistered, CategoryNotOffered, NoSeatLeft
from registration.mails.delegations import place_invitation, place_link_asked
from registration.models import (
    Booking,
    BookingLimit,
    Category,
    Delegation,
    FeedLink,
    Place,
    PlaceInvitation,
    PlaceRequest,
    Registration,
    RegistrationEvent,
    SeatPool,
    Star,
    Wait,
)
from tests import factories
from tests.registration.delegating import (
    delegation_of,
    details,
    events_of,
    mails_queued,
    person,
    posted,
)

pytestmark = pytest.mark.django_db

Bookable = Callable[..., Session]


@pytest.fixture
def category(edition: Edition) -> Category:
    return factories.category(edition, name_en="Elected official")


@pytest.fixture
def klara() -> User:
    return factories.user(name="Klára Koordinátorka")


@pytest.fixture
def delegation(edition: Edition, klara: User) -> Delegation:
    return delegation_of(edition, klara, places=3)


@pytest.fixture
def place(delegation: Delegation) -> Place:
    first = delegation.places.order_by("pk").first()
    assert first is not None
    return first


@pytest.fixture
def desk() -> User:
    account = factories.user(is_staff=True)
    account.user_permissions.add(Permission.objects.get(codename="change_registration"))
    return User.objects.get(pk=account.pk)


@pytest.fixture
def page(client: Client, klara: User) -> Client:
    client.force_login(klara)
    return client


# --- naming -------------------------------------------------------------------------------------------


def test_a_coordinator_names_someone_who_is_confirmed_outside_the_quota(
    place: Place, klara: User, category: Category
) -> None:
    category.quota = 0
    category.needs_approval = True
    category.save()

    made = name_place(place=place, by=klara, person=person(category))

    made.refresh_from_db()
    assert (made.status, made.is_outside_quota, made.managed_by, made.is_own, made.place) == (
        "confirmed",
        True,
        klara,
        False,
        place,
    )
    assert place.delegation is not None
    assert made.organisation == place.delegation.organisation
    assert [(event.verb, event.actor) for event in made.events.all()] == [("registered", klara)]


def test_naming_goes_on_after_the_registration_closed_and_ends_with_the_edition(
    edition: Edition, place: Place, klara: User, category: Category
) -> None:
    Edition.objects.update(registration_closes_at=datetime(2020, 2, 1, tzinfo=UTC))
    assert name_place(place=place, by=klara, person=person(category)).is_confirmed

    Edition.objects.update(starts_on="2021-05-14", ends_on="2021-05-16", year=2021)
    other = Place.objects.exclude(pk=place.pk).first()
    assert other is not None
    with pytest.raises(EditionOver):
        name_place(place=other, by=klara, person=person(category))


def test_nobody_names_on_a_place_of_another_city(place: Place, edition: Edition, category: Category) -> None:
    stranger = factories.user()
    delegation_of(edition, stranger, places=1)

    with pytest.raises(NotYours):
        name_place(place=place, by=stranger, person=person(category))


def test_a_place_has_one_person_at_a_time(place: Place, klara: User, category: Category) -> None:
    name_place(place=place, by=klara, person=person(category))

    with pytest.raises(PlaceNamed):
        name_place(place=place, by=klara, person=person(category, given_name="Other"))


@pytest.mark.parametrize("field", ["is_by_invitation", "is_press"])
def test_what_is_the_organisers_to_give_is_not_a_coordinator_s(
    place: Place, klara: User, category: Category, field: str
) -> None:
    setattr(category, field, True)
    category.save()

    with pytest.raises(CategoryNotOffered):
        name_place(place=place, by=klara, person=person(category))


# --- replacing ----------------------------------------------------------------------------------------


def test_a_replacement_keeps_seats_and_waits_and_passes_on_nothing_else(
    edition: Edition, place: Place, klara: User, category: Category, bookable: Bookable, robin: User
) -> None:
    visit = bookable()
    full = bookable(capacity=0, starts_at=factories.NINE + timedelta(hours=3))
    old = name_place(place=place, by=klara, person=person(category))
    booking = book_seat(place=place, session=visit, by=klara)
    [wait] = wait_for_seats(places=[place], session=full, by=klara)
    star(registration=old, session=full)
    link = agenda_link(registration=old)
    Registration.objects.filter(pk=old.pk).update(needs="A guide dog")

    new = replace_person(place=place, by=klara, person=person(category, given_name="Nova"), reason="Fell ill")

    old.refresh_from_db()
    assert (old.status, new.status, new.place_id) == ("cancelled", "confirmed", place.pk)
    booking.refresh_from_db()
    wait.refresh_from_db()
    assert (booking.status, booking.place_id, wait.status) == ("active", place.pk, "waiting")
    assert (new.needs, Star.objects.filter(registration=new).count()) == ("", 0)
    assert FeedLink.objects.get(pk=link.pk).revoked_at is not None
    assert events_of(new) == ["took_over", "registered"]
    assert [(event.verb, event.reason) for event in old.events.all()[:2]] == [
        ("replaced", ""),
        ("cancelled", "Fell ill"),
    ]
    assert mails_queued() == ["confirmation", "replaced", "confirmation"]


def test_the_successor_reads_nothing_of_the_predecessor(
    client: Client, place: Place, klara: User, category: Category, robin: User
) -> None:
    name_place(place=place, by=klara, person=person(category, family_name="Vorgängerin"))
    invitation = replace_by_invitation(
        place=place, by=klara, email=robin.email, language="en", reason="A private reason"
    )
    new = accept_invitation(invitation_id=invitation.pk, by=robin, is_own=True, **details(category, robin))
    client.force_login(robin)

    shown = client.get(f"/en/my/registrations/{new.pk}/").content.decode()
    agenda = client.get("/en/my/agenda/").content.decode()

    for secret in ("Vorgängerin", "A private reason"):
        assert secret not in shown
        assert secret not in agenda


def test_companions_go_with_their_person_and_not_with_the_place(
    place: Place, klara: User, category: Category, bookable: Bookable
) -> None:
    old = name_place(place=place, by=klara, person=person(category))
    visit = bookable()
    book_seat(place=place, session=visit, by=klara)
    companion = name_companion(
        registration=old, by=klara, companion_kind="assistant", person=person(None, given_name="Asa")
    ).registration

    replace_person(place=place, by=klara, person=person(category, given_name="Nova"))

    companion.refresh_from_db()
    assert companion.status == "cancelled"
    assert [booking.place_id for booking in Booking.objects.standing()] == [place.pk]
    assert SeatPool.objects.get(pk=visit.pk).taken == 1


def test_giving_someone_up_keeps_the_place_with_its_seats(
    place: Place, klara: User, category: Category, bookable: Bookable
) -> None:
    old = name_place(place=place, by=klara, person=person(category))
    booking = book_seat(place=place, session=bookable(), by=klara)

    clear_place(place=place, by=klara, reason="Elections")

    old.refresh_from_db()
    booking.refresh_from_db()
    place.refresh_from_db()
    assert (old.status, booking.status, place.closed_at) == ("cancelled", "active", None)
    assert mails_queued() == ["confirmation", "cancelled"]


def test_who_cancels_themselves_leaves_the_seats_with_the_delegation_s_place(
    place: Place, klara: User, category: Category, bookable: Bookable
) -> None:
    old = name_place(place=place, by=klara, person=person(category))
    booking = book_seat(place=place, session=bookable(), by=klara)

    cancel_registration(registration=old, by=klara)

    booking.refresh_from_db()
    assert booking.status == "active"


# --- inviting -----------------------------------------------------------------------------------------


def test_an_invited_person_completes_their_own_part_with_their_own_account(
    place: Place, klara: User, category: Category, robin: User
) -> None:
    invitation = invite_to_place(place=place, by=klara, email=robin.email, language="fr")

    made = accept_invitation(invitation_id=invitation.pk, by=robin, is_own=True, **details(category, robin))

    invitation.refresh_from_db()
    assert (made.managed_by, made.is_own, made.place, made.is_outside_quota) == (robin, True, place, True)
    assert invitation.used_at is not None
    with pytest.raises(InvitationGone):
        accept_invitation(invitation_id=invitation.pk, by=factories.user(), is_own=True, **details(category))
    assert [event.verb for event in RegistrationEvent.objects.filter(place=place, registration=None)] == [
        "invited"
    ]


@pytest.mark.parametrize("what", ["revoked", "expired", "named", "taken back"])
def test_an_invitation_works_only_while_it_stands(
    place: Place, klara: User, category: Category, desk: User, robin: User, what: str
) -> None:
    invitation = invite_to_place(place=place, by=klara, email=robin.email, language="en")
    if what == "revoked":
        revoke_invitation(place=place, by=klara)
    elif what == "expired":
        PlaceInvitation.objects.update(expires_at=timezone.now())
    elif what == "named":
        name_place(place=place, by=klara, person=person(category))
    else:
        Place.objects.filter(pk=place.pk).update(closed_at=timezone.now())

    with pytest.raises(InvitationGone):
        accept_invitation(invitation_id=invitation.pk, by=robin, is_own=True, **details(category, robin))


def test_a_new_link_replaces_the_one_before(place: Place, klara: User) -> None:
    first = invite_to_place(place=place, by=klara, email="a@example.org", language="en")
    second = resend_invitation(place=place, by=klara)

    first.refresh_from_db()
    assert (first.is_open, second.is_open, second.email) == (False, True, "a@example.org")
    assert mails_queued() == ["place_invitation", "place_invitation"]


def test_one_address_is_invited_to_one_place(delegation: Delegation, klara: User) -> None:
    first, second, _third = delegation.places.order_by("pk")
    invite_to_place(place=first, by=klara, email="a@example.org", language="en")

    with pytest.raises(AlreadyInvited):
        invite_to_place(place=second, by=klara, email="A@example.org", language="en")


def test_nobody_is_flooded_with_invitations(place: Place, klara: User) -> None:
    for _time in range(5):
        invite_to_place(place=place, by=klara, email="flooded@example.org", language="en")

    with pytest.raises(TooManyMails):
        invite_to_place(place=place, by=klara, email="flooded@example.org", language="en")


def test_an_expired_link_asks_the_coordinator_and_tells_the_asker_nothing(
    place: Place, klara: User, client: Client
) -> None:
    invitation = invite_to_place(place=place, by=klara, email="a@example.org", language="en")
    token = invitation.make_token()
    PlaceInvitation.objects.update(expires_at=timezone.now())

    known = client.post(f"/en/my/join/{token}/", {"new_link": "1"})
    invented = client.post("/en/my/join/invented/", {"new_link": "1"})
    for _time in range(3):
        ask_for_new_invitation(token=token, address="192.0.2.9")

    assert (known.status_code, invented.status_code) == (200, 200)
    assert known.content.replace(token.encode(), b"") == invented.content.replace(b"invented", b"")
    invitation.refresh_from_db()
    assert invitation.asked_again_at is not None
    assert mails_queued() == ["place_invitation", "place_link_asked", "place_link_asked"]


def test_opening_the_link_consumes_nothing_and_names_who_invites(
    place: Place, klara: User, client: Client
) -> None:
    invitation = invite_to_place(place=place, by=klara, email="a@example.org", language="en")
    token = invitation.make_token()

    answers = [client.get(f"/en/my/join/{token}/") for _time in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "Klára Koordinátorka" in answers[0].content.decode()
    assert answers[0].headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in answers[0].headers["Cache-Control"]
    invitation.refresh_from_db()
    assert invitation.is_usable


def test_the_link_leads_through_the_login_to_one_s_own_part(
    place: Place, klara: User, client: Client, robin: User, category: Category
) -> None:
    invitation = invite_to_place(place=place, by=klara, email=robin.email, language="en")
    token = invitation.make_token()

    to_login = client.post(f"/en/my/join/{token}/", {"as": "login"}).headers["Location"]
    assert to_login == "/en/accounts/login/?next=%2Fen%2Fmy%2Fjoin%2F"
    client.force_login(robin)
    # As the login does, which keeps the session of before.
    session = client.session
    session["join"] = token
    session.save()
    Edition.objects.update(registration_closes_at=datetime(2020, 2, 1, tzinfo=UTC))
    assert client.get("/en/my/join/").headers["Location"] == "/en/register/details/"
    form = client.get("/en/register/details/").content.decode()
    assert "You take a place in the delegation of" in form
    sent = posted(category, email=robin.email)
    wrong = client.post("/en/register/details/", {**sent, "family_name": ""})
    assert "Enter the family name." in wrong.content.decode()
    assert client.post("/en/register/details/", sent).headers["Location"] == "/en/register/check/"
    assert "You take a place in the delegation of" in client.get("/en/register/check/").content.decode()
    done = client.post("/en/register/check/")

    made = Registration.objects.get(managed_by=robin)
    assert done.headers["Location"] == f"/en/my/registrations/{made.pk}/registered/"
    assert (made.place, made.is_own, made.status) == (place, True, "confirmed")
    for path in ("/en/my/join/", f"/en/my/join/{token}/"):
        taken = client.get(path)
        assert (taken.status_code, "You have taken this place" in taken.content.decode()) == (200, True)
        assert f'href="/en/my/registrations/{made.pk}/"' in taken.content.decode()
    # To anyone else it is a link that does not work, as any other.
    client.force_login(klara)
    assert client.get(f"/en/my/join/{token}/").status_code == 404


def test_opening_an_address_begins_nothing_and_what_one_was_writing_comes_back(
    edition: Edition, place: Place, klara: User, client: Client, robin: User, category: Category
) -> None:
    invitation = invite_to_place(place=place, by=klara, email=robin.email, language="en")
    address = f"/en/my/join/{invitation.make_token()}/"
    client.force_login(robin)
    client.post("/en/register/", {"who": "other"})
    client.post("/en/register/details/", {**posted(category, email=""), "who": "other", "given_name": "Boss"})
    for way in (f"{address}?as=me", "/en/my/join/"):
        client.get(way)
    forging = Client(enforce_csrf_checks=True)
    assert forging.post(address, {"as": "me"}).status_code == 403
    assert "Boss" in client.get("/en/register/details/").content.decode()

    client.post(address, {"as": "me"})
    client.get("/en/my/join/")
    assert "Boss" not in client.get("/en/register/details/").content.decode()
    client.post("/en/register/details/", posted(category, email=robin.email))
    client.post("/en/register/check/")

    assert Registration.objects.get().place == place
    assert "Boss" in client.get("/en/register/details/").content.decode()


def test_an_invitation_that_ends_while_one_writes_keeps_what_was_typed(
    place: Place, klara: User, client: Client, robin: User, category: Category
) -> None:
    invitation = invite_to_place(place=place, by=klara, email=robin.email, language="en")
    client.force_login(robin)
    client.post(f"/en/my/join/{invitation.make_token()}/", {"as": "me"})
    client.get("/en/my/join/")
    client.post("/en/register/details/", posted(category, email=robin.email))
    revoke_invitation(place=place, by=klara)

    gone = client.post("/en/register/check/")

    assert (gone.status_code, Registration.objects.count()) == (404, 0)
    assert "Zofie" in client.get("/en/register/details/").content.decode()


def test_who_is_registered_already_is_told_so(
    edition: Edition, place: Place, klara: User, client: Client, robin: User, category: Category
) -> None:
    factories.registration(edition, managed_by=robin, category=category)
    invitation = invite_to_place(place=place, by=klara, email=robin.email, language="en")
    client.force_login(robin)
    client.post(f"/en/my/join/{invitation.make_token()}/", {"as": "me"})

    assert "You are registered already" in client.get("/en/my/join/").content.decode()
    other = client.get("/en/my/join/?who=other", follow=True).content.decode()
    assert 'name="mails_to"' in other
    invitation.refresh_from_db()
    assert invitation.is_usable


# --- seats for several --------------------------------------------------------------------------------


def test_seats_for_all_or_for_none(delegation: Delegation, klara: User, bookable: Bookable) -> None:
    visit = bookable(capacity=2)
    places = list(delegation.places.order_by("pk"))

    with pytest.raises(SeatsRefused) as refused:
        book_seats(places=places, session=visit, by=klara, wants_all=True)
    assert {place.pk: type(why) for place, why in refused.value.refused.items()} == {places[2].pk: NoSeatLeft}
    assert Booking.objects.count() == 0

    done = book_seats(places=places, session=visit, by=klara, wants_all=False)
    assert [booking.place_id for booking in done.bookings] == [places[0].pk, places[1].pk]
    assert [place.pk for place in done.refused] == [places[2].pk]
    assert SeatPool.objects.get(pk=visit.pk).taken == 2


def test_the_session_s_page_books_waits_and_gives_up(
    page: Client, delegation: Delegation, klara: User, bookable: Bookable
) -> None:
    visit = bookable(capacity=2)
    first, second, third = delegation.places.order_by("pk")
    address = f"/en/my/delegation/{delegation.pk}/sessions/{visit.code}/"

    page.post(address, {"what": "book", "place": [first.pk, second.pk], "all": "all"})
    page.post(address, {"what": "wait", "place": [third.pk]})
    shown = page.get(address).content.decode()
    assert shown.count("Seat booked") == 2
    assert "number 1" in shown
    page.post(address, {"what": f"give_up-{first.pk}"})

    assert [booking.place_id for booking in Booking.objects.standing()] == [second.pk]
    wait = Wait.objects.get()
    assert (wait.place_id, wait.status) == (third.pk, "offered")
    page.post(address, {"what": f"accept-{third.pk}"})
    assert sorted(Booking.objects.standing().values_list("place_id", flat=True)) == [second.pk, third.pk]


def test_the_list_is_offered_where_seats_are_short_to_who_has_a_seat_elsewhere_too(
    page: Client, delegation: Delegation, klara: User, bookable: Bookable
) -> None:
    elsewhere, visit = bookable(capacity=1), bookable(capacity=3)
    first, second, third = delegation.places.order_by("pk")
    for number, place in enumerate((first, second, third), start=1):
        Place.objects.filter(pk=place.pk).update(note=f"Deputy {number}")
    book_seat(place=first, session=elsewhere, by=klara)
    address = f"/en/my/delegation/{delegation.pk}/sessions/{visit.code}/"

    roomy = page.get(address).content.decode()
    assert ("Book for the chosen" in roomy, "waiting list" in roomy) == (True, False)
    assert f'id="place-{first.pk}"' not in roomy
    for _number in range(3):
        stranger = factories.registration(delegation.edition)
        book_seat(place=stranger.place, session=visit, by=stranger.managed_by)
    full = page.get(address).content.decode()
    assert ("Book for the chosen" in full, "Put the chosen on the waiting list" in full) == (False, True)
    assert f'id="place-{first.pk}"' in full
    said = page.post(
        address, {"what": "wait", "place": [first.pk, second.pk], "all": "all"}, follow=True
    ).content.decode()
    assert "Deputy 1 and Deputy 2 wait now." in said
    assert "Waits together with Deputy 2, all or none" in said
    assert "Waits together with Deputy 1, all or none" in said


def test_an_offer_beyond_the_limit_is_accepted_for_a_place_instead_of_its_other_seat(
    page: Client, delegation: Delegation, klara: User, bookable: Bookable
) -> None:
    kind = factories.kind(name_en="Field visit")
    has = bookable(title_en="Has a seat", kind=kind)
    wanted = bookable(capacity=0, title_en="Wanted", kind=kind, starts_at=factories.NINE + timedelta(hours=3))
    BookingLimit.objects.create(edition=delegation.edition, kind=kind, most=1)
    place = delegation.places.order_by("pk")[0]
    address = f"/en/my/delegation/{delegation.pk}/sessions/"
    page.post(f"{address}{has.code}/", {"what": "book", "place": [place.pk]})
    page.post(f"{address}{wanted.code}/", {"what": "wait", "place": [place.pk]})
    set_seats(session=wanted, capacity=1)

    assert "Accept it instead of “Has a seat”" in page.get(f"{address}{wanted.code}/").content.decode()
    for code in ("ZZZZZZ", "banana", "\0", wanted.code):
        page.post(f"{address}{wanted.code}/", {"what": f"accept-{place.pk}-{code}"})
        assert [booking.session for booking in Booking.objects.standing()] == [has]
    page.post(f"{address}{wanted.code}/", {"what": f"accept-{place.pk}-{has.code}"})
    assert [booking.session for booking in Booking.objects.standing()] == [wanted]


@pytest.mark.parametrize(
    "data",
    [
        {"what": "book"},
        {"what": "book", "place": ["banana", "99999999999999999999", "\0"]},
        {"what": "give_up-banana"},
        {"what": "accept-99999999999999999999999"},
        {"what": "x" * 10_000},
        {},
    ],
)
def test_bad_choices_change_nothing(
    page: Client, delegation: Delegation, bookable: Bookable, data: dict[str, Any]
) -> None:
    visit = bookable()
    address = f"/en/my/delegation/{delegation.pk}/sessions/{visit.code}/"

    assert page.post(address, data).headers["Location"] == address
    assert Booking.objects.count() == 0


def test_seats_held_for_the_delegation_are_its_own(
    page: Client, delegation: Delegation, bookable: Bookable
) -> None:
    visit = bookable(capacity=1)
    hold_seats(session=visit, seats=1, delegation=delegation)
    place = delegation.places.order_by("pk").first()
    assert place is not None
    address = f"/en/my/delegation/{delegation.pk}/sessions/{visit.code}/"

    assert "1 seat held for your delegation" in page.get(address).content.decode()
    page.post(address, {"what": "book", "place": [place.pk]})

    assert Booking.objects.standing().get().hold is not None


def test_the_agenda_shows_everyone_and_no_need(
    page: Client, delegation: Delegation, klara: User, category: Category, bookable: Bookable
) -> None:
    visit = bookable(capacity=2)
    first, second, third = delegation.places.order_by("pk")
    made = name_place(place=first, by=klara, person=person(category, given_name="Žofie"))
    Registration.objects.filter(pk=made.pk).update(needs="A secret need")
    Place.objects.filter(pk=second.pk).update(note="Head of police")
    book_seats(places=[first, second], session=visit, by=klara, wants_all=True)
    wait_for_seats(places=[third], session=visit, by=klara)

    shown = page.get(f"/en/my/delegation/{delegation.pk}/agenda/").content.decode()

    for wanted in ("Žofie", "Head of police", "Place 3", "number 1", visit.title):
        assert wanted in shown
    assert "secret need" not in shown


def test_an_assistant_sees_all_agendas_side_by_side_and_no_one_else_s(
    page: Client, edition: Edition, klara: User, category: Category, bookable: Bookable
) -> None:
    visit = bookable()
    for name in ("Žofie", "Björn"):
        kept = factories.registration(
            edition, managed_by=klara, is_own=False, category=category, given_name=name
        )
        book_seat(place=kept.place, session=visit, by=klara)
    other = factories.registration(edition, category=category, given_name="Stranger")
    book_seat(place=other.place, session=visit, by=other.managed_by)

    shown = page.get("/en/my/agendas/").content.decode()

    assert [name in shown for name in ("Žofie", "Björn", "Stranger", visit.title)] == [
        True,
        True,
        False,
        True,
    ]


# --- pages --------------------------------------------------------------------------------------------


def test_naming_replacing_and_giving_up_on_the_pages(page: Client, place: Place, category: Category) -> None:
    address = f"/en/my/delegation/places/{place.pk}/"
    wrong = page.post(f"{address}name/", posted(category, given_name="", function="x" * 10_000))
    assert "Enter the given name." in wrong.content.decode()
    assert "x" * 10_000 in wrong.content.decode()

    assert page.post(f"{address}name/", posted(category)).headers["Location"] == address
    assert page.post(f"{address}name/", posted(category, function="Mayor")).headers["Location"] == address
    assert page.post(f"{address}replace/", posted(category, given_name="Nova")).status_code == 302
    shown = page.get(address).content.decode()
    assert "Nova" in shown
    assert "gave the place to someone else" in shown
    assert page.post(f"{address}give-up/", {"reason": "Elections"}).headers["Location"] == address
    assert "Elections" in page.get(address).content.decode()

    names = Registration.objects.filter(place=place).order_by("pk")
    assert [(row.given_name, row.function, row.status) for row in names] == [
        ("Zofie", "Mayor", "cancelled"),
        ("Nova", "Deputy mayor", "cancelled"),
    ]


def test_inviting_resending_and_revoking_on_the_pages(page: Client, place: Place) -> None:
    address = f"/en/my/delegation/places/{place.pk}/"
    wrong = page.post(f"{address}invite/", {"email": "no address", "language": "en"})
    assert "Enter an e-mail address like name@example.org." in wrong.content.decode()

    page.post(f"{address}invite/", {"email": "a@example.org", "language": "nl"})
    assert "a@example.org" in page.get("/en/my/delegation/").content.decode()
    page.post(address, {"what": "resend"})
    page.post(address, {"what": "revoke"})

    assert [row.is_open for row in PlaceInvitation.objects.order_by("pk")] == [False, False]
    assert "Not named yet" in page.get(address).content.decode()


def test_the_history_of_a_place_names_who_was_invited_and_an_invited_person_is_offered_no_press(
    page: Client, place: Place, klara: User, edition: Edition, robin: User
) -> None:
    factories.category(edition, name_en="Press people", is_press=True)
    invitation = invite_to_place(place=place, by=klara, email="a@example.org", language="en")
    shown = page.get(f"/en/my/delegation/places/{place.pk}/").content.decode()
    assert "invited someone to the place (a@example.org)" in shown

    page.force_login(robin)
    session = page.session
    session["join"] = invitation.make_token()
    session.save()
    form = page.get("/en/my/join/", follow=True).content.decode()
    assert ("You take part as" in form, "Press people" in form) == (True, False)


def test_who_keeps_their_registration_themselves_is_not_changed_by_the_coordinator(
    page: Client, place: Place, klara: User, category: Category, robin: User
) -> None:
    invitation = invite_to_place(place=place, by=klara, email=robin.email, language="en")
    made = accept_invitation(invitation_id=invitation.pk, by=robin, is_own=True, **details(category, robin))

    assert page.get(f"/en/my/delegation/places/{place.pk}/name/").status_code == 404
    assert page.get(f"/en/my/registrations/{made.pk}/").status_code == 404
    assert page.get(f"/en/my/registrations/{made.pk}/change/").status_code == 404
    assert made.name in page.get(f"/en/my/delegation/places/{place.pk}/").content.decode()


def addresses(delegation: Delegation, place: Place, session: Session) -> list[str]:
    at_delegation = [
        "agenda/",
        "more/",
        "people/",
        "people/template/",
        "export/",
        f"sessions/{session.code}/",
    ]
    at_place = ["", "name/", "invite/", "replace/", "give-up/"]
    return [
        *(f"/en/my/delegation/{delegation.pk}/{path}" for path in at_delegation),
        *(f"/en/my/delegation/places/{place.pk}/{path}" for path in at_place),
    ]


def test_a_coordinator_of_another_city_finds_nothing(
    client: Client,
    edition: Edition,
    delegation: Delegation,
    place: Place,
    klara: User,
    category: Category,
    bookable: Bookable,
) -> None:
    made = name_place(place=place, by=klara, person=person(category))
    session = bookable()
    stranger = factories.user()
    delegation_of(edition, stranger, places=1)
    client.force_login(stranger)

    found = {
        (address, method): getattr(client, method)(address, {"what": "book"}).status_code
        for address in [
            *addresses(delegation, place, session),
            f"/en/my/registrations/{made.pk}/companions/",
        ]
        for method in ("get", "post")
        if (method, address.rsplit("/", 2)[-2]) not in {("post", "template"), ("post", "export")}
        and not (method == "post" and address.endswith("/agenda/"))
    }
    assert set(found.values()) == {404}


def test_each_page_opens_for_its_coordinator_and_asks_others_to_log_in(
    client: Client,
    delegation: Delegation,
    place: Place,
    klara: User,
    category: Category,
    bookable: Bookable,
) -> None:
    name_place(place=place, by=klara, person=person(category))
    session = bookable()
    asked = {client.get(address).status_code for address in addresses(delegation, place, session)}
    client.force_login(klara)
    found = {address: client.get(address).status_code for address in addresses(delegation, place, session)}

    assert asked == {302}
    # Who has a place is replaced, not invited.
    assert {address for address, status in found.items() if status != 200} == {
        f"/en/my/delegation/places/{place.pk}/invite/"
    }


def test_a_large_delegation_costs_as_many_queries_as_a_small_one(
    page: Client,
    edition: Edition,
    delegation: Delegation,
    klara: User,
    category: Category,
    bookable: Bookable,
) -> None:
    visit = bookable(capacity=100)

    def queries() -> dict[str, int]:
        costs = {}
        for address in (
            "/en/my/delegation/",
            f"/en/my/delegation/{delegation.pk}/agenda/",
            f"/en/my/delegation/{delegation.pk}/sessions/{visit.code}/",
            f"/en/my/delegation/{delegation.pk}/export/",
        ):
            with CaptureQueriesContext(
                connection,
            ) as captured:
                page.get(address)
            costs[address] = len(captured)
        return costs

    place = delegation.places.order_by("pk").first()
    assert place is not None
    name_place(place=place, by=klara, person=person(category))
    book_seat(place=place, session=visit, by=klara)
    few = queries()
    for number in range(20):
        added = Place.objects.create(edition=edition, delegation=delegation)
        name_place(place=added, by=klara, person=person(category, given_name=f"N{number}o"))
        book_seat(place=added, session=visit, by=klara)

    assert queries() == few


# --- the organisers -----------------------------------------------------------------------------------


def test_more_places_are_asked_for_once_and_answered_by_adding_some(
    page: Client, delegation: Delegation, klara: User, desk: User
) -> None:
    page.post(f"/en/my/delegation/{delegation.pk}/more/", {"places": "2", "why": "Two councillors"})
    assert "You asked the organisers for 2 more places." in page.get("/en/my/delegation/").content.decode()
    with pytest.raises(AlreadyAsked):
        ask_for_places(delegation=delegation, count=1, why="", by=klara)

    add_places(delegation=delegation, count=2, by=desk)

    request = PlaceRequest.objects.get()
    assert (request.granted, request.answered_by, delegation.places.count()) == (2, desk, 5)
    assert "The organisers added 2 places" in page.get("/en/my/delegation/").content.decode()


@pytest.mark.parametrize("places", ["0", "101", "-1", "banana", "", "9" * 400])
def test_a_strange_number_of_places_is_asked_again(page: Client, delegation: Delegation, places: str) -> None:
    response = page.post(f"/en/my/delegation/{delegation.pk}/more/", {"places": places})

    assert (response.status_code, PlaceRequest.objects.count()) == (200, 0)
    assert "error-summary" in response.content.decode()


def test_an_occupied_place_is_not_taken_back_and_a_free_one_frees_its_seats(
    delegation: Delegation, klara: User, desk: User, category: Category, bookable: Bookable
) -> None:
    named, invited, free = delegation.places.order_by("pk")
    visit = bookable(capacity=1)
    name_place(place=named, by=klara, person=person(category))
    invite_to_place(place=invited, by=klara, email="a@example.org", language="en")
    booking = book_seat(place=free, session=visit, by=klara)

    for place in (named, invited):
        with pytest.raises(PlaceOccupied):
            take_back_place(place=place, by=desk)
    with pytest.raises(NotYours):
        take_back_place(place=free, by=klara)
    take_back_place(place=free, by=desk)

    booking.refresh_from_db()
    free.refresh_from_db()
    assert (booking.status, free.closed_at is not None) == ("given_up", True)
    assert SeatPool.objects.get(pk=visit.pk).taken == 0
    with pytest.raises(Refusal):
        name_place(place=free, by=klara, person=person(category))


@pytest.fixture
def organiser(client: Client) -> Client:
    account = factories.user(is_staff=True)
    names = [f"{what}_{model}" for what in ("view", "change") for model in ("registration", "delegation")]
    account.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(account)
    return client


def test_organisers_have_a_page_per_city(
    organiser: Client, delegation: Delegation, klara: User, category: Category, bookable: Bookable
) -> None:
    named, invited, free = delegation.places.order_by("pk")
    made = name_place(place=named, by=klara, person=person(category))
    Registration.objects.filter(pk=made.pk).update(needs="A secret need")
    name_companion(
        registration=made, by=klara, companion_kind="security", person=person(None, given_name="Sam")
    )
    invite_to_place(place=invited, by=klara, email="invited@example.org", language="en")
    visit = bookable()
    book_seat(place=named, session=visit, by=klara)
    ask_for_places(delegation=delegation, count=4, why="Two councillors", by=klara)
    address = f"/admin/registration/delegation/{delegation.pk}/city/"

    shown = organiser.get(address).content.decode()
    for wanted in ("Zofie", "Sam", "invited@example.org", visit.title, "Two councillors", klara.email):
        assert wanted in shown
    assert "A secret need" not in shown
    for what in (f"take_back-{named.pk}", f"take_back-{invited.pk}", f"take_back-{free.pk}", "banana", "\0"):
        organiser.post(address, {"what": what})
    organiser.post(address, {"what": f"uninvite-{invited.pk}"})
    assert organiser.post(address, {"what": "add", "places": "banana"}).status_code == 200
    organiser.post(address, {"what": "add", "places": "4"})

    assert [place.closed_at is None for place in (named, invited)] == [True, True]
    assert delegation.places.standing().count() == 6
    assert PlaceInvitation.objects.get().is_open is False
    assert PlaceRequest.objects.get().granted == 4
    assert organiser.get(f"{address}?as=xlsx").headers["Content-Disposition"] == (
        'attachment; filename="delegations.xlsx"'
    )


def test_the_list_of_cities_finds_those_without_a_named_delegate(
    organiser: Client, edition: Edition, delegation: Delegation, place: Place, klara: User, category: Category
) -> None:
    other = delegation_of(edition, factories.user(), places=1)
    name_place(place=place, by=klara, person=person(category))
    address = "/admin/registration/delegation/"

    def cities(query: str) -> set[int]:
        page = organiser.get(f"{address}?{query}")
        return {row.pk for row in page.context["cl"].result_list}

    assert cities("names=none") == {other.pk}
    assert cities("names=some") == {delegation.pk, other.pk}
    assert cities("names=asks") == set()
    assert cities("names=banana") == {delegation.pk, other.pk}
    sheet = organiser.post(address, {"action": "export_people", "_selected_action": [delegation.pk]})
    assert sheet.headers["Content-Type"].endswith("spreadsheetml.sheet")


def test_the_same_person_is_not_named_twice(delegation: Delegation, klara: User, category: Category) -> None:
    first, second, _third = delegation.places.order_by("pk")
    name_place(place=first, by=klara, person=person(category))

    with pytest.raises(AlreadyRegistered):
        name_place(place=second, by=klara, person=person(category))


def test_the_mails_about_a_place(
    delegation: Delegation, place: Place, klara: User, category: Category
) -> None:
    invitation = invite_to_place(place=place, by=klara, email="a@example.org", language="en")
    [letter] = place_invitation(invitation.pk)
    assert (letter.to, "/en/my/join/" in letter.context["link"]) == ("a@example.org", True)
    [asked] = place_link_asked(invitation.pk)
    assert (asked.to, asked.context["email"]) == (klara.email, "a@example.org")
