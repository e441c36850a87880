"""News: what is public from when on, in which language, as a page, as a feed and for organisers beforehand."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import ProtectedError
from django.test import Client
from django.utils import timezone
from lxml import etree

from archive.models import NewsItem, Picture
from tests import factories
from tests.archive.pictures import added, drawn, upload_of

pytestmark = pytest.mark.django_db
ATOM = {"a": "http://www.w3.org/2005/Atom"}
MAY = datetime(2026, 5, 14, 7, tzinfo=UTC)


def item(slug: str, **fields: Any) -> NewsItem:
    values = {"title_en": slug.title(), "lead_en": f"About {slug}.", "published_at": MAY, **fields}
    return NewsItem.objects.create(slug=slug, **values)


def titles(client: Client, query: str = "", language: str = "en") -> list[str]:
    page = client.get(f"/{language}/news/{query}").content.decode()
    return re.findall(r'<h3 class="row-title"><a href="[^"]+"[^>]*>([^<]+)</a>', page)


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


# --- readers -----------------------------------------------------------------------------------------


def test_what_is_public_is_listed_the_latest_first(client: Client) -> None:
    hidden = factories.edition(is_published=False, is_current=False)
    item("first", published_at=MAY - timedelta(days=1))
    item("second")
    item("draft", published_at=None)
    item("later", published_at=timezone.now() + timedelta(hours=1))
    item("hidden", edition=hidden)
    assert titles(client) == ["Second", "First"]
    statuses = [
        client.get(f"/en/news/{slug}/").status_code for slug in ("second", "draft", "later", "hidden", "no")
    ]
    assert statuses == [200, 404, 404, 404, 404]


def test_without_news_the_page_says_so(client: Client) -> None:
    page = client.get("/en/news/")
    assert (page.status_code, "There is no news yet" in page.content.decode()) == (200, True)


def test_news_is_read_by_the_year_and_page_by_page(client: Client) -> None:
    for number in range(23):
        item(f"item-{number:02}", published_at=MAY + timedelta(minutes=number))
    item("old", published_at=MAY - timedelta(days=800))
    assert len(titles(client)) == 20
    assert titles(client, "?page=2") == ["Item-02", "Item-01", "Item-00", "Old"]
    assert titles(client, "?year=2024") == ["Old"]
    assert titles(client, "?year=2026&page=2") == ["Item-02", "Item-01", "Item-00"]


@pytest.mark.parametrize(
    "query", ["?page=0", "?page=2", "?page=banana", "?page=-1", "?year=1999", "?year=²", "?page=9" * 9]
)
def test_a_page_or_a_year_that_there_is_not_is_not_found(client: Client, query: str) -> None:
    item("one")
    assert client.get(f"/en/news/{query}").status_code == 404


def test_what_was_published_at_midnight_in_brussels_is_of_the_year_that_began_there(client: Client) -> None:
    item("new-year", published_at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    assert titles(client, "?year=2026") == ["New-Year"]
    assert client.get("/en/news/?year=2025").status_code == 404


def test_what_is_not_written_in_the_reader_s_language_is_shown_in_another_and_says_so(client: Client) -> None:
    item("both", title_fr="Les deux", lead_fr="À propos.", text_en="Only **English**.")
    item("english")
    french = client.get("/fr/news/").content.decode()
    assert '<a href="/fr/news/both/">Les deux</a>' in french
    assert '<a href="/fr/news/english/" lang="en">English</a>' in french
    page = client.get("/fr/news/both/").content.decode()
    assert "<h1>Les deux</h1>" in page
    assert '<div class="prose" lang="en"><p>Only <strong>English</strong>.</p>' in page
    pages = ["/fr/news/both/", "/fr/news/english/", "/en/news/both/", "/en/news/english/"]
    said = ['<p class="notice">' in client.get(address).content.decode() for address in pages]
    assert said == [True, True, False, False]


def test_a_former_address_leads_to_the_item(client: Client) -> None:
    made = item("before")
    made.slug = "after"
    made.save()
    answers = [client.get("/en/news/before/"), client.get("/en/news/AFTER/")]
    assert [(answer.status_code // 100, answer.headers["Location"]) for answer in answers] == [
        (3, "/en/news/after/"),
        (3, "/en/news/after/"),
    ]


def test_a_shared_link_shows_the_picture_and_search_engines_read_an_article(client: Client) -> None:
    picture = added(drawn(700, 350))
    item("with", picture=picture, title_en='A "title" </script>')
    page = client.get("/en/news/with/").content.decode()
    address = f"{settings.SITE_URL}/pictures/{picture.digest}-700.jpg"
    assert f'<meta property="og:image" content="{address}">' in page
    assert '<meta property="og:image:width" content="700">' in page
    assert '<meta property="og:type" content="article">' in page
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    [facts] = [read for read in map(json.loads, blocks) if read["@type"] == "NewsArticle"]
    assert facts["headline"] == 'A "title" </script>'
    assert facts["image"] == address
    assert facts["datePublished"] == "2026-05-14T07:00:00+00:00"


def test_the_longest_title_and_text_and_what_was_pasted_break_nothing(client: Client) -> None:
    item(
        "long",
        title_en="A" * 200,
        lead_en="b " * 200,
        text_en="<script>alert(1)</script> [x](javascript:alert(1)) " * 200,
    )
    page = client.get("/en/news/long/")
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert 'href="javascript' not in page.content.decode()


# --- the feed ----------------------------------------------------------------------------------------


def feed(client: Client, query: str = "") -> Any:
    return etree.fromstring(client.get(f"/feeds/news.atom{query}").content)


def test_the_feed_has_the_public_news_with_all_that_atom_asks_for(client: Client) -> None:
    made = item("opens", title_fr="Ouvert", text_en="See [the page](/en/register/) & come.")
    item("draft", published_at=None)
    NewsItem.objects.update(changed_at=MAY - timedelta(days=3))
    root = feed(client, "?lang=fr")
    [entry] = root.findall("a:entry", ATOM)
    said = {etree.QName(each).localname: each.text for each in entry if each.text}
    assert said == {
        "id": said["id"],
        "title": "Ouvert",
        "published": "2026-05-14T07:00:00Z",
        "updated": "2026-05-14T07:00:00Z",
        "summary": "About opens.",
        "content": f'<p>See <a href="{settings.SITE_URL}/en/register/">the page</a> &amp; come.</p>\n',
    }
    assert said["id"].startswith("urn:uuid:")
    assert root.findtext("a:updated", namespaces=ATOM) == "2026-05-14T07:00:00Z"
    links = [(link.get("rel"), link.get("href")) for link in root.findall("a:link", ATOM)]
    assert links == [
        ("self", f"{settings.SITE_URL}/feeds/news.atom?lang=fr"),
        ("alternate", f"{settings.SITE_URL}/fr/news/"),
    ]
    made.slug = "opened"
    made.save()
    again = feed(client, "?lang=fr").find("a:entry", ATOM)
    assert again.findtext("a:id", namespaces=ATOM) == said["id"]
    assert again.findtext("a:updated", namespaces=ATOM) > said["updated"]


def test_an_entry_in_another_language_says_which(client: Client) -> None:
    item("english")
    [entry] = feed(client, "?lang=nl").findall("a:entry", ATOM)
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


def test_an_empty_feed_is_one_and_an_unknown_language_has_none(client: Client) -> None:
    assert feed(client).findall("a:entry", ATOM) == []
    assert client.get("/feeds/news.atom?lang=banana").status_code == 404


def test_a_feed_that_did_not_change_is_not_sent_again(client: Client) -> None:
    item("one")
    etag = client.get("/feeds/news.atom").headers["ETag"]
    assert client.get("/feeds/news.atom", headers={"if-none-match": etag}).status_code == 304


# --- the press page ----------------------------------------------------------------------------------


def test_the_press_page_has_whom_to_call_how_to_come_and_what_was_said(client: Client) -> None:
    factories.edition(registration_closes_at=datetime(2031, 5, 1, tzinfo=UTC))
    item("release", is_press_release=True)
    item("other")
    page = client.get("/en/press/").content.decode()
    assert re.findall(r'<h3 class="row-title"><a href="([^"]+)"', page) == ["/en/news/release/"]
    assert 'href="/en/register/"' in page
    assert "tel:+" in page
    assert page.count("/static/img/press/") == 6


def test_the_press_page_stands_without_any_edition(client: Client) -> None:
    page = client.get("/fr/press/")
    assert page.status_code == 200


# --- organisers --------------------------------------------------------------------------------------


def form(**fields: Any) -> dict[str, Any]:
    texts = {f"{name}_{code}": "" for name in ("title", "lead", "text") for code in ("en", "fr", "nl")}
    return {"slug": "opens", **texts, "title_en": "It opens", "lead_en": "On Monday.", **fields}


def test_a_text_from_word_is_tidied_when_it_is_saved(organiser: Client) -> None:
    pasted = '<p class="MsoNormal"><b>Hello</b><o:p></o:p></p><script>alert(1)</script>'
    saved = organiser.post("/admin/archive/newsitem/add/", form(text_en=pasted))
    assert saved.status_code == 302
    assert NewsItem.objects.get().text == "**Hello**"


def test_a_link_that_is_a_program_is_refused_with_what_a_link_is(organiser: Client) -> None:
    page = organiser.post("/admin/archive/newsitem/add/", form(text_en="[click](javascript:alert(1))"))
    assert "is no address a reader can follow" in page.content.decode()
    assert not NewsItem.objects.exists()


def test_what_is_boxed_too_often_is_refused_and_nothing_typed_is_lost(organiser: Client) -> None:
    page = organiser.post("/admin/archive/newsitem/add/", form(text_en="<div>What I wrote" + "<div>" * 1500))
    assert page.status_code == 200
    assert "too many boxes within boxes" in page.content.decode()
    assert "What I wrote" in page.content.decode()


def test_who_saves_what_another_changed_meanwhile_is_told_and_keeps_what_they_typed(
    organiser: Client,
) -> None:
    made = item("opens")
    address = f"/admin/archive/newsitem/{made.pk}/change/"

    def seen(page: Any) -> str:
        return str(page.context["adminform"].form["seen"].value())

    mine = theirs = seen(organiser.get(address))
    assert organiser.post(address, form(lead_en="Theirs.", seen=theirs)).status_code == 302
    told = organiser.post(address, form(lead_en="Mine, and dear to me.", seen=mine))
    assert "Somebody changed this news since you opened it" in told.content.decode()
    assert "Mine, and dear to me." in told.content.decode()
    assert NewsItem.objects.get().lead == "Theirs."
    again = form(lead_en="Mine, and dear to me.", seen=seen(told))
    assert organiser.post(address, again).status_code == 302
    assert NewsItem.objects.get().lead == "Mine, and dear to me."


def test_a_title_that_is_too_long_is_refused_and_nothing_typed_is_lost(organiser: Client) -> None:
    page = organiser.post("/admin/archive/newsitem/add/", form(title_en="x" * 300, text_en="What I wrote"))
    assert page.status_code == 200
    assert "at most 200 characters" in page.content.decode()
    assert "What I wrote" in page.content.decode()


def test_organisers_see_an_item_before_anyone_else_in_any_language(organiser: Client) -> None:
    made = item("draft", published_at=None, title_nl="Concept")
    page = organiser.get(f"/admin/archive/newsitem/{made.pk}/preview/?language=nl")
    text = page.content.decode()
    assert (page.status_code, "no-store" in page.headers["Cache-Control"]) == (200, True)
    assert "<h1>Concept</h1>" in text
    assert '<meta name="robots" content="noindex">' in text
    assert 'lang="nl"' in text[:200]
    assert organiser.get("/admin/archive/newsitem/99999999999999999999/preview/").status_code == 404
    form_page = organiser.get(f"/admin/archive/newsitem/{made.pk}/change/").content.decode()
    assert ("to-preview" in form_page, "/news/draft/" in form_page) == (True, False)
    assert Client().get(f"/admin/archive/newsitem/{made.pk}/preview/").status_code == 302


def test_the_list_says_what_is_a_draft_what_is_to_come_and_what_is_public(organiser: Client) -> None:
    item("draft", published_at=None)
    item("later", published_at=timezone.now() + timedelta(days=1))
    item("public")
    shown = {
        state: re.findall(
            r"newsitem/(\d+)/change",
            organiser.get(f"/admin/archive/newsitem/?state={state}").content.decode(),
        )
        for state in ("draft", "scheduled", "public")
    }
    expected = dict(zip(("draft", "scheduled", "public"), NewsItem.objects.order_by("pk"), strict=True))
    assert {state: set(pks) for state, pks in shown.items()} == {
        state: {str(made.pk)} for state, made in expected.items()
    }


def send(organiser: Client, upload: SimpleUploadedFile, **fields: Any) -> Any:
    values = {"upload": upload, "alt_en": "A hall", "alt_fr": "", "alt_nl": "", "credit": "", **fields}
    return organiser.post("/admin/archive/picture/add/", values)


def test_a_picture_comes_into_the_library_with_its_words(organiser: Client) -> None:
    saved = send(organiser, upload_of(drawn(600, 300)))
    assert saved.status_code == 302
    made = Picture.objects.get()
    assert (made.alt, made.width, made.height, made.is_drawing) == ("A hall", 600, 300, False)
    assert organiser.get(f"/pictures/{made.digest}-480.avif").status_code == 200
    assert organiser.get(f"/admin/archive/picture/{made.pk}/change/").status_code == 200


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (SimpleUploadedFile("a.jpg", b"no picture"), "This is not a JPEG, PNG, WebP or AVIF picture"),
        (SimpleUploadedFile("a.jpg", b""), "empty"),
    ],
)
def test_what_is_no_picture_is_refused_beside_its_field(
    organiser: Client, upload: SimpleUploadedFile, sentence: str
) -> None:
    page = send(organiser, upload, credit="Kept words")
    text = page.content.decode()
    assert (page.status_code, sentence in text, "Kept words" in text) == (200, True, True)
    assert not Picture.objects.exists()


def test_the_same_picture_comes_in_once(organiser: Client) -> None:
    send(organiser, upload_of(drawn(600, 300)))
    page = send(organiser, upload_of(drawn(600, 300)), alt_en="Again")
    assert "This picture is in the library already: “A hall”." in page.content.decode()
    assert Picture.objects.count() == 1


def test_a_picture_s_words_may_change_and_its_files_stay(organiser: Client) -> None:
    made = added(drawn(600, 300))
    values = {"alt_en": "Another sentence", "alt_fr": "Une phrase", "alt_nl": "", "credit": "Somebody"}
    saved = organiser.post(f"/admin/archive/picture/{made.pk}/change/", values)
    assert saved.status_code == 302
    assert Picture.objects.values_list("alt_en", "alt_fr", "credit", "digest").get() == (
        "Another sentence",
        "Une phrase",
        "Somebody",
        made.digest,
    )


def test_a_picture_that_is_shown_somewhere_is_not_deleted_and_its_page_says_where(organiser: Client) -> None:
    made = added(drawn(600, 300))
    shown = item("with", picture=made)
    with pytest.raises(ProtectedError):
        made.delete()
    page = organiser.get(f"/admin/archive/picture/{made.pk}/change/").content.decode()
    assert f'<a href="/admin/archive/newsitem/{shown.pk}/change/">With</a>' in page
    asked = organiser.get(f"/admin/archive/picture/{made.pk}/delete/").content.decode()
    assert f'<a href="/admin/archive/newsitem/{shown.pk}/change/">With</a>' in asked
    organiser.post(f"/admin/archive/picture/{made.pk}/delete/", {"post": "yes"})
    assert Picture.objects.filter(pk=made.pk).exists()


def test_with_a_picture_its_files_go(organiser: Client, django_capture_on_commit_callbacks: Any) -> None:
    made = added(drawn(600, 300))
    with django_capture_on_commit_callbacks(execute=True):
        organiser.post(f"/admin/archive/picture/{made.pk}/delete/", {"post": "yes"})
    assert not Picture.objects.exists()
    Picture.objects.create(digest=made.digest, width=600, height=300, alt_en="Its row alone")
    assert organiser.get(f"/pictures/{made.digest}-480.avif").status_code == 404
