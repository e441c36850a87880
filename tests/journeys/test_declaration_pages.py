"""Every page of a declaration is accessible and fits a small screen: of readers, of offices, of officers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from declarations import actions
from declarations.languages import OFFICE_LANGUAGES
from declarations.log import keeper
from declarations.models import Declaration, Signature
from tests.conftest import DemoSite
from tests.declarations.making import code_for, invited, office, officer, published, submitted, withdrawn
from tests.journeys.conftest import WCAG_22_AA
from tests.journeys.walking import LANGUAGES, log_in, signed_page

SMALL = {"width": 320, "height": 640}
OF_READERS = [
    "declarations/",
    "declarations/brussels-declaration-2022/",
    "declarations/brussels-declaration-2022/signatories/",
    "declarations/brussels-declaration-2022/signatories/riga/",
    "declarations/brussels-declaration-2022/embed/",
    "declarations/brussels-declaration-2022/verify/",
    "declarations/manifesto-2017/verify/",  # nothing to check
    "declarations/demonstration/",
    "declarations/demonstration/?text=all",
    "declarations/demonstration/signatories/",
    "declarations/demonstration/signatories/exempelkoping/",
    "declarations/demonstration/embed/",
    "declarations/demonstration/verify/",
]

Check = Callable[[Page], None]


@pytest.fixture
def assert_good(assert_accessible: Check) -> Check:
    """Axe finds nothing, in the light and in the dark, and nothing scrolls sideways.

    Colours are the same in every language: the dark is looked at in those of the site.
    """

    def check(page: Page) -> None:
        width = page.locator("html").evaluate("html => html.scrollWidth")
        assert width == page.locator("html").evaluate("html => html.clientWidth"), page.url
        schemes = ["light", "dark"] if page.locator("html").get_attribute("lang") in LANGUAGES else ["light"]
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            assert_accessible(page)

    return check


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_everybody_reads_of_a_declaration(
    language: str, new_person: Callable[..., Page], assert_good: Check, tmp_path: Path
) -> None:
    keeper.keep(tmp_path)
    page = new_person(viewport=SMALL)
    recorded = Signature.objects.public().get(state=Signature.State.SUBMITTED).signatory
    unchecked = f"declarations/demonstration/signatories/{recorded.organisation.slug}/"
    for address in [*OF_READERS, unchecked]:
        page.goto(f"/{language}/{address}")
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert_good(page)


def test_a_signatory_that_left_the_register(new_person: Callable[..., Page], assert_good: Check) -> None:
    declaration = published(is_demonstration=True)
    left = withdrawn(actions.verify(signature=submitted(office(declaration)), by=officer()))
    page = new_person(viewport=SMALL)
    for language in LANGUAGES:
        answer = page.goto(
            f"/{language}/declarations/{declaration.slug}/signatories/{left.signatory.organisation.slug}/"
        )
        assert answer is not None
        assert answer.status == 410
        assert_good(page)


@pytest.mark.parametrize("language", dict(OFFICE_LANGUAGES))
def test_what_an_office_sees_on_its_way(
    language: str, new_person: Callable[..., Page], assert_good: Check, tmp_path: Path
) -> None:
    declaration = published(is_demonstration=True)
    invitation, token = invited(office(declaration), language=language)
    page = new_person(viewport=SMALL)
    for address in (f"/sign/{'x' * 43}?lang={language}", f"/sign/{token}", f"/sign/{token}/code"):
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert_good(page)
    page.click("button[name=send]")
    page.fill("input[name=code]", "banana")
    page.click("main form button:not([name=send])")
    expect(page.locator(".error-summary")).to_be_visible()
    assert_good(page)
    page.fill("input[name=code]", code_for(invitation))
    page.click("main form button:not([name=send])")
    page.goto(f"/sign/{token}/decline")
    page.click("button[name=decline]")
    expect(page.locator(".error-summary")).to_be_visible()
    assert_good(page)

    page.goto(f"/sign/{token}")
    page.click("main form button")
    page.wait_for_url("**/record**")
    assert_good(page)
    page.click("main form button")
    expect(page.locator(".error-summary")).to_be_visible()
    assert_good(page)
    page.fill("input[name=signer_name]", "Robin Example")
    page.fill("input[name=signer_office]", "Mayor")
    page.fill("input[name=signed_on]", timezone.localdate().isoformat())
    page.check("input[name=basis][value=ratification]")
    page.fill("input[name=body]", "Council of a town with quite a long name")
    page.fill("input[name=ratify_until]", "2099-01-31")
    page.set_input_files("input[name=signed_page]", signed_page(tmp_path))
    page.click("main form button")
    page.wait_for_url("**/meaning**")
    assert_good(page)
    page.click("main form button")
    expect(page.locator(".error-summary")).to_be_visible()
    assert_good(page)
    page.check("input[name=informed]")
    page.click("main form button")
    page.wait_for_url("**/check**")
    assert_good(page)
    page.click("main form button")
    page.wait_for_url("**/sign/receipt/**")
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert_good(page)


@pytest.mark.parametrize("language", dict(OFFICE_LANGUAGES))
def test_what_an_office_sees_after_its_receipt(
    language: str, new_person: Callable[..., Page], assert_good: Check
) -> None:
    page = new_person(viewport=SMALL)
    for signature in in_each_state(published(is_demonstration=True)):
        receipt = f"/sign/receipt/{signature.receipt_code}/"
        page.goto(f"{receipt}?lang={language}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert_good(page)
        if signature.state == Signature.State.VERIFIED:
            page.goto(f"{receipt}complete?lang={language}")
            assert_good(page)
            page.click("main form button")
            assert_good(page)
            page.goto(f"{receipt}withdraw?lang={language}")
            assert_good(page)
            page.click("main form button")
            page.fill("input[name=code]", code_for(signature.invitation, "withdraw"))
            page.click("main form button:not([name=send])")
            expect(page.locator("textarea[name=reason]")).to_be_visible()
            assert_good(page)
            page.fill("textarea[name=reason]", "The council decided otherwise.")
            page.click("main form button")
            expect(page.locator("button[name=confirm]")).to_be_visible()
            assert_good(page)
            page.click("button[name=confirm]")
            expect(page.locator(".notice-warning")).to_be_visible()
            assert_good(page)
            page.goto(f"{receipt}withdraw?lang={language}")
            assert_good(page)


def in_each_state(declaration: Declaration) -> Iterator[Signature]:
    yield submitted(office(declaration))
    yield actions.take_under_review(signature=submitted(office(declaration)), by=officer())
    asked = submitted(office(declaration))
    yield actions.ask_for_information(signature=asked, by=officer(), note="When was it signed?")
    refused = submitted(office(declaration))
    yield actions.refuse(signature=refused, by=officer(), note="The page is not signed.")
    yield actions.verify(signature=submitted(office(declaration)), by=officer())
    yield withdrawn(actions.verify(signature=submitted(office(declaration)), by=officer()))


def assert_good_for_an_officer(page: Page) -> None:
    """The rules of WCAG alone: the landmarks around a page of the admin are its theme's."""
    width = page.locator("html").evaluate("html => html.scrollWidth")
    assert width == page.locator("html").evaluate("html => html.clientWidth"), page.url
    rules = [rule for rule in WCAG_22_AA if rule != "best-practice"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": rules}})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_an_officer_works_with(
    scheme: str, new_person: Callable[..., Page], demo_site: DemoSite
) -> None:
    declaration = Declaration.objects.get(slug="demonstration")
    asked = next(each for each in list(in_each_state(declaration)) if each.state == "needs_information")
    page = new_person(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    of_declaration = f"/admin/declarations/declaration/{declaration.pk}"
    log_in(page, demo_site, "second_officer", to=f"{of_declaration}/campaign/")
    # The theme chooses when a page opens.
    expect(page.locator("html")).to_have_class("dark" if scheme == "dark" else "")
    assert_good_for_an_officer(page)
    for state in ("waiting", "asked", "decided"):
        page.goto(f"{of_declaration}/review/?state={state}")
        expect(page.locator(".ar h2").first).to_be_visible()
        assert_good_for_an_officer(page)
    page.goto(f"{of_declaration}/review/")
    page.keyboard.press("i")
    page.locator("form:has(input[value=ask]) button").click()
    assert_good_for_an_officer(page)
    page.keyboard.press("Escape")
    page.locator("body").press("?")
    assert_good_for_an_officer(page)
    for address in ("signature/add/", f"signature/{asked.pk}/verify"):
        page.goto(f"/admin/declarations/{address}")
        assert_good_for_an_officer(page)
    # On a telephone too: an officer looks at what came while away from the desk.
    page.set_viewport_size({"width": 320, "height": 640})
    for address in ("campaign/", "review/"):
        page.goto(f"{of_declaration}/{address}")
        assert_good_for_an_officer(page)
