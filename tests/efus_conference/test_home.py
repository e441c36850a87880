from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from archive.models import KeyFigure, Partner
from efus_conference.models import Edition
from programme.actions import release
from programme.models import Speaker, Theme
from tests import factories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def home(client: Client, language: str = "en") -> str:
    response = client.get(f"/{language}/")
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode().split("<main", 1)[1]).split())


def current(**fields: Any) -> Edition:
    edition = factories.edition(number=99, **fields)
    host = edition.hosting.get().organisation
    host.name_en, host.name_fr = "Bellecité", "Belle-Cité"
    host.save()
    return edition


@pytest.mark.parametrize(
    ("moments", "said"),
    [
        ((None, None), "The day on which registration opens will be announced here."),
        ((DAY, 20 * DAY), "Registration opens on"),
        ((-DAY, 20 * DAY), "Registration is open until"),
        ((-20 * DAY, -DAY), "Registration is closed."),
    ],
)
def test_before_the_conference_the_home_page_says_what_one_can_do_now(
    client: Client, moments: tuple[timedelta | None, timedelta | None], said: str
) -> None:
    now = timezone.now()
    opens, closes = (now + moment if moment else None for moment in moments)
    current(registration_opens_at=opens, registration_closes_at=closes)
    assert said in home(client)


@pytest.mark.parametrize(
    ("days", "said"), [(0, "The conference is under way."), (-5, "This edition is over.")]
)
def test_during_and_after_the_conference_it_says_so(client: Client, days: int, said: str) -> None:
    start = timezone.now().date() + days * DAY
    current(starts_on=start - DAY, ends_on=start + DAY)
    assert said in home(client)


def test_place_and_days_come_first_in_the_reader_s_language(client: Client) -> None:
    current()
    assert "Bellecité 14–16 May 2031" in home(client)
    assert "Belle-Cité 14–16 mai 2031" in home(client, "fr")
    assert "Bellecité 14–16 mei 2031" in home(client, "nl")


def test_the_registration_closes_by_the_clocks_of_the_place(client: Client) -> None:
    current(timezone="Europe/Athens", registration_closes_at=datetime(2031, 5, 1, 21, 30, tzinfo=UTC))
    assert "Registration is open until 2 May 2031, 00:30." in home(client)


def test_programme_themes_speakers_partners_and_the_last_figures_are_there(client: Client) -> None:
    edition = current(auspices_en="A presidency")
    Theme.objects.create(slug="night", name_en="Nightlife").editions.add(edition)
    Partner.objects.create(edition=edition, organisation=factories.organisation(name="Region"))
    plenary = factories.kind(
        name_en="Plenary", name_plural_en="Plenaries", colour="plenary", slug="p", order=1
    )
    quiet = factories.kind(name_en="Break", slug="b", order=2)
    later = factories.NINE + timedelta(hours=2)
    factories.session(edition, kind=plenary, speakers=(factories.speaker(name="Paula Plenary"),))
    factories.session(edition, kind=quiet, speakers=(factories.speaker(name="Bea Break"),), starts_at=later)
    release(edition=edition, by=factories.user())
    last = factories.edition(number=98, slug="last", year=2028, is_current=False)
    KeyFigure.objects.create(edition=last, counted="p", label_en="participants", value=700, source_en="Efus")
    shown = home(client)
    assert "1 Plenary Themes Nightlife" in shown
    assert "Break" not in shown.replace("Bea Break", "")
    assert shown.index("Paula Plenary") < shown.index("Bea Break")
    assert "Partners and auspices Under the auspices of A presidency Partners Region" in shown
    assert f"Last time: {last.name} All of {last.name} participants 700 Source: Efus" in shown


def test_a_speaker_who_may_not_be_named_is_not(client: Client) -> None:
    edition = current()
    speaker = factories.speaker(name="Gone Person")
    factories.session(edition, speakers=(speaker,))
    release(edition=edition, by=factories.user())
    assert "Gone Person" in home(client)
    Speaker.objects.filter(pk=speaker.pk).update(consent_withdrawn_at=factories.NINE)
    assert "Gone Person" not in home(client)


def test_between_two_editions_it_says_what_comes_next_and_shows_the_line(client: Client) -> None:
    for number, year in ((1, 1989), (2, 1991)):
        factories.edition(number=number, slug=f"of-{year}", year=year, is_current=False)
    shown = home(client)
    assert "The next city is not announced yet The conference meets every three years or so." in shown
    assert re.search(r"1989 Town \d+ 1991 Town \d+", shown)


def test_an_edition_that_is_not_published_is_not_the_current_one(client: Client) -> None:
    current(is_published=False)
    assert "Bellecité" not in home(client)


def test_the_press_finds_whom_to_call(client: Client) -> None:
    assert "Silvia Icardi Communications Manager, Efus +33 1 40 64 49 00" in home(client)
    assert 'href="tel:+33140644900"' in client.get("/en/").content.decode()


def test_the_demonstration_is_marked_on_its_home_page(client: Client) -> None:
    current(is_demonstration=True)
    assert "This edition is invented" in home(client)
