from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from icalendar import Calendar

from efus_conference.models import Mail
from programme.actions import release
from programme.models import Session
from registration.actions import book_seat, cancel_registration, change_registration, register, star
from tests import factories
from tests.factories import NINE

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
    run_worker()
    book_seat(place=registration.place, session=session, by=keeper)
    Session.objects.filter(pk=session.pk).update(ends_at=NINE + timedelta(hours=2))
    release(edition=edition, by=None)
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


def test_the_confirmation_brings_the_days_of_the_conference(
    fresh_db: str, mailbox: Mailbox, run_worker: Worker
) -> None:
    edition, person = factories.edition(), factories.user()
    register(
        edition=edition, managed_by=person, by=person, is_own=True, category=factories.category(edition),
        given_name="Ada", family_name="Example", email="ada@example.org", mails_to="person", language="en",
        function="", organisation_name="Lund", country="SE", needs="",
    )  # fmt: skip
    run_worker()
    (mail,) = mailbox()
    (attachment,) = mail.iter_attachments()
    (event,) = Calendar.from_ical(attachment.get_content()).walk("VEVENT")

    assert (attachment.get_content_type(), attachment.get_filename()) == ("text/calendar", "conference.ics")
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (
        edition.starts_on,
        edition.ends_on + timedelta(days=1),
    )
    assert mail["Subject"] == f"Ada Example is registered for {edition.name}"


def test_the_digest_of_a_release_says_what_changed_for_one_person(
    fresh_db: str, mailbox: Mailbox, run_worker: Worker
) -> None:
    edition, keeper = factories.edition(), factories.user()
    hall, room = factories.room(edition, name_en="Great Hall"), factories.room(edition, name_en="Room 2")
    moved = factories.session(edition, title_en="Safe nights", room=hall)
    kept = factories.session(edition, title_en="Mayors", starts_at=NINE + timedelta(hours=3))
    cancelled = factories.session(edition, title_en="Prevention", starts_at=NINE + timedelta(hours=6))
    unrelated = factories.session(edition, title_en="Elsewhere", starts_at=NINE + timedelta(hours=8))
    for session in (moved, kept, cancelled):
        factories.pool(session)
    release(edition=edition, by=None)
    person = factories.registration(edition, managed_by=keeper, given_name="Ada", family_name="Example")
    for session in (moved, kept):
        book_seat(place=person.place, session=session, by=keeper)
    star(registration=person, session=cancelled)
    Session.objects.filter(pk=moved.pk).update(
        starts_at=NINE + timedelta(hours=3), ends_at=NINE + timedelta(hours=4), room=room
    )
    Session.objects.filter(pk=cancelled.pk).update(is_cancelled=True)
    Session.objects.filter(pk=unrelated.pk).update(is_cancelled=True)
    release(edition=edition, by=None)
    run_worker()

    (mail,) = mailbox()
    code = {
        session.pk: f"http://localhost:8000/en/my/sessions/{session.code}/" for session in (moved, cancelled)
    }
    assert mail["Subject"] == "The programme changed: what is different for you"
    assert (
        body(mail).replace("\r\n", "\n")
        == f"""\
The programme of {edition.name} changed. This is what is different in the agenda of Ada Example.

Safe nights
Now: Wednesday 14 May, 12:00 to 13:00, Room 2
Before: Wednesday 14 May, 09:00 to 10:00, Great Hall
The booked seat moves with it.
{code[moved.pk]}

Prevention
Cancelled. It was planned for Wednesday 14 May, 15:00 to 16:00.
{code[cancelled.pk]}

These booked seats are now at the same time. Please keep one and give up the other:
- Safe nights
- Mayors

The whole agenda:
http://localhost:8000/en/my/agenda/?registration={person.pk}
"""
    )
