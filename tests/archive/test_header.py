"""What the header of every page leads to, as the calendar of the current edition has it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from archive.actions.pages import draft_of
from archive.models import Page
from efus_conference.models import Edition
from tests import factories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def has_register(client: Client, address: str = "/en/editions/") -> bool:
    header = client.get(address).content.decode().split("</header>", 1)[0]
    return 'href="/en/register/"' in header


def edition_of(opens: int, closes: int, first: int) -> Edition:
    """Its registration and its three days, in days from now."""
    now = timezone.now()
    return factories.edition(
        registration_opens_at=now + opens * DAY,
        registration_closes_at=now + closes * DAY,
        starts_on=(now + first * DAY).date(),
        ends_on=(now + (first + 2) * DAY).date(),
    )


@pytest.mark.parametrize(
    ("days", "is_there"),
    [
        ((5, 20, 60), False),  # announced
        ((-5, 20, 60), True),
        ((-20, -5, 60), False),  # closed
        ((-20, 5, -1), True),  # under way, and one may still register
        ((-20, -5, -1), False),
        ((-20, 20, -10), False),  # over
    ],
)
def test_register_is_in_the_header_while_one_can_register(
    client: Client, days: tuple[int, int, int], is_there: bool
) -> None:
    edition_of(*days)
    assert has_register(client) is is_there


def test_a_category_with_a_window_of_its_own_keeps_it_there(client: Client) -> None:
    edition = edition_of(-20, -5, 60)
    before = has_register(client)
    factories.category(edition, closes_at=timezone.now() + DAY)
    assert (before, has_register(client)) == (False, True)


def test_without_an_edition_there_is_nothing_to_register_for(client: Client) -> None:
    factories.edition(is_current=False)
    assert has_register(client) is False


def test_the_preview_of_a_home_has_it_in_the_phase_it_shows(client: Client) -> None:
    edition = edition_of(-5, 20, 60)
    page = Page.objects.create(edition=edition, kind=Page.Kind.HOME, slug="home", title_en="Home")
    organiser = factories.user(is_staff=True, is_superuser=True)
    draft_of(page=page, by=organiser)
    client.force_login(organiser)
    phases = ("announced", "registration", "closed", "over")
    address = f"/admin/archive/page/{page.pk}/preview/?language=en&phase="
    assert [has_register(client, f"{address}{phase}") for phase in phases] == [False, True, False, False]
