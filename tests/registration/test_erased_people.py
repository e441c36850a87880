"""Who was there and was erased still counts; nobody does anything in their place any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from efus_conference.models import Edition, User
from registration import actions
from registration.actions.companions import name_companion
from registration.actions.consents import agree, take_back_consent
from registration.actions.erasures import erase_registration
from registration.actions.refusals import Erased
from registration.models import CheckIn, Place, Registration, Star, Ticket
from tests import factories

pytestmark = pytest.mark.django_db

Act = Callable[[Registration, User], Any]

REFUSED: dict[str, Act] = {
    "change": lambda row, by: actions.change_registration(registration=row, by=by, given_name="Anew"),
    "cancel": lambda row, by: actions.cancel_registration(registration=row, by=by),
    "hand over": lambda row, by: actions.hand_over(registration=row, to=factories.user(), by=by),
    "match": lambda row, by: actions.match_records(registration=row, by=by, organisation=None),
    "answer": lambda row, by: actions.save_answers(registration=row, answers={}, by=by),
    "press card": lambda row, by: actions.save_press_card(
        registration=row, medium="News", number="7", card="", by=by
    ),
    "agree": lambda row, by: agree(registration=row, texts=[], language="en", by=by),
    "take back": lambda row, by: take_back_consent(registration=row, purpose="photos", by=by),
    "renew": lambda row, by: actions.renew_ticket(registration=row, by=by),
    "companion": lambda row, by: name_companion(registration=row, by=by, companion_kind="partner", person={}),
    "calendar": lambda row, by: actions.agenda_link(registration=row),
    "star": lambda row, by: actions.star(registration=row, session=factories.session(row.edition)),
    "approve": lambda row, by: actions.approve_registration(registration=row, by=by),
    "accept": lambda row, by: actions.accept_place(registration=row, by=by),
}


@pytest.fixture
def erased() -> Registration:
    """Kept by an assistant, checked in this morning, then erased at their wish."""
    edition = factories.edition_of_today()
    row = factories.registration(edition, is_own=False)
    CheckIn.objects.create(
        edition=edition,
        place=row.place,
        registration=row,
        day=edition.starts_on,
        how="scan",
        at=timezone.now(),
    )
    erase_registration(registration=row, by=row.managed_by)
    row.refresh_from_db()
    assert (row.is_confirmed, row.erased_at is None, row.is_live) == (True, False, False)
    return row


@pytest.mark.parametrize("act", REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("is_desk", [False, True])
def test_nobody_does_anything_in_an_erased_person_s_place(
    erased: Registration, act: Act, is_desk: bool
) -> None:
    by = erased.managed_by
    if is_desk:
        by = factories.user(is_staff=True)
        by.user_permissions.set(Permission.objects.filter(content_type__app_label="registration"))
        by = User.objects.get(pk=by.pk)
    before = Registration.objects.filter(pk=erased.pk).values().get()
    with pytest.raises(actions.Refusal):
        act(erased, by)
    assert Registration.objects.filter(pk=erased.pk).values().get() == before
    assert (Star.objects.count(), Registration.objects.count()) == (0, 1)


def test_no_code_is_made_that_would_let_an_erased_person_in(erased: Registration) -> None:
    with pytest.raises(actions.NoTicket):
        actions.ticket_for(erased)
    assert actions.tickets_for([erased]) == {}
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.create(registration=erased, place=erased.place)
    assert not Ticket.objects.standing().exists()


def test_a_check_in_counts_that_was_made_before_the_erasure_and_none_after(erased: Registration) -> None:
    assert erased.erased_at is not None
    # Another day than that on which they stand checked in.
    day = erased.edition.starts_on
    CheckIn.objects.all().delete()
    Edition.objects.update(ends_on=day)

    def check_in(at: Any) -> CheckIn:
        with transaction.atomic():
            return CheckIn.objects.create(
                edition=erased.edition, place=erased.place, registration=erased, day=day, how="scan", at=at
            )

    with pytest.raises(IntegrityError):
        check_in(erased.erased_at + timedelta(seconds=1))
    assert check_in(erased.erased_at - timedelta(minutes=5)).pk


def test_no_seat_is_booked_for_an_erased_person(erased: Registration) -> None:
    session = factories.session(erased.edition, starts_at=timezone.now() + timedelta(hours=1))
    factories.pool(session)
    with pytest.raises(actions.NoLongerRegistered):
        actions.book_seat(place=Place.objects.get(pk=erased.place_id), session=session, by=erased.managed_by)


def test_the_page_of_an_erased_registration_is_read_and_offers_nothing(erased: Registration) -> None:
    client = Client()
    client.force_login(erased.managed_by)
    page = client.get(erased.get_absolute_url())
    said = page.content.decode().partition('id="main"')[2]
    assert (page.status_code, "erased person" in said) == (200, True)
    for offered in ("/change/", "/cancel/", "/ticket", "/companions/", "/hand-over/", "<form"):
        assert offered not in said.partition("<footer")[0], offered
    listed = client.get("/en/my/").content.decode().partition('id="main"')[2]
    assert ("erased person" in listed, "/ticket" in listed) == (True, False)
    for address in ("ticket/", "change/", "cancel/"):
        answer = client.get(f"{erased.get_absolute_url()}{address}")
        assert (answer.status_code, answer.headers["Location"]) == (302, erased.get_absolute_url()), address
    assert client.get(f"{erased.get_absolute_url()}companions/").status_code == 404
    assert "erased person" not in client.get("/en/my/agenda/", follow=True).content.decode()


def test_the_refusal_is_a_sentence(erased: Registration) -> None:
    with pytest.raises(Erased, match="were erased"):
        actions.cancel_registration(registration=erased, by=erased.managed_by)
