"""On the way without a network: the programme, one's agenda and ticket are there, and nobody else's ever is."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from archive.models import Page as Composed
from efus_conference.models import Edition
from programme.models import ReleasedSession
from registration.models import Registration, Ticket
from tests.conftest import DemoSite
from tests.journeys.desks import ticket_of
from tests.journeys.walking import log_in

PHONE = {"width": 390, "height": 844}
# Waits, because the worker keeps pages while somebody reads.
UNTIL_KEPT = """async (address) => {
  while (!(await caches.match(address))) await new Promise((go) => setTimeout(go, 50));
}"""
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys()) found.push(url);
  return found.map((url) => new URL(url).pathname + new URL(url).search).filter((path) => !path.startsWith("/static/"));
}"""
TEXT_KEPT = """async () => {
  let text = "";
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) text += await (await cache.match(request)).text();
  }
  return text;
}"""


@pytest.fixture
def edition(demo_site: DemoSite) -> Edition:
    found = Edition.objects.current()
    assert found is not None
    return found


@pytest.fixture
def phone(new_person: Callable[..., Page]) -> Page:
    return new_person(viewport=PHONE)


def open_programme(page: Page, edition: Edition, language: str = "en") -> str:
    """Its address, once all of it is on the telephone."""
    address = f"/{language}/editions/{edition.slug}/programme/"
    page.goto(address)
    page.evaluate(UNTIL_KEPT, f"{address}?kept")
    return address


def ticket_of_participant(demo_site: DemoSite) -> Ticket:
    email = demo_site.accounts["participant"]["email"]
    return ticket_of(Registration.objects.confirmed().filter(managed_by__email=email)[0])


@pytest.mark.parametrize(
    "language", ["en", *(pytest.param(code, marks=pytest.mark.slow) for code in ("fr", "nl"))]
)
def test_after_one_visit_the_programme_is_there_without_a_network(
    language: str, phone: Page, edition: Edition, assert_accessible: Callable[[Page], None]
) -> None:
    address = open_programme(phone, edition, language)
    rows = list(ReleasedSession.objects.listed(edition))
    kept = phone.evaluate(KEPT)

    base = f"/{language}/editions/{edition.slug}/"
    assert {path for path in kept if "/sessions/" in path} == {
        f"{base}sessions/{row.session.code}/" for row in rows
    }
    practical = Composed.objects.public().filter(edition=edition).exclude(kind=Composed.Kind.HOME)
    pages = {f"{base}pages/{slug}/" for slug in practical.values_list("slug", flat=True)}
    assert {path for path in kept if "/pages/" in path} == pages
    assert {f"/{language}/", f"{base}programme/", f"{base}rooms/"} <= set(kept)

    phone.context.set_offline(True)
    phone.reload()
    expect(phone.locator("main .notice").first).to_contain_text(re.compile(r"\d\d[:.]\d\d|\d [ap]m"))
    expect(phone.locator("main a[href*='/sessions/']").first).to_be_visible()
    assert_accessible(phone)
    for row in (rows[0], rows[-1]):
        phone.goto(f"{base}sessions/{row.session.code}/")
        expect(phone.locator("main h1")).to_be_visible()
        assert phone.title().startswith(phone.locator("main h1").inner_text()[:20])
    phone.goto(f"{base}rooms/")
    expect(phone.locator("main h1")).to_be_visible()
    # A choice can't be made without the site: the whole programme is better than nothing.
    phone.goto(f"{address}?kind=plenary")
    expect(phone.locator("main a[href*='/sessions/']").first).to_be_visible()
    # What is not kept names what is, and leads there, in the look of the site.
    phone.goto(f"/{language}/editions/")
    expect(phone.locator("li a")).not_to_have_count(0)
    assert_accessible(phone)
    phone.click(f"li a[href$='{address}']")
    expect(phone.locator("main a[href*='/sessions/']").first).to_be_visible()


def test_whoever_leaves_the_timetable_at_once_has_it_all_the_same(phone: Page, edition: Edition) -> None:
    address = f"/en/editions/{edition.slug}/programme/"
    phone.goto(address)
    phone.evaluate("async () => { await navigator.serviceWorker.ready; }")
    phone.goto("/en/editions/")
    phone.evaluate(UNTIL_KEPT, address)


def test_a_programme_that_is_kept_is_shown_as_it_is_now_where_there_is_a_network(
    phone: Page, edition: Edition
) -> None:
    address = open_programme(phone, edition)
    phone.evaluate(
        """async (address) => {
          const cache = await caches.open("open");
          const before = await cache.match(address);
          const text = (await before.text()).replace(/<h1>[^<]*/, "<h1>As it was before");
          await cache.put(address, new Response(text, { headers: before.headers }));
        }""",
        address,
    )
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.locator("h1")).to_have_text("As it was before")
    phone.context.set_offline(False)
    phone.reload()
    expect(phone.locator("h1")).to_have_text("Programme")
    expect(phone.locator("main .notice", has_text="does not answer")).to_have_count(0)
    phone.wait_for_function(
        "async (address) => !(await (await caches.match(address)).text()).includes('As it was before')",
        arg=address,
    )


def test_what_a_text_links_to_is_no_part_of_its_page(phone: Page, edition: Edition) -> None:
    """Not a person's agenda either, however its address is written: it would stay after the logout."""
    open_programme(phone, edition)
    before = phone.evaluate(KEPT)
    worker = phone.evaluate("async () => (await fetch('/sw.js')).text()")
    hrefs = [
        "/static/../en/my/agenda/",
        "/static/%2e%2e/en/my/",
        "/static/\\..\\..\\en/my/",
        "/static/css/site.css",
    ]
    html = "".join(f'<a href="{href}">a</a>' for href in hrefs)
    assert phone.evaluate(f"(html) => {{ {worker}; return partsOf(html); }}", html) == [hrefs[-1]]
    phone.evaluate(
        f"async (parts) => {{ {worker}; await keepParts(await caches.open('open'), parts); }}", hrefs[:-1]
    )
    assert phone.evaluate(KEPT) == before


def test_an_edition_of_the_archive_is_read_and_not_taken_along(phone: Page, demo_site: DemoSite) -> None:
    before = ReleasedSession.objects.filter(edition__is_current=False, edition__is_published=True)[0].edition
    phone.goto(f"/en/editions/{before.slug}/programme/")
    phone.evaluate(UNTIL_KEPT, f"/en/editions/{before.slug}/programme/")

    assert phone.evaluate(KEPT) == [f"/en/editions/{before.slug}/programme/"]


def test_the_agenda_and_the_ticket_are_there_without_a_network(
    phone: Page, demo_site: DemoSite, edition: Edition
) -> None:
    ticket = ticket_of_participant(demo_site)
    log_in(phone, demo_site, "participant")
    for address in ("/en/my/agenda/", f"/en/my/tickets/{ticket.code}/"):
        phone.goto(address)
        phone.evaluate(UNTIL_KEPT, address)
    phone.context.set_offline(True)
    phone.goto("/en/my/agenda/")
    expect(phone.locator("h1")).to_contain_text("genda")
    expect(phone.locator("main .notice", has_text="The network does not answer")).to_be_visible()
    phone.goto(f"/en/my/tickets/{ticket.code}/")
    expect(phone.locator(".ticket-qr")).to_be_in_viewport(ratio=1)


def test_logging_out_leaves_the_programme_and_nothing_of_a_person(
    phone: Page, demo_site: DemoSite, edition: Edition
) -> None:
    ticket = ticket_of_participant(demo_site)
    log_in(phone, demo_site, "participant")
    for address in ("/en/my/agenda/", f"/en/my/tickets/{ticket.code}/"):
        phone.goto(address)
        phone.evaluate(UNTIL_KEPT, address)
    programme = open_programme(phone, edition)
    assert ticket.shown_code in phone.evaluate(TEXT_KEPT)

    phone.goto("/en/accounts/logout/")
    phone.click("main form[action*='logout'] button[type=submit]")
    phone.wait_for_url("**/en/")

    kept, text = phone.evaluate(KEPT), phone.evaluate(TEXT_KEPT)
    own = [ticket.code, ticket.shown_code, demo_site.accounts["participant"]["email"]]
    assert [[path for path in kept if "/my/" in path], [one for one in own if one in text]] == [[], []]
    phone.context.set_offline(True)
    phone.goto(programme)
    expect(phone.locator("main a[href*='/sessions/']").first).to_be_visible()
    phone.goto("/en/my/agenda/")
    expect(phone.locator("h1")).to_have_text("You are offline")
    assert "/my/" not in phone.inner_html("main")


def test_who_logs_in_on_a_borrowed_telephone_finds_nothing_of_whoever_did_not_log_out(
    phone: Page, demo_site: DemoSite, edition: Edition
) -> None:
    """The session of the first has ended by itself; the pages are forgotten when the second logs in."""
    ticket = ticket_of_participant(demo_site)
    log_in(phone, demo_site, "participant")
    phone.goto(f"/en/my/tickets/{ticket.code}/")
    phone.evaluate(UNTIL_KEPT, f"/en/my/tickets/{ticket.code}/")
    phone.context.clear_cookies()

    log_in(phone, demo_site, "coordinator")

    assert ticket.code not in phone.evaluate(TEXT_KEPT)
    phone.context.set_offline(True)
    assert [path for path in phone.evaluate(KEPT) if "/my/tickets/" in path] == []


def test_an_agenda_that_answers_late_is_not_kept_after_the_logout(
    phone: Page, demo_site: DemoSite, edition: Edition
) -> None:
    log_in(phone, demo_site, "participant")
    phone.goto("/en/my/agenda/")
    phone.evaluate(UNTIL_KEPT, "/en/my/agenda/")
    # As the worker does it: opened, forgotten by the logout, then written to.
    written = phone.evaluate(
        """async () => {
          const cache = await caches.open("account");
          await caches.delete("account");
          await cache.put("/en/my/agenda/", new Response("late")).catch(() => {});
          return (await caches.match("/en/my/agenda/")) !== undefined;
        }"""
    )
    assert written is False
