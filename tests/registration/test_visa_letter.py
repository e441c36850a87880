"""The letter for a visa: for whom there is one, what it says, and that nothing of it stays."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from efus_conference.models import Edition
from efus_conference.seal import examined
from registration.actions import cancel_registration
from registration.actions.visa_letters import MOST_A_DAY
from registration.models import Registration
from tests.factories import NINE

PASSPORT = "X4Y7Z 0192837"


def said(edition: Edition, **changed: Any) -> dict[str, Any]:
    assert edition.starts_on
    assert edition.ends_on
    return {
        "name": "Ürsula Åkesson-ROBIN Ñandú",
        "born_on": "1975-05-21",
        "nationality": "MA",
        "passport": PASSPORT.lower(),
        "arrives_on": (edition.starts_on - timedelta(days=1)).isoformat(),
        "leaves_on": edition.ends_on.isoformat(),
        "consulate": "Consulate of Nowhere",
        "language": "en",
        **changed,
    }


def asked(registration: Registration, data: dict[str, Any] | None = None) -> Any:
    client = Client()
    client.force_login(registration.managed_by)
    address = f"/en/my/registrations/{registration.pk}/visa-letter/"
    return client.get(address) if data is None else client.post(address, data)


def text_of(answer: Any) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(answer.content))
    assert len(document) == 1
    return " ".join(document[0].get_textpage().get_text_range().split())


@pytest.mark.django_db
def test_it_says_what_the_passport_says_and_is_sealed(registration: Registration) -> None:
    answer = asked(registration, said(registration.edition))
    text = text_of(answer)
    told = [
        "Ürsula Åkesson-ROBIN Ñandú",
        registration.name,
        "21 May 1975",
        "Morocco",
        PASSPORT,
        "Consulate of Nowhere",
    ]
    assert [one for one in told if one not in text] == []
    assert registration.edition.place in text
    assert (answer["Content-Type"], "no-store" in answer["Cache-Control"]) == ("application/pdf", True)
    assert examined(answer.content).holds


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "country"), [("fr", "Maroc"), ("nl", "Marokko")])
def test_it_is_in_the_language_that_was_chosen(
    registration: Registration, language: str, country: str
) -> None:
    assert country in text_of(asked(registration, said(registration.edition, language=language)))


@pytest.mark.django_db
def test_nothing_of_the_passport_is_kept(registration: Registration) -> None:
    asked(registration, said(registration.edition))
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS row WHERE row::text ILIKE %s',
                [f"%{PASSPORT}%"],
            )
            if cursor.fetchone()[0]:
                found.append(table)
    assert (len(tables) > 50, found) == (True, [])


@pytest.mark.django_db
def test_who_cancelled_gets_none_and_is_told_so(registration: Registration) -> None:
    cancel_registration(registration=registration, by=registration.managed_by, reason="")
    for data in (None, said(registration.edition)):
        answer = asked(registration, data)
        assert (answer.status_code, "once the registration is confirmed" in answer.content.decode()) == (
            200,
            True,
        )


@pytest.mark.django_db
def test_after_the_edition_there_is_none(registration: Registration) -> None:
    Edition.objects.filter(pk=registration.edition.pk).update(
        starts_on=NINE.date() - timedelta(days=4000), ends_on=NINE.date() - timedelta(days=3998)
    )
    assert "This edition is over" in asked(registration, said(registration.edition)).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"passport": "<>"}, "Write this in letters or figures"),
        ({"passport": "1" * 10_000}, "Shorten it to 30"),
        ({"name": "Somebody Else"}, "This is not the name of the registration, Robin Example"),
        ({"name": "a\0b"}, "a character that cannot be printed"),
        ({"nationality": "banana"}, "Choose a country."),
        ({"born_on": "2999-01-01"}, "The date of birth is not in the past."),
        ({"born_on": "yesterday"}, "Enter a day that exists"),
        ({"leaves_on": "1999-01-01"}, "The day of departure is before the day of arrival."),
        ({"leaves_on": "2199-01-01"}, "90 days at most"),
        (
            {"arrives_on": "1999-01-01", "leaves_on": "1999-01-02"},
            "These days are not those of the conference.",
        ),
        ({"language": "banana"}, "Choose one of the languages."),
    ],
)
def test_what_is_no_answer_is_told_and_nothing_typed_is_lost(
    registration: Registration, changed: dict[str, str], sentence: str
) -> None:
    answer = asked(registration, said(registration.edition, **changed))
    page = answer.content.decode()
    assert (answer.status_code, sentence in page, "Consulate of Nowhere" in page) == (200, True, True)


@pytest.mark.django_db
def test_without_a_seal_the_page_says_so_and_keeps_what_was_typed(
    registration: Registration, settings: Any, tmp_path: Path
) -> None:
    settings.SEAL_P12 = str(tmp_path / "none.p12")
    answer = asked(registration, said(registration.edition))
    page = answer.content.decode()
    assert (answer.status_code, "can’t be sealed" in page, "Consulate of Nowhere" in page) == (
        503,
        True,
        True,
    )


@pytest.mark.django_db
def test_the_registration_leads_to_it_while_it_can_be_had(registration: Registration) -> None:
    client = Client()
    client.force_login(registration.managed_by)
    link = f"/en/my/registrations/{registration.pk}/visa-letter/"
    assert link in client.get(registration.get_absolute_url()).content.decode()
    cancel_registration(registration=registration, by=registration.managed_by, reason="")
    assert link not in client.get(registration.get_absolute_url()).content.decode()


@pytest.mark.django_db
def test_the_history_says_that_one_was_made_and_nothing_of_what_it_says(registration: Registration) -> None:
    asked(registration, said(registration.edition))
    event = registration.events.get(verb="visa_letter")
    assert (event.actor, event.detail, event.reason) == (registration.managed_by, {}, "")


@pytest.mark.django_db
def test_after_ten_in_a_day_the_next_one_waits_for_the_morning(registration: Registration) -> None:
    for _time in range(MOST_A_DAY):
        registration.events.create(verb="visa_letter", actor=registration.managed_by)
    answer = asked(registration, said(registration.edition))
    assert (
        answer["Content-Type"].split(";")[0],
        "Make the next one tomorrow" in answer.content.decode(),
    ) == (
        "text/html",
        True,
    )
    registration.events.update(at=timezone.now() - timedelta(days=1, minutes=1))
    assert asked(registration, said(registration.edition))["Content-Type"] == "application/pdf"
