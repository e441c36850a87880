"""The whole way of a signature: from an officer's sheet to the public register, and out of it again."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from declarations.models import Declaration, Invitation, Signature, Withdrawal
from tests import factories
from tests.conftest import DemoSite
from tests.journeys.conftest import WCAG_22_AA
from tests.journeys.registers import register_of
from tests.journeys.walking import code_in, link_in, log_in, mail_to, signed_page, text_of

TOWN = "Esempio sul Po"
MAYOR = "Ada Esempio"
MAILBOX = "segreteria@esempio.example"
OFFICES = [
    # Organisation, own name, country, kind, mailbox, language: one that the site knows, two that are new.
    (TOWN, None, "Italy", None, MAILBOX, "Italiano"),
    ("Paraugpils", "Paraugpils", "Latvia", "city", "dome@paraugpils.example", "Latviešu"),
    ("Villa Ejemplo", None, "ES", None, "alcaldia@ejemplo.example", "es"),
]
PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "it-IT", "has_touch": True}
SEND = "main form button:not([name])"


@dataclass(frozen=True)
class Desk:
    """What every part of the way needs: the site, the mails, the worker, and the eye that looks at pages."""

    site: DemoSite
    mailbox: Callable[[], list[EmailMessage]]
    run_worker: Callable[[], None]
    axe: Callable[[Page], None]
    folder: Path

    def look_at(self, page: Page) -> None:
        """It is accessible as it stands, and nobody has to scroll sideways."""
        self.axe(page)
        size = page.viewport_size
        assert size is not None
        assert page.locator("html").evaluate("html => html.scrollWidth") <= size["width"], page.url

    def look_at_ours(self, page: Page) -> None:
        """Of a page of the admin: what is ours, without the theme's frame about it."""
        found = Axe().run(page, context=".tt", options={"runOnly": {"type": "tag", "values": WCAG_22_AA}})
        assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"

    def mail(self) -> EmailMessage:
        self.run_worker()
        return mail_to(self.mailbox, MAILBOX)

    def type_code(self, page: Page) -> None:
        self.look_at(page)
        page.fill("input[name=code]", code_in(self.mail()))
        page.click("main form:has(input[name=code]) button:not([name])")


@pytest.fixture
def people(new_person: Callable[..., Page], demo_site: DemoSite) -> Iterator[Callable[..., Page]]:
    """Browsers as `new_person` opens them, none of which may ask another host for anything."""
    home, elsewhere = urlsplit(demo_site.url).netloc, []

    def listen(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.netloc != home:
            elsewhere.append(request.url)

    def new(**options: Any) -> Page:
        page = new_person(**options)
        page.context.on("request", listen)
        return page

    yield new
    assert elsewhere == []


def test_a_signature_from_the_campaign_to_the_register_and_out_of_it_again(
    people: Callable[..., Page],
    demo_site: DemoSite,
    mailbox: Callable[[], list[EmailMessage]],
    run_worker: Callable[[], None],
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    run_worker()  # what the demonstration itself queued
    desk = Desk(demo_site, mailbox, run_worker, assert_accessible, tmp_path)
    declaration = Declaration.objects.get(slug="demonstration")
    factories.organisation(
        slug="esempio-sul-po", name=TOWN, country="IT", latitude=45.05, longitude=9.7, is_demonstration=True
    )
    before = Signature.objects.public().filter(signatory__declaration=declaration).count()

    officer = people(viewport={"width": 1280, "height": 900})
    log_in(officer, demo_site, "officer", to=f"/admin/declarations/declaration/{declaration.pk}/campaign/")
    invites_by_a_sheet(desk, officer, declaration)

    phone = people(**PHONE)
    receipt = records_subject_to_ratification(desk, phone)
    first = Signature.objects.get(signer_name=MAYOR)
    reader = people(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    assert register_of(reader, declaration)[TOWN] == (MAYOR, "recorded_by_the_office")

    # Whoever invited may not decide on it; the second officer does, without a mouse.
    officer.goto(review_of(declaration, first))
    expect(officer.locator("details[data-key=v]")).to_have_count(0)
    second = people(viewport={"width": 1280, "height": 900})
    log_in(
        second, demo_site, "second_officer", to=f"/admin/declarations/declaration/{declaration.pk}/review/"
    )
    verifies_by_keyboard(desk, second, first)
    listed = register_of(reader, declaration)
    assert (listed[TOWN], len(listed)) == ((MAYOR, "evidence_checked"), before + 1)
    desk.look_at(reader)
    reader.locator("main table").get_by_role("link", name=TOWN).click()
    expect(reader.get_by_role("heading", level=1)).to_have_text(TOWN)
    expect(reader.locator("main")).to_contain_text("Subject to ratification by this body until")
    expect(reader.locator("main")).to_contain_text("Consiglio comunale")
    desk.look_at(reader)

    # The council has ratified since, and another telephone has to show anew that it reads the mailbox. The new
    # record takes the place of the old one once it is verified.
    phone = people(**PHONE)
    records_the_ratification(desk, phone, receipt)
    new = Signature.objects.get(replaces=first)
    first.refresh_from_db()
    assert (first.state, new.state) == ("verified", "submitted")
    second.goto(review_of(declaration, new))
    verifies_by_keyboard(desk, second, new)
    first.refresh_from_db()
    assert first.state == "superseded"
    assert len(register_of(reader, declaration)) == before + 1
    record = f"/en/declarations/{declaration.slug}/signatories/esempio-sul-po/"
    reader.goto(record)
    expect(reader.locator("main")).to_contain_text("By a decision of its council: Consiglio comunale")

    # It takes its signature back: the office with a code, an officer with a note.
    receipt = link_in(desk.mail(), "/sign/receipt/")
    assert new.receipt_code in receipt
    withdraws(desk, phone, receipt)
    assert TOWN in register_of(reader, declaration)
    withdrawal = Withdrawal.objects.get(signature=new)
    second.goto(f"/admin/declarations/withdrawal/{withdrawal.pk}/carry-out/")
    second.fill("textarea[name=words]", "Come desiderate.")
    second.click("#content form button[type=submit], main form button[type=submit]")
    second.wait_for_url(f"**/withdrawal/{withdrawal.pk}/change/")
    listed = register_of(reader, declaration)
    assert (TOWN in listed, len(listed)) == (False, before)
    answer = reader.goto(record)
    assert answer is not None
    assert answer.status == 410
    expect(reader.locator("main")).not_to_contain_text(MAYOR)
    desk.look_at(reader)
    assert "Come desiderate." in text_of(desk.mail())
    phone.goto(receipt)
    expect(phone.locator("main a[href$='/withdraw']")).to_have_count(0)
    desk.look_at(phone)


def invites_by_a_sheet(desk: Desk, page: Page, declaration: Declaration) -> None:
    """From the sheet to fill in to three mails, each in the language of its office."""
    desk.look_at_ours(page)
    page.click("a[href$='/campaign/sheet/']")
    desk.look_at_ours(page)
    with page.expect_download() as download:
        page.click("a[href$='/sheet/template/']")
    sheet = desk.folder / "offices.xlsx"
    download.value.save_as(sheet)
    book = openpyxl.load_workbook(sheet)
    for office in OFFICES:
        book.worksheets[0].append(office)
    # A slip in one row: the page says in which, and would leave it out.
    book.worksheets[0]["E3"] = "dome at paraugpils"
    book.save(sheet)
    page.set_input_files("input[name=sheet]", sheet)
    page.click("main form button")
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("tbody tr", has_text="Paraugpils").locator("li").first).to_contain_text("mailbox")
    desk.look_at_ours(page)
    assert not Invitation.objects.filter(mailbox__email__in=[office[4] for office in OFFICES]).exists()
    book.worksheets[0]["E3"] = OFFICES[1][4]
    book.save(sheet)
    page.click("main p a[href$='/campaign/sheet/']")
    page.set_input_files("input[name=sheet]", sheet)
    page.click("main form button")
    page.click("main form:has(input[name=key]) button")
    page.wait_for_url("**/campaign/round/**")
    desk.look_at_ours(page)
    desk.run_worker()
    # The page finds out by itself that the worker is done.
    expect(page.locator("[data-round][data-goes-on]")).to_have_count(0)
    expect(page.locator("main details li")).to_have_text([office[0] for office in OFFICES])
    desk.look_at_ours(page)
    languages = Invitation.objects.filter(mailbox__email__in=[office[4] for office in OFFICES])
    assert dict(languages.values_list("mailbox__email", "language")) == {
        MAILBOX: "it",
        "dome@paraugpils.example": "lv",
        "alcaldia@ejemplo.example": "es",
    }
    for office in OFFICES:
        assert [mail["to"] for mail in desk.mailbox()].count(office[4]) == 1
    written = openpyxl.load_workbook(io.BytesIO(page.request.get(f"{page.url}?as=xlsx").body()))
    assert {str(row[0].value) for row in written.worksheets[0].iter_rows(min_row=2)} == {
        office[0] for office in OFFICES
    }


def records_subject_to_ratification(desk: Desk, phone: Page) -> str:
    """From the mail's link to the receipt's address, as the mail about it has it."""
    invitation = desk.mail()
    assert "Gentili" in text_of(invitation)
    link = link_in(invitation, "/sign/")
    phone.goto(link)
    expect(phone.locator("html")).to_have_attribute("lang", "it")
    desk.look_at(phone)
    phone.click("main form button")
    phone.wait_for_url("**/code**")
    desk.type_code(phone)
    phone.wait_for_url("**/record**")
    desk.look_at(phone)
    today = timezone.localdate()
    phone.fill("input[name=signer_name]", MAYOR)
    phone.fill("input[name=signer_office]", "Sindaca")
    phone.fill("input[name=signed_on]", today.isoformat())
    phone.check("input[name=basis][value=ratification]")
    phone.set_input_files("input[name=signed_page]", signed_page(desk.folder))
    phone.click(SEND)
    # By whom and until when was forgotten; the file that came is kept.
    expect(phone.locator(".error-summary a")).to_have_count(2)
    expect(phone.locator("main form")).to_contain_text("signed page.jpg")
    desk.look_at(phone)
    phone.fill("input[name=body]", "Consiglio comunale")
    phone.fill("input[name=ratify_until]", today.replace(year=today.year + 1, day=1).isoformat())
    submits(desk, phone, "Consiglio comunale")
    expect(phone.locator(".confirmation")).to_be_visible()
    receipt = link_in(desk.mail(), "/sign/receipt/")
    assert receipt.split("?")[0] == phone.url.split("?")[0]
    return receipt


def submits(desk: Desk, phone: Page, body: str) -> None:
    """From the record that is filled in to the receipt."""
    phone.click(SEND)
    phone.wait_for_url("**/meaning**")
    desk.look_at(phone)
    phone.check("input[name=informed]")
    phone.click(SEND)
    phone.wait_for_url("**/check**")
    expect(phone.locator(".summary-list")).to_contain_text(body)
    desk.look_at(phone)
    phone.click(SEND)
    phone.wait_for_url("**/sign/receipt/**")
    expect(phone.locator("html")).to_have_attribute("lang", "it")
    expect(phone.locator(".summary-list").first).to_contain_text(body)
    desk.look_at(phone)


def review_of(declaration: Declaration, signature: Signature) -> str:
    return f"/admin/declarations/declaration/{declaration.pk}/review/?signature={signature.pk}"


def verifies_by_keyboard(desk: Desk, page: Page, signature: Signature) -> None:
    """Goes to it, opens the decision and takes it, with keys alone; the key that opens decides nothing."""
    shown = page.locator(f".ar-decisions input[name=signature][value='{signature.pk}']")
    for _other in range(20):
        if shown.count():
            break
        with page.expect_navigation():
            page.keyboard.press("j")
    expect(page.locator(".ar")).to_contain_text(MAYOR)
    desk.look_at_ours(page)
    page.keyboard.press("v")
    expect(page.locator("details[data-key=v] button")).to_be_focused()
    signature.refresh_from_db()
    assert signature.state == Signature.State.SUBMITTED
    with page.expect_navigation():
        page.keyboard.press("Enter")
    signature.refresh_from_db()
    assert signature.state == Signature.State.VERIFIED


def records_the_ratification(desk: Desk, phone: Page, receipt: str) -> None:
    """From the mail that it is verified: the new record begins with the old answers and file."""
    assert link_in(desk.mail(), "/sign/receipt/").split("?")[0] == receipt.split("?")[0]
    phone.goto(receipt)
    desk.look_at(phone)
    phone.click("main a[href*='/complete']")
    desk.look_at(phone)
    phone.click(SEND)
    desk.type_code(phone)
    phone.wait_for_url("**/record**")
    expect(phone.locator("input[name=signer_name]")).to_have_value(MAYOR)
    expect(phone.locator("input[name=body]")).to_have_value("Consiglio comunale")
    desk.look_at(phone)
    phone.check("input[name=basis][value=council]")
    phone.fill("input[name=decided_on]", timezone.localdate().isoformat())
    phone.fill("input[name=reference]", "n. 12")
    decision = signed_page(desk.folder).rename(desk.folder / "decision.jpg")
    phone.set_input_files("input[name=decision]", decision)
    submits(desk, phone, "Consiglio comunale")
    expect(phone.locator(".summary-list").first).to_contain_text("n. 12")


def withdraws(desk: Desk, phone: Page, receipt: str) -> None:
    """A code to the mailbox, a reason, a check; the mail about it follows."""
    phone.goto(receipt)
    phone.click("main a.button[href*='/withdraw']")
    desk.look_at(phone)
    phone.click("main form button[name=send]")
    desk.type_code(phone)
    phone.fill("textarea[name=reason]", "Il consiglio ha deciso altrimenti.")
    desk.look_at(phone)
    phone.click(SEND)
    expect(phone.locator(".summary-list")).to_contain_text("Il consiglio ha deciso altrimenti.")
    desk.look_at(phone)
    phone.click("main form button[name=confirm]")
    expect(phone.locator(".notice-warning")).to_be_visible()
    desk.look_at(phone)
    assert "Il consiglio ha deciso altrimenti." in text_of(desk.mail())
