"""The organisers' page of an edition: what readers know by its address keeps it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from efus_conference.models import Edition
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


def save(page: Client, edition: Edition, **fields: str) -> Any:
    host = edition.hosting.get()
    nothing = {
        f"{prefix}-{count}_FORMS": "0"
        for prefix in ("partners", "figures", "notes", "voices", "videos", "documents", "photos")
        for count in ("TOTAL", "INITIAL")
    }
    values = {
        "number": edition.number,
        "slug": edition.slug,
        "year": edition.year,
        "timezone": edition.timezone,
        "hosting-TOTAL_FORMS": "1",
        "hosting-INITIAL_FORMS": "1",
        "hosting-0-id": host.pk,
        "hosting-0-edition": edition.pk,
        "hosting-0-organisation": host.organisation_id,
        "hosting-0-role": "host",
        "hosting-0-order": "1",
        **nothing,
    }
    return page.post(address(edition, "change"), {**values, **fields})


def address(edition: Edition, step: str) -> str:
    return f"/admin/efus_conference/edition/{edition.pk}/{step}/"


def test_a_published_edition_keeps_its_address(page: Client) -> None:
    public, draft = factories.edition(), factories.edition(is_published=False, is_current=False)

    saved = [
        save(page, public, slug="moved", year="2032", is_published="on").status_code,
        save(page, draft, slug="named", year="2032").status_code,
    ]

    assert saved == [302, 302]
    assert set(Edition.objects.values_list("slug", "year")) == {(public.slug, 2032), ("named", 2032)}


@pytest.mark.parametrize("is_published", [True, False])
def test_a_mistake_beside_the_mark_published_is_explained(page: Client, is_published: bool) -> None:
    edition = factories.edition(is_published=is_published, is_current=False)
    marked = {} if is_published else {"is_published": "on"}

    refused = save(page, edition, year="12", **marked)

    assert (refused.status_code, list(refused.context["adminform"].errors)) == (200, ["year"])
    assert ('name="slug"' in refused.content.decode()) is not is_published


@pytest.mark.parametrize("of_many", [False, True])
def test_an_edition_is_deleted_only_while_it_is_not_public(page: Client, of_many: bool) -> None:
    public, draft = factories.edition(), factories.edition(is_published=False, is_current=False)

    for edition in (public, draft):
        if of_many:
            choice = {"action": "delete_selected", "_selected_action": str(edition.pk), "post": "yes"}
            page.post("/admin/efus_conference/edition/", choice)
        else:
            page.post(address(edition, "delete"), {"post": "yes"})

    assert list(Edition.objects.all()) == [public]


def test_the_mark_current_is_taken_away_on_an_edition_and_given_by_make_current(page: Client) -> None:
    current, other = factories.edition(), factories.edition(is_current=False)
    shown = [
        'name="is_current"' in page.get(address(edition, "change")).content.decode()
        for edition in (current, other)
    ]

    save(page, other, is_published="on", is_current="on")
    after_a_tick = Edition.objects.get(is_current=True)
    save(page, current, is_published="on")

    assert (shown, after_a_tick) == ([True, False], current)
    assert not Edition.objects.filter(is_current=True).exists()
