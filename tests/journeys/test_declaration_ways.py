"""The other ways a declaration goes: declined, on paper, with a question, and how its text is frozen."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from declarations.models import Invitation, Signature
from tests import factories
from tests.conftest import DemoSite
from tests.declarations.making import invited, office, published, submitted
from tests.journeys.walking import code_in, link_in, log_in, mail_to, signed_page, text_of

MAILBOX = "office@town.example"
PHONE = {"width": 390, "height": 844}
REASON = "Our council votes on such texts in spring only."
QUESTION = "The date on the signed page cannot be read. When was it signed?"


@pytest.fixture
def with_code(
    demo_site: DemoSite, mailbox: Callable[[], list[EmailMessage]], run_worker: Callable[[], None]
) -> Callable[[Page], None]:
    """Types in the code that was mailed to the office."""
    run_worker()  # what the demonstration itself queued

    def type_in(page: Page) -> None:
        run_worker()
        page.fill("input[name=code]", code_in(mail_to(mailbox, MAILBOX)))
        page.click("main form button")

    return type_in


def open_declaration(**fields: Any) -> Any:
    return published(is_demonstration=True, **fields)


def press(page: Page) -> None:
    """The button of a step in the admin."""
    page.click("#content form button[type=submit]:visible, main form button[type=submit]:visible")


@pytest.mark.parametrize("language", ["en", "de"])
def test_an_office_declines_with_a_reason_and_an_officer_reads_it(
    language: str,
    new_person: Callable[..., Page],
    demo_site: DemoSite,
    mailbox: Callable[[], list[EmailMessage]],
    run_worker: Callable[[], None],
    with_code: Callable[[Page], None],
    assert_accessible: Callable[[Page], None],
) -> None:
    signatory = office(open_declaration())
    declaration = signatory.declaration
    invitation, token = invited(signatory, language=language)
    clerk = new_person(viewport=PHONE)
    clerk.goto(f"/sign/{token}")
    clerk.click("main a[href*='/decline']")
    # To whom the link was only forwarded cannot decline for the office.
    if clerk.locator("button[name=send]").count():
        clerk.click("button[name=send]")
    with_code(clerk)
    expect(clerk.locator("textarea[name=reason]")).to_be_visible()
    clerk.click("button[name=decline]")
    expect(clerk.locator(".error-summary")).to_be_visible()
    assert_accessible(clerk)
    clerk.fill("textarea[name=reason]", REASON)
    clerk.click("button[name=decline]")
    expect(clerk.locator(".confirmation")).to_be_visible()
    expect(clerk.locator("html")).to_have_attribute("lang", language)
    assert_accessible(clerk)
    run_worker()
    assert REASON in text_of(mail_to(mailbox, MAILBOX))

    # The link is over and says no more than an invented one.
    clerk.goto(f"/sign/{token}?lang={language}")
    over = clerk.locator("main").inner_text()
    clerk.goto(f"/sign/{'x' * 43}?lang={language}")
    assert clerk.locator("main").inner_text() == over

    # The officer reads why; nothing of it is public.
    desk = new_person()
    log_in(desk, demo_site, "officer", to=f"/admin/declarations/declaration/{declaration.pk}/campaign/")
    expect(desk.locator("section[aria-labelledby=declined]")).to_contain_text(REASON)
    reader = new_person()
    reader.goto(f"/en/declarations/{declaration.slug}/signatories/")
    expect(reader.locator("main")).not_to_contain_text(str(signatory.organisation))
    expect(reader.locator("main")).not_to_contain_text(REASON)

    # It decides otherwise: the old link leads to a new one, in its mailbox alone.
    clerk.goto(f"/sign/{token}?lang={language}")
    clerk.click("main form button")
    run_worker()
    again = link_in(mail_to(mailbox, MAILBOX), "/sign/")
    assert token not in again
    clerk.goto(again)
    expect(clerk.locator("article.document")).to_be_visible()
    invitation.refresh_from_db()
    assert invitation.decline_reason == REASON


def test_what_came_on_paper_is_recorded_by_one_officer_and_verified_by_another(
    new_person: Callable[..., Page],
    demo_site: DemoSite,
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    signatory = factories.signatory(open_declaration())
    first = new_person()
    log_in(first, demo_site, "officer", to="/admin/declarations/signature/add/")
    first.select_option("select[name=signatory]", str(signatory.pk))
    first.fill("input[name=signer_name]", "Ελένη Παράδειγμα")
    press(first)
    # What is missing is said beside its field, and what was typed stays.
    expect(first.locator("body")).to_contain_text("Write how and when it arrived.")
    expect(first.locator("body")).to_contain_text("Add the signed page.")
    expect(first.locator("input[name=signer_name]")).to_have_value("Ελένη Παράδειγμα")
    expect(first.locator("select[name=signatory]")).to_have_value(str(signatory.pk))
    first.select_option("select[name=language]", "fr")
    first.fill("input[name=arrived]", "By post, this morning.")
    first.fill("input[name=signer_office]", "Mayor")
    first.fill("input[name=signed_on]", timezone.localdate().isoformat())
    first.check("input[name=basis][value=own_competence]")
    first.set_input_files("input[name=signed_page]", signed_page(tmp_path))
    press(first)
    expect(first.locator("body")).to_contain_text("waits for verification by someone else")
    signature = Signature.objects.get(signer_name="Ελένη Παράδειγμα")

    # Who recorded it may not verify it, and reads so before the click.
    verify = f"/admin/declarations/signature/{signature.pk}/verify"
    first.goto(verify)
    expect(first.locator("body")).to_contain_text("You cannot decide on this one.")
    press(first)
    signature.refresh_from_db()
    assert [signature.state, signature.language] == ["submitted", "fr"]

    second = new_person()
    log_in(second, demo_site, "second_officer", to=verify)
    expect(second.locator("body")).not_to_contain_text("You cannot decide on this one.")
    press(second)
    expect(second.locator("body")).to_contain_text("The signature is verified and public.")
    signature.refresh_from_db()
    assert signature.state == Signature.State.VERIFIED

    reader = new_person(java_script_enabled=False)
    reader.goto(f"/en/declarations/{signatory.declaration.slug}/signatories/")
    entry = reader.locator("tr", has_text="Ελένη Παράδειγμα")
    expect(entry.locator(".tag-success")).to_have_count(1)
    entry.locator("th a").click()
    expect(reader.locator("main h1")).to_have_text(str(signatory.organisation))
    # How it came is for organisers alone.
    expect(reader.locator("main")).not_to_contain_text("By post")


@pytest.mark.parametrize("language", ["fr", "pl"])
def test_an_office_answers_what_the_officer_asks(
    language: str,
    new_person: Callable[..., Page],
    demo_site: DemoSite,
    mailbox: Callable[[], list[EmailMessage]],
    run_worker: Callable[[], None],
    with_code: Callable[[Page], None],
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    signature = submitted(office(open_declaration()))
    Invitation.objects.filter(pk=signature.invitation_id).update(language=language)
    review = f"/admin/declarations/declaration/{signature.signatory.declaration_id}/review/"
    desk = new_person()
    log_in(desk, demo_site, "officer", to=review)
    expect(desk.locator("h2", has_text=str(signature.signatory))).to_be_visible()
    # The key opens and decides nothing; without a question nothing is asked.
    desk.keyboard.press("i")
    expect(desk.locator("textarea[name=ask-note]")).to_be_focused()
    desk.locator("form:has(input[value=ask]) button").click()
    expect(desk.locator("textarea[name=ask-note]")).to_be_visible()
    signature.refresh_from_db()
    assert signature.state == Signature.State.SUBMITTED
    desk.fill("textarea[name=ask-note]", QUESTION)
    desk.locator("form:has(input[value=ask]) button").click()
    expect(desk.locator("body")).to_contain_text(f"{signature.signatory.organisation} was asked.")
    run_worker()
    asked = mail_to(mailbox, MAILBOX)
    assert QUESTION in text_of(asked)

    # The question stands on every page until it is answered.
    clerk = new_person(viewport=PHONE)
    clerk.goto(link_in(asked, "/sign/"))
    expect(clerk.locator("html")).to_have_attribute("lang", language)
    expect(clerk.locator("main")).to_contain_text(QUESTION)
    assert_accessible(clerk)
    clerk.click("main article ~ section form button")
    with_code(clerk)
    clerk.wait_for_url("**/record**")
    expect(clerk.locator("main")).to_contain_text(QUESTION)
    expect(clerk.locator("input[name=signer_name]")).to_have_value("Robin Example")
    assert_accessible(clerk)
    clerk.set_input_files("input[name=signed_page]", signed_page(tmp_path))
    clerk.fill("input[name=signer_office]", "First mayor")
    clerk.click("main form button:not([name=send])")
    clerk.wait_for_url("**/meaning**")
    clerk.check("input[name=informed]")
    clerk.click("main form button")
    clerk.wait_for_url("**/check**")
    expect(clerk.locator(".summary-list").first).to_contain_text("First mayor")
    clerk.click("main form button")
    clerk.wait_for_url("**/sign/receipt/**")
    expect(clerk.locator(".confirmation")).to_be_visible()

    # It is the same record, and it is back among those that wait.
    signature.refresh_from_db()
    assert [signature.state, signature.signer_office] == ["submitted", "First mayor"]
    desk.goto(review)
    expect(desk.locator("h2", has_text=str(signature.signatory))).to_be_visible()
    expect(desk.locator(".ar-history")).to_contain_text(QUESTION)
    desk.keyboard.press("v")
    desk.keyboard.press("Enter")
    expect(desk.locator("body")).to_contain_text("is verified and public.")
    run_worker()
    signature.refresh_from_db()
    assert signature.state == Signature.State.VERIFIED
    assert link_in(mail_to(mailbox, MAILBOX), "/sign/receipt/")


def test_two_officers_freeze_a_text_in_two_browsers(
    new_person: Callable[..., Page], demo_site: DemoSite, assert_accessible: Callable[[Page], None]
) -> None:
    draft = factories.declaration(title_en="Of two people", title_fr="De deux personnes")
    text = draft.texts.get(language="en")
    page_of = f"/admin/declarations/declaration/{draft.pk}"
    public = f"/en/declarations/{draft.slug}/"
    first, second, reader = new_person(), new_person(), new_person()
    log_in(first, demo_site, "officer", to=f"{page_of}/preview")
    first.goto(f"{page_of}/publish")
    press(first)
    expect(first.locator("body")).to_contain_text("Nobody has proposed")
    first.goto(f"{page_of}/propose")
    expect(first.locator("main, #content").first).to_contain_text(text.sha256)
    press(first)
    expect(first.locator("body")).to_contain_text("Someone else has to freeze the texts.")
    # Who proposed cannot freeze.
    first.goto(f"{page_of}/publish")
    press(first)
    draft.refresh_from_db()
    assert not draft.is_published

    # The second has the page open while a text is changed: what they read is not what would be frozen.
    log_in(second, demo_site, "second_officer", to=f"{page_of}/publish")
    expect(second.locator("main, #content").first).to_contain_text(text.sha256)
    text.body += "\n\nOne more sentence."
    text.save()
    press(second)
    draft.refresh_from_db()
    assert not draft.is_published
    assert reader.goto(public).status == 404

    # Proposed anew, read anew, and frozen by the second.
    first.goto(f"{page_of}/propose")
    press(first)
    second.goto(f"{page_of}/publish")
    text.refresh_from_db()
    expect(second.locator("main, #content").first).to_contain_text(text.sha256)
    press(second)
    expect(second.locator("body")).to_contain_text("The declaration is published.")
    draft.refresh_from_db()
    assert [draft.is_published, draft.text_hash == draft.proposed_hash] == [True, True]
    assert draft.proposed_by_id != draft.published_by_id
    reader.goto(public)
    expect(reader.locator("main")).to_contain_text("One more sentence.")
    expect(reader.locator("main")).to_contain_text(draft.text_hash[:8])


def test_the_eleven_of_brussels_are_historical_records_and_no_more_is_claimed(
    new_person: Callable[..., Page],
) -> None:
    reader = new_person(java_script_enabled=False)
    register = "/en/declarations/brussels-declaration-2022/signatories/"
    reader.goto(register)
    rows = reader.locator("table.table-places tbody tr")
    expect(rows).to_have_count(11)
    expect(rows.locator(".tag", has_text="historical record")).to_have_count(11)
    expect(reader.locator("table .tag-success")).to_have_count(0)
    # Nine have a place on the map, each drawn as historical; the other two are named below it.
    expect(reader.locator("svg.map .map-dot")).to_have_count(9)
    expect(reader.locator("svg.map .map-dot-historical")).to_have_count(9)
    expect(reader.locator("main")).to_contain_text("2 signatories have no place on the map:")
    for address in [link.get_attribute("href") for link in rows.locator("th a").all()]:
        reader.goto(str(address))
        expect(reader.locator("main .tag")).to_have_text("Historical record")
        expect(reader.locator("main")).to_contain_text("This is a historical record")
