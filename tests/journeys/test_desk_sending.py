"""What a desk does when its network comes back: who did it, when it was, and what the site does not accept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, ViewportSize, expect

from efus_conference.models import Edition
from registration import actions
from registration.models import CheckIn, Registration
from tests.conftest import DemoSite
from tests.journeys.desks import enter, is_synced, open_desk, set_up_desk, show, text_of, unlock, verdict

pytestmark = pytest.mark.slow  # a browser, a network that goes and comes back, and a wait for it each time

PHONE: ViewportSize = {"width": 390, "height": 844}
NewPerson = Callable[..., Page]


@pytest.fixture
def edition(demo_site: DemoSite) -> Edition:
    return set_up_desk()


@pytest.fixture
def guest(edition: Edition) -> Registration:
    found = Registration.objects.confirmed().filter(edition=edition).latest("pk")
    Registration.objects.filter(pk=found.pk).update(given_name="Zdenka", family_name="Quxová")
    found.refresh_from_db()
    return found


def sent_by(page: Page) -> list[dict[str, object]]:
    """The check-ins that leave the page, as they do."""
    sent: list[dict[str, object]] = []
    page.on(
        "request",
        lambda request: (
            sent.extend((request.post_data_json or {}).get("check_ins", []))
            if "sync.json" in request.url
            else None
        ),
    )
    return sent


def test_what_was_not_sent_before_another_link_was_opened_says_as_which_device_it_was_done(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    page = new_person(viewport=PHONE)
    sent = sent_by(page)
    first = enter(page, demo_site, "Entrance A")
    open_desk(page)
    page.context.set_offline(True)
    show(page, text_of(guest))
    verdict(page, "good", "Checked in")
    sent.clear()
    # The page is closed before the network is back, and the next one that is opened is that of another link.
    page.goto("about:blank")
    page.context.set_offline(False)
    second = enter(page, demo_site, "Entrance A the next day")
    unlock(page)
    is_synced(page)
    assert {one["device"] for one in sent} == {str(first.pk)}
    assert first.pk != second.pk


def test_what_the_site_does_not_accept_stands_there_until_somebody_saw_it(
    new_person: NewPerson,
    demo_site: DemoSite,
    guest: Registration,
    assert_accessible: Callable[[Page], None],
) -> None:
    page = new_person(viewport=PHONE)
    enter(page, demo_site, "Entrance A")
    open_desk(page)
    page.context.set_offline(True)
    show(page, text_of(guest))
    verdict(page, "good", "Checked in")
    actions.cancel_registration(registration=guest, by=guest.managed_by)
    page.click("#lock")
    page.context.set_offline(False)
    is_synced(page)
    # Also while the list is closed, without a name.
    expect(page.locator("#refused-count")).to_have_text("1 not accepted")
    expect(page.locator("#refused")).to_be_hidden()
    page.reload()
    unlock(page)
    expect(page.locator("#refused-count")).to_have_text("1 not accepted")
    expect(page.locator("#refused-rows")).to_contain_text("Call an organiser")
    assert_accessible(page)
    page.click("#refused-seen")
    expect(page.locator("#refused")).to_be_hidden()
    expect(page.locator("#refused-count")).to_be_empty()
    page.reload()
    unlock(page)
    is_synced(page)
    expect(page.locator("#refused-count")).to_be_empty()


def test_a_clock_that_is_put_right_before_sending_moves_no_check_in(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    page = new_person(viewport=PHONE)
    before = datetime.now(UTC)
    page.clock.install(time=before - timedelta(hours=1))
    enter(page, demo_site, "Entrance A")
    open_desk(page)
    page.context.set_offline(True)
    expect(page.locator("#state")).to_have_text("Offline")
    show(page, text_of(guest))
    verdict(page, "good", "Checked in")
    page.clock.set_system_time(datetime.now(UTC))
    page.context.set_offline(False)
    is_synced(page)
    (row,) = CheckIn.objects.filter(registration=guest)
    assert before <= row.at <= datetime.now(UTC)


CLOCK: dict[str, object] = {"at": "2027-05-19T08:00:00.000Z", "ahead": 0, "load": 1, "tick": 0}
MINUTE = 60_000
# What the clock showed at the deed and at sending; how long ago it was, in minutes.
CLOCKS: dict[str, tuple[dict[str, object], dict[str, object], int]] = {
    "as it should be": ({}, {"at": "2027-05-19T08:10:00.000Z", "tick": 10 * MINUTE}, 10),
    "an hour slow all the time": (
        {"ahead": 60 * MINUTE},
        {"at": "2027-05-19T08:10:00.000Z", "ahead": 60 * MINUTE, "tick": 10 * MINUTE},
        10,
    ),
    "put right after": (
        {"ahead": 60 * MINUTE},
        {"at": "2027-05-19T09:10:00.000Z", "ahead": 0, "tick": 10 * MINUTE},
        10,
    ),
    "put right after, and the page loaded again": (
        {"ahead": 60 * MINUTE},
        {"at": "2027-05-19T09:10:00.000Z", "ahead": 0, "load": 2, "tick": MINUTE},
        10,
    ),
    "put right after, and asleep in between": (
        {"ahead": 60 * MINUTE},
        {"at": "2027-05-19T09:10:00.000Z", "ahead": 0, "tick": 2 * MINUTE},
        10,
    ),
    "fallen back to 1970 before, and still there": (
        {"at": "1970-01-01T00:05:00.000Z"},
        {"at": "1970-01-01T00:15:00.000Z", "ahead": 1_810_000_000_000, "tick": 10 * MINUTE},
        10,
    ),
    "fallen back to 1970 before, and put right after": (
        {"at": "1970-01-01T00:05:00.000Z"},
        {"at": "2027-05-19T09:10:00.000Z", "ahead": 1, "tick": 10 * MINUTE},
        10,
    ),
    "asleep in between": ({}, {"at": "2027-05-19T09:00:00.000Z", "tick": 10 * MINUTE}, 60),
    "kept by a page that noted the moment alone": (
        {"ahead": None, "load": None, "tick": None},
        {"at": "2027-05-19T08:10:00.000Z", "ahead": 60 * MINUTE},
        10,
    ),
}


def test_how_long_ago_it_was_is_known_whenever_the_clock_was_set(page: Page, edition: Edition) -> None:
    page.goto("/en/desk/")
    pairs = [[{**CLOCK, **then}, {**CLOCK, **now}] for then, now, _minutes in CLOCKS.values()]
    told = page.evaluate(
        """async (pairs) => {
          const { elapsed } = await import("/static/js/desk/clock.js");
          return pairs.map(([then, now]) => Math.round(elapsed(then, now) / 60000));
        }""",
        pairs,
    )
    assert dict(zip(CLOCKS, told, strict=True)) == {
        name: minutes for name, (_t, _n, minutes) in CLOCKS.items()
    }


def test_an_answer_about_a_closed_list_does_not_close_the_next_one(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    page = new_person(viewport=PHONE)
    page.clock.install()
    enter(page, demo_site, "Entrance A")
    open_desk(page)
    is_synced(page)
    page.click("#lock")
    held: list[Route] = []
    page.context.route("**/desk/sync.json*", lambda route: route.continue_() if held else held.append(route))
    page.clock.run_for(21_000)
    expect(page.locator("body[data-state=passphrase]")).to_be_attached()
    page.wait_for_timeout(300)
    assert len(held) == 1
    unlock(page)
    held[0].continue_()
    show(page, text_of(guest))
    verdict(page, "good", "Checked in")
    is_synced(page)
    expect(page.locator("body[data-state=open]")).to_be_attached()


def test_what_another_device_did_first_is_not_taken_back(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    first, second = new_person(viewport=PHONE), new_person(viewport=PHONE)
    enter(first, demo_site, "Entrance A")
    enter(second, demo_site, "Entrance B")
    open_desk(second)
    second.context.set_offline(True)
    open_desk(first)
    show(first, text_of(guest))
    verdict(first, "good", "Checked in")
    is_synced(first)
    show(second, text_of(guest))
    verdict(second, "good", "Checked in")
    second.context.set_offline(False)
    is_synced(second)
    expect(second.locator("#recent")).not_to_contain_text("Zdenka")
    second.locator("#verdict button", has_text="Take back").click()
    verdict(second, "bad", "Not taken back: another device checked Zdenka Quxová in. Call an organiser.")
    assert CheckIn.objects.standing().filter(registration=guest).count() == 1


def test_what_was_done_here_can_be_taken_back_after_the_list_was_closed(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    page = new_person(viewport=PHONE)
    enter(page, demo_site, "Entrance A")
    open_desk(page)
    show(page, text_of(guest))
    verdict(page, "good", "Checked in")
    is_synced(page)
    page.reload()
    unlock(page)
    row = page.locator("#recent li", has_text="Zdenka Quxová")
    row.get_by_role("button").click()
    verdict(page, "ask", "Taken back: Zdenka Quxová is not checked in.")
    is_synced(page)
    expect(page.locator("#refused")).to_be_hidden()
    assert not CheckIn.objects.standing().filter(registration=guest).exists()


def test_a_login_in_another_tab_does_not_stop_the_desk(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    page = new_person(viewport=PHONE)
    enter(page, demo_site, "Entrance A")
    open_desk(page)
    is_synced(page)
    # As a login does: another secret, to which the page's token does not belong.
    page.context.clear_cookies(name="csrftoken")
    other = page.context.new_page()
    other.goto("/en/accounts/login/")
    show(page, text_of(guest))
    verdict(page, "good", "Checked in")
    is_synced(page)
    assert CheckIn.objects.standing().filter(registration=guest).count() == 1


def test_outside_the_conference_nobody_is_shown_as_checked_in(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    page = new_person(viewport=PHONE)
    page.add_init_script(
        "const json = Response.prototype.json;"
        "Response.prototype.json = async function () {"
        "  const said = await json.call(this);"
        "  if (said.edition) said.edition.days = ['2001-01-01'];"
        "  return said;"
        "};"
    )
    enter(page, demo_site, "Entrance A")
    open_desk(page)
    show(page, text_of(guest))
    verdict(page, "look", "Today is not a day of the conference")
    expect(page.locator(".verdict-name")).to_have_text("Zdenka Quxová")
    expect(page.locator("#verdict button")).to_have_count(0)
    is_synced(page)
    assert not CheckIn.objects.filter(registration=guest).exists()


def test_a_session_with_seats_needs_one_also_before_anybody_has_it(page: Page, edition: Edition) -> None:
    page.goto("/en/desk/")
    told = page.evaluate(
        """async () => {
          const { List } = await import("/static/js/desk/list.js");
          const sessions = [{ code: "BOOKED", seats: true }, { code: "OPENED", seats: false }, { code: "OLDONE" }];
          const people = [{ ref: 1, hash: "", seats: ["OPENED", "OLDONE"] }];
          const list = new List({ keys: {}, sessions, cursor: "", people, void: {}, checked: [] });
          return sessions.map(({ code }) => list.needsSeat(code));
        }"""
    )
    assert told == [True, False, True]


def test_an_organiser_s_list_is_gone_once_the_edition_is_over_even_without_a_network(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    page = new_person(viewport=PHONE)
    page.clock.install()
    page.add_init_script(
        "const json = Response.prototype.json;"
        "Response.prototype.json = async function () {"
        "  const said = await json.call(this);"
        f"  if (said.edition) said.edition.ends_at = '{(timezone.now() + timedelta(hours=2)).isoformat()}';"
        "  if ('until' in said) said.until = null;"
        "  return said;"
        "};"
    )
    enter(page, demo_site, "Entrance A")
    open_desk(page)
    page.context.set_offline(True)
    page.clock.fast_forward("03:00:00")
    expect(page.locator("body[data-state=closed]")).to_be_attached()
    page.reload()
    expect(page.locator("#why")).to_contain_text("no list on this device")


KEPT = "() => caches.open('account').then((one) => one.put('/en/my/agenda/', new Response('Zdenka Quxová')))"
FORGOTTEN = """async (path) => {
  if (path) await fetch(path, { method: "POST" }).catch(() => {});
  for (let left = 40; left; left--) {
    if (!(await caches.match("/en/my/agenda/"))) return true;
    await new Promise((go) => setTimeout(go, 50));
  }
  return false;
}"""
LEAVING = {
    "/en/accounts/login/": True,
    "/fr/accounts/login/code/confirm/": True,
    "/en/accounts/2fa/authenticate/": True,
    "/en/accounts/2fa/webauthn/login/": True,
    "/nl/accounts/logout/": True,
    "/admin/logout/": True,
    "/en/my/tickets/ABC/renew/": True,
    "/en/accounts/reauthenticate/": False,
}


def test_whoever_logs_in_or_out_or_is_erased_leaves_no_page_on_the_device(
    new_person: NewPerson, demo_site: DemoSite, edition: Edition
) -> None:
    page = new_person(viewport=PHONE)
    enter(page, demo_site, "Entrance A")
    open_desk(page)
    forgotten = {}
    for path in LEAVING:
        page.evaluate(KEPT)
        forgotten[path] = page.evaluate(FORGOTTEN, path)
    assert forgotten == LEAVING
    page.evaluate(KEPT)
    page.goto("/en/my/data/erased/")
    assert page.evaluate(FORGOTTEN, "")


def test_the_last_answer_makes_room_for_the_names_one_looks_for(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    page = new_person(viewport=PHONE)
    enter(page, demo_site, "Entrance A")
    open_desk(page)
    show(page, text_of(guest))
    verdict(page, "good", "Checked in")
    page.fill("#name", "q")
    expect(page.locator("#verdict")).to_be_hidden()
    page.fill("#name", "zzzzz")
    expect(page.locator("#found-count")).to_contain_text("Try the family name alone")
