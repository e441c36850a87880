"""The desk on a telephone: scanned, found by name, offline, reloaded, synced; and what stays on the device."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from efus_conference.models import Edition
from registration import actions
from registration.models import Booking, CheckIn, DeskAlert, DeskDevice, Registration, TicketKey
from registration.ticket_keys import signer
from tests.conftest import DemoSite
from tests.journeys.conftest import arguments, browser_path
from tests.journeys.desks import (
    PASSPHRASE,
    enter,
    in_files,
    is_synced,
    open_desk,
    set_up_desk,
    show,
    stored_text,
    text_of,
    ticket_of,
    unlock,
    verdict,
    video,
)
from tests.journeys.walking import log_in

PHONE: ViewportSize = {"width": 390, "height": 844}
NewPerson = Callable[..., Page]


@pytest.fixture
def edition(demo_site: DemoSite) -> Edition:
    return set_up_desk()


@pytest.fixture
def guest(edition: Edition) -> Registration:
    """Somebody who takes part, with a name that no text of ours holds."""
    found = Registration.objects.confirmed().filter(edition=edition).latest("pk")
    Registration.objects.filter(pk=found.pk).update(given_name="Zdenka", family_name="Quxová")
    found.refresh_from_db()
    return found


def test_a_ticket_held_before_the_desk_checks_its_person_in(
    new_person: NewPerson,
    demo_site: DemoSite,
    guest: Registration,
    assert_accessible: Callable[[Page], None],
) -> None:
    page = new_person(viewport=PHONE)
    device = enter(page, demo_site, "Entrance A")
    page.goto("/en/desk/")
    expect(page.locator("#passphrase")).to_be_focused()
    assert_accessible(page)
    open_desk(page)
    assert_accessible(page)
    show(page, text_of(guest))
    verdict(page, "good", "Checked in")
    expect(page.locator(".verdict-name")).to_have_text("Zdenka Quxová")
    assert_accessible(page)
    is_synced(page)
    rows = CheckIn.objects.standing().filter(registration=guest)
    assert [(row.how, row.session, row.device_id) for row in rows] == [("scan", None, device.pk)]


def test_two_devices_without_a_network_check_the_same_person_in_once(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    first, second = new_person(viewport=PHONE), new_person(viewport=PHONE)
    devices = [enter(first, demo_site, "Entrance A"), enter(second, demo_site, "Entrance B")]
    for page in (first, second):
        open_desk(page)
        page.context.set_offline(True)
        page.reload()
        # The passphrase is asked for again, and a wrong one opens nothing.
        page.fill("#passphrase", "not the passphrase")
        page.click("#open")
        expect(page.locator("#passphrase-error")).to_contain_text("not the passphrase of the desk")
        unlock(page)
        expect(page.locator("#alarm")).to_contain_text("There is no network")
        show(page, text_of(guest))
        verdict(page, "good", "Checked in")
        expect(page.locator("#waiting")).to_have_text("1 to send")
        # Once more without a network: what was done is not forgotten.
        page.reload()
        unlock(page)
        show(page, text_of(guest))
        expect(page.locator(".verdict-word")).to_contain_text("In already")
    assert not CheckIn.objects.filter(registration=guest).exists()

    for page in (first, second):
        page.context.set_offline(False)
        is_synced(page)
    # Sending again what was sent changes nothing either.
    second.reload()
    unlock(second)
    is_synced(second)
    (row,) = CheckIn.objects.filter(registration=guest)
    assert (row.device_id, row.how, row.undone_at) == (devices[0].pk, "scan", None)


def test_no_name_can_be_read_in_what_the_browser_keeps(
    browser: Browser, demo_site: DemoSite, guest: Registration, tmp_path: Path
) -> None:
    """Neither through the browser nor in the files of its profile; what may be there is found, so the search works."""
    people = Registration.objects.confirmed().filter(edition=guest.edition)
    names = {part for person in people for part in (person.given_name, person.family_name) if len(part) > 4}
    secrets = sorted({*names, PASSPHRASE, *(ticket_of(person).code for person in people)})
    profile = tmp_path / "profile"
    context = browser.browser_type.launch_persistent_context(
        profile, executable_path=browser_path(), args=arguments(), base_url=demo_site.url
    )
    page = context.new_page()
    enter(page, demo_site, "Entrance Aubergine")
    open_desk(page)
    page.fill("#name", "zdenka")
    page.locator("#found button").first.click()
    page.locator("#verdict button", has_text="Check in").click()
    verdict(page, "good", "Checked in")
    is_synced(page)
    page.context.set_offline(True)
    for person in people[:3]:
        show(page, text_of(person))
        expect(page.locator(".verdict-name")).to_have_text(person.name)
    stored = stored_text(page)
    context.close()
    assert [word for word in secrets if word in stored] == []
    assert [word in stored for word in ("Entrance Aubergine", "check_in", "Passphrase of the desk")] == [
        True,
        True,
        True,
    ]
    assert in_files(profile, secrets) == []
    assert in_files(profile, ["Entrance Aubergine", "check_in"]) == ["Entrance Aubergine", "check_in"]


def test_each_code_that_lets_nobody_in_says_why_and_organisers_are_told(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    edition = guest.edition
    text = text_of(guest)
    other = Registration.objects.confirmed().filter(edition=edition).exclude(pk=guest.pk)[0]
    lost = text_of(other)
    actions.renew_ticket(registration=other, by=other.managed_by)
    stranger = signer().signed("0123456789", edition.number)
    page = new_person(viewport=PHONE)
    enter(page, demo_site, "Entrance A")
    open_desk(page)
    shown = {
        text[:-10] + "ABCDEFGHIA": "Forged: this ticket is not ours",
        text.replace(signer().key_id, "01234567"): "Forged: this ticket is not ours",
        text[:60]: "Only a part of the code was read",
        signer().signed(ticket_of(guest).code, edition.number - 1): "Ticket of another edition",
        lost: "Void ticket",
        stranger: "Not on the list",
        "https://example.org/menu": "Not a ticket",
    }
    for code, word in shown.items():
        show(page, code)
        verdict(page, "bad", word)
    page.set_input_files(
        "#photo", {"name": "letter.txt", "mimeType": "text/plain", "buffer": b"no picture at all"}
    )
    verdict(page, "bad", "There is no code on this picture, or it cannot be read.")
    page.fill("#code", "7QK2M-9XD4T")
    page.press("#code", "Enter")
    verdict(page, "bad", "No ticket has this code")
    is_synced(page)
    # Whose secret got out verifies nothing from that moment on.
    TicketKey.objects.update(revoked_at=datetime.now(UTC))
    page.reload()
    unlock(page)
    show(page, text)
    verdict(page, "bad", "Signed by a key that is not valid any more")
    is_synced(page)
    # The two false signatures were of one code, within a minute: one alert.
    told = DeskAlert.objects.order_by("kind").values_list("kind", flat=True)
    assert sorted(told) == ["forged", "retired", "stale", "unknown", "void"]
    assert not CheckIn.objects.filter(edition=edition).exists()


def test_a_ticket_younger_than_the_list_is_asked_for(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    page = new_person(viewport=PHONE)
    enter(page, demo_site, "Entrance A")
    open_desk(page)
    old = text_of(guest)
    actions.renew_ticket(registration=guest, by=guest.managed_by)
    show(page, text_of(guest))
    verdict(page, "good", "Checked in")
    show(page, old)
    verdict(page, "bad", "Void ticket")


def test_who_was_checked_in_by_mistake_is_taken_back(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    page = new_person(viewport=PHONE)
    enter(page, demo_site, "Entrance A")
    open_desk(page)
    # By name: the accents and the order do not matter, and a touch alone checks nobody in.
    page.fill("#name", "quxova zd")
    page.locator("#found button").click()
    verdict(page, "ask", "Is this the person?")
    page.locator("#verdict button", has_text="Check in").click()
    verdict(page, "good", "Checked in")
    is_synced(page)
    page.context.set_offline(True)
    page.locator("#verdict button", has_text="Take back").click()
    verdict(page, "ask", "Taken back: Zdenka Quxová is not checked in.")
    page.context.set_offline(False)
    is_synced(page)
    assert [row.undone_at is None for row in CheckIn.objects.filter(registration=guest)] == [False]


def test_a_session_s_door_knows_who_has_a_seat(
    new_person: NewPerson, demo_site: DemoSite, edition: Edition
) -> None:
    people = Registration.objects.confirmed().filter(edition=edition)
    booking = Booking.objects.standing().filter(place__registrations__in=people)[0]
    code = booking.session.code
    seated = people.get(place=booking.place)
    other = people.exclude(place__bookings__session=booking.session)[0]
    page = new_person(viewport=PHONE)
    enter(page, demo_site, "Door of room 2")
    open_desk(page)
    page.select_option("#scope", code)
    show(page, text_of(seated))
    verdict(page, "good", "Checked in to the session")
    show(page, text_of(other))
    verdict(page, "look", "No seat in this session")
    page.locator("#verdict button", has_text="Let in all the same").click()
    verdict(page, "good", "Checked in to the session")
    is_synced(page)
    # A door stays a door.
    page.reload()
    unlock(page)
    expect(page.locator("#scope")).to_have_value(code)
    rows = CheckIn.objects.standing().filter(session=booking.session).order_by("at")
    assert [row.registration for row in rows] == [seated, other]


def test_the_list_closes_by_itself_and_where_it_is_over_it_goes(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    page = new_person(viewport=PHONE)
    page.clock.install()
    device = enter(page, demo_site, "Entrance A")
    open_desk(page)
    page.clock.fast_forward("16:00")
    expect(page.locator("body[data-state=passphrase]")).to_be_attached()
    expect(page.locator("main")).not_to_contain_text("Zdenka")
    unlock(page)
    page.context.set_offline(True)
    show(page, text_of(guest))
    verdict(page, "good", "Checked in")
    # Revoked while the device had no network: it delivers what it did, and keeps no list.
    page.clock.fast_forward("01:00")
    assert device.link
    actions.revoke_desk_link(link=device.link)
    page.context.set_offline(False)
    expect(page.locator("#why")).to_contain_text("The list was removed from this device")
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("#why")).to_contain_text("no list on this device")
    assert CheckIn.objects.standing().filter(registration=guest).count() == 1


def test_a_volunteer_s_list_is_gone_the_next_day_even_without_a_network(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    page = new_person(viewport=PHONE)
    page.clock.install()
    enter(page, demo_site, "Entrance A")
    open_desk(page)
    page.context.set_offline(True)
    show(page, text_of(guest))
    verdict(page, "good", "Checked in")
    page.clock.fast_forward("24:00:00")
    expect(page.locator("#why")).to_contain_text("The day of this link is over")
    expect(page.locator("main")).not_to_contain_text("Zdenka")
    page.reload()
    expect(page.locator("#why")).to_contain_text("no list on this device")
    # What was done is still there to be sent, though the desk stays closed.
    expect(page.locator("#waiting")).to_have_text("1 to send")


def test_a_device_whose_clock_is_an_hour_off_says_so_and_tells_the_right_time(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    page = new_person(viewport=PHONE)
    before = datetime.now(UTC)
    page.clock.install(time=before - timedelta(hours=1))
    enter(page, demo_site, "Entrance A")
    open_desk(page)
    expect(page.locator("#alarm")).to_contain_text("The clock of this device is 60 minutes slow")
    show(page, text_of(guest))
    verdict(page, "good", "Checked in")
    is_synced(page)
    (row,) = CheckIn.objects.filter(registration=guest)
    assert before <= row.at <= datetime.now(UTC)


def test_the_camera_reads_a_ticket(
    browser: Browser, demo_site: DemoSite, guest: Registration, tmp_path: Path
) -> None:
    film = video(text_of(guest), tmp_path / "film.y4m")
    seeing = browser.browser_type.launch(
        executable_path=browser_path(),
        args=[
            *arguments(),
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    )
    context = seeing.new_context(base_url=demo_site.url, viewport=PHONE, permissions=["camera"])
    page = context.new_page()
    enter(page, demo_site, "Entrance A")
    open_desk(page)
    page.click("#camera")
    verdict(page, "good", "Checked in")
    expect(page.locator(".verdict-name")).to_have_text("Zdenka Quxová")
    seeing.close()


MISSING = {
    "Object.defineProperty(window, 'isSecureContext', {get: () => false})": "begins with https://",
    "Object.defineProperty(crypto, 'subtle', {get: () => undefined})": "cannot encrypt the list",
    "Object.defineProperty(window, 'indexedDB', {get: () => undefined})": "keeps nothing on the device",
}


@pytest.mark.parametrize(("lacking", "said"), MISSING.items())
def test_a_browser_that_cannot_says_plainly_why(
    lacking: str, said: str, new_person: NewPerson, edition: Edition
) -> None:
    page = new_person(viewport=PHONE)
    page.add_init_script(lacking)
    page.goto("/en/desk/")
    expect(page.locator("#why")).to_contain_text(said)


def test_a_browser_without_a_camera_or_signatures_goes_on_without(
    new_person: NewPerson, demo_site: DemoSite, guest: Registration
) -> None:
    page = new_person(viewport=PHONE)
    page.add_init_script(
        "const before = crypto.subtle.importKey.bind(crypto.subtle);"
        "crypto.subtle.importKey = (...all) =>"
        "  all[2] === 'Ed25519' ? Promise.reject(new DOMException('', 'NotSupportedError')) : before(...all);"
    )
    enter(page, demo_site, "Entrance A")
    open_desk(page)
    page.click("#camera")
    expect(page.locator("#camera-why")).to_contain_text("camera")
    show(page, text_of(guest))
    verdict(page, "good", "Checked in")
    expect(page.locator("#verdict")).to_contain_text("This browser cannot check the signature")


def test_nobody_opens_a_desk_that_was_not_entered(new_person: NewPerson, edition: Edition) -> None:
    page = new_person(viewport=PHONE)
    page.goto("/en/desk/")
    expect(page.locator("#why")).to_have_text("Nobody has entered the desk on this device.")
    assert not DeskDevice.objects.exists()


NAMES = {
    "Jana Nováková": ["novak", "jana nov", "NOVÁKOVÁ jana"],
    "Łucja Żółć": ["lucja", "zolc"],
    "Γιώργος Παπαδόπουλος": ["παπαδ", "giorgos", "papadop"],
    "Юлия Щербакова": ["юлия", "yuliya", "shcherb"],
    "أحمد الشريف": ["احمد", "الشريف"],
    "Siobhán O’Brien-Müller": ["obrien", "o'brien", "brien", "muller"],
    "Øyvind Straße": ["oyvind strasse"],
}


def test_names_are_found_in_any_script_and_without_accents(page: Page, edition: Edition) -> None:
    page.goto("/en/desk/")
    found = page.evaluate(
        """async (names) => {
          const { index, find } = await import("/static/js/desk/search.js");
          const people = Object.keys(names).map((name) => ({ name, organisation: "Košice", delegation: "" }));
          const entries = index(people);
          return Object.entries(names).map(([name, typed]) => [name, ...typed.map((one) =>
            find(entries, one).map((person) => person.name))]);
        }""",
        NAMES,
    )
    assert found == [[name, *([name] for _typed in typed)] for name, typed in NAMES.items()]


def test_a_ticket_opened_once_is_there_without_a_network_until_the_logout(
    page: Page, demo_site: DemoSite, edition: Edition
) -> None:
    log_in(page, demo_site, "participant")
    own = Registration.objects.confirmed().filter(
        managed_by__email=demo_site.accounts["participant"]["email"]
    )[0]
    ticket = ticket_of(own)
    page.goto(f"/en/my/tickets/{ticket.code}/")
    # The worker keeps the page in the background.
    page.evaluate(
        "async (path) => { while (!(await caches.match(path))) await new Promise((go) => setTimeout(go, 50)); }",
        f"/en/my/tickets/{ticket.code}/",
    )
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("main")).to_contain_text(ticket.shown_code)
    # The link in the mail leads there, too.
    page.goto(f"/en/my/registrations/{own.pk}/ticket/")
    expect(page.locator("main")).to_contain_text(ticket.shown_code)
    # Any other page names what is kept instead of the browser's error.
    page.goto("/en/editions/")
    expect(page.locator("h1")).to_have_text("You are offline")
    page.click(f"a[href$='/my/tickets/{ticket.code}/']")
    expect(page.locator("main")).to_contain_text(ticket.shown_code)
    page.context.set_offline(False)
    page.goto("/en/accounts/logout/")
    page.click("main form[action*='logout'] button[type=submit]")
    page.wait_for_url("**/en/")
    assert ticket.code not in stored_text(page)
