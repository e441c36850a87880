"""A text's page as a document, and where the text comes from."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from declarations.documents import lineage_of
from declarations.models import Declaration, TextVersion
from programme.actions import release
from tests import factories
from tests.declarations.making import published

pytestmark = pytest.mark.django_db


def page(client: Client, address: str) -> str:
    return str(client.get(address).content.decode())


def test_each_article_has_an_address_and_languages_stand_beside_each_other_by_article(client: Client) -> None:
    declaration = factories.declaration(slug="d", title_fr="Titre")
    declaration.texts.filter(language="en").update(body="# A\n\n1. One.\n\n2. Two.\n\n3. Three.")
    declaration.texts.filter(language="fr").update(body="# A\n\n1. Un.\n\n3. Trois.")
    factories.publish(declaration)
    beside = page(client, "/en/declarations/d/?text=all")
    assert [
        re.findall(r'id="(article-[^"]+)"', page(client, "/en/declarations/d/")),
        re.findall(r'id="(article-[^"]+)"', beside),
        beside.count("Not in the text in Français."),
    ] == [["article-1", "article-2", "article-3"], ["article-1", "article-2", "article-3"], 1]


def test_the_page_shows_where_a_text_comes_from_and_what_took_its_place(client: Client) -> None:
    first = published(slug="first", title="First")
    second = published(slug="second", title="Second", based_on=first, supersedes=first)
    third = published(slug="third", title="Third", based_on=first)
    draft = factories.declaration(slug="draft", title="Not yet", based_on=first, supersedes=first)
    old, new = page(client, "/en/declarations/first/"), page(client, "/en/declarations/second/")
    assert [
        "Another text has taken the place of this one." in old,
        [f"/en/declarations/{slug}/" in old for slug in ("second", "third", "draft")],
        draft.title in old,
        "Takes the place of" in new,
        "/en/declarations/first/" in new,
        "Another text" in new,
    ] == [True, [True, True, False], False, True, True, False]
    lineage = lineage_of(Declaration.objects.get(pk=first.pk))
    assert [lineage.superseded_by, lineage.followed_by] == [[second], [third]]


def test_a_draft_that_a_text_is_based_on_is_named_nowhere(client: Client) -> None:
    draft = factories.declaration(title="Not yet")
    published(slug="d", based_on=draft, supersedes=draft)
    assert "Not yet" not in page(client, "/en/declarations/d/")


def test_the_session_it_was_adopted_in_is_shown_as_released(client: Client) -> None:
    edition = factories.edition(is_published=True)
    session = factories.session(edition, title="Closing plenary")
    declaration: Any = published(slug="d", adopted_in_session=session)
    assert "Closing plenary" not in page(client, "/en/declarations/d/")
    release(edition=edition, by=factories.user())
    shown = page(client, "/en/declarations/d/")
    assert ["Closing plenary" in shown, "Adopted in the session" in shown] == [True, True]
    assert declaration.text_hash


def test_more_languages_than_a_page_has_room_for_are_one_click_away(client: Client) -> None:
    declaration = factories.declaration(slug="d", title_fr="Titre")
    for language in ("de", "it"):
        TextVersion.objects.create(declaration=declaration, language=language, body="1. x")
    factories.publish(declaration)
    beside = page(client, "/en/declarations/d/?text=all")
    assert [beside.count('class="parallel-language"'), beside.count('href="?text=')] == [3, 5]


def test_a_reader_s_own_language_stands_beside_the_authentic_ones(client: Client) -> None:
    declaration = factories.declaration(slug="d", title_fr="Titre", title_nl="Titel")
    for language in ("de", "nl"):
        TextVersion.objects.create(declaration=declaration, language=language, body="1. x")
    factories.publish(declaration)
    shown = {
        language: re.findall(
            r'class="parallel-language">([^<]+)<', page(client, f"/{language}/declarations/d/?text=all")
        )
        for language in ("en", "nl")
    }
    assert shown == {"en": ["English", "Français", "Deutsch"], "nl": ["English", "Français", "Nederlands"]}
