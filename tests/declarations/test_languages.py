"""Offices are written to, and answer, in ten languages: seven of them are those of the offices alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from gettext import NullTranslations
from itertools import chain
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real
from procrastinate.contrib.django.models import ProcrastinateJob

from declarations import actions
from declarations.actions import enter_withdrawal
from declarations.documents import as_texts
from declarations.languages import OFFICE_LANGUAGES
from declarations.models import Declaration, TextVersion
from efus_conference import mail
from efus_conference.management import office_messages
from efus_conference.management.office_messages import Text
from tests.declarations.making import (
    begin,
    form,
    inform,
    invited,
    office,
    officer,
    png,
    published,
    record,
    submitted,
    text_hash,
    upload,
    withdrawn,
)

CODES = [code for code, _name in OFFICE_LANGUAGES]
# The whole way through every page takes a while: the build server goes it in the other languages.
TRANSLATED = [
    pytest.param(code, marks=[] if code == "it" else pytest.mark.slow) for code in CODES if code != "en"
]
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]")


def ids(catalogue: Catalog) -> set[Text]:
    return {
        Text(m.id, "", m.context or "") if isinstance(m.id, str) else Text(m.id[0], m.id[1], m.context or "")
        for m in catalogue
        if m.id
    }


def strings(message: object) -> list[str]:
    return [message] if isinstance(message, str) else [str(each) for each in message or ()]  # type: ignore[attr-defined]


# --- the catalogues --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", office_messages.LANGUAGES)
def test_a_catalogue_holds_every_text_an_office_meets_and_nothing_else(language: str) -> None:
    wanted, held = set(office_messages.texts()), ids(office_messages.held(language))
    assert (wanted - held, held - wanted) == (set(), set())


@pytest.mark.parametrize("language", office_messages.LANGUAGES)
def test_every_text_an_office_meets_is_translated(language: str) -> None:
    assert office_messages.untranslated(office_messages.held(language)) == []


@pytest.mark.parametrize("language", office_messages.LANGUAGES)
def test_a_translation_for_offices_has_the_placeholders_of_its_source(language: str) -> None:
    wrong = []
    for message in office_messages.held(language):
        if not isinstance(message.id, str):
            wanted = set(PLACEHOLDER.findall(message.id[1]))
            # A form for one may leave its number out.
            wrong += [s for s in strings(message.string) if not set(PLACEHOLDER.findall(s)) <= wanted]
        elif message.id and set(PLACEHOLDER.findall(str(message.string))) != set(
            PLACEHOLDER.findall(message.id)
        ):
            wrong.append(str(message.string))
    assert wrong == []


@pytest.mark.parametrize("language", office_messages.LANGUAGES)
def test_making_the_catalogues_again_changes_no_translation(language: str) -> None:
    before = office_messages.held(language)
    after = office_messages.merged(language, office_messages.texts())
    assert {m.id: m.string for m in after if m.id} == {m.id: m.string for m in before if m.id}


def test_the_texts_of_a_template_are_read_as_gettext_would() -> None:
    source = """{% load i18n %}{% translate "It's “one”" %}
        {% blocktranslate trimmed with day=at|date:"j" %}
          Until
          {{ day }}
        {% endblocktranslate %}
        {% blocktranslate trimmed count n=n %}One page{% plural %}{{ n }} pages{% endblocktranslate %}
        {% translate "May" context "month" %}"""
    assert list(office_messages.of_template(source)) == [
        Text("It's “one”"),
        Text("Until %(day)s"),
        Text("One page", "%(n)s pages"),
        Text("May", "", "month"),
    ]


def test_of_a_module_only_what_is_named_is_read() -> None:
    source = """
class Signature(Model):
    name = Field(_("name"))
    class State(TextChoices):
        NEW = "new", _("being " "recorded")
SENTENCES = {"late": _("Too late."), "soon": _("Too soon.")}
LARGE = _("Too large.")
"""
    names = ("Signature.State", "SENTENCES.late")
    assert list(office_messages.of_module(source, names)) == [Text("being recorded"), Text("Too late.")]
    assert len(list(office_messages.of_module(source))) == 5


# --- the pages -------------------------------------------------------------------------------------------


class Misses(NullTranslations):
    """What stands behind a catalogue, and hears of each text that it does not have."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: set[str] = set()

    def gettext(self, message: str) -> str:
        self.heard.add(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@pytest.fixture
def misses(monkeypatch: pytest.MonkeyPatch, language: str) -> Misses:
    heard = Misses()
    monkeypatch.setattr(trans_real.translation(language), "_fallback", heard)
    return heard


def steps(browser: Client, token: str) -> Iterable[tuple[str, dict[str, Any] | None]]:
    """What a browser asks for on its way from the link to the receipt, its mistakes included."""
    yield f"/sign/{token}", None
    yield f"/sign/{token}/code", None
    yield f"/sign/{token}/code", {"code": "banana"}
    begin(browser, token)
    yield f"/sign/{token}/record", None
    yield f"/sign/{token}/record", {**text_hash(token), "signed_on": "banana", "signed_page": upload(b"")}
    yield f"/sign/{token}/record", {**text_hash(token), **form(signed_on="1900-01-01", basis="ratification")}
    yield f"/sign/{token}/record", {**text_hash(token), **form(), "signed_page": upload(b"<svg>")}
    yield f"/sign/{token}/record", {"text_hash": "0" * 64, **form()}
    ratification = {"basis": "ratification", "body": "Council", "ratify_until": "2099-01-31"}
    record(browser, token, {**form(**ratification), "signed_page": upload(png(), "page.png")})
    yield f"/sign/{token}/meaning", None
    yield f"/sign/{token}/meaning", text_hash(token)
    inform(browser, token)
    yield f"/sign/{token}/check", None
    yield f"/sign/{token}/decline", None
    yield f"/sign/{token}/decline", text_hash(token)


def receipts() -> Iterable[str]:
    """The addresses after the receipt, in each state a signature can be in."""
    signatures = [submitted() for _state in range(5)]
    actions.take_under_review(signature=signatures[1], by=officer())
    actions.ask_for_information(signature=signatures[2], by=officer(), note="When?")
    actions.refuse(signature=signatures[3], by=officer(), note="It is not signed.")
    actions.verify(signature=signatures[4], by=officer())
    for signature in signatures:
        yield from (f"/sign/receipt/{signature.receipt_code}/{step}" for step in ("", "complete", "withdraw"))
    yield f"/sign/receipt/{withdrawn(actions.verify(signature=submitted(), by=officer())).receipt_code}/"


@pytest.mark.django_db
@pytest.mark.parametrize("language", TRANSLATED)
def test_no_page_on_the_office_s_way_shows_english_in_another_language(
    client: Client, language: str, misses: Misses
) -> None:
    _invitation, token = invited()
    # As it goes: what a page can show depends on what was typed before it.
    elsewhere = []
    for address, data in chain(steps(client, token), [("/sign/of-a-link-that-was-never-made", None)]):
        path = f"{address}?lang={language}"
        answer = client.get(path) if data is None else client.post(path, data)
        if (answer.headers.get("Content-Language"), lang_of_page(answer)) != (language, language):
            elsewhere.append((address, data, answer.status_code))
    assert (misses.heard, elsewhere) == (set(), [])


@pytest.mark.django_db
@pytest.mark.parametrize("language", TRANSLATED)
def test_no_page_after_the_receipt_shows_english_in_another_language(
    client: Client, language: str, misses: Misses
) -> None:
    answers = [client.get(f"{address}?lang={language}") for address in receipts()]
    shown = {(answer.headers.get("Content-Language"), lang_of_page(answer)) for answer in answers}
    assert (misses.heard, shown) == (set(), {(language, language)})


@pytest.mark.django_db
@pytest.mark.parametrize("language", TRANSLATED)
def test_no_mail_to_an_office_shows_english_in_another_language(
    client: Client, language: str, misses: Misses
) -> None:
    _invitation, token = invited()
    client.post(f"/sign/{token}", {"text": "en", **text_hash(token)})
    list(receipts())
    enter_withdrawal(
        signature=actions.verify(signature=submitted(), by=officer()), by=officer(), reason="So."
    )
    told = set()
    for job in ProcrastinateJob.objects.filter(task_name="mail.send", args__kind__startswith="declarations/"):
        for letter in mail.compose(job.args["kind"], **job.args["ids"]):
            told.add(job.args["kind"])
            mail.render(job.args["kind"], replace(letter, language=language))
    assert (misses.heard, len(told) >= 6) == (set(), True)


def lang_of_page(answer: Any) -> str:
    found = re.search(r'<html lang="(\w+)">', answer.content.decode())
    return found[1] if found else ""


@pytest.mark.django_db
@pytest.mark.parametrize("language", CODES)
def test_a_page_of_the_office_leads_to_each_of_ten_languages_and_to_pages_that_exist(
    client: Client, language: str
) -> None:
    _invitation, token = invited()
    shown = client.get(f"/sign/{token}?lang={language}").content.decode()
    offered = re.findall(r'href="\?lang=(\w+)" hreflang="\1" lang="\1"', shown)
    home = f"/{language}/" if language in ("en", "fr", "nl") else "/en/"
    assert (offered, f'class="wordmark" href="{home}"' in shown) == (
        [code for code in CODES if code != language],
        True,
    )


@pytest.mark.django_db
def test_a_title_that_is_not_there_in_a_language_says_in_which_it_is_shown(client: Client) -> None:
    _invitation, token = invited(office(published(title_en="On safe cities")))
    assert '<h1 lang="en">On safe cities</h1>' in client.get(f"/sign/{token}?lang=lv").content.decode()
    assert "<h1>On safe cities</h1>" in client.get(f"/sign/{token}?lang=en").content.decode()


def test_a_version_in_another_language_than_the_site_s_has_its_own_first_heading_as_title() -> None:
    declaration = Declaration(title_en="On safe cities", title_fr="Des villes sûres")
    bodies = {"fr": "# Des villes", "lv": "# Drošas pilsētas\n\n1. Pilsētas rīkojas.", "pl": "1. Miasta."}
    versions = [TextVersion(language=code, body=body) for code, body in bodies.items()]
    assert [text.title for text in as_texts(declaration, versions)] == [
        "Des villes sûres",
        "Drošas pilsētas",
        "On safe cities",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("it-CH,it;q=0.9,en;q=0.5", "it"),
        ("el", "el"),
        ("sv,pl;q=0.4", "pl"),
        ("sv", "en"),
        ("", "en"),
        (";q=banana,*", "en"),
        ("d" * 10_000, "en"),
    ],
)
def test_a_browser_is_answered_in_its_language_where_the_link_has_none(
    client: Client, header: str, language: str
) -> None:
    answer = client.get("/sign/of-a-link-that-was-never-made", headers={"accept-language": header})
    assert answer.headers["Content-Language"] == language


@pytest.mark.django_db
def test_the_link_s_language_goes_before_the_browser_s_and_a_choice_before_both(client: Client) -> None:
    _invitation, token = invited(language="fr")
    polish = {"accept-language": "pl"}
    shown = [
        client.get(f"/sign/{token}{choice}", headers=polish).headers["Content-Language"]
        for choice in ("", "?lang=el", "?lang=sv", "?lang=banana")
    ]
    assert shown == ["fr", "el", "fr", "fr"]


@pytest.mark.django_db
@pytest.mark.parametrize("language", CODES)
def test_a_declaration_s_address_is_one_of_the_site_in_every_language(language: str) -> None:
    declaration = published()
    site_language = language if language in ("en", "fr", "nl") else "en"
    with translation.override(language):
        assert declaration.get_absolute_url() == f"/{site_language}/declarations/{declaration.slug}/"
