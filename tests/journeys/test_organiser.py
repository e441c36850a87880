from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from programme.models import Release, ReleasedSession
from registration.actions.telling import tell_of_changes
from registration.models import Booking, FeedLink, Registration
from tests.conftest import DemoSite
from tests.journeys.walking import LANGUAGES, events_of, log_in, text_of


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_organiser_moves_a_session_and_page_calendar_and_participant_follow(
    language: str,
    new_person: Callable[..., Page],
    demo_site: DemoSite,
    mailbox: Callable[[], list[EmailMessage]],
    run_worker: Callable[[], None],
    assert_accessible: Callable[[Page], None],
) -> None:
    run_worker()  # what the demonstration itself queued
    participant = Registration.objects.get(email=demo_site.accounts["participant"]["email"])
    booking = Booking.objects.standing().filter(place=participant.place).earliest("during")
    before = ReleasedSession.objects.select_related("edition", "session").get(pk=booking.session_id)
    zone = before.edition.zone
    feed = FeedLink.objects.create(registration=participant).get_absolute_url()
    # Ten minutes later: to an hour nobody else has.
    starts_at, ends_at = before.starts_at + timedelta(minutes=10), before.ends_at + timedelta(minutes=10)
    new_time = starts_at.astimezone(zone).strftime("%H:%M")

    reader = new_person(viewport={"width": 390, "height": 844})
    session_page = f"/{language}/editions/{before.edition.slug}/sessions/{before.session.code}/"
    reader.goto(session_page)
    assert_accessible(reader)
    expect(reader.locator("main")).not_to_contain_text(new_time)
    was = event(reader, feed, before.session.code)

    organiser = new_person()
    # The address of the admin leads to the site's own login, and back.
    organiser.goto("/admin/")
    assert "/accounts/login/" in organiser.url
    log_in(organiser, demo_site, "organiser", language, to="/admin/")
    organiser.goto(f"/admin/programme/session/{before.pk}/change/")
    organiser.fill("input[name=starts_at_1]", f"{new_time}")
    organiser.fill("input[name=ends_at_1]", ends_at.astimezone(zone).strftime("%H:%M"))
    organiser.click("[name=_save]")
    organiser.wait_for_url("**/admin/programme/session/**")

    # The draft shows nowhere until it is released.
    reader.reload()
    expect(reader.locator("main")).not_to_contain_text(new_time)
    organiser.goto("/admin/programme/session/release/")
    expect(organiser.locator("body")).to_contain_text(before.session.code)
    expect(organiser.locator("body")).to_contain_text(new_time)
    organiser.click("form:has(input[name=fingerprint]) button[type=submit]")
    organiser.wait_for_url("**/admin/programme/session/release/?*released=*")
    assert Release.objects.latest("pk").changes.count() == 1

    reader.reload()
    expect(reader.locator("main")).to_contain_text(new_time)
    assert_accessible(reader)
    reader.goto(f"/{language}/editions/{before.edition.slug}/programme/changes/")
    expect(reader.locator(f"main a[href*='{before.session.code}']").first).to_be_visible()
    assert_accessible(reader)
    reader.goto(f"/{language}/editions/{before.edition.slug}/programme/")
    assert_accessible(reader)
    now = event(reader, feed, before.session.code)
    assert now["UID"] == was["UID"]
    assert int(now["SEQUENCE"]) == int(was["SEQUENCE"]) + 1
    assert now["DTSTART"] != was["DTSTART"]

    # The participant's seat moved along, and the one mail of the day says so.
    booking.refresh_from_db()
    assert booking.during.lower == starts_at
    tell_of_changes(at=timezone.now() + timedelta(days=1))
    run_worker()
    told = [text_of(mail) for mail in mailbox() if participant.email in str(mail["To"])]
    assert sum(new_time in text for text in told) == 1


def event(page: Page, feed: str, code: str) -> dict[str, str]:
    """The one event of the calendar that is about a session."""
    events = events_of(page.request.get(feed).text())
    [found] = [each for each in events if code in each.get("URL", "") + each.get("DESCRIPTION", "")]
    return found
