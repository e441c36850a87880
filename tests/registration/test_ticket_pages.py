from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from procrastinate.contrib.django.models import ProcrastinateJob

from efus_conference.mail import compose
from efus_conference.models import Edition, User
from registration.actions import NotYours, cancel_registration, reprint_badge, ticket_for
from registration.actions.delegations import name_place, replace_person
from registration.actions.ticket_keys import KeyInUse, NoKeyToSign, mail_tickets, retire_key, revoke_key
from registration.models import Delegation, Place, Registration, Ticket, TicketKey
from registration.ticket_keys import signed, signer
from registration.ticket_pdf import ticket_pdf
from tests import factories
from tests.registration.reading_codes import seen_in_pdf

pytestmark = pytest.mark.django_db
ANOTHER_KEY = "another key, as long as the one before it was"
NAMES = {
    "usual": ("Zoë", "Łukasiewicz-Ødegård"),
    "longest": (
        "Wilhelmina-Konstantina " * 4 + "Anna",
        "van den Berg-Papadopoulou " * 3 + "de Vries-Janssens",
    ),
    "one word": ("", "W" * 100),
    "greek": ("Ελευθερία", "Παπαδοπούλου"),
    "cyrillic": ("Олександра", "Щербаченко"),
    "arabic": ("فاطمة الزهراء", "بن عبد الله"),
}


@pytest.fixture
def page(client: Client, robin: User) -> Client:
    client.force_login(robin)
    return client


@pytest.fixture
def ticket(registration: Registration) -> Ticket:
    return ticket_for(registration)


def queued() -> list[dict[str, Any]]:
    return [
        job.args["ids"]
        for job in ProcrastinateJob.objects.filter(task_name="mail.send").order_by("id")
        if job.args["kind"] == "registration/ticket"
    ]


def test_the_link_of_a_registration_makes_its_ticket_and_leads_to_it(
    page: Client, registration: Registration
) -> None:
    first = page.get(f"/en/my/registrations/{registration.pk}/ticket/")
    ticket = Ticket.objects.get()
    assert (first.status_code, first["Location"]) == (302, f"/en/my/tickets/{ticket.code}/")
    assert page.get(f"/en/my/registrations/{registration.pk}/ticket/")["Location"] == first["Location"]
    for address in ("/en/my/", f"/en/my/registrations/{registration.pk}/", "/en/my/agenda/"):
        assert f'href="/en/my/tickets/{ticket.code}/"' in page.get(address).text, address


def test_who_is_not_confirmed_is_led_back_with_a_sentence(
    page: Client, edition: Edition, robin: User
) -> None:
    waits = factories.registration(edition, managed_by=robin, status="submitted")
    answer = page.get(f"/en/my/registrations/{waits.pk}/ticket/", follow=True)
    assert answer.redirect_chain == [(f"/en/my/registrations/{waits.pk}/", 302)]
    assert "this registration is not confirmed" in answer.text
    assert "/ticket/" not in answer.text


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_the_page_shows_code_name_and_days(page: Client, ticket: Ticket, language: str) -> None:
    answer = page.get(f"/{language}/my/tickets/{ticket.code}/")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"] or "private" in answer["Cache-Control"]
    for part in ("ticket-qr", ticket.shown_code, ticket.registration.name, "2031"):
        assert part in answer.text


@pytest.mark.parametrize("ending", ["/", ".pdf", "/renew/"])
def test_the_code_alone_opens_nothing_for_others(client: Client, ticket: Ticket, ending: str) -> None:
    address = f"/en/my/tickets/{ticket.code}{ending}"
    assert client.get(address)["Location"].startswith("/en/accounts/login/")
    for other in (factories.user(), factories.user(is_staff=True, is_superuser=True)):
        client.force_login(other)
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("code", ["0000000000", "x" * 10_000, "%00", "banana", "’", "ticket.pdf"])
def test_an_address_that_is_no_code_is_not_found(page: Client, code: str) -> None:
    assert page.get(f"/en/my/tickets/{code}/").status_code in (400, 404)
    assert page.get(f"/en/my/tickets/{code}.pdf").status_code in (400, 404)


def test_the_pdf_holds_one_page_a_code_that_others_read_and_says_so_to_screen_readers(
    page: Client, ticket: Ticket, tmp_path: Path
) -> None:
    answer = page.get(f"/en/my/tickets/{ticket.code}.pdf")
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "application/pdf",
        'inline; filename="ticket.pdf"',
    )
    assert b"pdfuaid" in answer.content
    assert seen_in_pdf(answer.content, tmp_path) == signed(ticket)
    assert page.get(f"/en/my/tickets/{ticket.code}.pdf").content == answer.content


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_whatever_the_name_the_ticket_is_one_page_and_its_code_is_read(
    edition: Edition, tmp_path: Path, name: str, language: str
) -> None:
    given, family = NAMES[name]
    registration = factories.registration(
        edition,
        given_name=given[:100],
        family_name=family[:100],
        organisation_name="Samenwerkingsverband van gemeenten " * 5,
    )
    with translation.override(language):
        pdf = ticket_pdf(ticket_for(registration))
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    # Half as fine as an office printer.
    assert seen_in_pdf(pdf, tmp_path, dots_per_inch=75) == signed(ticket_for(registration))


def test_a_new_ticket_is_made_once_it_is_confirmed_and_mailed(
    page: Client, ticket: Ticket, registration: Registration
) -> None:
    address = f"/en/my/tickets/{ticket.code}/renew/"
    assert ticket.shown_code in page.get(address).text
    assert Ticket.objects.count() == 1
    answer = page.post(address)
    new = Ticket.objects.standing().get()
    assert answer["Location"] == f"/en/my/tickets/{new.code}/"
    # The second click, and the page that lay open in another window.
    assert page.post(address)["Location"] == answer["Location"]
    assert page.get(address)["Location"] == f"/en/my/tickets/{ticket.code}/"
    assert (Ticket.objects.count(), queued()) == (2, [{"registration_id": registration.pk}])
    (letter,) = compose("registration/ticket", registration_id=registration.pk)
    assert [name for name, _content, _type in letter.attachments] == ["ticket.pdf"]
    # To the page that a telephone keeps; a badge is spoken of to whom the desk printed one.
    assert letter.context["ticket_url"].endswith(f"/en/my/tickets/{new.code}/")
    assert letter.context["is_reprinted"] is False
    reprint_badge(registration=registration, by=factories.user(is_superuser=True))
    (letter,) = compose("registration/ticket", registration_id=registration.pk)
    assert letter.context["is_reprinted"] is True


def test_the_page_of_a_void_ticket_shows_no_code_and_leads_to_the_one_that_holds(
    page: Client, ticket: Ticket, registration: Registration
) -> None:
    page.post(f"/en/my/tickets/{ticket.code}/renew/")
    answer = page.get(f"/en/my/tickets/{ticket.code}/")
    assert answer.status_code == 410
    assert "ticket-qr" not in answer.text
    assert f"/en/my/registrations/{registration.pk}/ticket/" in answer.text
    assert page.get(f"/en/my/tickets/{ticket.code}.pdf").status_code == 302


def test_nothing_is_renewed_once_the_edition_is_over(
    page: Client, ticket: Ticket, edition: Edition, registration: Registration
) -> None:
    Edition.objects.filter(pk=edition.pk).update(starts_on="2020-05-14", ends_on="2020-05-16")
    assert "/renew/" not in page.get(f"/en/my/tickets/{ticket.code}/").text
    assert page.post(f"/en/my/tickets/{ticket.code}/renew/")["Location"] == f"/en/my/tickets/{ticket.code}/"
    assert [row.pk for row in Ticket.objects.standing()] == [ticket.pk]
    assert list(compose("registration/ticket", registration_id=registration.pk)) == []


def test_a_cancelled_registration_s_ticket_is_void_and_offers_no_other(
    page: Client, ticket: Ticket, registration: Registration, robin: User
) -> None:
    cancel_registration(registration=registration, by=robin)
    answer = page.get(f"/en/my/tickets/{ticket.code}/")
    assert (answer.status_code, "ticket-qr" in answer.text) == (410, False)
    assert f"/en/my/registrations/{registration.pk}/ticket/" not in answer.text


def test_a_place_given_to_someone_else_has_another_ticket_and_the_old_is_void(edition: Edition) -> None:
    coordinator = factories.user()
    delegation = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(), coordinator=coordinator
    )
    place = Place.objects.create(edition=edition, delegation=delegation)
    person = {
        "given_name": "Ada",
        "family_name": "Example",
        "email": "ada@example.org",
        "mails_to": "person",
        "language": "en",
        "category": factories.category(edition),
        "function": "",
    }
    old = ticket_for(name_place(place=place, by=coordinator, person=person))
    new = ticket_for(
        replace_person(
            place=place,
            by=coordinator,
            person={**person, "given_name": "Bo", "email": "bo@example.org"},
            reason="",
        )
    )
    old.refresh_from_db()
    assert (old.is_standing, old.voided_why, new.is_standing) == (False, "replaced", True)
    assert (old.place, old.code == new.code) == (new.place, False)


def test_while_no_key_can_sign_the_page_says_that_the_name_is_enough(
    page: Client, ticket: Ticket, registration: Registration
) -> None:
    signer()
    TicketKey.objects.update(revoked_at=timezone.now())
    answer = page.get(f"/en/my/tickets/{ticket.code}/")
    assert (answer.status_code, "ticket-qr" in answer.text) == (200, False)
    assert "your name is enough" in answer.text
    assert page.get(f"/en/my/tickets/{ticket.code}.pdf").status_code == 302
    # The mail goes out all the same, without the file.
    (letter,) = compose("registration/confirmation", registration_id=registration.pk)
    assert [name for name, _content, _type in letter.attachments] == ["conference.ics"]


# --- keys --------------------------------------------------------------------------------------------


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("ticket_keys", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_shows_the_keys_and_writes_a_new_one_down(edition: Edition, settings: Any) -> None:
    old = signer().key_id
    settings.TICKET_KEY = ANOTHER_KEY
    lines = told("list").splitlines()
    new = signer().key_id
    assert [line[:8] for line in lines] == [new, old]
    assert lines[0].endswith("in use")
    assert lines[1].endswith("verifies until 2031-05-17T00:00:00+02:00")


def test_a_key_in_use_is_not_retired_and_an_unknown_one_is_no_key(edition: Edition) -> None:
    in_use = signer().key_id
    with pytest.raises(KeyInUse):
        retire_key(key=TicketKey.objects.get(pk=in_use))
    for arguments in (("retire", in_use), ("retire", "banana"), ("revoke", "00000000")):
        with pytest.raises(CommandError):
            told(*arguments)


def test_after_a_leak_everyone_is_mailed_a_ticket_of_the_other_key(
    ticket: Ticket, edition: Edition, settings: Any
) -> None:
    leaked = signer().key_id
    assert "Set another one" in told("revoke", leaked.lower())
    with pytest.raises(NoKeyToSign):
        mail_tickets(edition=edition)
    settings.TICKET_KEY = ANOTHER_KEY
    assert told("mail") == "1 tickets are queued.\n"
    assert queued() == [{"registration_id": ticket.registration_id}]
    assert re.match(rf"SDC1\.\d+\.(?!{leaked})[0-9A-F]{{8}}\.{ticket.code}\.", signed(ticket))
    assert f"{leaked}, first used" in told("list")
    # Twice changes nothing.
    first = TicketKey.objects.get(pk=leaked).revoked_at
    assert revoke_key(key=TicketKey.objects.get(pk=leaked), by=None).revoked_at == first


def test_administrators_revoke_a_key_after_a_question_and_the_desk_does_not(client: Client) -> None:
    key = TicketKey.objects.get(pk=signer().key_id)
    address = reverse("admin:registration_ticketkey_revoke_this", args=[key.pk])
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    assert f"Revoke the key {key}?" in client.get(address).text
    key.refresh_from_db()
    assert key.revoked_at is None
    client.post(address)
    key.refresh_from_db()
    assert key.revoked_at is not None
    with pytest.raises(NotYours):
        revoke_key(key=key, by=factories.user(is_staff=True))


def test_the_desk_finds_a_ticket_by_its_code_as_it_is_shown(client: Client, ticket: Ticket) -> None:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    address = reverse("admin:registration_ticket_changelist")
    for asked in (ticket.shown_code, ticket.code.lower(), ticket.registration.family_name):
        assert ticket.shown_code in client.get(address, {"q": asked}).text, asked
    assert ticket.shown_code not in client.get(address, {"q": "banana"}).text
