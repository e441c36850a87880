"""The desk without a script: finding, checking in, walking in, a delegation's badges, headsets, the paper list."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from efus_conference.models import Edition, User
from programme.actions import release
from registration import actions
from registration.models import (
    Category,
    CheckIn,
    ConsentText,
    DeskAlert,
    DeskDevice,
    DeskLink,
    HeadsetLoan,
    Registration,
    RegistrationEvent,
    Ticket,
    TicketKey,
)
from registration.ticket_keys import signed, signer
from tests import factories
from tests.registration.desking import alerts, organiser, organising, there, today, volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return factories.edition_of_today()


@pytest.fixture
def anna(edition: Edition) -> Registration:
    return factories.registration(
        edition, given_name="Anna", family_name="Ångström", organisation_name="Forum Łódź"
    )


def page_of(person: Registration) -> str:
    return reverse("registration:desk_person", args=[person.pk])


def found(client: Client, text: str) -> list[str]:
    answer = client.get("/en/desk/people/", {"q": text})
    assert answer.status_code == 200
    return [person.name for person in answer.context["found"].people]


# --- finding -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["angstrom", "ÅNGS", "anna ang", "ang anna", "lodz", "Łódź anna", "  Anna  "]
)
def test_people_are_found_without_accents_in_any_order(
    edition: Edition, anna: Registration, text: str
) -> None:
    factories.registration(edition, given_name="Ben", family_name="Brel", organisation_name="Elsewhere")

    assert found(volunteer(edition), text) == ["Anna Ångström"]


@pytest.mark.parametrize("text", ["Γιώργος", "γιωργος", "Παπαδόπουλος"])
def test_people_are_found_in_their_own_alphabet(edition: Edition, text: str) -> None:
    factories.registration(edition, given_name="Γιώργος", family_name="Παπαδόπουλος")

    assert found(organising(edition), text) in (["Γιώργος Παπαδόπουλος"], [])  # as far as unaccent knows
    assert found(organising(edition), "Παπαδόπουλος") == ["Γιώργος Παπαδόπουλος"]


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "🍌", "x" * 10_000, "qx " * 300, "1" * 40])
def test_words_that_are_no_name_find_nobody(edition: Edition, anna: Registration, text: str) -> None:
    assert found(volunteer(edition), text) == []


def test_a_code_finds_its_person_and_a_void_one_is_flagged_once(edition: Edition, anna: Registration) -> None:
    old = actions.ticket_for(anna)
    client = volunteer(edition)
    before = found(client, old.shown_code.lower())
    new = actions.reprint_badge(registration=anna, by=organiser())

    bodies = [client.get("/en/desk/people/", {"q": old.code}).content.decode() for _time in range(2)]

    assert [before, found(client, new.code)] == [["Anna Ångström"]] * 2
    assert all("This code is void" in body for body in bodies)
    assert [(alert.kind, alert.ticket) for alert in DeskAlert.objects.all()] == [("void", old)]


def test_volunteers_find_those_who_take_part_alone_and_organisers_all(
    edition: Edition, anna: Registration
) -> None:
    waiting = factories.registration(edition, status="submitted", family_name="Ångström the Second")
    ticket = actions.ticket_for(anna)
    HeadsetLoan.objects.create(edition=edition, registration=anna, number=4711)
    helping, deciding = volunteer(edition), organising(edition)

    assert [len(found(client, "angstrom")) for client in (helping, deciding)] == [1, 2]
    answers = [
        client.get(page_of(row)).status_code for client in (helping, deciding) for row in (anna, waiting)
    ]
    assert answers == [200, 404, 200, 200]
    # What is lent to somebody is the organisers' to know.
    assert ["4711" in client.get(page_of(anna)).content.decode() for client in (helping, deciding)] == [
        False,
        True,
    ]

    actions.cancel_registration(registration=anna, by=anna.managed_by)
    assert [found(client, ticket.code) for client in (helping, deciding)] == [[], [anna.name]]


def test_the_text_of_a_qr_code_finds_its_person(edition: Edition, anna: Registration) -> None:
    ticket = actions.ticket_for(anna)

    assert found(volunteer(edition), signed(ticket)) == ["Anna Ångström"]
    assert found(volunteer(edition), f" {signed(ticket).lower()} ") == ["Anna Ångström"]


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("forged", "Forged: this ticket is not ours"),
        ("stale", "Ticket of another edition"),
        ("retired", "Signed by a key that is not valid any more"),
        ("truncated", "Only a part of the code was read"),
    ],
)
def test_the_text_of_a_qr_code_that_is_not_right_finds_nobody_and_is_flagged(
    edition: Edition, anna: Registration, kind: str, sentence: str
) -> None:
    right = signed(actions.ticket_for(anna))
    texts = {
        "forged": right[:-9] + ("AAAAAAAA" if right[-9:-1] != "AAAAAAAA" else "BBBBBBBB") + right[-1],
        "stale": signer().signed("0" * 10, edition.number + 1),
        "retired": right,
        "truncated": right[:60],
    }
    if kind == "retired":
        TicketKey.objects.update(revoked_at=timezone.now())
    client = volunteer(edition)

    bodies = [client.get("/en/desk/people/", {"q": texts[kind]}).content.decode() for _time in range(2)]

    assert all(sentence in body and "Ångström" not in body for body in bodies)
    assert alerts() == ([] if kind == "truncated" else [kind])  # one, though the page was loaded twice


def test_letters_that_look_like_digits_are_taken_for_them(edition: Edition, anna: Registration) -> None:
    Ticket.objects.create(registration=anna, place=anna.place, code="01AB20CD11")

    assert found(volunteer(edition), "oIaB2-oCdL1") == ["Anna Ångström"]


def test_who_takes_part_is_shown_before_who_only_asked_to(edition: Edition) -> None:
    for name, status in (("Abel", "submitted"), ("Zoe", "confirmed")):
        factories.registration(edition, given_name=name, family_name="Same", status=status)

    assert found(organising(edition), "same") == ["Zoe Same", "Abel Same"]


def test_the_page_of_people_costs_the_same_with_many(edition: Edition) -> None:
    client, category, keeper = volunteer(edition), factories.category(edition), factories.user()
    counts = []
    for size in (1, 25):
        for _number in range(size):
            factories.registration(
                edition, family_name="Same", category=category, managed_by=keeper, is_own=False
            )
        with CaptureQueriesContext(connection) as captured:
            client.get("/en/desk/people/", {"q": "same"})
        counts.append(len(captured))

    assert counts[0] == counts[1]


# --- one person ----------------------------------------------------------------------------------------


def test_a_volunteer_checks_in_and_takes_it_back(edition: Edition, anna: Registration) -> None:
    client = volunteer(edition)

    client.post(page_of(anna), {"what": "check_in"})
    again = client.post(page_of(anna), {"what": "check_in"}, follow=True).content.decode()
    row = CheckIn.objects.get()
    client.post(page_of(anna), {"what": "undo", "check_in": str(row.pk)})

    assert "Checked in:" in again
    assert [(one.how, one.undone_at is None) for one in CheckIn.objects.all()] == [("name", False)]


@pytest.mark.parametrize(
    "key",
    ["banana", "", "0" * 10_000, "5f0c2c7e-0000-4000-8000-000000000000"],
    ids=["word", "empty", "long", "unknown"],
)
def test_what_is_no_check_in_is_not_found(edition: Edition, anna: Registration, key: str) -> None:
    answer = volunteer(edition).post(page_of(anna), {"what": "undo", "check_in": key})

    assert answer.status_code == 404


def test_at_a_door_that_is_none_nobody_is_checked_in(edition: Edition, anna: Registration) -> None:
    for scope in ("\x00", "banana", "x" * 10_000, "🍌", "A\x00AAAA"):
        answer = volunteer(edition).post(page_of(anna), {"what": "check_in", "scope": scope})
        assert [answer.status_code, there()] == [302, []]


def test_who_takes_no_part_is_not_checked_in(edition: Edition) -> None:
    person = factories.registration(edition, status="submitted")

    body = organising(edition).post(page_of(person), {"what": "check_in"}, follow=True).content.decode()

    assert ["does not take part" in body, "Takes no part" in body, there()] == [True, True, []]


def test_at_the_door_of_a_session_one_sees_who_has_a_seat(edition: Edition, anna: Registration) -> None:
    start = timezone.now() + timedelta(minutes=30)
    mine, other = (
        factories.session(
            edition, code=code, title=f"Title {code}", starts_at=start + timedelta(hours=number)
        )
        for number, code in enumerate(("AAAAAA", "BBBBBB"))
    )
    for session in (mine, other):
        factories.pool(session)
    release(edition=edition, by=None)
    ben = factories.registration(edition)
    actions.book_seat(place=anna.place, session=mine, by=anna.managed_by)
    actions.book_seat(place=ben.place, session=other, by=ben.managed_by)
    client = volunteer(edition)

    body = client.get(page_of(anna)).content.decode()
    client.post(page_of(anna), {"what": "check_in", "scope": "AAAAAA"})
    wrong = client.post(page_of(anna), {"what": "check_in", "scope": "banana" * 2000}, follow=True)

    assert ["has a seat" in body, "has no seat" in body] == [True, True]
    assert there() == [(anna.pk, "AAAAAA")]
    assert "not one of this edition" in wrong.content.decode()


def test_an_organiser_prints_a_badge_and_reprints_a_lost_one(edition: Edition, anna: Registration) -> None:
    client = organising(edition)
    address = reverse("registration:desk_badge", args=[anna.pk])

    first = client.post(address)
    old = Ticket.objects.get()
    client.post(page_of(anna), {"what": "reprint"})
    second = client.post(address)

    assert [answer.content[:5] for answer in (first, second)] == [b"%PDF-"] * 2
    assert first["Content-Type"] == "application/pdf"
    old.refresh_from_db()
    assert [old.voided_why, old.printed_at is None, Ticket.objects.standing().count()] == [
        "reprinted",
        False,
        1,
    ]


def test_a_badge_that_was_handed_out_can_be_lost_and_who_is_not_photographed_is_told(
    edition: Edition, anna: Registration
) -> None:
    ben = factories.registration(edition)
    words = ConsentText.objects.create(edition=edition, purpose="photos", text_en="Photos.")
    ben.consents.create(text=words, language="en", given_by=ben.managed_by)
    for person in (anna, ben):
        actions.ticket_for(person)
    Ticket.objects.filter(registration=anna).update(handed_at=timezone.now())
    client = organising(edition)

    pages = [client.get(page_of(person)).content.decode() for person in (anna, ben)]

    assert [("The badge is lost" in page, "No photos" in page) for page in pages] == [
        (True, True),
        (False, False),
    ]


def test_without_the_right_to_print_an_organiser_prints_nothing(edition: Edition, anna: Registration) -> None:
    client = organising(edition, by=organiser("check_in"))

    body = client.get(page_of(anna)).content.decode()
    answer = client.post(reverse("registration:desk_badge", args=[anna.pk]))
    client.post(page_of(anna), {"what": "reprint"})

    assert ["Print the badge" in body, answer.status_code, Ticket.objects.count()] == [False, 302, 0]


# --- headsets ------------------------------------------------------------------------------------------


def test_a_headset_is_lent_once_against_a_badge_and_comes_back(edition: Edition, anna: Registration) -> None:
    client, ben = organising(edition), factories.registration(edition)

    client.post(page_of(anna), {"what": "lend", "number": "7"})
    taken = client.post(page_of(ben), {"what": "lend", "number": "7"}, follow=True).content.decode()
    second = client.post(page_of(anna), {"what": "lend", "number": "8"}, follow=True).content.decode()
    lent = client.get("/en/desk/headsets/").content.decode()
    back = client.post("/en/desk/headsets/", {"number": "7"}, follow=True).content.decode()
    again = client.post("/en/desk/headsets/", {"number": "7"}).status_code
    none = client.post("/en/desk/headsets/", {"number": "99"}).content.decode()

    assert "is lent to somebody already" in taken
    assert "has a headset already" in second
    assert ["Anna Ångström" in lent, "Return the badge of Anna Ångström" in back, again] == [True, True, 302]
    assert "No headset of this number" in none
    assert [loan.returned_at is None for loan in anna.headset_loans.all()] == [False]


@pytest.mark.parametrize("number", ["", "banana", "-1", "0", "9" * 10_000, "1\x00", "1.5", "🍌"])
def test_what_is_no_number_of_a_headset_is_told(edition: Edition, anna: Registration, number: str) -> None:
    client = organising(edition)

    answers = [
        client.post(page_of(anna), {"what": "lend", "number": number}),
        client.post("/en/desk/headsets/", {"number": number}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("Enter" in answer.content.decode() for answer in answers)
    assert anna.headset_loans.count() == 0


# --- walking in ----------------------------------------------------------------------------------------


def walk_in(client: Client, category: Category, /, **more: str) -> HttpResponse:
    fields = {
        "given_name": "Cleo",
        "family_name": "Newcomer",
        "organisation_name": "City of Example",
        "category": str(category.pk),
        "email": "",
        "language": "fr",
        "number": str(uuid.uuid4()),
        **more,
    }
    return client.post("/en/desk/walk-in/", fields)


def test_who_walks_in_is_registered_checked_in_and_gets_a_badge(edition: Edition) -> None:
    by = organiser()
    client = organising(edition, by=by)
    category = factories.category(edition, needs_approval=True, is_by_invitation=True)

    answer = walk_in(client, category)

    person = Registration.objects.get(family_name="Newcomer")
    assert answer["Location"] == page_of(person)
    assert [person.status, person.managed_by, person.is_own, person.is_outside_quota] == [
        "confirmed",
        by,
        False,
        False,
    ]
    assert [(row.how, row.by, row.day) for row in CheckIn.objects.all()] == [("walk_in", by, today(edition))]
    assert Ticket.objects.standing().filter(registration=person).count() == 1
    verbs = list(RegistrationEvent.objects.filter(registration=person).values_list("verb", flat=True))
    assert verbs == ["walked_in", "registered"]
    assert client.post(reverse("registration:desk_badge", args=[person.pk])).content[:5] == b"%PDF-"


def test_with_an_address_the_registration_is_the_person_s_own(edition: Edition) -> None:
    walk_in(organising(edition), factories.category(edition), email="Cleo@Example.org")

    person = Registration.objects.get(family_name="Newcomer")
    keeper = person.managed_by
    assert [keeper.email.lower(), person.is_own, keeper.name] == ["cleo@example.org", True, "Cleo Newcomer"]
    assert not keeper.has_usable_password()


def test_a_full_category_holds_up_nobody_at_the_desk(edition: Edition) -> None:
    category = factories.category(edition, quota=1)
    factories.registration(edition, category=category)

    walk_in(organising(edition), category)

    person = Registration.objects.get(family_name="Newcomer")
    category.refresh_from_db()
    assert [person.status, person.is_outside_quota, category.taken_count] == ["confirmed", True, 1]


def test_a_form_sent_twice_registers_once(edition: Edition) -> None:
    client, category, number = organising(edition), factories.category(edition), str(uuid.uuid4())

    answers = [walk_in(client, category, number=number) for _time in range(2)]

    assert len({answer["Location"] for answer in answers}) == 1
    assert Registration.objects.filter(family_name="Newcomer").count() == 1


@pytest.mark.parametrize("given", ["Anna", "ANNA", "anna"])
def test_who_seems_registered_is_offered_instead_of_doubled(
    edition: Edition, anna: Registration, given: str
) -> None:
    client, category = organising(edition), factories.category(edition)

    first = walk_in(client, category, given_name=given, family_name="Angstrom")
    second = walk_in(client, category, given_name=given, family_name="Angstrom", is_somebody_else="on")

    body = first.content.decode()
    assert [first.status_code, page_of(anna) in body, "somebody else of the same name" in body] == [
        409,
        True,
        True,
    ]
    assert second.status_code == 302
    assert Registration.objects.filter(edition=edition).count() == 2


def test_an_address_is_registered_once_whatever_is_ticked(edition: Edition, anna: Registration) -> None:
    client = organising(edition)

    answer = walk_in(client, factories.category(edition), email=anna.email.upper(), is_somebody_else="on")

    body = answer.content.decode()
    assert [answer.status_code, page_of(anna) in body] == [409, True]
    assert Registration.objects.count() == 1


def test_what_is_agreed_to_at_the_desk_is_noted(edition: Edition) -> None:
    notice, photos = (
        ConsentText.objects.create(
            edition=edition, purpose=purpose, text_en=f"Words of {purpose}.", is_required=purpose == "notice"
        )
        for purpose in ("notice", "photos")
    )
    by = organiser()
    client, category = organising(edition, by=by), factories.category(edition)

    without = walk_in(client, category)
    walk_in(client, category, **{f"agree_{notice.pk}": "on"})

    assert without.status_code == 200
    person = Registration.objects.get(family_name="Newcomer")
    assert [(one.text, one.given_by) for one in person.consents.all()] == [(notice, by)]
    assert photos.consents.count() == 0
    history = person.events.filter(verb="consented").values_list("actor", "detail")
    assert list(history) == [(by.pk, {"purposes": ["notice"]})]


@pytest.mark.parametrize(
    "field", ["given_name", "family_name", "organisation_name", "email", "category", "language"]
)
@pytest.mark.parametrize("value", ["x" * 10_000, "a\x00b", "🍌", "https://spam.example"])
def test_a_walk_in_that_cannot_be_is_told_and_keeps_what_was_typed(
    edition: Edition, field: str, value: str
) -> None:
    answer = walk_in(organising(edition), factories.category(edition), **{field: value})

    assert answer.status_code == 200
    assert "City of Example" in answer.content.decode() or field == "organisation_name"
    assert Registration.objects.count() == 0


def test_only_the_press_office_registers_journalists_at_the_desk(edition: Edition) -> None:
    press = factories.category(edition, is_press=True, needs_approval=True)
    by = organiser()

    refused = walk_in(organising(edition, by=by), press)
    by = User.objects.get(pk=by.pk)
    by.user_permissions.add(Permission.objects.get(codename="accredit"))
    walk_in(organising(edition, by=by), press)

    assert refused.status_code == 200
    assert [person.status for person in Registration.objects.all()] == ["confirmed"]


def test_nobody_walks_in_before_the_days(edition: Edition) -> None:
    client = organising(edition)
    Edition.objects.update(
        starts_on=today(edition) + timedelta(days=3), ends_on=today(edition) + timedelta(days=3)
    )

    answer = walk_in(client, factories.category(edition))

    assert "on the days of the edition alone" in answer.content.decode()
    assert Registration.objects.count() == 0


# --- a delegation's badges -----------------------------------------------------------------------------


def delegation_of(edition: Edition, count: int) -> tuple[str, list[Registration]]:
    city = edition.delegations.create(organisation=factories.organisation(name="Liège"))
    category = factories.category(edition)
    people = [
        factories.registration(edition, category=category, place=edition.places.create(delegation=city))
        for _number in range(count)
    ]
    return reverse("registration:desk_delegation", args=[city.pk]), people


def test_one_person_takes_the_badges_of_a_whole_delegation(edition: Edition) -> None:
    address, people = delegation_of(edition, 3)
    companion = factories.registration(
        edition, place=edition.places.create(accompanies=people[0].place, companion_kind="assistant")
    )
    gone = factories.registration(edition, status="submitted")
    client = organising(edition)
    fields = {"handed_to": str(people[0].pk), "present": [str(one.pk) for one in people[:2]]}

    client.post(address, fields)
    first = list(Ticket.objects.order_by("pk").values_list("registration", "handed_to", "handed_at"))
    client.post(address, {**fields, "handed_to": str(people[1].pk)})

    assert {row[0] for row in first} == {one.pk for one in (*people, companion)}
    assert {row[1] for row in first} == {people[0].pk}
    assert list(Ticket.objects.order_by("pk").values_list("registration", "handed_to", "handed_at")) == first
    assert [there(), CheckIn.objects.filter(how="delegation").count()] == [
        [(one.pk, None) for one in people[:2]],
        2,
    ]
    assert gone.tickets.count() == 0
    assert "All handed out" in client.get("/en/desk/delegations/").content.decode()


@pytest.mark.parametrize("value", ["", "banana", "9" * 30, "0", "a\x00b"])
def test_badges_go_to_people_of_the_delegation_alone(
    edition: Edition, anna: Registration, value: str
) -> None:
    address, people = delegation_of(edition, 1)
    client = organising(edition)

    answers = [
        client.post(address, {"handed_to": value or str(anna.pk)}),
        client.post(address, {"handed_to": str(people[0].pk), "present": [value or str(anna.pk)]}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [there(), Ticket.objects.exclude(handed_at=None).count()] == [[], 0]


def test_the_pages_of_delegations_cost_the_same_with_many(edition: Edition) -> None:
    client, counts = organising(edition), []
    for size in (1, 8):
        for _number in range(size):
            address, _people = delegation_of(edition, size)
        for one in ("/en/desk/delegations/", address):
            with CaptureQueriesContext(connection) as captured:
                client.get(one)
            counts.append(len(captured))

    assert counts[:2] == counts[2:]


# --- in the admin --------------------------------------------------------------------------------------


@pytest.fixture
def table(edition: Edition) -> Client:
    """An administrator's browser."""
    client = Client()
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


def test_a_link_made_in_the_admin_is_shown_once_and_works(edition: Edition, table: Client) -> None:
    factories.category(edition)
    answer = table.post(
        "/admin/registration/desklink/add/",
        {"edition": edition.pk, "day": today(edition).isoformat(), "label": "Entrance A"},
    )
    made = answer.context
    address = made["address"].split("/", 3)[3]

    entered = Client().post(f"/{address}", {"pin": made["pin"], "name": "Telephone 1"})
    later = table.get(f"/admin/registration/desklink/{made['link'].pk}/change/").content.decode()

    assert [answer.status_code, entered.status_code] == [200, 302]
    assert [made["pin"] in later, address in later] == [False, False]


def test_a_link_for_a_day_outside_the_edition_is_refused_in_the_admin(
    edition: Edition, table: Client
) -> None:
    answer = table.post(
        "/admin/registration/desklink/add/", {"edition": edition.pk, "day": "2001-01-01", "label": "A"}
    )

    assert [answer.status_code, "on the days of the edition alone" in answer.content.decode()] == [200, True]


def test_the_passphrase_is_set_in_the_admin_and_shown_nowhere(edition: Edition, table: Client) -> None:
    page = "/admin/registration/deskpassphrase/add/"
    short = table.post(page, {"edition": edition.pk, "passphrase": "short"})
    table.post(page, {"edition": edition.pk, "passphrase": "four invented words here"})
    shown = table.get(f"/admin/registration/deskpassphrase/{edition.pk}/change/").content.decode()

    assert [short.status_code, edition.desk_passphrase.is_it("four invented words here")] == [200, True]
    assert "four invented words" not in shown


def test_actions_of_the_admin_close_undo_and_look_into(
    edition: Edition, anna: Registration, table: Client
) -> None:
    client = volunteer(edition)
    client.post(page_of(anna), {"what": "check_in"})
    DeskAlert.objects.create(edition=edition, kind="forged", at=timezone.now())

    for page, action in (
        ("checkin", "undo"),
        ("deskalert", "look_into"),
        ("deskdevice", "close"),
        ("desklink", "revoke"),
    ):
        listed = table.get(f"/admin/registration/{page}/")
        rows = [str(row.pk) for row in listed.context["cl"].queryset]
        table.post(f"/admin/registration/{page}/", {"action": action, "_selected_action": rows})

    assert [there(), client.get("/desk/me.json").status_code] == [[], 401]
    assert DeskAlert.objects.filter(seen_at=None).count() == 0


def test_codes_from_paper_are_read_as_people_type_them(
    edition: Edition, anna: Registration, table: Client
) -> None:
    ben = factories.registration(edition)
    for person, code in ((anna, "01AB20CD11"), (ben, "2223456789")):
        Ticket.objects.create(registration=person, place=person.place, code=code)
    fields = {
        "day": today(edition).isoformat(),
        "where": "",
        "at": "00:05",
        "codes": "OIab2–OCDL1; Anna\n22234 56789, Ben\n22234-567890",
    }

    typed = table.post("/admin/registration/checkin/paper/", fields).context["typed"]

    assert [there(), typed.new] == [[(anna.pk, None), (ben.pk, None)], 2]
    assert [line for line, _why in typed.left] == ["22234-567890"]


def test_the_day_of_a_new_link_is_today_by_the_clocks_of_the_edition(edition: Edition, table: Client) -> None:
    Edition.objects.update(timezone="Pacific/Kiritimati" if timezone.now().hour >= 10 else "Pacific/Niue")
    edition.refresh_from_db()

    page = table.get("/admin/registration/desklink/add/").content.decode()

    assert f'value="{today(edition).isoformat()}"' in page or today(edition).strftime("%d/%m/%Y") in page


def test_the_page_of_one_link_device_or_check_in_ends_it_once_it_is_asked(
    edition: Edition, anna: Registration, table: Client
) -> None:
    client = volunteer(edition)
    client.post(page_of(anna), {"what": "check_in"})
    buttons = (
        ("checkin", CheckIn.objects.get().pk, "undo_this"),
        ("deskdevice", DeskDevice.objects.get().pk, "close_this"),
        ("desklink", DeskLink.objects.get().pk, "revoke_this"),
    )

    for model, key, name in buttons:
        page = reverse(f"admin:registration_{model}_change", args=[key])
        button = reverse(f"admin:registration_{model}_{name}", args=[key])
        assert button in table.get(page).content.decode()
        assert table.get(button).status_code == 200
        assert len(there()) == (model == "checkin")
        table.post(button)
        assert button not in table.get(page).content.decode()

    assert [there(), client.get("/desk/me.json").status_code] == [[], 401]
    assert DeskDevice.objects.get().closed_at is not None
    assert DeskLink.objects.get().revoked_at is not None


def test_the_paper_list_begins_with_today_and_names_doors_by_their_hours(
    edition: Edition, table: Client
) -> None:
    form = table.get("/admin/registration/checkin/paper/").context["form"]
    Edition.objects.update(starts_on=today(edition) - timedelta(3), ends_on=today(edition) - timedelta(1))
    afterwards = table.get("/admin/registration/checkin/paper/").context["form"]

    assert form["day"].initial == today(edition).isoformat()
    assert afterwards["day"].initial is None
    assert afterwards.fields["day"].choices[0] == ("", "Choose the day")


def test_the_forms_of_the_desk_begin_with_the_current_edition(edition: Edition, table: Client) -> None:
    factories.edition(number=77, is_current=False)

    forms = [
        table.get(f"/admin/registration/{page}/add/").context["adminform"].form
        for page in ("desklink", "deskpassphrase")
    ]

    assert [str(form["edition"].value()) for form in forms] == [str(edition.pk)] * 2


def test_the_paper_list_is_typed_in_afterwards_many_at_once(
    edition: Edition, anna: Registration, table: Client
) -> None:
    ben, gone = factories.registration(edition), factories.registration(edition)
    codes = [actions.ticket_for(one).shown_code for one in (anna, ben, gone)]
    actions.cancel_registration(registration=gone, by=gone.managed_by)
    fields = {
        "day": today(edition).isoformat(),
        "where": "",
        "at": "00:05",
        "codes": f"{codes[0].lower()} Anna\n{codes[1].replace('-', '')}\nbanana\n00000-00000\n\n",
    }

    first = table.post("/admin/registration/checkin/paper/", fields)
    second = table.post("/admin/registration/checkin/paper/", fields)

    assert there() == [(anna.pk, None), (ben.pk, None)]
    assert {row.how for row in CheckIn.objects.all()} == {"paper"}
    for answer, counted in ((first, (2, 0)), (second, (0, 2))):
        typed = answer.context["typed"]
        assert (typed.new, typed.already) == counted
        assert [line for line, _why in typed.left] == ["banana", "00000-00000"]
    assert alerts() == []


@pytest.mark.parametrize("field", ["day", "where", "at", "codes"])
@pytest.mark.parametrize("value", ["banana", "x" * 100_000, "a\x00b", "9999-99-99", "🍌", "23:59:59.9"])
def test_a_paper_list_that_cannot_be_is_told(edition: Edition, table: Client, field: str, value: str) -> None:
    fields = {"day": today(edition).isoformat(), "where": "", "at": "00:05", "codes": "banana", field: value}

    answer = table.post("/admin/registration/checkin/paper/", fields)

    assert [answer.status_code, there()] == [200, []]
