"""The organisers' guide: what it links to is there, and each page of the admin leads to where it is explained."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from efus_conference.admin_menu import MENU
from efus_conference.templatetags.guide import SECTIONS
from efus_conference.views.guide import FOLDER, PAGES, chapter, pictures
from tests import factories

ID = re.compile(r' id="([^"]+)"')
LINK = re.compile(r'href="([^"]+)"')
PICTURE = re.compile(r'src="([^"]+)"')


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


def ids(name: str) -> set[str]:
    return set(ID.findall(chapter(name).html))


@pytest.mark.parametrize("name", PAGES)
def test_every_link_and_picture_of_the_guide_leads_somewhere(name: str) -> None:
    root = reverse("guide", args=["organiser"]).removesuffix("organiser/")
    lost = []
    for address in LINK.findall(chapter(name).html):
        if address.startswith(("https://", "http://", "mailto:")):
            continue
        page, _hash, anchor = address.partition("#")
        page = page.removeprefix(root).removesuffix("/") or name
        if page not in PAGES or (anchor and anchor not in ids(page)):
            lost.append(address)
    shown = [address.rsplit("/", 1)[1] for address in PICTURE.findall(chapter(name).html)]
    lost += [picture for picture in shown if picture not in pictures()]
    assert lost == []


def test_each_section_that_a_page_of_the_admin_leads_to_is_in_the_guide() -> None:
    lost = {label: where for label, where in SECTIONS.items() if where[1] and where[1] not in ids(where[0])}
    assert lost == {}


def test_every_list_of_the_menu_has_a_section() -> None:
    models = [name.lower() for _title, entries in MENU for name, _icon in entries]
    assert [name for name in models if name not in SECTIONS] == []


@pytest.mark.django_db
def test_each_page_of_it_opens_and_a_file_that_is_no_part_of_it_does_not(organiser: Client) -> None:
    answers = {name: organiser.get(reverse("guide", args=[name])).status_code for name in PAGES}
    assert answers == dict.fromkeys(PAGES, 200)
    assert (FOLDER / "operations.md").is_file()
    assert organiser.get("/admin/guide/operations/").status_code == 404
    assert organiser.get("/admin/guide/pictures/nothing.png").status_code == 404
    picture = organiser.get("/admin/guide/pictures/home.png")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")
    picture.close()


@pytest.mark.django_db
def test_a_list_leads_to_what_the_guide_says_of_it(organiser: Client) -> None:
    page = organiser.get(reverse("admin:programme_venue_changelist")).content.decode()
    assert 'href="/admin/guide/organiser/#venues-and-walking-times"' in page


@pytest.mark.django_db
def test_nobody_else_reads_it(client: Client) -> None:
    assert client.get("/admin/guide/").status_code == 302
