"""What stays with a place, or goes, when its registration is refused or a secret address is revoked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from efus_conference.models import Edition
from programme.models import Session
from registration.actions import (
    agenda_link,
    book_seat,
    refuse_registration,
    reopen_registration,
)
from registration.actions.delegation_refusals import PlaceTakenBack
from registration.models import Booking, Delegation, FeedLink, Place, Registration
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def of_a_city(edition: Edition) -> Registration:
    """A journalist on a delegation's place, not accredited yet; the city's coordinator keeps it."""
    coordinator = factories.user()
    delegation = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(), coordinator=coordinator
    )
    place = Place.objects.create(edition=edition, delegation=delegation)
    return factories.registration(
        edition, place=place, managed_by=coordinator, status="submitted", is_outside_quota=True
    )


def test_a_delegations_place_keeps_its_seats_when_its_person_is_refused(
    of_a_city: Registration, bookable: Callable[..., Session]
) -> None:
    book_seat(place=of_a_city.place, session=bookable(3), by=of_a_city.managed_by)

    refuse_registration(
        registration=of_a_city, by=factories.user(is_superuser=True), reason="No medium was named."
    )

    assert Booking.objects.standing().count() == 1


def test_a_refusal_is_not_taken_back_once_its_place_is(of_a_city: Registration) -> None:
    organiser = factories.user(is_superuser=True)
    refuse_registration(registration=of_a_city, by=organiser, reason="No medium was named.")
    Place.objects.filter(pk=of_a_city.place_id).update(closed_at=NINE)

    with pytest.raises(PlaceTakenBack):
        reopen_registration(registration=of_a_city, by=organiser)


def test_organisers_revoke_the_address_they_chose_and_no_other(
    client: Client, registration: Registration
) -> None:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    calendar = agenda_link(registration=registration)
    page = agenda_link(registration=registration, purpose=FeedLink.Purpose.PAGE)

    client.post("/admin/registration/feedlink/", {"action": "revoke", "_selected_action": [page.pk]})

    assert set(FeedLink.objects.filter(revoked_at=None)) == {calendar}
