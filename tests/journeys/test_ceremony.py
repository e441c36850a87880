"""The signing on stage: two officers on two devices, the hall on a third whose network is cut, and the log at the end."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from declarations import actions
from declarations.models import Ceremony, Checkpoint, Signature, StageSigning
from efus_conference import qr
from tests.conftest import DemoSite
from tests.declarations.log.keeping import logged
from tests.declarations.staging import time_to_undo_is_over
from tests.journeys.conftest import WCAG_22_AA
from tests.journeys.registers import register_of
from tests.journeys.walking import log_in

HALL = {"viewport": {"width": 1920, "height": 1080}}


def accessible_of_ours(page: Page) -> None:
    """Of a page of the admin: what is ours, without the theme's frame about it."""
    found = Axe().run(page, context=".tt", options={"runOnly": {"type": "tag", "values": WCAG_22_AA}})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def press(page: Page, what: str, signing: StageSigning) -> None:
    press_only(page, f'form:has(input[name="signing"][value="{signing.pk}"]) button[value="{what}"]')


def press_only(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.click(button)


def now(hall: Page) -> None:
    """Asks at once, as when the network comes back, so that no test waits for the pause to pass."""
    hall.evaluate("dispatchEvent(new Event('online'))")


def of(slug: str) -> StageSigning:
    return StageSigning.objects.select_related("signature").get(signatory__organisation__slug=slug)


@pytest.mark.parametrize("language", ["en"])
def test_the_ceremony_from_clearing_to_the_checkpoint(
    language: str,
    new_person: Callable[..., Page],
    demo_site: DemoSite,
    mailbox: Callable[[], list[EmailMessage]],
    run_worker: Callable[[], None],
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    run_worker()
    ceremony = Ceremony.objects.get()
    declaration = ceremony.declaration
    memory = tmp_path / "memory"
    logged(declaration, memory)
    admin = f"/admin/declarations/ceremony/{ceremony.pk}"

    # The hall is led there before anything begins.
    hall = new_person(**HALL)
    hall.goto(f"/{language}/declarations/{declaration.slug}/ceremony/")
    expect(hall.locator("#stage")).to_contain_text("The signing begins soon.")
    assert_accessible(hall)

    # What one officer entered the second clears, on a device of their own.
    second = new_person(viewport={"width": 390, "height": 844}, has_touch=True)
    log_in(second, demo_site, "second_officer", to=f"{admin}/list/")
    press(second, "clear", of("peldavaros"))
    assert of("peldavaros").cleared_by is not None
    accessible_of_ours(second)

    operator = new_person(viewport={"width": 1280, "height": 900})
    log_in(operator, demo_site, "officer", to=f"{admin}/stage/")
    press_only(operator, 'button[value="open"]')
    accessible_of_ours(operator)
    now(hall)
    expect(hall.locator("#stage")).to_contain_text("The signing has begun.")

    # The last one in protocol's order signs first; what is only recorded nobody sees.
    press(operator, "sign", of("voorbeelderdam"))
    press(operator, "scan_follows", of("voorbeelderdam"))
    second.goto(f"{admin}/confirm/")
    expect(second.locator("main")).to_contain_text("Joost Voorbeeld")
    accessible_of_ours(second)
    now(hall)
    expect(hall.locator("#stage")).not_to_contain_text("Voorbeelderdam")

    # The network of the hall is cut while the second officer confirms: the page says how old it is.
    hall.context.set_offline(True)
    press(second, "confirm", of("voorbeelderdam"))
    expect(hall.locator("#stage-live")).to_contain_text("No connection.")
    expect(hall.locator("#stage-said")).to_have_text(
        "The connection is lost. What you see may be out of date."
    )
    expect(hall.locator("#stage")).not_to_contain_text("Voorbeelderdam")
    assert_accessible(hall)
    hall.context.set_offline(False)
    expect(hall.locator(".stage-names li")).to_have_count(1, timeout=20_000)
    expect(hall.locator(".stage-names li.is-new")).to_contain_text("Joost Voorbeeld")
    expect(hall.locator("#stage-live")).to_contain_text("Live")

    # Another is confirmed, and stands before the first; a third is confirmed and undone.
    for slug in ("peldavaros", "modele-sur-fiction"):
        operator.goto(f"{admin}/stage/")
        press(operator, "sign", of(slug))
        press(operator, "scan_follows", of(slug))
        second.goto(f"{admin}/confirm/")
        press(second, "confirm", of(slug))
    now(hall)
    names = hall.locator(".stage-names b")
    expect(names).to_have_text(["Példaváros", "Modèle-sur-Fiction", "Voorbeelderdam"], timeout=20_000)
    expect(hall.locator("#stage-said")).to_contain_text("3 signatures have been given on stage.")
    operator.goto(f"{admin}/stage/")
    press(operator, "undo", of("modele-sur-fiction"))
    now(hall)
    expect(names).to_have_text(["Példaváros", "Voorbeelderdam"])
    assert_accessible(hall)

    # On stage they stand, in register and log not before the time to undo is over.
    reader = new_person(color_scheme="dark")
    listed = register_of(reader, declaration)
    assert {"Példaváros", "Voorbeelderdam", "Modèle-sur-Fiction"} & listed.keys() == set()
    for slug in ("peldavaros", "voorbeelderdam"):
        time_to_undo_is_over(of(slug))
    assert len(actions.publish_due(at=timezone.now())) == 2
    listed = register_of(reader, declaration)
    assert listed["Voorbeelderdam"] == ("Joost Voorbeeld", "evidence_checked")

    # The end; the code shows once the log holds the whole evening.
    operator.goto(f"{admin}/stage/")
    operator.click("details.ac-end summary")
    press_only(operator, 'button[value="end"]')
    now(hall)
    expect(hall.locator("#stage")).to_contain_text(
        "The last signatures are entering the register and its log."
    )
    logged(declaration, memory)
    checkpoint = Checkpoint.objects.filter(log__declaration=declaration).first()
    assert checkpoint is not None
    now(hall)
    expect(hall.locator(".ticket-qr path")).to_have_attribute("d", qr.symbol(checkpoint.note).path)
    assert_accessible(hall)
    hall.click("#side summary")
    expect(hall.locator("#side pre")).to_contain_text(checkpoint.note.splitlines()[0])

    # A telephone has it too, without scripts; and nobody scrolls sideways.
    phone = new_person(viewport={"width": 320, "height": 640}, java_script_enabled=False)
    phone.goto(hall.url)
    expect(phone.locator(".stage-names b")).to_have_text(["Példaváros", "Voorbeelderdam"])
    expect(phone.locator("noscript a, a[href='']").first).to_be_visible()
    assert Signature.objects.filter(state="undone").count() == 1

    # The offices hear of it after the publication, with the proof of the log.
    run_worker()
    told = [str(mail["to"]) for mail in mailbox()]
    assert told.count("kabinet@voorbeelderdam.example.com") > 1
