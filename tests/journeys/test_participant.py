from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from programme.models import ReleasedSession
from registration.models import Booking
from tests.conftest import DemoSite
from tests.journeys.walking import LANGUAGES, events_of, mail_to, text_of


@pytest.mark.parametrize("language", LANGUAGES)
def test_someone_registers_stars_and_books_and_their_calendar_shows_both(
    language: str,
    new_person: Callable[..., Page],
    demo_site: DemoSite,
    mailbox: Callable[[], list[EmailMessage]],
    run_worker: Callable[[], None],
    assert_accessible: Callable[[Page], None],
) -> None:
    page = new_person(viewport={"width": 390, "height": 844})
    booked = ReleasedSession.objects.filter(kind__slug="workshop", session__seat_pool__isnull=False).earliest(
        "during"
    )
    starred = ReleasedSession.objects.filter(kind__slug="plenary", edition=booked.edition).latest("during")

    # An account: the address counts once the code from the mail was typed.
    page.goto(f"/{language}/register/")
    assert_accessible(page)
    page.click("main a[href*='/accounts/signup/']")
    assert_accessible(page)
    page.fill("input[name=name]", "Žofie Příkladová")
    page.fill("input[name=email]", "zofie@example.org")
    page.fill("input[name=password1]", "a long enough secret")
    page.click("main form[action*='signup'] button[type=submit]")
    expect(page.locator("input[name=code]")).to_be_visible()
    assert_accessible(page)
    code = re.search(r"^\s*(\S{6,9})\s*$", text_of(mail_to(mailbox, "zofie@example.org")), re.M)
    assert code, text_of(mail_to(mailbox, "zofie@example.org"))
    page.fill("input[name=code]", code[1])
    page.click("main form button[type=submit]")

    # The registration, one thing per page.
    page.wait_for_url("**/register/")
    page.check("input[name=who][value=own]")
    assert_accessible(page)
    page.click("main form [type=submit]")
    page.fill("input[name=organisation_name]", "Košice")
    page.select_option("select[name=country]", "SK")
    page.fill("input[name=family_name]", "")
    page.click("main form [type=submit]")
    # What was forgotten is said beside the field, and nothing typed is lost.
    expect(page.locator(".error-summary a")).not_to_have_count(0)
    expect(page.locator("input[name=organisation_name]")).to_have_value("Košice")
    assert_accessible(page)
    page.fill("input[name=given_name]", "Žofie")
    page.fill("input[name=family_name]", "Příkladová")
    page.locator("input[name=category]").first.check()
    page.click("main form [type=submit]")
    # The edition's questions; what an answer calls for comes on a page of its own.
    page.wait_for_url("**/register/questions/1/")
    assert_accessible(page)
    page.check("input[name=q_diet][value=other]")
    page.click("main form.form [type=submit]")
    page.wait_for_url("**/register/questions/2/")
    assert_accessible(page)
    page.fill("[name=q_diet-other]", "Halušky")
    page.click("main form.form [type=submit]")
    page.wait_for_url("**/register/check/")
    expect(page.locator("main")).to_contain_text("Halušky")
    assert_accessible(page)
    # Without the notice nobody registers; nothing else needs to be agreed to.
    page.click("main form.form button")
    expect(page.locator(".error-summary a")).to_have_count(1)
    assert_accessible(page)
    page.locator("input[name^=agree_]").first.check()
    page.click("main form.form button")
    page.wait_for_url("**/registered/")
    expect(page.locator(".confirmation h1")).to_be_visible()
    assert_accessible(page)
    run_worker()
    confirmation = mail_to(mailbox, "zofie@example.org")
    attached = [part.get_content_type() for part in confirmation.iter_attachments()]
    assert attached == ["application/pdf", "text/calendar"]

    # From the programme: a star for one session, a seat in another.
    for released, what in ((starred, "star"), (booked, "book")):
        page.goto(f"/{language}/editions/{released.edition.slug}/programme/")
        page.click(f"main a[href*='/sessions/{released.session.code}/']")
        assert_accessible(page)
        page.click(f"main a[href*='/my/sessions/{released.session.code}/']")
        assert_accessible(page)
        page.click(f"form:not(:has([name=is_wheelchair])) button[value={what}]")
        expect(page.locator("button[value=unstar], button[value=give_up]")).to_have_count(1)
    [seat] = Booking.objects.standing().filter(place__registrations__email="zofie@example.org")
    assert (seat.session_id, seat.during) == (booked.pk, booked.during)

    # The agenda and its private calendar.
    page.goto(f"/{language}/my/agenda/")
    assert_accessible(page)
    expect(page.locator(".agenda .cell.kind")).to_have_count(2)
    page.click("#calendar button[value=make]")
    address = page.input_value("#feed-address")
    calendar = page.request.get(address)
    assert calendar.headers["content-type"].startswith("text/calendar")
    shown = {(event["SUMMARY"], event["STATUS"], event["TRANSP"]) for event in events_of(calendar.text())}
    assert shown == {
        (booked.text("title", language).replace(",", "\\,"), "CONFIRMED", "OPAQUE"),
        (starred.text("title", language).replace(",", "\\,"), "TENTATIVE", "TRANSPARENT"),
    }
    # Whoever has not the address has not the agenda; once revoked, nobody has.
    page.click("#calendar button[value=revoke]")
    assert page.request.get(address).status == 404
