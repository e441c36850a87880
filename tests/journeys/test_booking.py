from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from efus_conference.accounts import add_account
from programme.actions import release
from programme.models import ReleasedSession, Session
from registration.actions import book_seat, give_up_seat, set_seats
from registration.models import Booking, BookingLimit, Registration, SeatPool
from tests import factories
from tests.conftest import DemoSite
from tests.journeys.walking import LANGUAGES

PASSWORD = "a long enough secret"
# The forms that are not for a wheelchair place.
ORDINARY = "form:not(:has([name=is_wheelchair]))"


@pytest.fixture
def at_the_site(
    new_person: Callable[..., Page], demo_site: DemoSite
) -> Callable[..., tuple[Page, Registration]]:
    """Somebody new with a confirmed registration, logged in; the limits of the demonstration put aside."""
    BookingLimit.objects.all().delete()
    edition = ReleasedSession.objects.filter(edition__is_current=True)[0].edition

    def enter(language: str = "en", **options: object) -> tuple[Page, Registration]:
        account = add_account(email="robin@example.org", name="Robin Example", password=PASSWORD)
        registration = factories.registration(edition, managed_by=account, email=account.email)
        page = new_person(**options)
        page.goto(f"/{language}/accounts/login/")
        page.fill("input[name=login]", account.email)
        page.fill("input[name=password]", PASSWORD)
        page.click("main form[action*='login'] button[type=submit]")
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        return page, registration

    return enter


def workshops() -> list[ReleasedSession]:
    """Of one time, in which one may book."""
    rows = list(
        ReleasedSession.objects.select_related("session", "edition")
        .filter(kind__slug="workshop", edition__is_current=True, session__seat_pool__isnull=False)
        .order_by("during", "pk")
    )
    return [row for row in rows if row.starts_at == rows[0].starts_at]


def fill(released: ReleasedSession) -> Registration:
    """Leaves one seat, and gives it to someone else."""
    pool = SeatPool.objects.get(pk=released.pk)
    given = pool.taken + pool.held + pool.offered
    set_seats(session=released.session, capacity=given + 1)
    other = factories.registration(released.edition)
    book_seat(place=other.place, session=released.session, by=other.managed_by)
    return other


@pytest.mark.parametrize("language", LANGUAGES)
def test_someone_waits_is_offered_a_seat_and_accepts_it(
    language: str,
    at_the_site: Callable[..., tuple[Page, Registration]],
    assert_accessible: Callable[[Page], None],
) -> None:
    released = workshops()[0]
    other = fill(released)
    page, registration = at_the_site(language, viewport={"width": 390, "height": 844})
    page.goto(f"/{language}/my/sessions/{released.session.code}/")
    assert_accessible(page)
    # By the keyboard alone.
    page.focus(f"{ORDINARY} button[value=wait]")
    page.keyboard.press("Enter")
    expect(page.locator("button[value=leave_wait]")).to_have_count(1)
    assert_accessible(page)
    page.goto(f"/{language}/my/agenda/")
    expect(page.locator(".mark-waiting")).to_have_count(1)
    assert_accessible(page)

    give_up_seat(
        booking=Booking.objects.standing().get(place=other.place, session=released.session),
        by=other.managed_by,
    )

    page.reload()
    expect(page.locator(".mark-offered")).to_have_count(1)
    assert_accessible(page)
    page.click("button[value=accept_offer]")
    expect(page.locator("button[value=give_up]")).to_have_count(1)
    page.goto(f"/{language}/my/agenda/")
    expect(page.locator(".mark-booked")).to_have_count(1)
    assert_accessible(page)
    seat = Booking.objects.standing().get(place=registration.place)
    assert (seat.session_id, seat.status) == (released.pk, "active")


def test_one_workshop_is_taken_instead_of_another_without_a_script(
    at_the_site: Callable[..., tuple[Page, Registration]], assert_accessible: Callable[[Page], None]
) -> None:
    first, second, full = workshops()[:3]
    fill(full)
    page, registration = at_the_site(java_script_enabled=False)
    page.goto(f"/en/my/sessions/{first.session.code}/")
    page.click(f"{ORDINARY} button[value=book]")
    page.goto(f"/en/my/sessions/{full.session.code}/")
    # A full one cannot be had instead: the seat one has is safe.
    expect(page.locator(f"{ORDINARY} button[value=wait]")).to_have_count(1)
    expect(page.locator(f"{ORDINARY} button[value=swap]")).to_have_count(0)
    page.goto(f"/en/my/sessions/{second.session.code}/")
    page.click(f"{ORDINARY} button[value=swap]")

    expect(page.locator(".messages .notice-success")).to_contain_text(second.text("title", "en"))
    seats = Booking.objects.standing().filter(place=registration.place)
    assert [seat.session_id for seat in seats] == [second.pk]


def test_a_release_makes_two_seats_clash_and_one_is_chosen_on_the_agenda(
    at_the_site: Callable[..., tuple[Page, Registration]], assert_accessible: Callable[[Page], None]
) -> None:
    first = workshops()[0]
    visit = (
        ReleasedSession.objects.select_related("session", "edition")
        .filter(kind__colour="visit", edition=first.edition, identity_by=None)
        .exclude(during__overlap=first.during)
        .earliest("during")
    )
    page, registration = at_the_site()
    for row in (first, visit):
        book_seat(place=registration.place, session=row.session, by=registration.managed_by)
    Session.objects.filter(pk=visit.pk).update(
        starts_at=first.starts_at,
        ends_at=first.starts_at + timedelta(hours=2),
        departs_at=None,
        returns_at=None,
    )
    release(edition=first.edition, by=None)

    page.goto("/en/my/agenda/")
    expect(page.locator(".mark-clash")).to_have_count(2)
    assert_accessible(page)
    page.locator(".notice-warning form", has_text=visit.text("title", "en")).locator("button").click()
    page.goto("/en/my/agenda/")

    expect(page.locator(".mark-clash")).to_have_count(0)
    seats = Booking.objects.standing().filter(place=registration.place)
    assert [(seat.session_id, seat.status) for seat in seats] == [(first.pk, "active")]


def test_an_agenda_is_shared_read_by_someone_else_and_taken_back(
    at_the_site: Callable[..., tuple[Page, Registration]],
    new_person: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
) -> None:
    released = workshops()[0]
    page, registration = at_the_site()
    book_seat(place=registration.place, session=released.session, by=registration.managed_by)
    page.goto("/en/my/agenda/")
    page.click("#page button[value=make]")
    address = page.input_value("#page-address")
    reader = new_person(locale="fr-FR")
    reader.goto(address)

    assert reader.url.endswith(address.split("//")[1].split("/", 1)[1])
    assert "/fr/" in reader.url
    expect(reader.locator("h1")).to_contain_text(registration.name)
    expect(reader.locator(".cell-title")).to_contain_text(released.text("title", "fr"))
    assert_accessible(reader)
    page.click("#page button[value=revoke]")
    answer = reader.reload()
    assert answer is not None
    assert answer.status == 404
    assert_accessible(reader)
