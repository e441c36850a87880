from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.utils import timezone
from icalendar import Calendar

from efus_conference.models import Mail
from programme.actions import release
from programme.models import Session
from registration.actions import book_seat, cancel_registration, change_registration, register
from registration.actions.telling import tell_of_changes
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
