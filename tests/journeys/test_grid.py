"""The admin's timetable in a real browser: by mouse, by keyboard, with undo, and what the public then sees."""

from __future__ import annotations

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from efus_conference.models import Edition
from programme.models import Session
from tests.conftest import DemoSite
from tests.journeys.conftest import WCAG_22_AA
from tests.journeys.walking import log_in

GRID = "/admin/programme/session/timetable/"


def cell_of(page: Page, session: Session) -> Locator:
    return page.locator(f"#session-{session.pk}")


def assert_ours_accessible(page: Page) -> None:
    """Axe finds nothing in what is ours of the page; its frame is the theme's."""
    found = Axe().run(page, context="main", options={"runOnly": {"type": "tag", "values": WCAG_22_AA}})
    assert found.violations_count == 0, found.generate_report()


def a_session(edition: Edition) -> Session:
    """One of the second day that stands in a room and is public."""
    first = edition.days()[1]
    return (
        Session.objects.filter(
            edition=edition, room__isnull=False, starts_at__gte=first, released__isnull=False
        )
        .select_related("room", "edition")
        .earliest("starts_at", "pk")
    )


def test_an_organiser_drags_a_session_undoes_it_moves_it_by_keyboard_and_releases_it(
    new_person: Callable[..., Page], demo_site: DemoSite
) -> None:
    edition = Edition.objects.get(is_current=True)
    session = a_session(edition)
    assert session.starts_at is not None
    was = session.starts_at.astimezone(edition.zone)
    page = new_person(viewport={"width": 1280, "height": 1000})
    log_in(page, demo_site, "organiser", to="/admin/")
    page.goto(f"{GRID}?edition={edition.slug}&day={was:%Y-%m-%d}#session-{session.pk}")
    cell = cell_of(page, session)
    expect(cell.locator(".tt-when")).to_contain_text(f"{was:%H:%M}")
    assert_ours_accessible(page)
    said = page.locator(".tt-said")

    # With the mouse, a quarter of an hour later and a pixel more, which snaps to the five minutes.
    box = cell.bounding_box()
    assert box is not None
    quarter = box["height"] / ((session.ends_at - session.starts_at).total_seconds() / 60) * 15
    x, y = box["x"] + 30, box["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + quarter / 2, steps=4)
    page.mouse.move(x, y + quarter + 1, steps=4)
    expect(page.locator(".tt-ghost")).to_be_visible()
    page.mouse.up()
    expect(said).to_contain_text("is now:")
    session.refresh_from_db()
    assert session.starts_at is not None
    dragged = session.starts_at.astimezone(edition.zone)
    assert (dragged - was).total_seconds() / 60 == 15
    expect(cell.locator(".tt-when")).to_contain_text(f"{dragged:%H:%M}")
    expect(cell.locator(".tt-state")).to_have_text("differs from public")

    page.get_by_role("button", name="Undo").click()
    expect(cell.locator(".tt-when")).to_contain_text(f"{was:%H:%M}")
    page.get_by_role("button", name="Redo").click()
    expect(cell.locator(".tt-when")).to_contain_text(f"{dragged:%H:%M}")
    page.keyboard.press("Control+z")
    expect(cell.locator(".tt-when")).to_contain_text(f"{was:%H:%M}")
    session.refresh_from_db()
    assert session.starts_at == was

    # By keyboard: picked up and put back, then five minutes earlier for good.
    cell.locator(".tt-grab").focus()
    page.keyboard.press("Enter")
    expect(said).to_contain_text("is picked up at")
    page.keyboard.press("PageDown")
    page.keyboard.press("Escape")
    expect(said).to_contain_text("is back where it was")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("is now:")
    expect(cell.locator(".tt-grab")).to_be_focused()
    session.refresh_from_db()
    earlier = session.starts_at.astimezone(edition.zone)
    assert (was - earlier).total_seconds() / 60 == 5
    assert_ours_accessible(page)

    # Undo outlives the page; here it is not wanted.
    page.reload()
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    page.get_by_role("link", name="Release the programme…").first.click()
    expect(page.get_by_role("heading", name="Moved 1", exact=True)).to_be_visible()
    assert_ours_accessible(page)
    page.locator("form:has(input[name=fingerprint]) button[type=submit]").click()
    expect(page.get_by_role("heading", name="Release 3 is public")).to_be_visible()
    assert_ours_accessible(page)

    reader = new_person()
    reader.goto(f"/en/editions/{edition.slug}/sessions/{session.code}/")
    expect(reader.locator("main")).to_contain_text(f"{earlier:%H:%M}")


def test_what_another_organiser_moved_meanwhile_is_not_overwritten(
    new_person: Callable[..., Page], demo_site: DemoSite
) -> None:
    edition = Edition.objects.get(is_current=True)
    session = a_session(edition)
    assert session.starts_at is not None
    day = session.starts_at.astimezone(edition.zone).date()
    page, other = new_person(), new_person(viewport={"width": 390, "height": 844})
    for each in (page, other):
        log_in(each, demo_site, "organiser", to="/admin/")
        each.goto(f"{GRID}?edition={edition.slug}&day={day}")

    def pick_up(where: Page) -> None:
        cell_of(where, session).locator(".tt-grab").focus()
        where.keyboard.press("Enter")

    pick_up(page)
    page.keyboard.press("Delete")
    expect(page.locator(".tt-tray li")).to_have_count(1)
    pick_up(other)
    other.keyboard.press("ArrowDown")
    other.keyboard.press("Enter")

    expect(other.locator(".tt-said")).to_contain_text("moved “")
    expect(other.locator(".tt-said")).to_contain_text("Your move was not made.")
    expect(other.locator(".tt-tray li")).to_have_count(1)
    assert_ours_accessible(other)


def test_without_a_script_the_timetable_is_a_list_and_a_form_moves_a_session(
    new_person: Callable[..., Page], demo_site: DemoSite
) -> None:
    edition = Edition.objects.get(is_current=True)
    session = a_session(edition)
    assert session.starts_at is not None
    day = session.starts_at.astimezone(edition.zone).date()
    page = new_person(java_script_enabled=False)
    log_in(page, demo_site, "organiser", to="/admin/")
    page.goto(f"{GRID}?edition={edition.slug}&day={day}")
    cell_of(page, session).get_by_role("link", name="Move…").click()
    page.fill("input[name=time]", "07:05")
    page.get_by_role("button", name="Move", exact=True).click()

    expect(cell_of(page, session)).to_contain_text("07:05")
