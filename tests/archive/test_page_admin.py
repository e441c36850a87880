"""Organisers compose a page: what they type is tidied or refused kindly, and nobody overwrites another unseen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from lxml import html

from archive.actions.pages import discard_draft, draft_of, make_page, publish
from archive.models import Block, Page, PageVersion
from archive.pages import shown
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


def a_page(text: str = "By train.", **fields: object) -> Page:
    page = Page(slug="travel", title_en="Travel", **fields)
    make_page(page=page, by=None, blocks=[Block(text_en=text)])
    return page


def typed(client: Client, draft: PageVersion, **changed: str) -> dict[str, str]:
    """What the form of the draft's one block sends, as it is now."""
    html = client.get(f"/admin/archive/pageversion/{draft.pk}/change/").content.decode()
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', html)
    assert seen
    block = draft.blocks.get()
    return {
        "seen": seen[1],
        "blocks-TOTAL_FORMS": "1",
        "blocks-INITIAL_FORMS": "1",
        "blocks-0-id": str(block.pk),
        "blocks-0-version": str(draft.pk),
        "blocks-0-kind": block.kind,
        "blocks-0-order": "10",
        "blocks-0-text_en": block.text,
        **{f"blocks-0-{name}": value for name, value in changed.items()},
    }


def send(client: Client, draft: PageVersion, data: dict[str, str]) -> str:
    """The page that comes back; empty where it was stored."""
    answer = client.post(f"/admin/archive/pageversion/{draft.pk}/change/", data)
    return "" if answer.status_code == 302 else answer.content.decode()


def test_html_from_word_becomes_plain_markdown(organiser: Client) -> None:
    draft = draft_of(page=a_page(), by=None)
    pasted = '<p class="MsoNormal"><b>By train</b><o:p></o:p></p><script>alert(1)</script>'
    assert send(organiser, draft, typed(organiser, draft, text_en=pasted)) == ""
    assert draft.blocks.get().text == "**By train**"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("link", "javascript:alert(1)", "is no address a reader can follow"),
        ("text_en", "See [this](javascript:alert(1)).", "is no address a reader can follow"),
        ("title_en", "t" * 300, "at most 150 characters (it has 300)"),
        ("kind", "banana", "banana"),
        ("order", "banana", "whole number"),
        ("picture", "999", "valid choice"),
        ("text_en", "null\x00byte", "Null characters are not allowed"),
    ],
)
def test_what_cannot_stand_is_refused_and_nothing_typed_is_lost(
    organiser: Client, field: str, value: str, said: str
) -> None:
    draft = draft_of(page=a_page(), by=None)
    answer = send(organiser, draft, typed(organiser, draft, title_fr="Restez", **{field: value}))
    assert said in answer
    assert "Restez" in answer
    assert draft.blocks.get().text == "By train."


def test_who_saves_over_another_s_change_is_told_and_may_do_so_the_second_time(organiser: Client) -> None:
    draft = draft_of(page=a_page(), by=None)
    mine = typed(organiser, draft, text_en="By boat.")
    draft.blocks.update(text_en="By bicycle.")
    answer = send(organiser, draft, mine)
    assert "Somebody changed this draft since you opened it." in answer
    assert "By boat." in answer
    # Looking at theirs does not cost what was typed.
    assert f'<a href="/admin/archive/page/{draft.page_id}/preview/" target="_blank">' in answer
    assert send(organiser, draft, {**mine, "seen": seen_in(answer)}) == ""
    assert draft.blocks.get().text == "By boat."


def seen_in(answer: str) -> str:
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', answer)
    assert seen
    return seen[1]


def sent_by(answer: str) -> dict[str, str]:
    """What the form of the blocks that came back sends when it is saved as it is."""
    tree = html.fromstring(answer)
    form = next(form for form in tree.forms if "seen" in form.fields)
    return {name: value or "" for name, value in form.fields.items() if "__prefix__" not in name}


def published(page: Page) -> None:
    publish(page=page, by=None)


def discarded(page: Page) -> None:
    discard_draft(page=page)


def scheduled(page: Page) -> None:
    publish(page=page, by=None, at=timezone.now() + timedelta(days=1))


@pytest.mark.parametrize("meanwhile", [published, discarded, scheduled])
def test_what_was_typed_into_a_draft_that_is_gone_is_kept_for_the_next_one(
    organiser: Client, meanwhile: Callable[[Page], None]
) -> None:
    page = a_page()
    publish(page=page, by=None)
    draft = draft_of(page=page, by=None)
    mine = typed(organiser, draft, text_en="By boat.", title_fr="En bateau")
    meanwhile(page)
    answer = send(organiser, draft, {**mine, "of_page": str(page.pk)})
    assert "Somebody published or discarded this draft since you opened it." in answer
    assert "By boat." in answer
    assert "En bateau" in answer
    made = page.versions.get(publishes_at=None)
    assert made.blocks.get().text == "By train."
    assert send(organiser, made, sent_by(answer)) == ""
    block = made.blocks.get()
    assert (block.text, block.title_fr) == ("By boat.", "En bateau")  # type: ignore[attr-defined]


def test_a_block_that_another_deleted_is_new_again_and_theirs_are_shown(organiser: Client) -> None:
    draft = draft_of(page=a_page(), by=None)
    mine = typed(organiser, draft, text_en="By boat.")
    draft.blocks.all().delete()
    draft.blocks.create(text_en="By bicycle.", order=20)
    answer = send(organiser, draft, mine)
    assert "Somebody changed this draft since you opened it." in answer
    assert "By bicycle." in answer
    assert send(organiser, draft, sent_by(answer)) == ""
    assert [block.text for block in draft.blocks.all()] == ["By boat.", "By bicycle."]


def test_a_draft_of_a_page_that_is_gone_leads_to_the_lists(organiser: Client) -> None:
    page = a_page()
    draft = draft_of(page=page, by=None)
    mine = typed(organiser, draft, text_en="By boat.")
    page.delete()
    for of_page in (str(page.pk), "banana", ""):
        assert send(organiser, draft, {**mine, "of_page": of_page}) == ""


@pytest.mark.parametrize("total", ["banana", "", "99999999999", "-1"])
def test_a_form_that_counts_its_blocks_wrongly_is_no_error(organiser: Client, total: str) -> None:
    draft = draft_of(page=a_page(), by=None)
    mine = {**typed(organiser, draft), "blocks-TOTAL_FORMS": total, "seen": "0" * 64}
    assert send(organiser, draft, mine)
    assert draft.blocks.get().text == "By train."


def test_who_saves_a_draft_is_led_to_where_it_is_published(organiser: Client) -> None:
    draft = draft_of(page=a_page(), by=None)
    address = f"/admin/archive/pageversion/{draft.pk}/change/"
    answer = organiser.post(address, typed(organiser, draft), follow=True)
    assert answer.redirect_chain == [(f"/admin/archive/page/{draft.page_id}/publishing/", 302)]
    assert "The draft is saved. Nobody sees it until you publish it." in answer.content.decode()
    stays = organiser.post(address, {**typed(organiser, draft), "_continue": "1"})
    assert stays.headers["Location"] == address


def test_a_new_block_comes_after_the_others(organiser: Client) -> None:
    draft = draft_of(page=a_page(), by=None)
    draft.blocks.update(order=70)
    answer = organiser.get(f"/admin/archive/pageversion/{draft.pk}/change/").content.decode()
    assert html.fromstring(answer).xpath("//*[@name='blocks-__prefix__-order']/@value") == ["80"]


def test_an_organiser_takes_a_page_off_the_site_with_its_versions(client: Client) -> None:
    writer = factories.user(is_staff=True)
    writer.user_permissions.add(
        *Permission.objects.filter(content_type__app_label="archive", content_type__model__startswith="page")
    )
    client.force_login(writer)
    page = a_page()
    version = publish(page=page, by=None)
    answer = client.post(f"/admin/archive/page/{page.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 302
    assert not Page.objects.exists()
    assert client.post(f"/admin/archive/pageversion/{version.pk}/delete/", {"post": "yes"}).status_code != 200


def test_putting_back_tells_of_what_is_still_scheduled(organiser: Client) -> None:
    page = a_page()
    first = publish(page=page, by=None)
    draft_of(page=page, by=None)
    publish(page=page, by=None, at=timezone.now() + timedelta(days=1))
    address = f"/admin/archive/page/{page.pk}/publishing/"
    answer = organiser.post(address, {"do": "put_back", "version": str(first.pk)}, follow=True)
    assert "Version 2 is still scheduled, and will take the place of this one." in answer.content.decode()


def test_a_moment_that_has_passed_is_told_and_stays_in_the_form(organiser: Client) -> None:
    page = a_page()
    address = f"/admin/archive/page/{page.pk}/publishing/"
    answer = organiser.post(address, {"do": "schedule", "day": "2020-01-01", "hour": "07:30"})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "This moment has passed. Choose one ahead, or publish now." in said
    assert 'value="2020-01-01"' in said
    assert 'value="07:30"' in said


def test_the_publishing_page_says_where_the_home_of_another_edition_is_read(organiser: Client) -> None:
    said = []
    for is_current in (True, False):
        home = a_page(edition=factories.edition(is_current=is_current), kind="home")
        said.append(organiser.get(f"/admin/archive/page/{home.pk}/publishing/").content.decode())
    assert ["is not the current edition" in page for page in said] == [False, True]


def test_the_preview_of_an_edition_without_days_marks_that_they_are_not_known(organiser: Client) -> None:
    home = a_page(edition=factories.edition(starts_on=None, ends_on=None, year=2199), kind="home")
    answer = organiser.get(f"/admin/archive/page/{home.pk}/preview/").content.decode()
    marked = html.fromstring(answer).xpath("//*[@class='filter-links']//*[@aria-current='true']")
    assert [choice.text for choice in marked] == ["days not known yet"]


def test_a_button_without_words_or_without_an_address_is_refused(organiser: Client) -> None:
    draft = draft_of(page=a_page(), by=None)
    answer = send(organiser, draft, typed(organiser, draft, kind="link"))
    assert "Say where the button leads." in answer
    assert "Say what stands on the button." in answer


def test_a_new_page_leads_to_its_first_draft(organiser: Client) -> None:
    answer = organiser.post(
        "/admin/archive/page/add/",
        {"edition": "", "kind": "other", "slug": "new", "title_en": "New", "is_in_menu": "on", "order": "10"},
    )
    draft = PageVersion.objects.get(page__slug="new")
    assert answer.headers["Location"] == f"/admin/archive/pageversion/{draft.pk}/change/"


def test_publishing_unscheduling_and_putting_back_are_buttons_of_one_page(organiser: Client) -> None:
    page = a_page()
    address = f"/admin/archive/page/{page.pk}/publishing/"
    organiser.post(address, {"do": "publish"})
    first = shown(page)
    assert first is not None
    organiser.post(address, {"do": "draft"})
    organiser.post(address, {"do": "schedule", "day": "2199-01-01", "hour": "09:00"})
    scheduled = page.versions.get(number=2)
    assert scheduled.state() == "scheduled"
    organiser.post(address, {"do": "unschedule", "version": str(scheduled.pk)})
    organiser.post(address, {"do": "publish"})
    organiser.post(address, {"do": "put_back", "version": str(first.pk)})
    assert [version.number for version in page.versions.public()] == [3, 2, 1]
    refused = organiser.post(address, {"do": "put_back", "version": str(first.pk)}, follow=True)
    assert refused.status_code == 200
    for banana in (
        {"do": "banana"},
        {"do": "put_back", "version": "banana"},
        {"do": "put_back", "version": "9" * 40},
    ):
        assert organiser.post(address, banana).status_code == 404
    mistyped = organiser.post(address, {"do": "schedule", "day": "0001-01-01", "hour": "09:00"})
    assert mistyped.status_code == 422  # nothing to schedule either, but first the year


def test_the_preview_shows_the_draft_in_each_language_and_phase_and_is_never_kept(organiser: Client) -> None:
    edition = factories.edition()
    page = a_page("Come.", edition=edition, kind="home")
    publish(page=page, by=None)
    draft_of(page=page, by=None).blocks.update(text_en="Come all.", text_fr="Venez tous.")
    address = f"/admin/archive/page/{page.pk}/preview/"
    answer = organiser.get(address, {"language": "fr", "phase": "over"})
    assert "Venez tous." in (html := answer.content.decode())
    assert '<html lang="fr">' in html
    assert "no-store" in answer.headers["Cache-Control"]
    assert "This edition is over." in organiser.get(address, {"phase": "over"}).content.decode()
    assert "Come." in organiser.get(address, {"version": "1"}).content.decode()
    for query, status in (
        ({"version": "9" * 40}, 404),
        ({"version": "banana"}, 404),
        ({"phase": "banana"}, 200),
    ):
        assert organiser.get(address, query).status_code == status
