from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.template import engines
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from efus_conference.bounces import return_address
from efus_conference.mail import _composers, compose, queue, render
from efus_conference.models import Edition, Mail, User
from efus_conference.models.mails import KINDS as NAMED
from programme.actions import release
from programme.models import ReleasedSession, Session
from registration.actions import (
    book_seat,
    cancel_registration,
    change_registration,
    refuse_registration,
    register,
    reopen_registration,
)
from registration.actions.telling import tell_of_changes
from registration.models import (
    AgendaChange,
    Booking,
    Delegation,
    Message,
    NeedReply,
    Place,
    PlaceInvitation,
    Question,
    Registration,
    SeatPool,
    Ticket,
    Wait,
    WaitParty,
)
from registration.ticket_keys import signed
from tests import factories
from tests.factories import NINE
from tests.registration.reading_codes import seen_in_pdf

Mailbox = Callable[[], list[EmailMessage]]
Worker = Callable[[], None]


def body(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_each_mail_is_written_in_the_language_of_the_registration(
    fresh_db: str, mailbox: Mailbox, run_worker: Worker, language: str
) -> None:
    edition, keeper = factories.edition(), factories.user(name="Robin Example")
    session = factories.session(
        edition, title_en="Safe nights", title_fr="Nuits sûres", title_nl="Veilige nachten"
    )
    factories.pool(session)
    release(edition=edition, by=None)
    category = factories.category(edition, name_en="Elected official", name_fr="Élu", name_nl="Verkozene")
    registration = register(
        edition=edition,
        managed_by=keeper,
        by=keeper,
        is_own=False,
        category=category,
        given_name="Jean-Noël",
        family_name="O’Brien <b>",
        email="jean@example.org",
        mails_to="both",
        language=language,
        function="",
        organisation_name="Košice",
        country="SK",
        needs="A secret need",
    )
    run_worker()
    change_registration(registration=registration, by=keeper, function="Mayor")
    with connection.cursor() as cursor:  # its mail waits for further changes
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    run_worker()
    book_seat(place=registration.place, session=session, by=keeper)
    Session.objects.filter(pk=session.pk).update(ends_at=NINE + timedelta(hours=2))
    release(edition=edition, by=None)
    tell_of_changes(at=timezone.now() + timedelta(days=1))
    run_worker()
    cancel_registration(registration=registration, by=keeper)
    run_worker()

    mails = mailbox()
    assert [mail["To"] for mail in mails] == ["jean@example.org", keeper.email] * 4
    assert set(Mail.objects.values_list("language", flat=True)) == {language}
    assert Mail.objects.filter(user=keeper).count() == 4
    category_name = {"en": "Elected official", "fr": "Élu", "nl": "Verkozene"}[language]
    title = {"en": "Safe nights", "fr": "Nuits sûres", "nl": "Veilige nachten"}[language]
    assert f"{category_name}\n" in body(mails[0])
    assert f"/{language}/my/registrations/{registration.pk}/" in body(mails[0])
    assert title in body(mails[4])
    assert f"/{language}/my/sessions/{session.code}/" in body(mails[4])
    for mail in mails:
        assert "O’Brien <b>" in body(mail)
        assert "O’Brien &lt;b&gt;" in body(mail, "html")
        assert f'<html lang="{language}">' in body(mail, "html")
        assert "secret" not in body(mail) + body(mail, "html")


def test_the_confirmation_brings_the_ticket_and_the_days_of_the_conference(
    fresh_db: str, mailbox: Mailbox, run_worker: Worker, tmp_path: Path
) -> None:
    edition, person = factories.edition(), factories.user()
    register(
        edition=edition, managed_by=person, by=person, is_own=True, category=factories.category(edition),
        given_name="Ada", family_name="Example", email="ada@example.org", mails_to="person", language="en",
        function="", organisation_name="Lund", country="SE", needs="",
    )  # fmt: skip
    run_worker()
    (mail,) = mailbox()
    ticket, attachment = mail.iter_attachments()
    (event,) = Calendar.from_ical(attachment.get_content()).walk("VEVENT")

    assert (ticket.get_content_type(), ticket.get_filename()) == ("application/pdf", "ticket.pdf")
    assert seen_in_pdf(ticket.get_content(), tmp_path) == signed(Ticket.objects.get())
    assert (attachment.get_content_type(), attachment.get_filename()) == ("text/calendar", "conference.ics")
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (
        edition.starts_on,
        edition.ends_on + timedelta(days=1),
    )
    assert mail["Subject"] == f"You are registered for {edition.name}"
    # Straight to the page that a telephone keeps, not to an address that only leads there.
    assert Ticket.objects.get().get_absolute_url() in mail.get_body(("plain",)).get_content()


def sent(registration: Registration, **fields: Any) -> Mail:
    values = {
        "kind": "registration/confirmation", "to": registration.email, "language": "en", "subject": "Confirmed",
        "text": "Hello\nhttp://localhost:8000/en/my/join/•••/ <b>", **fields,
    }  # fmt: skip
    return Mail.objects.create(subject_ids={"registration_id": registration.pk}, **values)


@pytest.mark.django_db
def test_a_person_reads_what_was_sent_to_them_and_whether_it_came_back(
    client: Client, edition: Edition, registration: Registration, robin: User
) -> None:
    mail = sent(registration)
    sent(factories.registration(edition), subject="Somebody else's")
    client.force_login(robin)
    page = client.get(f"/en/my/registrations/{registration.pk}/").content.decode()
    assert ("Confirmed" in page, "Somebody else" in page, "could not be delivered" in page) == (
        True,
        False,
        False,
    )

    text = client.get(f"/en/my/registrations/{registration.pk}/mails/{mail.pk}/").content.decode()
    assert "/my/join/•••/" in text
    assert "&lt;b&gt;" in text

    Mail.objects.filter(pk=mail.pk).update(bounce="failed", bounced_at=NINE, bounce_status="5.1.1")
    page = client.get(f"/en/my/registrations/{registration.pk}/").content.decode()
    assert "The latest e-mail could not be delivered." in page
    text = client.get(f"/en/my/registrations/{registration.pk}/mails/{mail.pk}/").content.decode()
    assert "This e-mail could not be delivered." in text


@pytest.mark.django_db
def test_a_mail_about_somebody_else_is_not_found(
    client: Client, edition: Edition, registration: Registration, robin: User
) -> None:
    stranger = factories.registration(edition)
    theirs, own = sent(stranger), sent(registration)
    client.force_login(robin)
    for of, mail in ((registration, theirs), (stranger, theirs), (stranger, own)):
        assert client.get(f"/en/my/registrations/{of.pk}/mails/{mail.pk}/").status_code == 404


@pytest.mark.django_db
def test_a_coordinator_reads_the_mails_that_went_to_themselves_and_no_others(
    client: Client, edition: Edition, robin: User
) -> None:
    delegation = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(), coordinator=robin
    )
    named = factories.registration(
        edition,
        place=Place.objects.create(edition=edition, delegation=delegation),
        managed_by=robin,
        is_own=False,
    )
    theirs, own = sent(named), sent(named)
    Mail.objects.filter(pk=theirs.pk).update(to="named@example.org", subject="To the person")
    Mail.objects.filter(pk=own.pk).update(to=robin.email.upper(), subject="To the coordinator")
    client.force_login(robin)
    address = f"/en/my/registrations/{named.pk}/"

    page = client.get(address).content.decode()
    assert ("To the coordinator" in page, "To the person" in page) == (True, False)
    answers = [client.get(f"{address}mails/{mail.pk}/").status_code for mail in (own, theirs)]
    assert answers == [200, 404]


@pytest.mark.django_db
def test_the_page_of_a_person_costs_the_same_with_one_mail_and_with_fifty(
    client: Client, registration: Registration, robin: User
) -> None:
    client.force_login(robin)
    counts = []
    for more in (1, 49):
        for _ in range(more):
            sent(registration)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/en/my/registrations/{registration.pk}/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_organisers_see_what_could_not_be_delivered_until_the_address_is_seen_to(
    client: Client, registration: Registration
) -> None:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    mail = sent(registration)
    failed = {"bounce": "failed", "bounced_at": timezone.now()}
    task = "E-mails to 1 address could not be delivered."

    def is_told() -> bool:
        return task in client.get("/admin/").content.decode()

    told = []
    for status in ("4.2.2", "5.1.1"):
        Mail.objects.filter(pk=mail.pk).update(bounce_status=status, **failed)
        told.append(is_told())
        later = sent(registration)
        told.append(is_told())
        later.delete()
    Registration.objects.update(email="right@example.org")
    User.objects.filter(pk=registration.managed_by_id).update(email="keeper@example.org")
    told.append(is_told())
    Registration.objects.update(email=mail.to)
    told.append(is_told())
    page = client.get(f"/admin/registration/registration/{registration.pk}/change/").content.decode()
    client.post("/admin/efus_conference/mail/", {"action": "mark_handled", "_selected_action": [mail.pk]})
    told.append(is_told())

    # One that may pass is over with the next mail, a wrong address only when it is changed or marked.
    assert told == [True, False, True, True, False, True, False]
    assert "<strong>could not be delivered</strong>" in page


@pytest.mark.django_db
def test_a_kept_mail_has_its_paragraphs_a_name_and_whom_it_concerns(
    client: Client, registration: Registration
) -> None:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    mail = sent(registration)
    Mail.objects.filter(pk=mail.pk).update(
        kind="registration/refused", text="First <part>.\n\nSecond.\nThird."
    )
    page = client.get(f"/admin/efus_conference/mail/{mail.pk}/change/").content.decode()

    assert "First &lt;part&gt;.<br><br>Second.<br>Third." in page
    assert f"/admin/registration/registration/{registration.pk}/change/" in page
    assert "registration refused" in page


def test_every_kind_of_mail_has_a_name_for_organisers() -> None:
    assert [kind for kind in _composers if kind not in NAMED] == []


@pytest.mark.django_db
def test_who_is_considered_again_reads_that_the_refusal_is_withdrawn(edition: Edition) -> None:
    row = factories.registration(edition, status="submitted")
    kind, desk = "registration/submitted", factories.user(is_staff=True, is_superuser=True)

    def subject() -> str:
        [letter] = compose(kind, registration_id=row.pk)
        return render(kind, letter).subject

    first = subject()
    refuse_registration(registration=row, by=desk, reason="No room")
    reopen_registration(registration=row, by=desk)

    assert [first, subject()] == [
        f"We have the registration of {row.name}",
        f"The refusal of the registration of {row.name} is withdrawn",
    ]


class Everything:
    """One of each thing a mail may tell of, and the ids its job would have."""

    def __init__(self, language: str) -> None:
        factories.edition(is_current=False)
        self.edition = edition = factories.edition()
        self.language = language
        self.room = factories.room(edition, name_en="Great Hall")
        organisation = factories.organisation(name_en="Košice")
        coordinator = factories.user(language=language)
        self.delegation = Delegation.objects.create(
            edition=edition, organisation=organisation, coordinator=coordinator
        )
        self.place = Place.objects.create(edition=edition, delegation=self.delegation)
        self.session = factories.session(edition, title_en="Safe nights", room=self.room)
        other = factories.session(edition, title_en="Mayors", starts_at=NINE + timedelta(minutes=30))
        for session in (self.session, other):
            factories.pool(session)
        release(edition=edition, by=None)
        self.person = self.registered("confirmed")
        self.clash = [
            self.booking(session, status="clash", clash_until=NINE - timedelta(days=1))
            for session in (self.session, other)
        ]

    def registered(self, status: str, **fields: Any) -> Registration:
        return factories.registration(
            self.edition, status=status, language=self.language, organisation_name="Košice", country="SK",
            function="Mayor <b>", **fields,
        )  # fmt: skip

    def booking(self, session: Session, **fields: Any) -> Booking:
        released = ReleasedSession.objects.get(pk=session.pk)
        return Booking.objects.create(
            place=self.person.place, session=session, during=released.during, **fields
        )

    def wait(self, status: str, **fields: Any) -> dict[str, int]:
        pool = SeatPool.objects.get(pk=self.session.pk)
        party = WaitParty.objects.create(pool=pool)
        made = Wait.objects.create(
            session=self.session, place=self.person.place, party=party, status=status, **fields
        )
        return {"wait_id": made.pk}

    def invitation(self) -> dict[str, int]:
        made = PlaceInvitation.objects.create(
            place=self.place, email="new@example.org", language=self.language,
            made_by=self.delegation.coordinator, expires_at=NINE,
        )  # fmt: skip
        return {"invitation_id": made.pk}

    def ids(self, kind: str) -> dict[str, int]:
        later = timezone.now() + timedelta(days=1)
        now = timezone.now()
        match kind:
            case "submitted":
                return {"registration_id": self.registered("submitted").pk}
            case "waiting":
                return {"registration_id": self.registered("waiting", waiting_since=now).pk}
            case "place_offer":
                return {"registration_id": self.registered("approved", offer_until=later).pk}
            case "refused":
                return {"registration_id": self.registered("refused", refusal="Too <late>\nfor it").pk}
            case "cancelled" | "place_expired":
                return {"registration_id": self.registered("cancelled", cancelled_at=now).pk}
            case "replaced":
                return {
                    "registration_id": self.registered("cancelled", cancelled_at=now, place=self.place).pk
                }
            case "replaced_by":
                return {"registration_id": self.registered("confirmed", place=self.place).pk}
            case "need_reply":
                NeedReply.objects.create(registration=self.person, reply="A ramp", replied_at=now)
            case "seat_offer":
                return self.wait("offered", offered_at=now, offer_until=later)
            case "seat_expired":
                return self.wait("expired", ended_at=now)
            case "list_closed":
                return self.wait("cut_off", ended_at=now)
            case "clash_settled":
                Booking.objects.filter(pk=self.clash[1].pk).update(status="given_up")
                return {"booking_id": self.clash[1].pk}
            case "identity_reminder":
                Session.objects.filter(pk=self.session.pk).update(identity_by=NINE - timedelta(days=2))
                release(edition=self.edition, by=None)
                return {"booking_id": self.clash[0].pk}
            case "digest":
                Session.objects.filter(pk=self.session.pk).update(room=factories.room(self.edition))
                release(edition=self.edition, by=None)
                tell_of_changes(at=later)
                return {"registration_id": self.person.pk, "change_id": AgendaChange.objects.get().pk}
            case "place_invitation" | "place_link_asked":
                return self.invitation()
            case "message" | "message_trial":
                message = Message.objects.create(
                    edition=self.edition, subject_en="Hello {given_name}", body_en="See {agenda} & come"
                )
                whom = (
                    {"user_id": self.delegation.coordinator.pk}  # type: ignore[union-attr]
                    if kind == "message_trial"
                    else {"registration_id": self.person.pk}
                )
                return {"message_id": message.pk, **whom}
        return {"registration_id": self.person.pk}


KINDS = [
    "confirmation", "submitted", "waiting", "place_offer", "refused", "cancelled", "place_expired", "changed",
    "reminder", "replaced", "replaced_by", "need_reply", "seat_offer", "seat_expired", "list_closed", "clash",
    "clash_settled", "digest", "place_invitation", "place_link_asked", "message", "message_trial",
    "identity_reminder", "handed_over",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr", "nl"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_is_whole_in_every_language(kind: str, language: str, monkeypatch: Any) -> None:
    engine = engines["django"].engine  # type: ignore[attr-defined]
    monkeypatch.setattr(engine, "string_if_invalid", "MISSING(%s)")
    name = "registration/" + ("replaced" if kind == "replaced_by" else kind)
    ids = Everything(language).ids(kind)
    found = list(compose(name, **ids))
    assert found
    for letter in found:
        mail = render(name, letter)
        for part in (mail.subject, mail.text, mail.html):
            assert "MISSING" not in part
            assert not re.search(r"%\(\w+\)s|\{\{|\}\}|\bNone\b", part)
        assert mail.subject
        assert f'<html lang="{letter.language}">' in mail.html
        assert "<b>" not in mail.html
        assert "&amp;" not in mail.text
        assert "&lt;" not in mail.text
        assert not re.search(r"\n{3,}", mail.text)
        for secret in letter.secrets:
            assert secret in mail.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "kind", ["submitted", "waiting", "place_offer", "refused", "place_expired", "cancelled"]
)
def test_what_is_no_longer_so_is_not_told(kind: str, registration: Registration) -> None:
    assert list(compose(f"registration/{kind}", registration_id=registration.pk)) == []


@pytest.mark.django_db
def test_a_mail_about_nobody_any_more_is_none(registration: Registration) -> None:
    gone = registration.pk + 1000
    for kind in ("confirmation", "changed", "reminder", "replaced", "need_reply", "clash"):
        assert list(compose(f"registration/{kind}", registration_id=gone)) == []
    for kind in ("seat_offer", "seat_expired", "list_closed"):
        assert list(compose(f"registration/{kind}", wait_id=gone)) == []


@pytest.mark.django_db
def test_an_offer_says_until_when_and_what_one_would_give_up() -> None:
    world = Everything("en")
    [letter] = compose("registration/seat_offer", **world.ids("seat_offer"))
    mail = render("registration/seat_offer", letter)
    assert "Safe nights\nWednesday 14 May, 09:00 to 10:00\nGreat Hall\n" in mail.text
    assert "It is kept until" in mail.text
    assert "- Mayors, Wednesday 14 May, 09:30 to 10:30" in mail.text


@pytest.mark.django_db
def test_a_reminder_brings_the_agenda_and_what_is_missing() -> None:
    world = Everything("en")
    Session.objects.filter(pk=world.session.pk).update(identity_by=NINE - timedelta(days=2))
    release(edition=world.edition, by=None)
    question = {"edition": world.edition, "slug": "diet", "text_en": "A secret diet?", "kind": "text"}
    Question.objects.create(**question, is_required=True)
    [letter] = compose("registration/reminder", registration_id=world.person.pk)
    text = render("registration/reminder", letter).text
    site, person = "http://localhost:8000/en/my", world.person.pk
    assert (
        f"""\
Still to be done:
- Two of the sessions are at the same time: please choose
  {site}/agenda/?registration={person}
- The identity document for “Safe nights”, until 12 May 2031, 09:00
  {site}/sessions/{world.session.code}/identity/?registration={person}
- 1 question still to be answered
  {site}/registrations/{person}/questions/

Wednesday 14 May
- 09:00 to 10:00: Safe nights, Great Hall (at the same time as another)
- 09:30 to 10:30: Mayors (at the same time as another)
"""
        in text
    )
    assert "secret" not in text


@pytest.mark.django_db
def test_a_clash_names_both_seats_and_which_one_stays() -> None:
    world = Everything("en")
    [letter] = compose("registration/clash", **world.ids("clash"))
    text = render("registration/clash", letter).text
    first, second = text.index("Safe nights"), text.index("Mayors")
    assert first < text.index("It stays if nothing is chosen.") < second
    assert "Please choose by 13 May 2031, 09:00" in text


@pytest.mark.django_db
def test_neither_of_two_on_one_place_reads_of_the_other() -> None:
    world = Everything("en")
    old, new = world.ids("replaced")["registration_id"], world.ids("replaced_by")["registration_id"]
    texts = {}
    for pk in (old, new):
        [letter] = compose("registration/replaced", registration_id=pk)
        texts[pk] = render("registration/replaced", letter).text
    names = dict(Registration.objects.values_list("pk", "family_name"))
    assert (names[old] in texts[old], names[new] in texts[new]) == (True, True)
    assert (names[new] in texts[old], names[old] in texts[new]) == (False, False)
    assert "was given to someone else" in texts[old]


@pytest.mark.django_db
def test_who_is_replaced_reads_why_and_whom_to_ask() -> None:
    world = Everything("en")
    ids = world.ids("replaced")
    coordinator = world.delegation.coordinator
    assert coordinator is not None
    old = Registration.objects.get(pk=ids["registration_id"])
    old.events.create(verb="cancelled", reason="The council has a new mayor.")
    [letter] = compose("registration/replaced", **ids)
    mail = render("registration/replaced", letter)
    for text in (mail.text, mail.html):
        assert "The reason: The council has a new mayor." in text
        assert f"please ask {coordinator} ({coordinator.email}), who coordinates the delegation" in text
        assert f"/en/my/registrations/{old.pk}/" in text


@pytest.mark.django_db
def test_a_seat_offered_to_a_place_without_a_person_is_told_to_the_coordinator() -> None:
    world = Everything("nl")
    ids = world.ids("seat_offer")
    Wait.objects.update(place=world.place)
    [letter] = compose("registration/seat_offer", **ids)
    coordinator = world.delegation.coordinator
    assert coordinator is not None
    assert (letter.to, letter.language, letter.concerns) == (coordinator.email, "nl", {})


def test_a_mail_carries_its_own_address_of_return_and_says_that_a_machine_wrote_it(
    fresh_db: str, mailbox: Mailbox, run_worker: Worker
) -> None:
    person = factories.registration(factories.edition())
    queue("registration/confirmation", registration_id=person.pk)
    run_worker()
    [mail], [kept] = mailbox(), Mail.objects.all()
    assert (mail["From"], mail["Return-Path"], mail["Auto-Submitted"]) == (
        '"Security, Democracy & Cities" <no-reply@localhost>',
        f"<{return_address(kept.pk)}>",
        "auto-generated",
    )
