"""Who gets in at the desk: volunteers by the link of the day and its PIN, organisers by their login."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from efus_conference.models import Edition
from registration import actions
from registration.actions.desk import PassphraseTooShort
from registration.actions.desk_refusals import NotOnThisDay
from registration.models import DeskDevice, DeskLink, DeskPassphrase, Registration
from tests import factories
from tests.registration.desking import (
    PASSPHRASE,
    device_of,
    new_link,
    organiser,
    organising,
    today,
    volunteer,
)

pytestmark = pytest.mark.django_db

SHELL = "/en/desk/"


@pytest.fixture
def edition() -> Edition:
    return factories.edition_of_today()


def address(token: str) -> str:
    return f"/en/desk/enter/{token}/"


def try_pin(client: Client, token: str, pin: str, name: str = "Entrance A") -> tuple[int, str]:
    answer = client.post(address(token), {"pin": pin, "name": name})
    return answer.status_code, answer.content.decode()


def test_a_volunteer_enters_with_the_pin_and_names_the_device(edition: Edition) -> None:
    made, client = new_link(edition), Client()

    page = client.get(address(made.token))
    answer = client.post(
        address(made.token), {"pin": f" {made.pin[:3]} {made.pin[3:]}", "name": "Entrance A"}
    )

    assert [page.status_code, page["Cache-Control"], page["Referrer-Policy"]] == [
        200,
        "no-store",
        "same-origin",  # a browser sends no Origin from “no-referrer”, and the form would be refused
    ]
    assert [answer.status_code, answer["Location"]] == [302, SHELL]
    device = device_of(client)
    assert [device.name, device.link, device.user] == ["Entrance A", made.link, None]


def test_a_token_nobody_was_given_leads_nowhere(edition: Edition) -> None:
    assert Client().get(address("x" * 32)).status_code == 404
    assert Client().get(address("x" * 10_000)).status_code == 404


def test_neither_token_nor_pin_is_kept(edition: Edition) -> None:
    made = new_link(edition)

    kept = str(DeskLink.objects.values().get())

    assert [made.token in kept, made.pin in kept] == [False, False]


def test_ten_wrong_pins_close_the_link_for_who_comes_and_not_for_who_is_in(edition: Edition) -> None:
    made = new_link(edition)
    inside = volunteer(edition, link=made)
    wrong = "000000" if made.pin != "000000" else "000001"

    answers = [try_pin(Client(), made.token, wrong) for _time in range(10)]
    right, page = try_pin(Client(), made.token, made.pin), Client().get(address(made.token))

    assert [status for status, _body in answers] == [200] * 9 + [403]
    assert "This is not the PIN of this link" in answers[0][1]
    assert [right[0], "A wrong PIN" in right[1], page.status_code] == [403, True, 403]
    assert inside.get("/desk/me.json").status_code == 200


def test_the_right_pin_forgets_the_wrong_ones(edition: Edition) -> None:
    made = new_link(edition)
    wrong = "000000" if made.pin != "000000" else "000001"
    for _time in range(2):
        for _number in range(9):
            try_pin(Client(), made.token, wrong)
        assert try_pin(Client(), made.token, made.pin)[0] == 302


@pytest.mark.parametrize("pin", ["", "banana", "9" * 10_000, "12\x003456", "🍌", "１２３４５６"])
def test_a_pin_that_is_none_is_told_in_a_sentence(edition: Edition, pin: str) -> None:
    status, body = try_pin(Client(), new_link(edition).token, pin, name="Entrance “A”")

    assert [status, "Entrance “A”" in body, 'class="field-error"' in body or "error" in body] == [
        200,
        True,
        True,
    ]


@pytest.mark.parametrize("name", ["", " ", "x" * 10_000, "a\x00b", "🍌", "!!!"])
def test_a_device_has_a_name_one_can_read(edition: Edition, name: str) -> None:
    made = new_link(edition)

    assert try_pin(Client(), made.token, made.pin, name=name)[0] == 200
    assert DeskDevice.objects.count() == 0


@pytest.mark.parametrize("days", [-1, 1])
def test_a_link_works_on_its_day_alone(days: int) -> None:
    edition = factories.edition_of_today()
    made = new_link(edition)
    DeskLink.objects.update(day=today(edition) + timedelta(days=days))

    page = Client().get(address(made.token))

    assert [page.status_code, "works on one day alone" in page.content.decode()] == [403, True]


def test_a_revoked_link_says_so_and_closes_its_devices(edition: Edition) -> None:
    made = new_link(edition)
    inside = volunteer(edition, link=made)

    actions.revoke_desk_link(link=made.link)
    page = Client().get(address(made.token))

    assert [page.status_code, "have closed this link" in page.content.decode()] == [403, True]
    assert inside.get("/desk/me.json").status_code == 401


def test_a_device_that_an_organiser_closes_is_out(edition: Edition) -> None:
    client = volunteer(edition)

    actions.close_device(device=device_of(client))

    assert [client.get("/desk/me.json").status_code, client.get("/en/desk/people/").status_code] == [401, 403]


def test_a_link_is_for_a_day_of_the_edition(edition: Edition) -> None:
    with pytest.raises(NotOnThisDay):
        new_link(edition, day=today(edition) + timedelta(days=1))


def test_an_organiser_enters_by_login_and_goes_where_they_wanted(edition: Edition) -> None:
    client = Client()
    client.force_login(organiser())

    sent = client.get("/en/desk/walk-in/")
    page = client.get(sent["Location"])
    answer = client.post(sent["Location"], {"name": "Tablet", "next": "/en/desk/walk-in/"})

    assert [sent.status_code, page.status_code] == [302, 200]
    assert [answer.status_code, answer["Location"]] == [302, "/en/desk/walk-in/"]
    assert client.get("/en/desk/walk-in/").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_entering_leads_to_no_other_site(edition: Edition, target: str) -> None:
    client = Client()
    client.force_login(organiser())

    answer = client.post("/en/desk/enter/", {"name": "Tablet", "next": target})

    assert answer["Location"] == SHELL


@pytest.mark.parametrize("who", ["nobody", "participant", "staff without the right", "right without staff"])
def test_nobody_else_enters_as_an_organiser(edition: Edition, who: str) -> None:
    client = Client()
    if who == "participant":
        client.force_login(factories.user())
    elif who == "staff without the right":
        client.force_login(factories.user(is_staff=True))
    elif who == "right without staff":
        by = organiser()
        by.is_staff = False
        by.save()
        client.force_login(by)

    answers = [client.get("/en/desk/enter/"), client.post("/en/desk/enter/", {"name": "Tablet"})]

    assert [answer.status_code for answer in answers] == ([302] * 2 if who == "nobody" else [403] * 2)
    assert DeskDevice.objects.count() == 0


def test_between_two_editions_there_is_no_desk_to_open() -> None:
    client = Client()
    client.force_login(organiser())

    answer = client.get("/en/desk/enter/")

    assert answer.status_code == 403
    assert "There is no edition whose desk could be opened." in answer.content.decode()


def test_a_volunteer_opens_no_page_of_the_organisers(edition: Edition) -> None:
    client = volunteer(edition)
    person = factories.registration(edition)
    city = edition.delegations.create(organisation=factories.organisation())
    addresses = [
        reverse("registration:desk_walk_in"),
        reverse("registration:desk_delegations"),
        reverse("registration:desk_delegation", args=[city.pk]),
        reverse("registration:desk_headsets"),
        reverse("registration:desk_badge", args=[person.pk]),
    ]

    answers = {
        (address, method.__name__): method(address).status_code
        for address in addresses
        for method in (client.get, client.post)
    }
    admin = [client.get(f"/admin/registration/{page}/").status_code for page in ("desklink", "checkin")]

    assert {*answers.values()} <= {403, 405}
    assert answers[addresses[-1], "post"] == 403
    assert admin == [302, 302]


def test_a_volunteer_does_nothing_with_a_person_but_check_in(edition: Edition) -> None:
    person: Registration = factories.registration(edition)
    client = volunteer(edition)
    ticket = actions.ticket_for(person)
    page = reverse("registration:desk_person", args=[person.pk])

    for what in ("reprint", "lend", "give_back", "banana", ""):
        client.post(page, {"what": what, "number": 7})
    body = client.get(page).content.decode()

    ticket.refresh_from_db()
    assert [ticket.is_standing, person.headset_loans.count(), person.check_ins.count()] == [True, 0, 0]
    assert [word in body for word in ("Print the badge", "Lend it", "admin/")] == [False, False, False]


def test_who_did_not_enter_is_told_how(edition: Edition) -> None:
    answer = Client().get("/en/desk/people/")

    assert [answer.status_code, "Volunteers open the link of today" in answer.content.decode()] == [403, True]


def test_of_another_edition_nobody_is_found_by_number(edition: Edition) -> None:
    other = factories.registration(factories.edition(is_current=False))

    for client in (volunteer(edition), organising(edition)):
        assert client.get(reverse("registration:desk_person", args=[other.pk])).status_code == 404


def test_the_passphrase_is_long_and_only_its_hash_is_kept(edition: Edition) -> None:
    with pytest.raises(PassphraseTooShort):
        actions.set_passphrase(edition=edition, passphrase="short", by=organiser())

    for passphrase in ("another long passphrase", PASSPHRASE):
        actions.set_passphrase(edition=edition, passphrase=passphrase, by=organiser())

    kept = DeskPassphrase.objects.get()
    assert [PASSPHRASE in kept.hashed, kept.is_it(PASSPHRASE)] == [False, True]
