"""Through the programme by keyboard, in three languages, and in the conference's own minutes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from efus_conference.models import Edition
from programme.actions import release
from programme.models import ReleasedSession
from tests import factories
from tests.conftest import DemoSite
from tests.journeys.walking import LANGUAGES

# The demonstration's, and the edition of today that the tests below add.
PAGES = [
    "demonstration/programme/",
    "demonstration/programme/?day=banana&kind=workshop&q=night",
    "demonstration/programme/?q=nothing-has-this-word",
    "demonstration/programme/now/",
    "demonstration/seats/",
    "demonstration/rooms/",
    "demonstration/rooms/great-hall/",
    "today/programme/",
    "today/programme/now/",
    "today/rooms/court/",
    "today/rooms/nowhere/",
]


@pytest.fixture
def today(demo_site: DemoSite) -> Edition:
    """A conference that is under way: one session is on, the next one begins in half an hour."""
    edition = factories.edition_of_today(slug="today", number=90, is_current=False)
    room, now = factories.room(edition, slug="court", name="Court"), timezone.now()
    workshop = factories.kind(colour="workshop", slug="workshop-of-today")
    factories.pool(
        factories.session(
            edition,
            code="NXTNXT",
            title="Coming up",
            room=room,
            kind=workshop,
            starts_at=now + timedelta(minutes=30),
        )
    )
    factories.session(
        edition,
        code="NQWNQW",
        title="On air",
        room=room,
        kind=workshop,
        starts_at=now - timedelta(minutes=30),
    )
    release(edition=edition, by=None)
    return edition


def tab_to(page: Page, selector: str) -> None:
    """As somebody without a mouse does, forwards alone."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not come to {selector} on {page.url}.")


def test_the_filters_and_the_timetable_need_no_mouse(page: Page) -> None:
    page.goto("/en/editions/demonstration/programme/")
    all_of_them = page.locator(".cell-title a").count()

    tab_to(page, "#filter_language")
    page.keyboard.type("French Belgian")
    tab_to(page, "#filter_q")
    page.keyboard.type("safe")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(r"language=sfb.*q=safe"))
    expect(page.locator("#filter_language")).to_have_value("sfb")
    shown = page.locator(".cell-title a")
    assert 0 < shown.count() < all_of_them
    tab_to(page, ".filter-links a[href$='language=sfb']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"\?language=sfb$"))
    title = page.locator(".cell-title a").first.inner_text()
    tab_to(page, ".cell-title a")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("main")).to_contain_text("French Belgian Sign Language")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_programme_s_pages_are_for_everyone(
    language: str,
    width: int,
    today: Edition,
    new_person: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
) -> None:
    page = new_person(viewport={"width": width, "height": 900}, timezone_id="America/New_York")
    visit = ReleasedSession.objects.filter(identity_by__isnull=False).select_related("session").first()
    assert visit
    for address in (*PAGES, f"demonstration/sessions/{visit.session.code}/"):
        page.goto(f"/{language}/editions/{address}", wait_until="networkidle")
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


class Skeleton(HTMLParser):
    """The elements of a page with what is no text: names of attributes, and the values that are for machines."""

    SPOKEN = {
        "lang",
        "hreflang",
        "href",
        "content",
        "aria-label",
        "title",
        "alt",
        "value",
        "action",
        "placeholder",
    }

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[object] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "option":  # in the order of their names, so the chosen one is elsewhere
            attributes = [one for one in attributes if one[0] != "selected"]
        kept = [
            (name, None if name in self.SPOKEN or name.startswith("data-") else value)
            for name, value in attributes
            # Which language a text is in differs where it lacks the page's.
            if name != "lang" or tag == "html"
        ]
        self.elements.append((tag, sorted(kept, key=str)))

    def handle_endtag(self, tag: str) -> None:
        self.elements.append(tag)


@pytest.mark.parametrize("address", PAGES)
def test_the_languages_of_a_page_differ_in_text_and_in_nothing_else(
    address: str, today: Edition, page: Page
) -> None:
    def skeleton(language: str) -> list[object]:
        body = page.request.get(f"/{language}/editions/{address}").text()
        # The header says which language is read, in its own place of the list.
        return Skeleton(re.sub(r'<ul class="languages".*?</ul>', "", body, flags=re.DOTALL)).elements

    english = skeleton("en")

    assert [skeleton(language) == english for language in ("fr", "nl")] == [True, True]


def test_during_the_conference_the_timetable_shows_the_moment(
    today: Edition, new_person: Callable[..., Page]
) -> None:
    page = new_person(viewport={"width": 1280, "height": 900}, timezone_id="Pacific/Kiritimati")
    page.goto("/en/editions/today/programme/")

    expect(page.locator(".timetable > .now-line")).to_have_text(re.compile(r"^Now, \d\d:\d\d$"))
    assert re.search(r"\br\d+\b", page.locator(".now-line").get_attribute("class") or "")
    expect(page.locator(".cell.is-now")).to_contain_text("On air")
    marks = [" ".join(text.split()) for text in page.locator(".cell .marks").all_inner_texts()]
    assert marks == ["Now", "Next Free seats: 20"]
    expect(page.locator(".timetable-time .own-time").first).to_contain_text("your time")
    page.click("#to-now")
    expect(page.locator("#now")).to_be_in_viewport()


def test_without_javascript_links_lead_to_what_changes_by_the_minute(
    today: Edition, new_person: Callable[..., Page]
) -> None:
    page = new_person(java_script_enabled=False)
    page.goto("/en/editions/today/programme/")
    page.select_option("#filter_kind", "workshop-of-today")
    page.click(".filter-bar button")
    expect(page.locator(".cell-title")).to_have_count(2)

    page.click(".sub-nav a[href$='/programme/now/']")
    expect(page.locator(".room-now")).to_contain_text("On air")
    page.click(".sub-nav a[href$='/seats/']")
    expect(page.locator(".session-row")).to_contain_text("20 seats left")
    page.click(".sub-nav a[href$='/rooms/']")
    page.click("main a[href$='/rooms/court/']")
    expect(page.locator(".door-now")).to_contain_text("On air")


def test_a_door_s_screen_renews_itself_and_says_how_old_it_is_without_a_network(
    today: Edition, page: Page
) -> None:
    page.clock.install()
    page.goto("/en/editions/today/rooms/court/")
    expect(page.locator(".door-changes")).to_have_count(0)
    on_air = today.sessions.get(code="NQWNQW")
    on_air.is_cancelled = True
    on_air.save()
    release(edition=today, by=None)

    page.clock.run_for(20_000)
    expect(page.locator(".door-changes")).to_contain_text("On air")
    expect(page.locator(".door-now")).to_have_count(0)

    page.context.set_offline(True)
    page.clock.run_for(200_000)
    expect(page.locator(".door-stale")).to_contain_text(re.compile("No connection.*, 3 min ago"))
    page.context.set_offline(False)
    page.clock.run_for(20_000)
    expect(page.locator(".door-stale")).to_be_empty()
