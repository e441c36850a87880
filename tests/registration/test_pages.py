from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from efus_conference.models import Edition, User
from programme.actions import release
from programme.models import Session
from registration.actions import book_seat, cancel_registration, star
from registration.models import Booking, Category, Delegation, Place, Registration, Star
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db

Bookable = Callable[..., Session]


@pytest.fixture
def category(edition: Edition) -> Category:
    return factories.category(edition, name_en="Elected official", name_fr="Élu")


@pytest.fixture
def page(client: Client, robin: User) -> Client:
    client.force_login(robin)
    return client


def filled(category: Category, **changed: str) -> dict[str, str]:
    return {
        "given_name": "Ελένη",
        "family_name": "Παπαδοπούλου",
        "email": "eleni@example.org",
        "language": "fr",
        "category": str(category.pk),
        "function": "Αντιδήμαρχος",
        "organisation_name": "Πειραιάς",
        "country": "GR",
        "needs": "First line\r\nSecond line",
        **changed,
    }


def text(response: Any) -> str:
    return str(response.content.decode())


def start(page: Client, who: str = "own") -> None:
    response = page.post("/en/register/", {"who": who})
    assert (response.status_code, response.headers["Location"]) == (302, "/en/register/details/")


def test_the_register_page_explains_and_leads_to_the_login_and_back(client: Client, edition: Edition) -> None:
    shown = text(client.get("/en/register/"))

    assert "/en/accounts/signup/?next=/en/register/" in shown
    assert "/en/accounts/login/?next=/en/register/" in shown


def test_registering_oneself_in_four_steps(page: Client, robin: User, category: Category) -> None:
    start(page)
    details = text(page.get("/en/register/details/"))
    assert 'value="Robin"' in details
    assert f'value="{robin.email}"' in details

    assert page.post("/en/register/details/", filled(category)).headers["Location"] == "/en/register/check/"
    check = text(page.get("/en/register/check/"))
    assert "Ελένη Παπαδοπούλου" in check
    assert "Elected official" in check
    done = page.post("/en/register/check/")

    made = Registration.objects.get()
    assert done.headers["Location"] == f"/en/my/registrations/{made.pk}/registered/"
    assert "You are registered" in text(page.get(done.headers["Location"]))
    assert (made.name, made.country, made.needs, made.is_own) == (
        "Ελένη Παπαδοπούλου",
        "GR",
        "First line\r\nSecond line",
        True,
    )


def test_a_second_click_leads_to_the_first_one_s_confirmation(page: Client, category: Category) -> None:
    start(page)
    page.post("/en/register/details/", filled(category))
    draft = page.session["registration_draft"]
    first = page.post("/en/register/check/")
    second = page.post("/en/register/check/")
    # As when both clicks left before either was answered.
    late = page.session
    late["registration_draft"] = draft
    late.save()
    third = page.post("/en/register/check/")

    assert {response.headers["Location"] for response in (first, second, third)} == {
        f"/en/my/registrations/{Registration.objects.get().pk}/registered/"
    }


@pytest.mark.parametrize("changed", ["category", "needs"])
def test_the_same_person_with_other_answers_is_no_second_click(
    page: Client, edition: Edition, category: Category, changed: str
) -> None:
    other = {"category": str(factories.category(edition).pk), "needs": "A step-free way"}[changed]
    start(page, "other")
    page.post("/en/register/details/", {**filled(category), "mails_to": "person"})
    page.post("/en/register/check/")
    first = Registration.objects.get()
    start(page, "other")
    page.post("/en/register/details/", {**filled(category), "mails_to": "person", changed: other})
    again = page.post("/en/register/check/")

    assert (again.status_code, Registration.objects.get()) == (409, first)
    assert f'href="/en/my/registrations/{first.pk}/"' in text(again)
    assert "what you entered is still in the form" in text(again)
    assert page.session["registration_draft"]["answers"][changed] == other


def test_a_form_without_answers_says_what_may_have_happened(page: Client, category: Category) -> None:
    response = page.post("/en/register/check/")

    assert (response.status_code, "My registrations" in text(response)) == (200, True)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("given_name", "", "Enter the given name."),
        ("given_name", "x" * 101, "This is 101 characters long. Shorten it to 100."),
        (
            "family_name",
            "Ev\x07il",
            "This has a character that cannot be printed. Type it again instead of pasting it.",
        ),
        (
            "family_name",
            "Nul\x00l",
            "This has a character that cannot be printed. Type it again instead of pasting it.",
        ),
        (
            "family_name",
            "Turned \u202eround",
            "This has a character that cannot be printed. Type it again instead of pasting it.",
        ),
        ("family_name", "1234", "Write the name in letters, in any alphabet."),
        ("email", "", "Enter the e-mail address."),
        ("email", "nobody", "Enter an e-mail address like name@example.org."),
        ("email", "a@example.org\r\nBcc: b@example.org", "Enter an e-mail address like name@example.org."),
        ("category", "", "Choose what you take part as."),
        ("category", "999999", "This category is no longer offered. Choose another one."),
        ("category", "1; DROP TABLE", "This category is no longer offered. Choose another one."),
        ("country", "", "Choose the country."),
        ("country", "XX", "Choose a country of the list."),
        ("language", "tlh", "Choose one of the languages."),
        ("function", "x" * 201, "This is 201 characters long. Shorten it to 200."),
        ("organisation_name", "", "Enter the city or organisation."),
        ("needs", "x" * 1001, "This is 1001 characters long. Shorten it to 1000."),
        (
            "needs",
            "a\x1bb",
            "This has a character that cannot be printed. Type it again instead of pasting it.",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_the_rest_is_kept(
    page: Client, category: Category, field: str, value: str, message: str
) -> None:
    start(page)
    response = page.post("/en/register/details/", {**filled(category), field: value})

    assert response.status_code == 200
    assert response.context["form"].errors == {field: [message]}
    shown = text(response)
    assert f'id="id_{field}_error"' in shown
    kept = "Πειραιάς" if field != "organisation_name" else "Αντιδήμαρχος"
    assert f'value="{kept}"' in shown


def test_hostile_text_is_text(page: Client, category: Category) -> None:
    start(page)
    page.post("/en/register/details/", filled(category, given_name='Ada" onload="alert(1){{ 7|add:7 }}&lt;'))
    check = text(page.get("/en/register/check/"))
    page.post("/en/register/check/")
    pages = [check, text(page.get("/en/my/")), text(page.get(Registration.objects.get().get_absolute_url()))]

    assert ['" onload="alert' in shown for shown in pages] == [False] * 3
    assert ["Ada&quot; onload=&quot;alert(1){{ 7|add:7 }}&amp;lt;" in shown for shown in pages] == [True] * 3


@pytest.mark.parametrize("field", ["given_name", "family_name", "function", "organisation_name"])
@pytest.mark.parametrize("link", ["Win https://evil.example", "Go to WWW.evil.example", "<a href=x>Ada</a>"])
def test_nobody_sends_a_link_to_others_as_a_name(
    page: Client, category: Category, field: str, link: str
) -> None:
    start(page)
    response = page.post("/en/register/details/", filled(category, **{field: link}))
    assert response.context["form"].errors == {
        field: ["Write this without an address on the web, and without “<” and “>”."]
    }


def test_an_assistant_chooses_who_gets_the_mails(page: Client, robin: User, category: Category) -> None:
    start(page, "other")
    refused = page.post("/en/register/details/", filled(category, email="", mails_to="both"))
    assert refused.context["form"].errors == {
        "email": ["Enter the person’s e-mail address, or let all e-mails go to you."]
    }
    page.post("/en/register/details/", filled(category, email="", mails_to="manager"))
    page.post("/en/register/check/")

    made = Registration.objects.get()
    assert (made.is_own, made.recipients()) == (False, [robin.email])


def test_two_windows_do_not_mix_up_two_people(page: Client, category: Category) -> None:
    start(page)
    page.post("/en/register/details/", {**filled(category), "who": "own"})
    seen = page.get("/en/register/check/").context["fingerprint"]
    start(page, "other")
    page.post(
        "/en/register/details/", {**filled(category, given_name="Ömer"), "mails_to": "both", "who": "other"}
    )
    late = page.post("/en/register/check/", {"seen": seen})

    assert (late.status_code, Registration.objects.count()) == (200, 0)
    assert "The answers were changed in another window" in text(late)
    assert "Ömer" in text(late)


def test_an_invented_answer_to_whom_changes_nothing(page: Client, category: Category) -> None:
    start(page)
    page.post("/en/register/details/", {**filled(category), "who": "anything"})
    page.post("/en/register/check/")

    assert Registration.objects.get().is_own


@pytest.mark.parametrize("unseen", ["\u200b", "\u3164", "\u2800 \u2060", "- ."])
def test_names_that_nobody_could_read_are_refused(page: Client, category: Category, unseen: str) -> None:
    start(page)
    names = ("given_name", "family_name", "function", "organisation_name")
    refused = page.post("/en/register/details/", filled(category, **dict.fromkeys(names, unseen)))

    of_a_person = ["Write the name in letters, in any alphabet."]
    of_a_thing = ["Write this in letters or figures, in any alphabet."]
    assert refused.context["form"].errors == dict(
        zip(names, (of_a_person, of_a_person, of_a_thing, of_a_thing), strict=True)
    )


def test_an_organisation_may_be_a_number_and_a_function_may_be_left_out(
    page: Client, category: Category
) -> None:
    start(page)
    page.post("/en/register/details/", filled(category, organisation_name="112", function=""))
    page.post("/en/register/check/")

    made = Registration.objects.get()
    assert (made.shown_organisation, made.function) == ("112", "")


def test_who_is_registered_already_sees_a_page_that_says_so(
    page: Client, registration: Registration, category: Category
) -> None:
    own = page.post("/en/register/", {"who": "own"})
    start(page, "other")
    page.post("/en/register/details/", filled(category, email="Taken@example.org", mails_to="both"))
    factories.registration(registration.edition, email="taken@example.org")
    elsewhere = page.post("/en/register/check/")

    assert [own.status_code, elsewhere.status_code] == [409, 409]
    assert registration.get_absolute_url() in text(own)
    assert "Perhaps a colleague did it." in text(elsewhere)
    assert 'value="Ελένη"' in text(page.get("/en/register/details/"))


def close(edition: Edition, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(edition, name, value)
    edition.save()


def test_outside_the_window_a_page_says_when(client: Client, edition: Edition) -> None:
    now = timezone.now()
    close(
        edition, registration_opens_at=now + timedelta(days=1), registration_closes_at=now + timedelta(days=2)
    )
    before = text(client.get("/en/register/"))
    close(
        edition, registration_opens_at=now - timedelta(days=2), registration_closes_at=now - timedelta(days=1)
    )
    after = text(client.get("/en/register/"))
    close(edition, registration_opens_at=None, registration_closes_at=None)
    never = text(client.get("/en/register/"))
    close(edition, is_current=False)
    none = text(client.get("/en/register/"))

    assert [
        "Registration is not open yet" in before,
        "Registration is closed" in after,
        "Registration is not planned yet" in never,
        "No conference to register for yet" in none,
    ] == [True] * 4


def test_what_was_typed_survives_the_closing_second(
    page: Client, edition: Edition, category: Category
) -> None:
    start(page)
    page.post("/en/register/details/", filled(category))
    close(edition, registration_closes_at=timezone.now())
    response = page.post("/en/register/check/")

    assert "Registration is closed" in text(response)
    assert "Αντιδήμαρχος" in text(response)
    assert Registration.objects.count() == 0


def test_the_form_is_filled_from_the_last_registration(
    page: Client, edition: Edition, robin: User, category: Category
) -> None:
    earlier = factories.edition(is_current=False)
    factories.registration(
        earlier, managed_by=robin, given_name="Åsa", function="Mayor", organisation_name="Malmö", country="SE"
    )
    start(page)
    initial = page.get("/en/register/details/").context["form"].initial

    assert [initial[name] for name in ("given_name", "function", "organisation_name", "country")] == [
        "Åsa",
        "Mayor",
        "Malmö",
        "SE",
    ]


def test_what_was_typed_survives_a_login_that_ended(client: Client, robin: User, category: Category) -> None:
    response = client.post("/en/register/details/", filled(category))
    assert response.headers["Location"] == "/en/accounts/login/?next=/en/register/details/"
    client.force_login(robin)

    assert 'value="Ελένη"' in text(client.get("/en/register/details/"))


@pytest.mark.parametrize(
    "path",
    ["/en/my/", "/en/my/agenda/", "/en/my/delegation/", "/en/my/registrations/1/", "/en/my/sessions/ABC234/"],
)
def test_private_pages_ask_for_a_login(client: Client, path: str) -> None:
    assert client.get(path).headers["Location"] == f"/en/accounts/login/?next={path}"


def test_another_s_registration_is_not_found(
    client: Client, registration: Registration, bookable: Bookable
) -> None:
    session = bookable()
    client.force_login(factories.user())
    pk = registration.pk
    gets = [
        f"/en/my/registrations/{pk}/",
        f"/en/my/registrations/{pk}/registered/",
        f"/en/my/registrations/{pk}/change/",
        f"/en/my/registrations/{pk}/cancel/",
        f"/en/my/agenda/?registration={pk}",
        "/en/my/agenda/?registration=abc",
    ]
    posts = [
        (f"/en/my/registrations/{pk}/cancel/", {}),
        (f"/en/my/registrations/{pk}/change/", {"given_name": "Eve"}),
        ("/en/my/agenda/calendar/", {"registration": pk, "what": "make"}),
        (f"/en/my/sessions/{session.code}/", {"registration": pk, "what": "book"}),
    ]

    assert [client.get(path).status_code for path in gets] == [404] * len(gets)
    assert [client.post(path, data).status_code for path, data in posts] == [404] * len(posts)
    registration.refresh_from_db()
    assert registration.is_live


def test_changing_keeps_what_is_wrong_and_saves_what_is_right(
    page: Client, registration: Registration, category: Category
) -> None:
    address = f"/en/my/registrations/{registration.pk}/change/"
    wrong = page.post(address, filled(category, given_name=""))
    right = page.post(address, filled(category))

    assert wrong.context["form"].errors == {"given_name": ["Enter the given name."]}
    assert right.headers["Location"] == registration.get_absolute_url()
    registration.refresh_from_db()
    assert (registration.name, registration.category) == ("Ελένη Παπαδοπούλου", category)
    shown = text(page.get(registration.get_absolute_url()))
    assert "changed the registration" in shown


def test_cancelling_asks_first_and_then_frees_the_seats(
    page: Client, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable(title_en="Safe nights")
    book_seat(place=registration.place, session=session, by=robin)
    address = f"/en/my/registrations/{registration.pk}/cancel/"

    assert "Safe nights" in text(page.get(address))
    assert page.post(address).headers["Location"] == registration.get_absolute_url()
    assert page.post(address).status_code == 302
    registration.refresh_from_db()
    assert (registration.is_live, Booking.objects.get().status) == (False, "given_up")
    assert "The registration is cancelled" in text(page.get(registration.get_absolute_url()))
    assert page.get(f"/en/my/registrations/{registration.pk}/change/", follow=True).status_code == 200


def test_the_history_says_a_for_b_and_no_organiser_s_name(
    page: Client, edition: Edition, robin: User, bookable: Bookable
) -> None:
    person = factories.registration(
        edition, managed_by=robin, is_own=False, given_name="Ömer", family_name="Öztürk"
    )
    organiser = factories.user(name="Olga Organiser", is_staff=True, is_superuser=True)
    book_seat(place=person.place, session=bookable(), by=robin)
    book_seat(place=person.place, session=bookable(starts_at=NINE + timedelta(hours=2)), by=organiser)
    shown = text(page.get(person.get_absolute_url()))

    assert "<strong>Robin Example for Ömer Öztürk</strong>: booked a seat" in shown
    assert "<strong>The organisers</strong>: booked a seat" in shown
    assert "Olga" not in shown


def do(page: Client, session: Session, what: str, registration: Registration) -> list[str]:
    response = page.post(
        f"/en/my/sessions/{session.code}/", {"what": what, "registration": registration.pk}, follow=True
    )
    return [str(message) for message in response.context["messages"]]


def test_star_book_and_give_up_on_one_page(
    page: Client, registration: Registration, bookable: Bookable
) -> None:
    session = bookable(1, title_en="Safe nights")
    name = registration.name

    assert [do(page, session, what, registration) for what in ("star", "star", "book", "book")] == [
        [f"“Safe nights” is in the agenda of {name}."],
        [f"“Safe nights” is in the agenda of {name}."],
        [f"{name} has a seat in “Safe nights”."],
        [f"{name} has a seat in “Safe nights”."],
    ]
    assert (Star.objects.count(), Booking.objects.standing().count()) == (1, 1)
    assert "Seat booked" in text(page.get("/en/my/agenda/"))
    assert [
        do(page, session, what, registration) for what in ("give_up", "give_up", "unstar", "nonsense")
    ] == [
        [f"The seat of {name} in “Safe nights” is free for someone else."],
        [f"The seat of {name} in “Safe nights” is free for someone else."],
        [f"“Safe nights” is no longer starred in the agenda of {name}."],
        [],
    ]
    assert "Nothing chosen yet" in text(page.get("/en/my/agenda/"))


def test_an_overlap_is_shown_before_booking_and_refused_after(
    page: Client, registration: Registration, robin: User, bookable: Bookable
) -> None:
    first, second = bookable(title_en="Safe nights"), bookable(starts_at=NINE + timedelta(minutes=30))
    book_seat(place=registration.place, session=first, by=robin)
    shown = text(page.get(f"/en/my/sessions/{second.code}/"))

    assert f"/en/my/sessions/{first.code}/" in shown
    assert 'value="book"' not in shown
    (message,) = do(page, second, "book", registration)
    assert message.startswith("There is a seat in “Safe nights” at this time")


def test_a_full_or_unreleased_session_offers_no_seat(
    page: Client, edition: Edition, registration: Registration, bookable: Bookable
) -> None:
    full, draft = bookable(0), factories.session(edition)

    assert "All seats are taken" in text(page.get(f"/en/my/sessions/{full.code}/"))
    assert do(page, full, "book", registration) == ["All seats in this session are taken."]
    assert page.get(f"/en/my/sessions/{draft.code}/").status_code == 404


def test_the_agenda_is_one_per_registration(
    page: Client, edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    other = factories.registration(edition, managed_by=robin, is_own=False)
    mine, theirs = bookable(title_en="Safe nights"), bookable(title_en="Prevention")
    star(registration=registration, session=mine)
    book_seat(place=other.place, session=theirs, by=robin)
    pages = [page.get(f"/en/my/agenda/{query}") for query in ("", f"?registration={other.pk}")]
    listed = [
        [block.line.title for day in shown.context["days"] for slot in day.slots for block in slot.blocks]
        for shown in pages
    ]

    assert listed == [["Safe nights"], ["Prevention"]]


def test_a_clash_and_a_cancelled_session_are_said_in_the_agenda(
    page: Client, edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    sessions = [bookable(starts_at=NINE + timedelta(hours=2 * number)) for number in range(3)]
    for session in sessions:
        book_seat(place=registration.place, session=session, by=robin)
    Session.objects.filter(pk=sessions[1].pk).update(starts_at=NINE, ends_at=NINE + timedelta(hours=1))
    Session.objects.filter(pk=sessions[2].pk).update(is_cancelled=True)
    release(edition=edition, by=None)
    shown = text(page.get("/en/my/agenda/"))

    assert shown.count("Seat booked, overlaps another") == 2
    assert "Session cancelled" in shown
    assert "Two booked seats are at the same time." in text(page.get("/en/my/"))


def test_the_calendar_address_is_made_renewed_and_revoked(page: Client, registration: Registration) -> None:
    def act(what: str) -> str | None:
        page.post("/en/my/agenda/calendar/", {"what": what, "registration": registration.pk})
        link = registration.feed_links.filter(revoked_at=None).first()
        return link.token if link else None

    made, again, renewed, revoked = (act(what) for what in ("make", "make", "renew", "revoke"))

    assert made == again
    assert renewed not in (None, made)
    assert revoked is None


def test_the_state_is_what_the_account_s_registrations_have(
    client: Client, edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    anonymous = client.get("/my/state.json")
    starred, booked = bookable(), bookable()
    star(registration=registration, session=starred)
    book_seat(place=registration.place, session=booked, by=robin)
    client.force_login(robin)
    mine = client.get("/my/state.json?lang=fr")

    assert [(a.json()["starred"], a.json()["booked"]) for a in (anonymous, mine)] == [
        ([], []),
        ([starred.code], [booked.code]),
    ]
    assert "no-store" in mine.headers["Cache-Control"]


def test_a_coordinator_sees_places_and_people_and_never_their_needs(
    page: Client, edition: Edition, robin: User
) -> None:
    delegation = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(name_en="Liège"), coordinator=robin
    )
    named, _unnamed = (Place.objects.create(edition=edition, delegation=delegation) for _ in range(2))
    factories.registration(edition, place=named, given_name="Klára", needs="A secret need")
    shown = text(page.get("/en/my/delegation/"))

    assert [word in shown for word in ("Liège", "Klára", "Not named yet", "A secret need")] == [
        True,
        True,
        True,
        False,
    ]


def cost(page: Client, path: str) -> int:
    page.get(path)  # whatever is kept per process
    with CaptureQueriesContext(connection) as queries:
        assert page.get(path).status_code == 200
    return len(queries)


def test_a_coordinator_finds_the_delegation_from_each_page_of_their_own(
    page: Client, edition: Edition, robin: User, registration: Registration, bookable: Bookable
) -> None:
    own = f"/en/my/registrations/{registration.pk}/"
    pages = [
        "/en/my/",
        "/en/my/agenda/",
        "/en/my/delegation/",
        f"/en/my/sessions/{bookable().code}/",
        "/en/register/",
        own,
        f"{own}change/",
        f"{own}cancel/",
    ]

    def linking() -> list[str]:
        return [address for address in pages if 'href="/en/my/delegation/"' in text(page.get(address))]

    assert linking() == []
    Delegation.objects.create(edition=edition, organisation=factories.organisation(), coordinator=robin)
    assert linking() == pages


def test_lists_cost_the_same_however_long(
    page: Client, edition: Edition, registration: Registration, robin: User, bookable: Bookable
) -> None:
    delegation = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(), coordinator=robin
    )
    session = bookable(90)
    paths = [
        "/en/my/",
        "/en/my/agenda/",
        "/en/my/delegation/",
        f"/en/my/registrations/{registration.pk}/",
        f"/en/my/sessions/{session.code}/",
        "/my/state.json",
    ]

    def grow(count: int) -> None:
        for number in range(count):
            other = factories.registration(
                edition,
                managed_by=robin,
                is_own=False,
                place=Place.objects.create(edition=edition, delegation=delegation),
            )
            book_seat(place=other.place, session=session, by=robin)
            Place.objects.create(edition=edition, delegation=delegation)
            place_number = Booking.objects.filter(place=registration.place).count()
            seat = bookable(starts_at=NINE + timedelta(hours=2 + place_number))
            book_seat(place=registration.place, session=seat, by=robin)
            star(
                registration=registration, session=bookable(starts_at=NINE + timedelta(days=1, hours=number))
            )

    grow(2)
    few = {path: cost(page, path) for path in paths}
    grow(8)
    many = {path: cost(page, path) for path in paths}

    assert few == many


def test_a_cancelled_registration_leaves_an_empty_agenda(
    page: Client, registration: Registration, robin: User
) -> None:
    cancel_registration(registration=registration, by=robin)

    assert "No agenda yet" in text(page.get("/en/my/agenda/"))
    assert "You are not registered" in text(page.get("/en/my/"))


@pytest.mark.django_db
def test_a_session_of_an_unpublished_edition_is_not_there(client: Client) -> None:
    edition = factories.edition(is_published=False, is_current=False)
    session = factories.session(edition)
    release(edition=edition, by=None)
    client.force_login(factories.user())
    assert client.get(f"/en/my/sessions/{session.code}/").status_code == 404
