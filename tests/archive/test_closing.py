"""When an edition ends: what is counted, what stands, and what the pages say for ever."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from archive.actions.closing import close_edition
from archive.figures import counted_figures
from archive.models import EditionRecord, Part, Partner
from declarations.models import Actor, Declaration, Signature, SignatureEvent
from efus_conference.models import Edition, EditionHost
from programme.actions import release
from registration.actions.retention import EditionNotOver, run_retention
from registration.actions.states import NotYours
from registration.models import CheckIn, EditionClosing, Participation, Registration, RetentionRule
from tests import factories

NAMES = RetentionRule.What.NAMES


def edition_that_is_over(**fields: Any) -> Edition:
    """It ended ten years ago, so that everything of its people is due."""
    last = timezone.now().date() - timedelta(days=3650)
    return factories.edition(
        starts_on=last - timedelta(days=2),
        ends_on=last,
        year=last.year,
        registration_opens_at=None,
        registration_closes_at=None,
        **fields,
    )


def filled(edition: Edition) -> dict[str, Any]:
    """A town that comes with two people, speaks twice, carries the edition and signs."""
    town = factories.organisation(name="Oudestad")
    Partner.objects.create(edition=edition, organisation=town)
    starts_at = edition.days()[0] + timedelta(hours=9)
    workshop = factories.kind(slug="work", name_en="Workshop", name_plural_en="Workshops")
    lunch = factories.kind(slug="lunch", name_en="Lunch", name_plural_en="Lunches", colour="quiet")
    speaker = factories.speaker(organisation=town)
    for hours, kind in enumerate([workshop, workshop, lunch]):
        session = factories.session(
            edition, kind=kind, speakers=(speaker,), starts_at=starts_at + timedelta(hours=2 * hours)
        )
        session.appearances.update(organisation=town)
    release(edition=edition, by=factories.user())
    people = [
        factories.registration(edition, organisation=town, country="BE", is_own=False) for _ in range(2)
    ]
    CheckIn.objects.create(
        edition=edition,
        place=people[0].place,
        registration=people[0],
        day=edition.starts_on,
        how="name",
        at=starts_at,
    )
    declared = factories.declaration(
        title="Declaration of all",
        slug="of-all",
        adopted_at_edition=edition,
        is_historical=True,
        is_published=True,
        published_at=timezone.now(),
    )
    signature = Signature.objects.create(signatory=factories.signatory(declared, organisation=town))
    archive = Actor.objects.get_or_create(kind=Actor.Kind.ARCHIVE)[0]
    SignatureEvent.objects.create(signature=signature, kind=SignatureEvent.Kind.HISTORICAL, actor=archive)
    return {"town": town, "people": people}


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    html = response.content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html.split("<main", 1)[1].split("</main>")[0]).split())


@pytest.mark.django_db
def test_closing_counts_the_edition_and_each_organisation_s_part() -> None:
    edition = edition_that_is_over()
    town = filled(edition)["town"]
    host = EditionHost.objects.get(edition=edition).organisation

    by = factories.user(is_superuser=True)
    record = close_edition(edition=edition, by=by)

    assert (record.figures, record.closed_by) == (
        {
            "registered": 2,
            "there": 1,
            "organisations": 1,
            "countries": 1,
            "sessions": {"lunch": 1, "work": 2},
            "speakers": 1,
            "signatories": {"of-all": 1},
        },
        by,
    )
    counted = ["organisation", "hosted", "supported", "registered", "there", "speakers", "sessions", "signed"]
    assert set(Part.objects.filter(edition=edition).values_list(*counted)) == {
        (host.pk, True, False, 0, 0, 0, 0, 0),
        (town.pk, False, True, 2, 1, 1, 3, 1),
    }


@pytest.mark.django_db
def test_it_may_be_repeated_and_tells_what_came_late() -> None:
    edition = edition_that_is_over()
    people = filled(edition)["people"]
    before = close_edition(edition=edition, by=None).figures["there"]
    CheckIn.objects.create(
        edition=edition,
        place=people[1].place,
        registration=people[1],
        day=edition.starts_on,
        how="name",
        at=edition.days()[0],
    )
    Partner.objects.filter(edition=edition).delete()

    after = close_edition(edition=edition, by=None).figures["there"]

    assert (before, after, EditionRecord.objects.count()) == (1, 2, 1)
    assert not Part.objects.filter(supported=True).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("ends_in", [0, 1])
def test_an_edition_that_is_not_over_is_not_closed(ends_in: int) -> None:
    last = timezone.now().date() + timedelta(days=ends_in)
    edition = factories.edition(starts_on=last, ends_on=last, timezone="UTC")
    with pytest.raises(EditionNotOver):
        close_edition(edition=edition, by=None)
    assert not EditionRecord.objects.exists()


@pytest.mark.django_db
def test_who_may_not_change_the_periods_closes_nothing() -> None:
    with pytest.raises(NotYours):
        close_edition(edition=edition_that_is_over(), by=factories.user(is_staff=True))
    assert (EditionRecord.objects.count(), EditionClosing.objects.count()) == (0, 0)


def test_the_pages_say_the_same_when_everybody_is_forgotten(fresh_db: str) -> None:
    edition = edition_that_is_over()
    people = filled(edition)["people"]
    close_edition(edition=edition, by=None)
    town = Part.objects.get(organisation__name="Oudestad").organisation
    addresses = [
        *("/en/editions/", edition.get_absolute_url(), town.get_absolute_url()),
        *(f"/en/countries/{town.country.lower()}/", "/en/countries/"),
    ]
    client = Client()
    before = [text_of(client, address) for address in addresses]

    for what in RetentionRule.What.values:
        for is_trial in (True, False):
            by = factories.user(is_superuser=True)
            run_retention(edition=edition, what=what, is_trial=is_trial, by=by)

    assert not Registration.objects.filter(pk__in=[one.pk for one in people]).exclude(family_name="").exists()
    assert not CheckIn.objects.exists()
    assert [text_of(client, address) for address in addresses] == before
    assert "2 people registered" in _figures(before[1])
    record, parts = (
        EditionRecord.objects.get().figures,
        list(Part.objects.values_list("organisation", "registered")),
    )
    close_edition(edition=edition, by=None)
    assert (
        EditionRecord.objects.get().figures,
        list(Part.objects.values_list("organisation", "registered")),
    ) == (
        record,
        parts,
    )


def _figures(text: str) -> str:
    """“people registered 2” as one reads it: the number first."""
    return re.sub(
        r"((?:people|person|organisation|organisations) [a-z ]+?) ([\d,]+) Counted", r"\2 \1.", text
    )


def test_the_clock_that_deletes_keeps_the_record_before(fresh_db: str) -> None:
    """Nobody pressed the button: the first deletion closes the edition."""
    edition = edition_that_is_over()
    filled(edition)
    by = factories.user(is_superuser=True)
    run_retention(edition=edition, what=NAMES, is_trial=True, by=by)
    assert not EditionRecord.objects.exists()
    run_retention(edition=edition, what=NAMES, is_trial=False, by=by)
    assert EditionRecord.objects.get().figures["registered"] == 2
    assert Part.objects.get(organisation__name="Oudestad").there == 1


def test_two_who_close_at_once_leave_one_record_with_all_parts(fresh_db: str) -> None:
    edition = edition_that_is_over()
    filled(edition)
    together = Barrier(2)

    def close() -> None:
        try:
            together.wait(timeout=20)
            close_edition(edition=Edition.objects.get(pk=edition.pk), by=None)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(close), threads.submit(close)]:
            done.result(timeout=60)
    assert (EditionRecord.objects.count(), EditionClosing.objects.count()) == (1, 1)
    assert (Part.objects.count(), Participation.objects.count()) == (2, 1)


@pytest.mark.django_db
def test_before_the_closing_the_page_counts_the_programme_alone(client: Client) -> None:
    edition = edition_that_is_over()
    filled(edition)
    shown = text_of(client, edition.get_absolute_url())
    assert "items on the programme 3 Counted from the programme" in shown
    assert "speaker 1 Counted from the programme" in shown
    assert "Counted from the register" not in shown


@pytest.mark.django_db
def test_a_kind_that_is_called_otherwise_since_is_counted_under_its_name_of_today(client: Client) -> None:
    edition = edition_that_is_over()
    filled(edition)
    close_edition(edition=edition, by=None)
    kind = next(session.kind for session in edition.sessions.all() if session.kind.slug == "work")
    kind.slug, kind.name_plural_en = "atelier", "Ateliers"
    kind.save()
    assert "2 ateliers" in text_of(client, edition.get_absolute_url())


@pytest.mark.django_db
def test_who_signed_is_counted_under_the_declaration_s_address_and_title_of_today(client: Client) -> None:
    edition = edition_that_is_over()
    filled(edition)
    close_edition(edition=edition, by=None)
    declared = Declaration.objects.get(slug="of-all")
    declared.slug = "of-everybody"
    declared.save()
    assert counted_figures(edition).signatories == [("Declaration of all", 1)]
    Declaration.objects.filter(pk=declared.pk).update(is_published=False)
    assert counted_figures(edition).signatories == []


@pytest.mark.django_db
def test_the_organisers_page_says_what_it_does_and_what_was_counted(client: Client) -> None:
    edition = edition_that_is_over()
    filled(edition)
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    address = f"/admin/efus_conference/edition/{edition.pk}/close/"

    asked = client.get(address).content.decode()
    closed = client.post(address, follow=True).content.decode()

    assert ("What the record says" in asked, "What the record says" in closed) == (False, True)
    assert "Nothing of anybody is deleted by it." in asked
    assert "Oudestad" in closed
    assert EditionRecord.objects.get().closed_by is not None


@pytest.mark.django_db
def test_the_page_of_an_edition_to_come_offers_no_closing_and_refuses_one(client: Client) -> None:
    edition = factories.edition()
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    address = f"/admin/efus_conference/edition/{edition.pk}/close/"
    assert "Close the edition</button>" not in client.get(address).content.decode()
    said = client.post(address, follow=True).content.decode()
    assert "An edition is closed once it is over." in said
    assert not EditionRecord.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["0", "99999999999999999999"])
def test_an_edition_that_is_none_is_not_found(client: Client, key: str) -> None:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    assert client.get(f"/admin/efus_conference/edition/{key}/close/").status_code == 404
