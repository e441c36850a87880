"""What a page shows in another language than its own carries that language (WCAG 2.2, 3.1.2).

The public pages of the demonstration are walked through in every language. A text that the database has, and not in
the language of the page, must stand in an element with the `lang` of one that has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve
from lxml import etree, html
from modeltranslation.translator import translator

from programme.models import ReleasedSession
from tests import factories

LANGUAGES = [code for code, _name in settings.LANGUAGES]
OF_EACH = 4  # pages of one kind
SHORTEST = 12  # characters: shorter ones are names and numbers that several languages share
# The name of a place or a project is the same in a language that has no other for it.
NAMES = {"Organisation.name", "Organisation.full_name", "Project.name"}
NOT_READ_OUT = {"script", "style", "template", "option", "title"}


def texts_by_language() -> dict[str, set[str]]:
    """Each text that the database has, with the languages that have it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for model in translator.get_registered_models(abstract=False):
        fields = translator.get_options_for_model(model).fields
        names = [name for name in fields if f"{model.__name__}.{name}" not in NAMES]
        columns = [(f"{name}_{code}", code) for name in names for code in LANGUAGES]
        if not columns:
            continue
        rows = model._default_manager.values_list(*(column for column, _code in columns))
        for row in rows:
            for value, (_column, code) in zip(row, columns, strict=True):
                for line in (value or "").splitlines():
                    found[plain(line)].add(code)
    for texts in ReleasedSession.objects.values_list("texts", flat=True):
        for code, values in texts.items():
            for value in values.values():
                for line in value.splitlines():
                    found[plain(line)].add(code)
    return {text: languages for text, languages in found.items() if len(text) >= SHORTEST}


def plain(text: str) -> str:
    return " ".join(text.split())


def some_of_each_kind(client: Client) -> list[str]:
    """Paths without their language, from the site's own maps: some pages of each kind."""
    paths: defaultdict[str, dict[str, None]] = defaultdict(dict)
    maps = ["/sitemap.xml"]
    for address in maps:
        tree = etree.fromstring(client.get(address).content)
        for place in tree.iter("{*}loc"):
            path = urlsplit(str(place.text or "")).path
            if path.endswith(".xml"):
                maps.append(path)
            elif path.startswith("/en/"):
                paths[resolve(path).view_name][path[3:]] = None
    return [path for found in paths.values() for path in list(found)[:OF_EACH]]


def shown(page: bytes) -> Iterator[tuple[str, str]]:
    """Each text of a page with the language it is in, as its elements say."""
    tree = html.fromstring(page)
    for element in tree.iter(etree.Element):
        if element.tag in NOT_READ_OUT:
            continue
        if element.text and element.text.strip():
            yield plain(element.text), _language(element)
        if element.tail and element.tail.strip() and (parent := element.getparent()) is not None:
            yield plain(element.tail), _language(parent)


def _language(element: etree._Element) -> str:
    return next(
        (language for each in (element, *element.iterancestors()) if (language := each.get("lang"))), ""
    )


def addresses_of(page: bytes) -> tuple[str, dict[str, str], dict[str, str]]:
    """The page's own language, and the paths of the others: for search engines, and in the switch."""
    tree = html.fromstring(page)
    alternates = {
        each.get("hreflang", ""): urlsplit(each.get("href", "")).path
        for each in tree.xpath("//link[@rel='alternate'][@hreflang]")
    }
    switch = {each.get("hreflang", ""): each.get("href", "") for each in tree.xpath("//header//a[@hreflang]")}
    return tree.get("lang", ""), alternates, switch


@pytest.mark.django_db
def test_the_switch_keeps_the_page_and_what_was_asked_of_it() -> None:
    edition = factories.edition()
    path = f"/editions/{edition.slug}/programme/?kind=none&q=a"
    for code in LANGUAGES:
        language, alternates, switch = addresses_of(Client().get(f"/{code}{path}").content)
        assert language == code
        without_query = path.partition("?")[0]
        assert {key: alternates[key] for key in LANGUAGES} == {
            each: f"/{each}{without_query}" for each in LANGUAGES
        }
        assert alternates["x-default"] == f"/en{without_query}"
        assert switch == {each: f"/{each}{path}" for each in LANGUAGES if each != code} or switch == {
            each: f"/{each}{path}" for each in LANGUAGES
        }


@pytest.mark.slow
@pytest.mark.usefixtures("demo_db")
def test_every_text_says_in_which_language_it_is() -> None:
    known = texts_by_language()
    client = Client()
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    foreign = 0
    for path in some_of_each_kind(client):
        for code in LANGUAGES:
            answer = client.get(f"/{code}{path}")
            assert answer.status_code == 200, (code, path)
            for text, language in shown(answer.content):
                languages = known.get(text)
                if not languages or code in languages:
                    continue
                foreign += 1
                if language not in languages:
                    wrong[text].append(f"/{code}{path} says “{language}”, is {sorted(languages)}")
    assert not wrong, "\n".join(f"{text}: {places[0]}" for text, places in wrong.items())
    assert foreign  # the demonstration has texts that lack a language; otherwise this looks at nothing
