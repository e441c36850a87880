from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from declarations.models import Invitation, Signature
from tests.conftest import DemoSite
from tests.journeys.walking import LANGUAGES, code_in, link_in, log_in, mail_to, signed_page


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_office_records_a_signature_that_an_officer_verifies_and_the_public_sees(
    language: str,
    new_person: Callable[..., Page],
    demo_site: DemoSite,
    mailbox: Callable[[], list[EmailMessage]],
    run_worker: Callable[[], None],
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    run_worker()  # what the demonstration itself queued
    office = new_person(viewport={"width": 390, "height": 844})
    link = demo_site.accounts["office"]["link"]

    # Reading consumes nothing, however often the link is opened.
    for _visit in range(2):
        office.goto(f"{link}?lang={language}")
    assert_accessible(office)
    assert Invitation.objects.usable().filter(used_at__isnull=True).exists()
    # What records takes a code from the office's mailbox, which the link alone does not open.
    office.click("main form button")
    office.wait_for_url("**/code**")
    assert_accessible(office)
    office.fill("input[name=code]", "banana")
    office.click("main form button")
    expect(office.locator(".error-summary")).to_be_visible()
    run_worker()
    office.fill("input[name=code]", code_in(mail_to(mailbox, demo_site.accounts["office"]["email"])))
    office.click("main form button")
    office.wait_for_url("**/record**")
    assert_accessible(office)

    # An empty form says what is missing.
    office.click("main form button")
    expect(office.locator(".error-summary a")).not_to_have_count(0)
    assert_accessible(office)
    office.fill("input[name=signer_name]", "Ιωάννα Παράδειγμα")
    office.fill("input[name=signer_office]", "Δήμαρχος")
    office.fill("input[name=signed_on]", timezone.localdate().isoformat())
    office.check("input[name=basis][value=council]")
    office.fill("input[name=body]", "City council")
    office.fill("input[name=decided_on]", timezone.localdate().isoformat())
    # What is no PDF, JPEG or PNG is refused by its content, and the answers stay.
    disguised = tmp_path / "page.pdf"
    disguised.write_text("<svg onload='alert(1)'/>")
    office.set_input_files("input[name=signed_page]", disguised)
    office.click("main form button")
    expect(office.locator(".error-summary")).to_be_visible()
    expect(office.locator("input[name=signer_name]")).to_have_value("Ιωάννα Παράδειγμα")
    office.set_input_files("input[name=signed_page]", signed_page(tmp_path))
    office.click("main form button")
    office.wait_for_url("**/meaning**")
    assert_accessible(office)
    # What signing means is read before the answers are checked.
    office.click("main form button")
    expect(office.locator(".error-summary")).to_be_visible()
    office.check("input[name=informed]")
    office.click("main form button")
    office.wait_for_url("**/check**")
    assert_accessible(office)
    office.click("main form button")
    office.wait_for_url("**/sign/receipt/**")
    expect(office.locator(".confirmation")).to_be_visible()
    assert_accessible(office)
    signature = Signature.objects.get(signer_name="Ιωάννα Παράδειγμα")
    signatory = signature.signatory
    run_worker()
    receipt = mail_to(mailbox, demo_site.accounts["office"]["email"])
    # In the language the office worked in, whatever the invitation's was.
    signature.refresh_from_db()
    assert signature.invitation.language == language
    assert link_in(receipt, "/sign/receipt/").split("?")[0] == office.url.split("?")[0]

    # A used link leads whoever proved the mailbox to the receipt, and tells others no more than an invented one.
    office.goto(f"{link}?lang={language}")
    office.wait_for_url("**/sign/receipt/**")
    stranger = new_person(viewport={"width": 390, "height": 844})
    stranger.goto(f"{link}?lang={language}")
    used = stranger.locator("main").inner_text()
    assert_accessible(stranger)
    stranger.goto(f"/sign/{'x' * 43}?lang={language}")
    assert stranger.locator("main").inner_text() == used

    # The demonstration shows what is recorded at once, and claims no check before someone else has made it.
    reader = new_person()
    declaration = signatory.declaration
    reader.goto(f"/{language}/declarations/{declaration.slug}/signatories/")
    entry = reader.locator("tr", has_text="Ιωάννα Παράδειγμα")
    expect(entry).to_have_count(1)
    expect(entry.locator(".tag-success")).to_have_count(0)

    # The officer who invited is told why they cannot, the second one verifies.
    officer = new_person()
    log_in(officer, demo_site, "officer")
    officer.goto(f"/admin/declarations/signature/{signature.pk}/change/")
    expect(officer.locator("a[href*='/ask']").first).to_be_visible()
    expect(officer.locator(VERIFY)).to_have_count(0)
    expect(officer.locator("body")).to_contain_text("You invited this office")
    signature.refresh_from_db()
    assert signature.state == Signature.State.SUBMITTED
    second = new_person()
    log_in(second, demo_site, "second_officer", to=f"/admin/declarations/signature/{signature.pk}/change/")
    verify(second)
    signature.refresh_from_db()
    assert signature.state == Signature.State.VERIFIED

    reader.reload()
    expect(entry.locator(".tag-success")).to_have_count(1)
    assert_accessible(reader)
    reader.goto(f"/{language}/declarations/{declaration.slug}/")
    expect(
        reader.locator(f"main a[href$='/signatories/{signatory.organisation.slug}/']").first
    ).to_be_visible()
    assert_accessible(reader)


VERIFY = "a[href$='/verify'], a[href*='/verify/']"


def verify(page: Page) -> None:
    page.click(VERIFY)
    page.click("main form button[type=submit], #content form button[type=submit]")
