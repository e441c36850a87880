from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from declarations import actions
from declarations.models import Invitation, Mandate, Signature, Withdrawal
from tests.conftest import DemoSite
from tests.declarations.making import office, officer, published, submitted
from tests.journeys.walking import code_in, log_in, mail_to, text_of

LANGUAGES = ["en", "fr", "it"]


def with_code(page: Page, mailbox: Callable[[], list[EmailMessage]], run_worker: Callable[[], None]) -> None:
    """Types in the code that was mailed to the office."""
    run_worker()
    page.fill("input[name=code]", code_in(mail_to(mailbox, "office@town.example")))
    page.click("main form button")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_office_follows_completes_and_withdraws_from_its_receipt(
    language: str,
    new_person: Callable[..., Page],
    demo_site: DemoSite,
    mailbox: Callable[[], list[EmailMessage]],
    run_worker: Callable[[], None],
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    declaration = published(title="A declaration to follow", is_demonstration=True)
    old = actions.verify(signature=submitted(office(declaration)), by=officer())
    Invitation.objects.filter(pk=old.invitation_id).update(language=language)
    phone = new_person(viewport={"width": 390, "height": 844})
    receipt = f"/sign/receipt/{old.receipt_code}/"
    run_worker()  # what was queued so far

    # The record is mended: a new one begins with the old answers and files.
    phone.goto(receipt)
    expect(phone.locator("html")).to_have_attribute("lang", language)
    assert_accessible(phone)
    phone.click("main a[href$='/complete']")
    assert_accessible(phone)
    phone.click("main form button")
    assert_accessible(phone)
    with_code(phone, mailbox, run_worker)
    phone.wait_for_url("**/record**")
    expect(phone.locator("input[name=signer_name]")).to_have_value("Robin Example")
    assert_accessible(phone)
    phone.fill("input[name=signer_office]", "First mayor")
    phone.click("main form button:not([name=send])")
    phone.wait_for_url("**/meaning**")
    phone.check("input[name=informed]")
    phone.click("main form button")
    phone.wait_for_url("**/check**")
    phone.click("main form button")
    phone.wait_for_url("**/sign/receipt/**")
    new = Signature.objects.get(replaces=old)
    assert [new.state, new.signer_office, Mandate.objects.filter(signature=new).count()] == [
        "submitted",
        "First mayor",
        1,
    ]
    actions.verify(signature=new, by=officer())
    run_worker()
    phone.goto(receipt)
    assert_accessible(phone)
    old.refresh_from_db()
    assert old.state == Signature.State.SUPERSEDED

    # The office withdraws: a code, a reason, a check.
    receipt = f"/sign/receipt/{new.receipt_code}/"
    phone.goto(receipt)
    phone.click("main a[href$='/withdraw']")
    assert_accessible(phone)
    phone.click("main form button")
    with_code(phone, mailbox, run_worker)
    phone.fill("textarea[name=reason]", "The council decided otherwise.")
    assert_accessible(phone)
    phone.click("main form button")
    expect(phone.locator(".summary-list")).to_contain_text("The council decided otherwise.")
    assert_accessible(phone)
    phone.click("main form button[name=confirm]")
    expect(phone.locator(".notice-warning")).to_be_visible()
    assert_accessible(phone)
    reader = new_person()
    register = f"/en/declarations/{declaration.slug}/signatories/"
    reader.goto(register)
    expect(reader.get_by_text("First mayor")).not_to_have_count(0)

    # An officer carries it out, and it leaves the register at once.
    desk = new_person()
    withdrawal = Withdrawal.objects.get()
    log_in(desk, demo_site, "officer", to=f"/admin/declarations/withdrawal/{withdrawal.pk}/carry-out/")
    desk.fill("textarea[name=words]", "As you wished.")
    desk.click("#content form button[type=submit], main form button[type=submit]")
    expect(desk.locator("body")).to_contain_text("The signature is withdrawn.")
    reader.goto(f"{register}?fresh=1")
    expect(reader.get_by_text("First mayor")).to_have_count(0)
    run_worker()
    assert "As you wished." in text_of(mail_to(mailbox, "office@town.example"))
    phone.goto(receipt)
    assert_accessible(phone)
