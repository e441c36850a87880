"""Without a mouse: the main ways by Tab, Space and Enter alone, with a focus that one sees and never loses."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from efus_conference.accounts import add_account
from programme.models import ReleasedSession
from registration.models import Booking, BookingLimit, Registration
from tests import factories
from tests.conftest import DemoSite
from tests.journeys.walking import LANGUAGES

PASSWORD = "a long enough secret"
MOST = 400  # presses of the key until a page must be through

# Of what has the focus: whether one sees it, what lies over it, and whether it comes after the one before.
FOCUSED = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const before = window.lastFocused;
  window.lastFocused = here;
  // Day, month and year of one field are stops of the browser's own making.
  if (here === before) return { what: "", ring: true, seen: true, inOrder: true };
  const box = here.getBoundingClientRect();
  const style = getComputedStyle(here);
  const ring = here.matches("[type=radio], [type=checkbox]") || style.outlineStyle !== "none" || style.boxShadow !== "none";
  const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)];
  const on = document.elementFromPoint(x, y);
  const lines = [...here.getClientRects()];
  const seen = lines.some((line) => {
    const top = document.elementFromPoint(line.left + line.width / 2, line.top + line.height / 2);
    return top && (here.contains(top) || top.contains(here) || top.closest("label")?.control === here);
  });
  return {
    what: here.outerHTML.slice(0, 120),
    ring,
    seen: seen || Boolean(on && (here.contains(on) || on.closest("label")?.control === here)),
    inOrder: !before || Boolean(before.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING),
  };
}"""


def tab_to(page: Page, selector: str) -> None:
    """As somebody without a mouse does, forwards alone."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not come to {selector} on {page.url}.")


def log_in(page: Page, email: str) -> None:
    page.goto("/en/accounts/login/")
    tab_to(page, "main input[name=login]")
    page.keyboard.type(email)
    tab_to(page, "main input[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    "address",
    [
        "",
        "editions/demonstration/programme/",
        "editions/",
        "declarations/demonstration/",
        "declarations/demonstration/signatories/",
        "accounts/login/",
    ],
)
def test_the_focus_is_seen_goes_in_order_and_is_never_covered(
    address: str, width: int, new_person: Callable[..., Page]
) -> None:
    page = new_person(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page.goto(f"/en/{address}")
    wrong = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        wrong += [f"{name}: {focused['what']}" for name in ("ring", "seen", "inOrder") if not focused[name]]
    else:
        pytest.fail(f"Tab does not come out of {page.url}.")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_key_leads_past_the_menu(language: str, page: Page) -> None:
    page.goto(f"/{language}/editions/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    expect(page.locator(".skip-link")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#main').contains(document.activeElement)")


def test_another_language_is_the_same_page(page: Page) -> None:
    page.goto("/en/editions/demonstration/programme/?kind=workshop")
    tab_to(page, ".languages a[hreflang=nl], .languages a[lang=nl]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/nl/editions/demonstration/programme/\?kind=workshop$"))
    expect(page.locator("html")).to_have_attribute("lang", "nl")


def test_the_menu_leads_to_the_search_and_the_search_to_a_city(page: Page) -> None:
    page.goto("/en/")
    tab_to(page, ".site-nav a[href$='/search/']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/en/search/$"))
    tab_to(page, "main input[name=q]")
    page.keyboard.type("Lieeg")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"q=Lieeg"))
    tab_to(page, "main a[href*='/organisations/liege/']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Liège")


def test_who_registers_is_led_from_each_mistake_to_its_field(page: Page, demo_site: DemoSite) -> None:
    account = add_account(email="robin@example.org", name="Robin Example", password=PASSWORD)
    log_in(page, account.email)
    page.goto("/en/register/")
    tab_to(page, "main input[type=radio]")
    page.keyboard.press("Space")
    tab_to(page, "main form :is(button, input[type=submit])")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/register/details/"))

    tab_to(page, "main form :is(button, input[type=submit])")
    page.keyboard.press("Enter")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    assert summary.get_attribute("role") == "alert"
    page.keyboard.press("Tab")
    wanted = page.evaluate("document.activeElement.hash.slice(1)")
    page.keyboard.press("Enter")
    field = page.locator(f"#{wanted}")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    # Of a choice the group says it.
    described = "each => each.closest('[aria-describedby]').getAttribute('aria-describedby').split(' ')"
    told = [page.locator(f"#{each}.field-error").count() for each in field.evaluate(described)]
    assert sum(told) == 1


def test_a_seat_is_booked(page: Page, demo_site: DemoSite) -> None:
    BookingLimit.objects.all().delete()
    released = (
        ReleasedSession.objects.select_related("session", "edition")
        .filter(kind__slug="workshop", edition__is_current=True, session__seat_pool__isnull=False)
        .order_by("during", "pk")[0]
    )
    account = add_account(email="robin@example.org", name="Robin Example", password=PASSWORD)
    mine: Registration = factories.registration(released.edition, managed_by=account, email=account.email)
    log_in(page, account.email)
    page.goto(f"/en/editions/demonstration/sessions/{released.session.code}/")
    tab_to(page, f"main a[href*='/my/sessions/{released.session.code}/']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/my/sessions/"))
    tab_to(page, "main form:not(:has([name=is_wheelchair])) button[value=book]")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Seat booked")
    assert Booking.objects.filter(place=mine.place, session=released.session).exists()


def test_an_office_asks_for_the_code_with_which_it_signs(page: Page, demo_site: DemoSite) -> None:
    page.goto(demo_site.accounts["office"]["link"])
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/code"))
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.locator("main input[name=code]")).to_be_visible()
    tab_to(page, "main input[name=code]")
    expect(page.locator("main input[name=code]")).to_be_focused()
