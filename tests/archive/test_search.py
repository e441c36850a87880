"""The search: what it finds, in which order, and what it must never find."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from archive.models import SearchEntry, SearchWord, Voice
from declarations.models import DeclarationPoint, TextVersion
from efus_conference.models import Edition
from programme.actions import release
from programme.models import ReleasedSession, Session
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return factories.edition(slug="liege-2027", number=9)


@pytest.fixture
def ask(client: Client) -> Any:
    def titles(asked: str, language: str = "en", **more: str) -> list[str]:
        """The titles of what is found, in order, with the marks as [ ]."""
        query = "".join(f"&{name}={quote(value)}" for name, value in more.items())
        response = client.get(f"/{language}/search/?q={quote(asked)}{query}")
        assert response.status_code == 200
        html = response.content.decode()
        found = re.findall(r'<h3 class="row-title"><a [^>]*>(.*?)</a>', html)
        return [unescape(title.replace("<mark>", "[").replace("</mark>", "]")) for title in found]

    return titles


def page(client: Client, asked: str, language: str = "en") -> str:
    return client.get(f"/{language}/search/?q={quote(asked)}").content.decode()


def released(edition: Edition, **fields: Any) -> Session:
    session = factories.session(edition, **fields)
    release(edition=edition, by=None)
    return session


# --- what is found ---------------------------------------------------------------------------------------


def test_words_are_found_by_their_stem_in_each_language(edition: Edition, ask: Any) -> None:
    released(edition, title="Protecting cities", title_fr="Protéger les villes", title_nl="Steden beschermen")
    assert ask("protected city") == ["[Protecting] [cities]"]
    assert ask("protège ville", "fr") == ["[Protéger] les [villes]"]
    assert ask("STAD", "nl") == ["[Steden] beschermen"] or ask("steden", "nl") == ["[Steden] beschermen"]
    assert ask("villes") == ["Protecting cities"]


def test_accents_and_case_do_not_matter(ask: Any) -> None:
    factories.known_organisation(name="Liège", endonym="Liège", slug="liege")
    assert [ask(asked) for asked in ("liege", "LIÈGE", "Liège", "liége")] == [["[Liège]"]] * 4


def test_an_organisation_is_found_under_every_name_it_has(client: Client, ask: Any) -> None:
    factories.known_organisation(
        name_en="Antwerp", name_fr="Anvers", name_nl="Antwerpen", endonym="Antwerpen", other_names=["Amberes"]
    )
    factories.known_organisation(name_en="Piraeus", endonym="Πειραιάς")
    assert [ask("Anvers"), ask("antwerpen"), ask("amberes")] == [["Antwerp"]] * 3
    assert "<mark>Anvers</mark>" in page(client, "anvers")
    assert ask("Πειραιας") == ["Piraeus"]


def test_names_are_found_by_their_beginning_and_texts_are_not(edition: Edition, ask: Any) -> None:
    speaker = factories.speaker(name="Ada Lovelace-Beispiel")
    released(edition, title="Portraits of a port", speakers=(speaker,))
    assert ask("lovel") == ["Ada [Lovelace]-Beispiel"]
    assert ask("beis ad") == ["[Ada] Lovelace-[Beispiel]"]
    assert ask("portra") == []


def test_a_declaration_is_found_by_its_text_in_any_language(client: Client, ask: Any) -> None:
    declaration = factories.declaration(title="Of Liège", title_fr="De Liège", summary_en="What cities want.")
    TextVersion.objects.create(
        declaration=declaration, language="de", status="translation", body="Die Freiheit"
    )
    DeclarationPoint.objects.create(declaration=declaration, text_en="More streetlamps")
    factories.publish(declaration)
    assert [ask("streetlamp"), ask("Préambule"), ask("Freiheit"), ask("wanted")] == [["Of Liège"]] * 4
    html = page(client, "agissent")
    assert '<p class="search-passage" lang="fr">' in html
    assert "<mark>agissent</mark>" in html


def test_every_word_must_be_there(edition: Edition, client: Client, ask: Any) -> None:
    released(edition, title="Night mayors")
    assert ask("night mayor") == ["[Night] [mayors]"]
    assert ask("night castles") == []
    assert "Each by itself finds something" in page(client, "night castles")


# --- one typo --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["streetlmaps", "streetlamps", "streetlampps", "streetlomps", "treetlamps", "trust"]
)
def test_one_typo_in_a_word_is_forgiven(edition: Edition, ask: Any, typed: str) -> None:
    released(edition, title="Streetlamps and trust")
    assert len(ask(typed)) == 1
    assert ask(f"{typed} and trsut") == ask(f"{typed} trust")


def test_the_page_says_which_words_it_took_instead_and_two_typos_are_not_forgiven(
    edition: Edition, client: Client
) -> None:
    released(edition, title="Streetlamps")
    html = page(client, "streetlomps")
    assert "Nothing has exactly these words." in html
    assert 'href="?q=streetlamps"' in html
    assert "Nothing found" in page(client, "streotlomps")


def test_exact_words_come_before_forgiven_ones(edition: Edition, client: Client, ask: Any) -> None:
    released(edition, title="A forum of cities")
    released(
        edition, title="Another", abstract="In the form of a play.", starts_at=factories.NINE.replace(hour=12)
    )
    assert ask("form") == ["Another", "A [forum] of cities"]
    assert "Also shown for words one letter away" in page(client, "form")


# --- the order -------------------------------------------------------------------------------------------


def at(hour: int) -> Any:
    return factories.NINE.replace(hour=hour)


def test_titles_come_before_texts_and_newer_editions_first(edition: Edition, ask: Any) -> None:
    older = factories.edition(slug="nice-2021", number=7, is_current=False)
    for where, when in ((older, "old"), (edition, "new")):
        released(where, title=f"Opening, {when}", abstract="About trust.", starts_at=at(7))
        released(where, title=f"Trust, {when}", starts_at=at(12))
    assert ask("trust") == ["[Trust], new", "[Trust], old", "Opening, new", "Opening, old"]


def test_the_reader_s_language_comes_first(edition: Edition, ask: Any) -> None:
    released(edition, title="One", title_fr="Transport", starts_at=at(7))
    released(edition, title="Transport", title_fr="Deux", starts_at=at(12))
    assert ask("transport") == ["[Transport]", "One"]
    assert ask("transport", "fr") == ["[Transport]", "Deux"]


# --- what nobody may find --------------------------------------------------------------------------------


def test_a_draft_is_not_found_and_its_release_is_at_once(edition: Edition, ask: Any) -> None:
    session = factories.session(edition, title="Secret plans")
    assert ask("secret") == []
    release(edition=edition, by=None)
    assert ask("secret") == ["[Secret] plans"]
    session.title = "Nothing to see"
    session.save()
    assert ask("secret") == ["[Secret] plans"]
    release(edition=edition, by=None)
    assert (ask("secret"), ask("nothing")) == ([], ["[Nothing] to see"])


def test_a_withdrawn_consent_hides_a_name_at_once_from_typos_too(
    edition: Edition, client: Client, ask: Any
) -> None:
    speaker = factories.speaker(name="Zerbinetta Quux")
    released(edition, title="Opera", speakers=(speaker,))
    assert [ask("zerbinetta"), ask("zerbineta")] == [["[Zerbinetta] Quux"]] * 2
    speaker.consented_at = None
    speaker.save()
    assert [ask("zerbinetta"), ask("zerbineta")] == [[], []]
    assert "Quux" not in page(client, "quux opera").replace("quux opera", "")


def test_whoever_speaks_nowhere_in_public_is_not_found(edition: Edition, ask: Any) -> None:
    speaker = factories.speaker(name="Zerbinetta Quux")
    factories.session(edition, speakers=(speaker,))
    assert ask("quux") == []
    Voice.objects.create(edition=edition, speaker=speaker)
    assert ask("quux") == ["Zerbinetta [Quux]"]


def test_nothing_of_an_edition_that_is_not_published_is_found(edition: Edition, ask: Any) -> None:
    speaker = factories.speaker(name="Zerbinetta Quux")
    released(edition, title="Opera", speakers=(speaker,))
    Edition.objects.update(is_published=False)
    assert [ask("opera"), ask("quux"), ask("oprea")] == [[], [], []]


def test_a_declaration_is_found_once_it_is_published(ask: Any) -> None:
    declaration = factories.declaration(title="Embargoed", title_fr="Sous embargo")
    assert [ask("embargoed"), ask("embargoedd"), ask("cities act")] == [[], [], []]
    factories.publish(declaration)
    assert ask("embargoed") == ["[Embargoed]"]


def test_what_is_deleted_leaves_no_word_behind(edition: Edition) -> None:
    speaker = factories.speaker(name="Zerbinetta Quux", biography_en="Sings.")
    assert SearchWord.objects.filter(word="quux").exists()
    speaker.delete()
    assert (
        SearchEntry.objects.filter(kind="speaker").count(),
        SearchWord.objects.filter(word="quux").count(),
    ) == (0, 0)


def test_the_copies_are_what_their_sources_are(edition: Edition) -> None:
    """Whatever was written, by whichever way: the triggers follow."""
    speaker = factories.speaker(name="Zerbinetta Quux")
    session = released(edition, title="Opera", speakers=(speaker,))
    factories.publish(factories.declaration(title_fr="Titre"))
    ReleasedSession.objects.filter(pk=session.pk).update(texts={"fr": {"title": "Opéra"}}, appearances=[])
    speaker.save()
    columns = "kind, object_id, editions, names, title_en, title_fr, title_nl, text_en, text_fr, text_nl, text_other"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM archive_searchentry ORDER BY kind, object_id")
        copies = cursor.fetchall()
        cursor.execute(f"SELECT {columns} FROM search_source() ORDER BY kind, object_id")
        assert copies == cursor.fetchall()


# --- the page --------------------------------------------------------------------------------------------


def test_the_page_says_what_it_searches(edition: Edition, client: Client) -> None:
    released(edition, title="Opera", speakers=(factories.speaker(),))
    for address in ("/en/search/", "/en/search/?q=opera"):
        text = re.sub(r"\s+", " ", client.get(address).content.decode())
        assert all(
            said in text for said in ("1 session<", "1 speaker<", "1 organisation<", "0 declarations<")
        )
        assert "Of one edition" in text


def test_kinds_and_editions_narrow_what_is_found(edition: Edition, ask: Any) -> None:
    older = factories.edition(slug="nice-2021", number=7, is_current=False)
    released(edition, title="Trust in Liège")
    released(older, title="Trust in Nice", speakers=(factories.speaker(name="Vera Trust"),))
    assert ask("trust") == ["Vera [Trust]", "[Trust] in Liège", "[Trust] in Nice"]
    assert ask("trust", kind="session") == ["[Trust] in Liège", "[Trust] in Nice"]
    assert ask("trust", edition="nice-2021") == ["Vera [Trust]", "[Trust] in Nice"]
    assert ask("trust", edition="nice-2021", kind="speaker") == ["Vera [Trust]"]
    Edition.objects.filter(pk=older.pk).update(slug="nizza-2021")
    assert ask("trust", edition="nice-2021", kind="speaker") == ["Vera [Trust]"]


def test_results_come_in_pages(ask: Any) -> None:
    for number in range(25):
        factories.known_organisation(name=f"Musterstadt {number:02}")
    first, second = ask("musterstadt"), ask("musterstadt", page="2")
    assert (len(first), len(second), len({*first, *second})) == (20, 5, 25)
    assert ask("musterstadt", page="banana") == first
    assert ask("musterstadt", page="999") == second


def test_a_page_of_results_costs_the_same_however_many_there_are(edition: Edition, client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/en/search/?q=musterstadt")
        return len(queries)

    def add(count: int) -> None:
        for number in range(count):
            factories.known_organisation(name="Musterstadt")
            speaker = factories.speaker(name="Max Musterstadt")
            Voice.objects.create(edition=edition, speaker=speaker)
            factories.session(edition, title="Musterstadt", speakers=(speaker,), starts_at=at(6 + number))
        release(edition=edition, by=None)

    add(3)
    few = cost()
    add(3)
    assert cost() == few


def test_marks_are_safe(edition: Edition, client: Client) -> None:
    released(edition, title="<i>Alert</i> & trust \ue000<b>\ue001", abstract="<img src=x> trust")
    html = page(client, "trust alert")
    assert "&lt;i&gt;<mark>Alert</mark>&lt;/i&gt; &amp; <mark>trust</mark> &lt;b&gt;</a>" in html
    assert "<img" not in html


@pytest.mark.parametrize(
    "typed",
    [
        "x",
        "☕",
        "a & b | !c",
        "'",
        '"',
        "\\",
        ":*",
        "%",
        "()",
        "'a':*b",
        "<!>",
        "_",
        "\ud800",
        "\u202e",
        "  ",
    ],
)
@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_what_has_no_word_gets_a_sentence(client: Client, typed: str, language: str) -> None:
    response = client.get(f"/{language}/search/", {"q": typed.encode("utf-8", "surrogatepass")})
    assert (response.status_code, response.context["found"]) == (200, None)


@pytest.mark.parametrize(
    "typed",
    [
        "the of and", "de la", "het een", "z" * 10_000, "ab " * 4000, "security & !liege | (x)",
        "ΠΕΙΡΑΙΆΣ", "Київ", "بروكسل", "市 首都", "https://example.org/a?b=c", "a'); DROP TABLE x; --", "ﬁ ﬀ", "İstanbul",
    ],
)  # fmt: skip
def test_whatever_is_typed_gets_an_answer(client: Client, typed: str) -> None:
    response = client.get("/en/search/", {"q": typed})
    assert (response.status_code, b"Nothing found" in response.content) == (200, True)


def test_a_null_character_and_other_values_get_a_sentence(client: Client) -> None:
    assert client.get("/en/search/?q=%00").status_code == 400
    text = unescape(client.get("/en/search/?q=trust&kind=banana&edition=banana").content.decode())
    assert "There is no kind of thing “banana” to look for, so all are searched." in text
    assert "There is no edition “banana”, so all editions are searched." in text


def test_a_search_that_takes_too_long_is_ended_with_a_sentence(
    client: Client, monkeypatch: pytest.MonkeyPatch, edition: Edition
) -> None:
    monkeypatch.setattr("archive.search.views.PATIENCE", 1)
    monkeypatch.setattr(
        "archive.search.pages.Search.searched",
        lambda _self: connection.cursor().execute("SELECT pg_sleep(1)"),
    )
    response = client.get("/en/search/?q=trust")
    assert (response.status_code, b"took too long" in response.content) == (503, True)


def test_an_address_that_leads_nowhere_offers_to_look_for_its_words(client: Client) -> None:
    html = client.get("/en/organisations/ville-d-anvers-2/").content.decode()
    assert 'id="search-words" value="ville anvers"' in html


def test_the_page_is_the_same_for_everyone(client: Client, edition: Edition) -> None:
    before = client.get("/en/search/?q=town").content
    client.force_login(factories.user())
    assert client.get("/en/search/?q=town").content == before
