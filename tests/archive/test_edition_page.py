"""What the page and the home of an edition say of its partners, and of what it leaves."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from archive.actions.documents import save_document
from archive.documents import check_pdf
from archive.models import Document, Partner, Video
from efus_conference.models import Edition
from tests import factories
from tests.declarations import making

pytestmark = pytest.mark.django_db

AGO = {
    "year": 2011,
    "starts_on": "2011-05-02",
    "ends_on": "2011-05-04",
    "registration_opens_at": None,
    "registration_closes_at": None,
}


def main_of(client: Client, edition: Edition) -> str:
    return client.get(edition.get_absolute_url()).content.decode().split("<main", 1)[1]


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_home_of_an_edition_that_is_over_begins_with_what_it_leaves(client: Client) -> None:
    edition = factories.edition(**AGO)
    report = Document(edition=edition, title_en="Report of the edition", language="en")
    save_document(document=report, pdf=check_pdf(SimpleUploadedFile("x.pdf", making.pdf())))
    Video.objects.create(
        edition=edition, title_en="Opening", address="https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    )
    factories.declaration(
        title="Declaration of all",
        adopted_at_edition=edition,
        is_historical=True,
        is_published=True,
        published_at=timezone.now(),
    )
    text = text_of(client.get("/en/").content.decode())
    places = [text.index(one) for one in ("Report of the edition", "Opens at youtube.com", "Adopted there")]
    assert places == sorted(places)
    assert places[-1] < text.index("Who meets there")
    Edition.objects.filter(pk=edition.pk).update(year=2031, starts_on="2031-05-02", ends_on="2031-05-04")
    assert "Report of the edition" not in client.get("/en/").content.decode()


def test_only_of_an_edition_that_is_over_is_it_said_that_little_remains(client: Client) -> None:
    edition = factories.edition()
    assert "The programme will be published here." in main_of(client, edition)
    Edition.objects.filter(pk=edition.pk).update(**AGO)
    assert "little has come down to this archive" in main_of(client, edition)


def test_a_patron_is_not_called_a_partner(client: Client) -> None:
    edition = factories.edition()
    for name, kind in (("Crown", "auspices"), ("Forum", "partner"), ("League", "partner")):
        Partner.objects.create(edition=edition, organisation=factories.organisation(name=name), kind=kind)
    text = text_of(main_of(client, edition))
    assert "Under the auspices of Crown Partners Forum League" in text


def test_the_foot_has_the_organisers_address_to_read_and_to_copy(client: Client) -> None:
    foot = text_of(client.get("/en/").content.decode().split("<footer", 1)[1])
    assert f"Write to the organisers {settings.CONTACT_EMAIL}" in foot
