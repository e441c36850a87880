"""Recordings and slides, as the public finds them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image

from efus_conference.models import Edition
from programme.actions import release, withdraw_consent
from programme.models import Material, Session
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return factories.edition()


@pytest.fixture
def session(edition: Edition) -> Session:
    made = factories.session(edition, title="Streets for all")
    release(edition=edition, by=None)
    return made


def published(session: Session, **fields: Any) -> Material:
    return Material.objects.create(
        **{"session": session, "kind": "recording", "title": "A <talk>", "is_published": True, **fields}
    )


def pdf() -> ContentFile[bytes]:
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "PDF")
    return ContentFile(out.getvalue(), "0123456789abcdef.pdf")


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_a_recording_is_a_link_and_nothing_of_another_site_is_loaded(
    session: Session, edition: Edition
) -> None:
    published(session, address="https://www.video.example/watch?v=1&t=2", language="fr")
    for address in (
        f"/en/editions/{edition.slug}/sessions/{session.code}/",
        f"/en/editions/{edition.slug}/materials/",
    ):
        page = text_of(Client().get(address))
        assert 'href="https://www.video.example/watch?v=1&amp;t=2"' in page
        assert ["A &lt;talk&gt;" in page, "Leads to video.example" in page, "French" in page] == [True] * 3
        assert ["<iframe" in page, 'src="https://www.video' in page] == [False, False]


def test_a_file_is_handed_out_as_what_it_is(session: Session) -> None:
    material = published(session, kind="slides", title="How mediators work", file=pdf())
    address = f"/materials/{material.pk}/how-mediators-work.pdf"
    answer = Client().get(address)
    assert {
        name: answer[name] for name in ("Content-Type", "Content-Disposition", "X-Content-Type-Options")
    } == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'inline; filename="how-mediators-work.pdf"',
        "X-Content-Type-Options": "nosniff",
    }
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]
    again = Client().get(address, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    moved = Client().get(f"/materials/{material.pk}/evil.html")
    assert [moved.status_code, moved["Location"]] == [301, address]


def test_only_what_is_public_is_handed_out(session: Session, edition: Edition) -> None:
    speaker = factories.speaker()
    material = published(session, kind="slides", title="Slides", file=pdf(), handed_in_by=speaker)
    address = f"/materials/{material.pk}/slides.pdf"

    def status() -> int:
        answer = Client().get(address)
        if answer.streaming:
            b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # read to its end, it is closed
        return answer.status_code

    assert status() == 200
    Material.objects.update(is_published=False)
    assert status() == 404
    Material.objects.update(is_published=True)
    withdraw_consent(speaker=speaker, through="link")
    assert status() == 404
    Material.objects.update(handed_in_by=None)
    assert status() == 200
    session.is_cancelled = True
    session.save()
    release(edition=edition, by=None)
    assert status() == 404
    assert [
        Client().get(f"/materials/{'9' * 40}/x.pdf").status_code,
        Client().get(f"/media/{material.file}").status_code,
    ] == [404, 404]


def test_the_page_of_the_edition_counts_them(session: Session, edition: Edition) -> None:
    for number in (1, 2):
        published(session, address=f"https://video.example/{number}")
    published(session, kind="document", address="https://paper.example/1")
    published(session, kind="slides", address="https://slides.example/1", is_published=False)
    page = text_of(Client().get(f"/en/editions/{edition.slug}/"))
    assert [
        f"/en/editions/{edition.slug}/materials/" in page,
        "2 recordings" in page,
        "1 document" in page,
    ] == [True] * 3
    assert "slides</li>" not in page


def test_an_edition_without_any_says_so(session: Session, edition: Edition) -> None:
    page = Client().get(f"/en/editions/{edition.slug}/materials/")
    assert [page.status_code, "Nothing is published yet" in text_of(page)] == [200, True]


def test_the_list_costs_the_same_for_many(edition: Edition, django_assert_max_num_queries: Any) -> None:
    kind = factories.kind()

    def fill(count: int) -> None:
        for _number in range(count):
            made = factories.session(edition, kind=kind)
            published(made, address="https://video.example/1")
        release(edition=edition, by=None)

    address = f"/en/editions/{edition.slug}/materials/"
    fill(1)
    with django_assert_max_num_queries(8) as first:
        Client().get(address)
    fill(20)
    with django_assert_max_num_queries(len(first)):
        Client().get(address)
