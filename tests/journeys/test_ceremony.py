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
from declarations.models import Ceremony, Checkpoint, LogKey, Signature, StageSigning
from declarations.verifier import verify
from efus_conference import qr
from tests import factories
from tests.conftest import DemoSite
from tests.declarations import staging
from tests.declarations.log.keeping import logged
from tests.declarations.making import office, officer
from tests.declarations.staging import time_to_undo_is_over
from tests.journeys.conftest import WCAG_22_AA
from tests.journeys.registers import register_of
from tests.journeys.walking import LANGUAGES, log_in, signed_page

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
    # Longer than the slowest machine takes from one page to the next.
    Ceremony.objects.update(undo_seconds=600)
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
    assert listed["Voorbeelderdam"] == ("Joost Voorbeeld", "signed_on_stage")

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

    # Whoever took a picture of the code holds what the bundle is checked against.
    bundle = hall.request.get(f"/declarations/{declaration.slug}/log/bundle.json").text()
    said = verify.check(
        bundle, LogKey.objects.in_use().get().fingerprint, checkpoint.note, (), "Voorbeelderdam"
    )
    assert {each["check"]: each["fault"] or each["verdict"] for each in said} == {
        **dict.fromkeys(verify.CHECKS, "holds"),
        "receipts": "not_asked",
    }

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


@pytest.mark.slow
def test_a_substitute_from_the_form_to_the_stage_and_screens_that_are_cut_off_or_stale(
    new_person: Callable[..., Page], demo_site: DemoSite, tmp_path: Path
) -> None:
    Ceremony.objects.update(undo_seconds=600)
    ceremony = Ceremony.objects.get()
    town = office(ceremony.declaration, organisation=factories.organisation(slug="esempio", name="Esempio"))
    admin = f"/admin/declarations/ceremony/{ceremony.pk}"
    laptop = new_person(viewport={"width": 1280, "height": 900})
    phone = new_person(viewport={"width": 390, "height": 844}, has_touch=True, color_scheme="dark")

    # One officer enters who is to sign. What is missing is said, and nothing typed is lost.
    log_in(laptop, demo_site, "officer", to=f"{admin}/list/add/")
    laptop.select_option("select[name=signatory]", str(town.pk))
    laptop.fill("input[name=signer_name]", "Ada Esempio")
    laptop.fill("input[name=precedence]", "5")
    laptop.check("input[name=basis][value=own_competence]")
    press_only(laptop, "main form button[type=submit]")
    expect(laptop.locator("input[name=signer_name]")).to_have_value("Ada Esempio")
    accessible_of_ours(laptop)
    laptop.fill("input[name=signer_office]", "Sindaca")
    press_only(laptop, "main form button[type=submit]")
    entered = of("esempio")
    assert (entered.precedence, entered.cleared_by) == (5, None)
    # Who entered cannot clear; the second officer does, on a telephone.
    expect(laptop.locator(f"#signing-{entered.pk} button[value=clear]")).to_have_count(0)
    log_in(phone, demo_site, "second_officer", to=f"{admin}/list/")
    press(phone, "clear", entered)
    laptop.goto(f"{admin}/stage/")
    press_only(laptop, 'button[value="open"]')

    # The telephone is cut off: it says so, and what is pressed there is not sent.
    phone.goto(f"{admin}/stage/")
    expect(phone.locator("[data-age]")).to_contain_text("Up to date")
    phone.context.set_offline(True)
    phone.click(f"#signing-{entered.pk} button[value=sign]")
    expect(phone.locator("[data-said]")).to_contain_text("nothing was sent")
    expect(phone.locator("[data-age]")).to_contain_text("No connection since")
    accessible_of_ours(phone)
    assert of("esempio").signed_at is None

    # On the other device somebody is absent meanwhile; back in the network, the telephone shows it by itself.
    press(laptop, "absent", of("voorbeelderdam"))
    phone.context.set_offline(False)
    now(phone)
    absent = phone.locator(f"#signing-{of('voorbeelderdam').pk}")
    expect(absent).to_contain_text("Absent, recorded at", timeout=20_000)
    expect(absent.locator("button[value=absent]")).to_have_count(0)

    # A screen that asks nothing by itself is stale once the other officer acts, and says what it missed.
    still = new_person(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    log_in(still, demo_site, "second_officer", to=f"{admin}/stage/")
    row = laptop.locator(f"#signing-{entered.pk}")
    row.locator("summary").first.click()
    row.locator("input[name=name]").fill("Bruno Prova")
    row.locator("input[name=office]").fill("Vicesindaco")
    accessible_of_ours(laptop)
    press(laptop, "substitute", entered)
    press(still, "sign", entered)
    expect(still.locator("body")).to_contain_text("Your screen was not up to date, so nothing was done.")
    expect(still.locator(f"#signing-{entered.pk}")).to_contain_text("Bruno Prova")
    assert of("esempio").stood_in_name == "Bruno Prova"

    # Nothing ends while it waits. The second officer reads that it is a substitute, and sends it back with a word.
    laptop.click("details.ac-end summary")
    press_only(laptop, 'button[value="end"]')
    ceremony.refresh_from_db()
    assert ceremony.ended_at is None
    phone.goto(f"{admin}/confirm/")
    waits = phone.locator(f"#signing-{entered.pk}")
    expect(waits).to_contain_text("This is a substitute. Cleared to sign was Ada Esempio, Sindaca.")
    waits.locator("summary").last.click()
    waits.locator("input[name=note]").fill("He spells it Bruna.")
    accessible_of_ours(phone)
    press(phone, "take_back", entered)
    now(laptop)
    expect(row).to_contain_text("He spells it Bruna.", timeout=20_000)

    # Recorded anew, with a photograph of the signed page, and confirmed: the hall reads who signed.
    laptop.goto(f"{admin}/stage/")
    row.locator("summary").first.click()
    row.locator("input[name=name]").fill("Bruna Prova")
    row.locator("input[name=office]").fill("Vicesindaca")
    press(laptop, "substitute", entered)
    row.locator("summary").first.click()
    row.locator("input[name=file]").set_input_files(signed_page(tmp_path))
    press(laptop, "scan", entered)
    phone.goto(f"{admin}/confirm/")
    accessible_of_ours(phone)
    press(phone, "confirm", entered)
    hall = new_person(**HALL)
    hall.goto(f"/en/declarations/{ceremony.declaration.slug}/ceremony/")
    expect(hall.locator(".stage-names li")).to_have_count(1)
    expect(hall.locator(".stage-names li")).to_contain_text("Bruna Prova, Vicesindaca")
    expect(hall.locator("body")).not_to_contain_text("Ada Esempio")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.slow
def test_the_stage_is_accessible_before_during_and_after_the_evening(
    language: str,
    new_person: Callable[..., Page],
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    ceremony = Ceremony.objects.get()
    page = new_person(viewport={"width": 320, "height": 640}, reduced_motion="reduce")

    def look(phase: str) -> None:
        page.goto(f"/{language}/declarations/{ceremony.declaration.slug}/ceremony/")
        expect(page.locator("#stage")).to_have_attribute("data-phase", phase)
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert_accessible(page)

    logged(ceremony.declaration, tmp_path)
    look("before")
    actions.open_ceremony(ceremony=ceremony, by=officer())
    look("on")
    staging.confirmed(of("voorbeelderdam"))
    look("on")
    staging.published_from_stage(of("voorbeelderdam"))
    actions.end_ceremony(ceremony=ceremony, by=officer())
    look("settling")
    logged(ceremony.declaration, tmp_path)
    look("over")
