"""What someone tries who wants to read, take or skip what is not theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from efus_conference.models import Edition, User
from programme.actions import release
from programme.models import Session
from registration import actions
from registration.actions.companions import name_companion
from registration.models import Answer, Question, Registration
from tests import factories
from tests.registration.delegating import delegation_of, person

pytestmark = pytest.mark.django_db

Bookable = Callable[..., Session]

NEEDS = "A chair with arms, and no stairs"
DOCUMENT = "XK 123456"
DIET = "Nothing with nuts"


def text(client: Client, address: str) -> str:
    return str(client.get(address, follow=True).content.decode())


def of_delegation(edition: Edition, coordinator: User, **fields: object) -> Registration:
    """A delegate whose registration the coordinator keeps."""
    delegation = delegation_of(edition, coordinator, places=1)
    values = {"managed_by": coordinator, "is_own": False, "place": delegation.places.get(), **fields}
    return factories.registration(edition, **values)


def asked_about_diet(registration: Registration) -> Answer:
    question = Question.objects.create(
        edition=registration.edition, slug="diet", kind="text", text_en="What do you eat?", privacy="diet"
    )
    return Answer.objects.create(registration=registration, question=question, value=DIET)


def visit_with_document(edition: Edition, registration: Registration, by: User) -> Session:
    """A secured visit in four weeks, in which it has a seat and for which `by` has given a document."""
    visit = factories.session(
        edition,
        starts_at=timezone.now() + timedelta(days=28),
        identity_by=timezone.now() + timedelta(days=3),
    )
    factories.pool(visit, 20)
    release(edition=edition, by=None)
    actions.book_seat(place=registration.place, session=visit, by=by)
    actions.give_identity(
        registration=registration,
        session=visit,
        by=by,
        name="ROBIN EXAMPLE",
        born_on=date(1975, 5, 21),
        kind="passport",
        number=DOCUMENT,
        country="BE",
    )
    return visit


def accompany(main: Registration, by: User, **fields: str) -> Registration:
    return name_companion(
        registration=main, by=by, companion_kind="assistant", person=person(None, **fields)
    ).registration


# --- what coordinators read -------------------------------------------------------------------------------


def test_a_coordinator_reads_as_little_of_a_delegate_s_companion_as_of_the_delegate(
    client: Client, edition: Edition, robin: User
) -> None:
    companion = accompany(of_delegation(edition, robin), robin, needs=NEEDS)
    asked_about_diet(companion)
    client.force_login(robin)

    pages = [
        text(client, f"/en/my/registrations/{companion.pk}/{page}") for page in ("", "change/", "questions/")
    ]

    assert [NEEDS in page or DIET in page for page in pages] == [False, False, False]
    assert not Answer.objects.readable_by(robin).exists()


def test_a_coordinator_may_send_a_delegate_s_document_again_and_never_reads_the_one_given(
    client: Client, edition: Edition, robin: User
) -> None:
    visit = visit_with_document(edition, of_delegation(edition, robin), robin)
    client.force_login(robin)

    page = text(client, f"/en/my/sessions/{visit.code}/identity/")

    assert (DOCUMENT in page, 'value="take_back"' in page) == (False, True)


def test_a_delegate_who_keeps_their_own_registration_reads_of_their_companion(
    edition: Edition, robin: User
) -> None:
    delegate = of_delegation(edition, robin)
    ada = factories.user()
    Registration.objects.filter(pk=delegate.pk).update(managed_by=ada, is_own=True)
    delegate.refresh_from_db()
    answer = asked_about_diet(accompany(delegate, ada))

    assert list(Answer.objects.readable_by(ada)) == [answer]
    assert list(Answer.objects.readable_by(robin)) == []
