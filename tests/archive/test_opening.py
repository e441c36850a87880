"""“Open the next edition”: everything that was set up once more, hidden at first, and nobody of the last one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, connection, connections
from django.db.models import Model, QuerySet
from django.test import Client
from django.urls import reverse

from archive.actions.opening import OpeningRefusal, Refused, make_current, open_next_edition
from archive.models import Block, Page, PageVersion
from efus_conference.models import Edition, EditionHost, User
from programme.models import Speaker
from registration.models import Category, Registration
from tests import factories

APPS = {"efus_conference", "registration", "programme", "declarations", "archive"}


@pytest.fixture
def organiser() -> User:
    return factories.user(is_staff=True, is_superuser=True)


def opened(source: Edition, by: User, **changed: Any) -> Edition:
    values = {
        "year": 2033,
        "number": 900,
        "slug": "next-2033",
        "starts_on": date(2033, 5, 14),
        "ends_on": date(2033, 5, 16),
    } | changed
    host = values.pop("host", None) or factories.organisation()
    return open_next_edition(source=source, by=by, host=host, **values)


@pytest.mark.django_db
def test_the_next_edition_is_hidden_and_has_windows_of_its_own(organiser: User) -> None:
    source = factories.edition(
        registration_opens_at=datetime(2031, 1, 1, 8, tzinfo=UTC), timezone="Europe/Paris"
    )
    host = factories.organisation()

    edition = opened(source, organiser, host=host)

    edition.refresh_from_db()
    assert (edition.is_published, edition.is_current, edition.timezone) == (False, False, "Europe/Paris")
    assert edition.registration_opens_at == datetime(2033, 1, 1, 8, tzinfo=UTC)
    assert edition.registration_closes_at == datetime(2033, 5, 14, 7, tzinfo=UTC)
    assert [(each.organisation, each.role) for each in edition.hosting.all()] == [
        (host, EditionHost.Role.HOST)
    ]
    assert Edition.objects.current() == source


@pytest.mark.django_db
def test_pages_are_copied_as_drafts_of_what_is_public(organiser: User) -> None:
    source = factories.edition()
    page = Page.objects.create(
        edition=source, kind="hotels", slug="hotels", title_en="Hotels", title_fr="Hôtels"
    )
    first = PageVersion.objects.create(page=page, number=1)
    Block.objects.create(version=first, text_en="Sleep", text_fr="Dormir", order=3)
    PageVersion.objects.filter(pk=first.pk).update(publishes_at=datetime(2020, 1, 1, tzinfo=UTC))
    second = PageVersion.objects.create(page=page, number=2)
    Block.objects.create(version=second, text_en="Not public")
    unseen = Page.objects.create(edition=source, kind="travel", slug="travel", title_en="Travel")
    Block.objects.create(version=PageVersion.objects.create(page=unseen), text_en="By train")

    edition = opened(source, organiser)

    assert list(
        Block.objects.filter(version__page__edition=edition)
        .order_by("version__page__slug")
        .values_list(
            "version__page__slug",
            "version__page__title_fr",
            "version__publishes_at",
            "text_en",
            "text_fr",
            "order",
        )
    ) == [("hotels", "Hôtels", None, "Sleep", "Dormir", 3), ("travel", None, None, "By train", None, 10)]
    assert not Page.objects.filter(edition=edition).public().exists()


def counts() -> dict[str, int]:
    models = (
        model for label in APPS for model in apps.get_app_config(label).get_models(include_auto_created=True)
    )
    return {model._meta.label: model._base_manager.count() for model in models if not model._meta.proxy}


def people_of(model: type[Model]) -> list[str]:
    """The fields of a model that name a person: an account, a registration, a speaker."""
    return [
        field.attname
        for field in model._meta.concrete_fields
        if field.related_model in (User, Registration, Speaker)
    ]


def test_no_table_with_a_person_gains_a_row(demo_db: str) -> None:
    source = Edition.objects.get(is_current=True)
    organiser = User.objects.filter(is_superuser=True).first()
    assert organiser is not None
    before = counts()
    highest = {label: _highest(label) for label in before}

    edition = opened(source, organiser, host=source.main_hosts[0].organisation)

    gained = {label for label, count in counts().items() if count != before[label]}
    assert gained <= {
        "efus_conference.Edition",
        "efus_conference.EditionHost",
        "registration.BookingLimit",
        "registration.BookingRules",
        "registration.Category",
        "registration.ConsentText",
        "registration.Message",
        "registration.Question",
        "registration.Question_categories",
        "registration.QuestionChoice",
        "registration.RetentionRule",
        "archive.Page",
        "archive.PageVersion",
        "archive.Block",
    }
    assert {"registration.Category", "registration.Question", "registration.ConsentText"} <= gained
    named = {
        (label, name, person)
        for label in gained
        for name in people_of(apps.get_model(label))
        for person in _new(label, highest[label]).values_list(name, flat=True)
        if person is not None
    }
    assert {person for _label, _name, person in named} <= {organiser.pk}
    assert list(Category.objects.filter(edition=edition).values_list("slug", "taken_count")) == [
        (slug, 0) for slug in Category.objects.filter(edition=source).values_list("slug", flat=True)
    ]


def _highest(label: str) -> Any:
    return apps.get_model(label)._base_manager.order_by("-pk").values_list("pk", flat=True).first()


def _new(label: str, highest: Any) -> Any:
    rows = apps.get_model(label)._base_manager.all()
    return rows if highest is None else rows.filter(pk__gt=highest)


@pytest.mark.django_db
def test_whoever_may_add_no_edition_opens_none(organiser: User) -> None:
    source = factories.edition()

    with pytest.raises(OpeningRefusal) as refused:
        opened(source, factories.user(is_staff=True))

    assert refused.value.kind == Refused.NOT_ALLOWED
    assert Edition.objects.count() == 1


@pytest.mark.django_db
def test_a_number_that_was_taken_meanwhile_is_told_and_leaves_nothing(organiser: User) -> None:
    source = factories.edition()
    factories.category(source)
    opened(source, organiser)

    with pytest.raises(OpeningRefusal) as refused:
        opened(source, organiser, slug="other-2033")

    assert refused.value.kind == Refused.TAKEN
    assert (Edition.objects.count(), Category.objects.count()) == (2, 2)


@pytest.mark.django_db
def test_the_mark_of_the_current_edition_moves_at_once(organiser: User) -> None:
    before = factories.edition()
    after = factories.edition(is_current=False)

    assert make_current(edition=after, by=organiser) == before
    assert Edition.objects.current() == after
    assert list(Edition.objects.filter(is_current=True)) == [after]
    assert make_current(edition=after, by=organiser) == after


@pytest.mark.django_db
def test_a_hidden_edition_is_not_made_current(organiser: User) -> None:
    before = factories.edition()
    hidden = factories.edition(is_current=False, is_published=False)

    with pytest.raises(OpeningRefusal) as refused:
        make_current(edition=hidden, by=organiser)

    assert refused.value.kind == Refused.HIDDEN
    assert Edition.objects.current() == before


def _race(editions: list[Edition], by: User) -> list[Exception | None]:
    barrier = Barrier(len(editions))

    def choose(edition: Edition) -> Exception | None:
        try:
            connection.ensure_connection()  # which takes longer than the rest
            barrier.wait()
            make_current(edition=edition, by=by)
        except Exception as error:
            return error
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(len(editions)) as threads:
        return list(threads.map(choose, editions))


def test_of_several_made_current_at_once_one_is(fresh_db: str) -> None:
    organiser = factories.user(is_staff=True, is_superuser=True)
    factories.edition()
    editions = [factories.edition(is_current=False) for _ in range(4)]

    for _ in range(5):
        assert _race(editions, organiser) == [None] * 4
        assert Edition.objects.filter(is_current=True).count() == 1


def test_without_the_lock_they_meet(fresh_db: str, monkeypatch: Any) -> None:
    organiser = factories.user(is_staff=True, is_superuser=True)
    factories.edition()
    editions = [factories.edition(is_current=False) for _ in range(4)]
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self.all())

    errors = [error for _ in range(10) for error in _race(editions, organiser) if error]

    assert any(isinstance(error, IntegrityError) for error in errors)


# --- the pages ---------------------------------------------------------------------------------------


@pytest.fixture
def admin_client(db: None, organiser: User) -> Client:
    client = Client()
    client.force_login(organiser)
    return client


def test_the_page_says_what_will_be_copied_and_opens_it(admin_client: Client) -> None:
    source = factories.edition()
    factories.category(source, slug="mayor", name_en="Mayors of cities", quota=40)
    host = factories.organisation()
    address = reverse("admin:archive_edition_open_next", args=[source.pk])

    page = admin_client.get(address).content.decode()
    assert "Mayors of cities (40)" in page

    typed = {
        "year": "2033",
        "number": "900",
        "slug": "next-2033",
        "starts_on": "2033-05-14",
        "ends_on": "2033-05-16",
        "timezone": "Europe/Paris",
        "host": str(host.pk),
    }
    answer = admin_client.post(address, typed)

    made = Edition.objects.get(slug="next-2033")
    assert answer["Location"] == reverse("admin:efus_conference_edition_change", args=[made.pk])
    assert (made.timezone, made.main_hosts[0].organisation) == ("Europe/Paris", host)
    assert LogEntry.objects.filter(object_id=str(made.pk), action_flag=1).count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"slug": ""}, "required"),
        ({"slug": "two words"}, "slug"),
        ({"number": "banana"}, "number"),
        ({"year": "3000"}, "in another year"),
        ({"starts_on": "2033-05-20"}, "the last day is not before the first"),
        ({"ends_on": "2033-09-16"}, "longer than a month"),
        ({"year": "2034"}, "in another year"),
        ({"timezone": "Moon/Sea"}, "is no time zone"),
        ({"host": "999999"}, "choice"),
        ({"slug": "taken"}, "already exists"),
        ({"slug": "x" * 10_000}, "at most 60"),
        ({"slug": "a\0b"}, "Null characters"),
    ],
)
def test_what_cannot_be_an_edition_is_told_and_stays_typed(
    admin_client: Client, changed: dict[str, str], said: str
) -> None:
    source = factories.edition(slug="taken")
    typed = {
        "year": "2033",
        "number": "900",
        "slug": "next-2033",
        "starts_on": "2033-05-14",
        "ends_on": "2033-05-16",
        "timezone": "Europe/Paris",
        "host": str(source.main_hosts[0].organisation_id),
    } | changed

    answer = admin_client.post(reverse("admin:archive_edition_open_next", args=[source.pk]), typed)

    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert 'value="900"' in answer.content.decode() or "number" in changed
    assert Edition.objects.count() == 1


def test_the_mark_is_given_on_a_page_that_says_who_loses_it(admin_client: Client) -> None:
    before = factories.edition()
    after = factories.edition(is_current=False)
    address = reverse("admin:archive_edition_make_current", args=[after.pk])

    assert f"no longer to {before.name}" in admin_client.get(address).content.decode()
    admin_client.post(address)

    assert Edition.objects.current() == after


def test_pages_of_an_edition_that_is_not_there_are_not_found(admin_client: Client) -> None:
    names = ("open_next", "make_current")

    assert [
        admin_client.get(reverse(f"admin:archive_edition_{name}", args=[pk])).status_code
        for name in names
        for pk in (0, 2**70)
    ] == [404] * 4
