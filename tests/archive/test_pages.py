"""Pages that organisers compose: drafts, what is public when, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from lxml import html

from archive.actions.pages import (
    PageRefusal,
    discard_draft,
    draft_of,
    make_page,
    publish,
    put_back,
    unschedule,
)
from archive.links import broken, check_link, check_links_of, leads_to
from archive.models import Block, Page, PageVersion
from archive.page_forms import MomentForm
from archive.pages import shown
from efus_conference.kept import public_version
from efus_conference.models import Edition
from tests import factories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def a_page(edition: Edition | None = None, *texts: str, **fields: Any) -> Page:
    """With a draft of these texts."""
    page = Page(edition=edition, **{"slug": "travel", "title_en": "Travel", **fields})
    make_page(page=page, by=None, blocks=[Block(text_en=text) for text in texts or ("By train.",)])
    return page


def said(version: PageVersion | None) -> list[str]:
    return [block.text for block in version.blocks.all()] if version else []


def to_the_end_of_the_transaction(act: Callable[[], object]) -> None:
    act()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def rewrite(page: Page, text: str) -> None:
    draft_of(page=page, by=None).blocks.update(text_en=text)


def test_a_draft_is_seen_by_nobody_until_it_is_published(client: Client) -> None:
    page = a_page(factories.edition())
    assert client.get(page.get_absolute_url()).status_code == 404
    publish(page=page, by=None)
    assert "By train." in client.get(page.get_absolute_url()).content.decode()


def test_a_new_draft_says_what_is_public_and_changes_nothing_of_it(client: Client) -> None:
    page = a_page(None, "One", "Two")
    publish(page=page, by=None)
    rewrite(page, "Three")
    assert said(shown(page)) == ["One", "Two"]
    assert said(page.versions.get(publishes_at=None)) == ["Three", "Three"]


def test_a_scheduled_version_takes_its_place_at_its_moment(client: Client) -> None:
    page = a_page()
    publish(page=page, by=None)
    rewrite(page, "By boat.")
    monday = timezone.now() + DAY
    before = public_version(monday - timedelta(minutes=1))
    publish(page=page, by=None, at=monday)
    assert [said(shown(page)), said(shown(page, monday))] == [["By train."], ["By boat."]]
    # Kept pages turn at that moment by themselves.
    assert public_version(monday).passed == public_version(monday - timedelta(minutes=1)).passed + 1
    assert before.passed == public_version().passed


def test_what_is_scheduled_can_be_taken_back_unless_another_draft_is_there() -> None:
    page = a_page()
    scheduled = publish(page=page, by=None, at=timezone.now() + DAY)
    draft_of(page=page, by=None)
    with pytest.raises(PageRefusal) as refused:
        unschedule(version=scheduled)
    assert refused.value.kind == PageRefusal.Kind.DRAFT_THERE
    discard_draft(page=page)
    assert unschedule(version=scheduled).state() == "draft"


def test_an_earlier_version_is_put_back_as_a_new_one_and_the_draft_stays() -> None:
    page = a_page(None, "First")
    first = publish(page=page, by=None)
    rewrite(page, "Second")
    publish(page=page, by=None)
    rewrite(page, "Third")
    made = put_back(version=first, by=None)
    assert said(shown(page)) == ["First"]
    assert (made.number, said(page.versions.get(publishes_at=None))) == (4, ["Third"])


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (lambda page: publish(page=page, by=None, at=timezone.now() - DAY), "in the past"),
        (lambda page: [publish(page=page, by=None), publish(page=page, by=None)], "no draft"),
        (lambda page: put_back(version=page.versions.get(), by=None), "never public"),
        (lambda page: unschedule(version=publish(page=page, by=None)), "public already"),
        (lambda page: [page.versions.get().blocks.all().delete(), publish(page=page, by=None)], "empty"),
        (lambda page: [discard_draft(page=page), discard_draft(page=page)], "no draft"),
    ],
)
def test_what_cannot_be_done_with_a_page_is_refused_with_a_reason(act: Any, kind: str) -> None:
    page = a_page()
    with pytest.raises(PageRefusal) as refused:
        act(page)
    assert refused.value.kind == kind
    assert refused.value.message.endswith((".", "instead."))


def test_the_database_lets_nobody_change_what_was_public() -> None:
    page = a_page()
    version = publish(page=page, by=None)
    block = version.blocks.get()
    for change in (
        lambda: Block.objects.filter(pk=block.pk).update(text_en="Rewritten"),
        lambda: Block.objects.create(version=version, text_en="Added"),
        lambda: PageVersion.objects.filter(pk=version.pk).update(publishes_at=None),
    ):
        with (
            pytest.raises(DatabaseError, match="What was public of a page is not changed"),
            transaction.atomic(),
        ):
            change()
    for take in (block.delete, version.delete):
        with pytest.raises(DatabaseError, match="What was public of a page"), transaction.atomic():
            to_the_end_of_the_transaction(take)
    to_the_end_of_the_transaction(page.delete)
    assert not Block.objects.exists()


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example",
        "/\\evil.example",
        "banana",
        "https://",
        "https://[",
        "https://a b",
        "https://efus.eu@evil.example/",
        "https://g\u202eood.example",
        "https://a.example:99999/",
        "tel:",
        "mailto:",
        "/static/../en/my/",
        "",
    ],
)
def test_a_link_that_no_reader_can_follow_is_refused(link: str) -> None:
    with pytest.raises(ValidationError, match="no address a reader can follow"):
        check_link(link)
    if link.strip() and " " not in link.strip():
        with pytest.raises(ValidationError):
            check_links_of(f"See [this]({link}) and more.")


@pytest.mark.parametrize(
    "link",
    ["https://efus.eu", "http://a.example/x?y#z", "mailto:a@example.org", "tel:+33140644900", "/", "/a/"],
)
def test_a_link_to_the_web_or_to_this_site_is_fine(link: str) -> None:
    check_link(link)
    check_links_of(f"See [this]({link}), [that](#below) and a < b.")


def test_a_link_that_is_written_by_reference_is_looked_at_too() -> None:
    with pytest.raises(ValidationError, match=r"“//evil\.example” is no address"):
        check_links_of("See [this][1].\n\n[1]: //evil.example")


def test_a_path_leads_to_the_page_in_the_reader_s_language_or_nowhere() -> None:
    edition = factories.edition()
    page = a_page(edition)
    path = f"/editions/{edition.slug}/pages/travel/"
    assert [leads_to(path), leads_to("/nowhere/")] == ["", ""]
    publish(page=page, by=None)
    assert [leads_to(path), leads_to(f"/fr{path}?a=1#b"), leads_to("/"), leads_to("https://efus.eu")] == [
        f"/en{path}",
        f"/en{path}?a=1#b",
        "/en/",
        "https://efus.eu",
    ]


def test_a_button_to_a_page_that_was_deleted_goes_and_organisers_are_told(client: Client) -> None:
    edition = factories.edition()
    hotels = a_page(edition, slug="hotels", title_en="Hotels")
    publish(page=hotels, by=None)
    page = Page(edition=edition, slug="travel", title_en="Travel")
    link = hotels.get_absolute_url().removeprefix("/en")
    button = Block(kind="link", link=link, link_label_en="Where to sleep")
    make_page(page=page, by=None, blocks=[Block(text_en=f"Or [read]({link})."), button])
    version = publish(page=page, by=None)
    assert "Where to sleep" in client.get(page.get_absolute_url()).content.decode()
    assert broken(version.blocks.all()) == []
    hotels.delete()
    assert "Where to sleep" not in client.get(page.get_absolute_url()).content.decode()
    assert broken(version.blocks.all()) == [link]


def test_a_changed_address_leads_on(client: Client) -> None:
    edition = factories.edition()
    page = a_page(edition)
    publish(page=page, by=None)
    before = page.get_absolute_url()
    page.slug = "getting-there"
    page.save()
    assert client.get(before).headers["Location"] == page.get_absolute_url()


def test_the_home_of_an_edition_is_found_at_its_home(client: Client) -> None:
    edition = factories.edition()
    page = a_page(edition, "Come and see.", kind="home", slug="home")
    publish(page=page, by=None)
    assert page.get_absolute_url() == "/en/"
    answer = client.get(f"/en/editions/{edition.slug}/pages/home/")
    # Not for ever: once the next edition is current, it leads to this one's own page.
    assert (answer.status_code, answer.headers["Location"]) == (302, "/en/")
    shown_home = client.get("/en/").content.decode()
    assert "Come and see." in shown_home
    assert "Who speaks" not in shown_home  # not chosen, and nobody speaks yet


def test_what_was_written_for_the_home_of_another_edition_is_read_on_its_page(client: Client) -> None:
    factories.edition()
    following = factories.edition(is_current=False, starts_on=date(2097, 5, 1), ends_on=date(2097, 5, 3))
    home = Page(edition=following, kind="home", slug="home", title_en="Home")
    blocks = [Block(kind=Block.Kind.PROGRAMME, title_en="Sessions to come"), Block(text_en="Come and see.")]
    make_page(page=home, by=None, blocks=blocks)
    assert "Come and see." not in client.get(following.get_absolute_url()).content.decode()
    publish(page=home, by=None)
    read = client.get(following.get_absolute_url()).content.decode()
    assert "Come and see." in read
    assert "Sessions to come" not in read  # the page shows itself what the site knows
    assert "Come and see." not in client.get("/en/").content.decode()


@pytest.mark.parametrize("is_current", [True, False])
def test_what_invited_to_an_edition_goes_when_it_is_over_and_what_is_written_then_stays(
    client: Client, *, is_current: bool
) -> None:
    today = timezone.now().date()
    edition = factories.edition(
        is_current=is_current, starts_on=today - 3 * DAY, ends_on=today - 2 * DAY, year=today.year
    )
    travel = a_page(edition, "By train.", title_en="How to travel")
    publish(page=travel, by=None)
    home = Page(edition=edition, kind="home", slug="home", title_en="Home")
    make_page(page=home, by=None, blocks=[Block(text_en="Come."), Block(kind=Block.Kind.PRACTICAL)])
    invites = home.versions.get()
    invites.publishes_at = timezone.now() - 9 * DAY
    invites.save()
    address = "/en/" if is_current else edition.get_absolute_url()
    before = client.get(address).content.decode()
    assert "Come." not in before
    rewrite(home, "Thank you all.")
    publish(page=home, by=None)
    after = client.get(address).content.decode()
    assert "Thank you all." in after
    for page in (before, after):
        assert "How to travel" not in html.fromstring(page).find(".//main").text_content()


@pytest.mark.parametrize(
    ("path", "is_there"),
    [
        ("/editions/{edition}/", True),
        ("/editions/none/", False),
        ("/editions/{edition}/programme/?day=2#top", True),
        ("/editions/none/programme/", False),
        ("/editions/{edition}/sessions/AAAAAA/", False),
        ("/editions/{edition}/rooms/none/", False),
        ("/editions/{edition}/speakers/none/", False),
        ("/editions/{edition}/pages/none/", False),
        ("/editions/none/pages/none/", False),
        ("/declarations/", True),
        ("/declarations/nothing-there/", False),
        ("/declarations/nothing-there/signatories/", False),
        ("/organisations/none/", False),
        ("/countries/xx/", False),
        ("/news/none/", False),
        ("/pages/none/", False),
        ("/news/#a?b", True),
        ("/register/", True),
    ],
)
def test_a_button_stands_where_its_page_is_public(path: str, is_there: bool) -> None:
    path = path.format(edition=factories.edition().slug)
    assert leads_to(path) == (f"/en{path}" if is_there else "")


def test_a_button_leads_to_what_is_hidden_only_once_it_is_public() -> None:
    edition = factories.edition(is_published=False, is_current=False)
    path = f"/editions/{edition.slug}/"
    assert leads_to(path) == ""
    edition.is_published = True
    edition.save()
    assert leads_to(path) == f"/en{path}"


def test_auspices_in_words_alone_are_shown(client: Client) -> None:
    edition = factories.edition(auspices_en="the mayor of the city")
    page = a_page(edition)
    draft = page.versions.get()
    draft.blocks.create(kind=Block.Kind.PARTNERS)
    publish(page=page, by=None)
    assert "the mayor of the city" in client.get(page.get_absolute_url()).content.decode()


def test_an_hour_that_summer_time_skips_is_refused_on_the_clocks_of_the_edition() -> None:
    zone = factories.edition(timezone="Europe/Brussels").zone
    skipped = MomentForm({"day": "2031-03-30", "hour": "02:30"}, zone=zone)
    fine = MomentForm({"day": "2031-03-30", "hour": "03:30"}, zone=zone)
    banana = MomentForm({"day": "banana", "hour": "99:99"}, zone=zone)
    assert list(skipped.errors) == ["hour"]
    assert fine.is_valid()
    assert fine.cleaned_data["at"] == datetime(2031, 3, 30, 1, 30, tzinfo=UTC)
    assert sorted(banana.errors) == ["day", "hour"]
