from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from efus_conference.models import Edition
from registration.models import CheckIn, Registration
from tests.conftest import DemoSite
from tests.journeys.walking import LANGUAGES, log_in

SHOWN_CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_someone_who_was_there_gets_a_certificate_and_somebody_else_checks_it(
    language: str,
    new_person: Callable[..., Page],
    demo_site: DemoSite,
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    was_there = Registration.objects.get(email=demo_site.accounts["participant"]["email"])
    edition = was_there.edition
    today = timezone.now().astimezone(edition.zone).date()
    Edition.objects.filter(pk=edition.pk).update(starts_on=today, ends_on=today + timedelta(days=1))
    participant = new_person(viewport={"width": 390, "height": 844})
    log_in(participant, demo_site, "participant", language)

    # Nobody checked them in yet: a kind sentence, and nothing to ask for.
    participant.goto(f"/{language}/my/registrations/{was_there.pk}/")
    participant.click("main a[href$='/certificate/']")
    expect(participant.locator("main .notice-warning")).to_be_visible()
    expect(participant.locator("main form")).to_have_count(0)
    assert_accessible(participant)

    CheckIn.objects.create(
        edition=edition,
        place=was_there.place,
        registration=was_there,
        day=today,
        how="scan",
        at=timezone.now(),
    )
    participant.reload()
    expect(participant.locator("main")).to_contain_text(was_there.name)
    assert_accessible(participant)
    first = download(participant, tmp_path / "first.pdf")
    participant.reload()
    expect(participant.locator("main a[href$='.pdf']")).to_have_count(1)
    assert_accessible(participant)

    # Whoever gets it types the code from the paper, with small letters.
    officer = new_person(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    officer.goto(f"/check/?lang={language}")
    assert_accessible(officer)
    officer.fill("input[name=code]", "banana")
    officer.click("form:has(input[name=code]) button")
    expect(officer.locator(".error-summary")).to_be_visible()
    expect(officer.locator("input[name=code]")).to_have_value("banana")
    assert_accessible(officer)
    officer.fill("input[name=code]", code_on(first).lower())
    officer.click("form:has(input[name=code]) button")
    officer.wait_for_url(f"**/check/{code_on(first).replace('-', '')}/?lang={language}")
    expect(officer.locator("html")).to_have_attribute("lang", language)
    expect(officer.locator("main > * .notice-success")).to_have_count(1)
    expect(officer.locator("main")).to_contain_text(was_there.name)
    assert_accessible(officer)

    # The file itself: as it was issued, and with a byte added.
    compare(officer, first)
    expect(officer.locator("main .notice-success")).to_have_count(2)
    assert_accessible(officer)
    altered = tmp_path / "altered.pdf"
    altered.write_bytes(first.read_bytes() + b"\n")
    compare(officer, altered)
    expect(officer.locator("main .notice-error")).to_have_count(1)
    assert_accessible(officer)
    assert officer.context.cookies() == []

    # The name is corrected, the certificate made anew: the old one says so to whoever checks it.
    Registration.objects.filter(pk=was_there.pk).update(family_name="Corrected")
    participant.reload()
    expect(participant.locator("main a[href$='.pdf']")).to_have_count(0)
    second = download(participant, tmp_path / "second.pdf")
    officer.goto(f"/check/{code_on(first)}/?lang={language}")
    expect(officer.locator("main .notice-warning")).to_be_visible()
    expect(officer.locator("main")).not_to_contain_text(was_there.name)
    assert_accessible(officer)
    officer.goto(f"/check/{code_on(second)}/?lang={language}")
    expect(officer.locator("main")).to_contain_text("Corrected")


def download(page: Page, path: Path) -> Path:
    with page.expect_download() as started:
        page.click("main form.form button")
    started.value.save_as(path)
    return path


def code_on(file: Path) -> str:
    """As somebody reads it on the page."""
    document = pypdfium2.PdfDocument(file.read_bytes())
    found = SHOWN_CODE.search(document[0].get_textpage().get_text_bounded())
    assert found
    return found[0]


def compare(page: Page, file: Path) -> None:
    page.set_input_files("input[name=file]", file)
    page.click("form:has(input[name=file]) button")
    page.wait_for_load_state()
