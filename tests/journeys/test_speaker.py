from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from programme.models import Appearance, Material, SpeakerLink
from tests.conftest import DemoSite
from tests.journeys.walking import LANGUAGES, log_in, mail_to, text_of


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_speaker_completes_their_part_by_the_link_and_is_gone_when_they_withdraw(
    language: str,
    new_person: Callable[..., Page],
    demo_site: DemoSite,
    mailbox: Callable[[], list[EmailMessage]],
    run_worker: Callable[[], None],
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    run_worker()  # what the demonstration itself queued
    link = demo_site.accounts["speaker"]["link"].rstrip("/")
    speaker = new_person(viewport={"width": 390, "height": 844})
    known = SpeakerLink.objects.usable().get().speaker
    name, slug = known.name, known.slug

    # Reading consumes nothing, however often the link is opened.
    for _visit in range(2):
        speaker.goto(f"{link}/?lang={language}")
    assert_accessible(speaker)
    assert SpeakerLink.objects.usable().get().opened_at is None

    speaker.click("main a[href*='/sessions/']")
    assert_accessible(speaker)
    speaker.locator("main input[value=accepted]").first.check()
    speaker.locator("main textarea").last.fill("A note <without> an answer")
    speaker.click("main form button")
    expect(speaker.locator(".error-summary a")).to_have_count(1)
    expect(speaker.locator("main textarea").last).to_have_value("A note <without> an answer")
    assert_accessible(speaker)
    speaker.locator("main input[value=declined]").last.check()
    speaker.click("main form button")
    expect(speaker.locator(".notice-success")).to_be_visible()
    assert set(Appearance.objects.filter(speaker=known).values_list("answer", flat=True)) == {
        "accepted",
        "declined",
        "asked",
    }

    speaker.click("main nav a[href*='/texts/']")
    speaker.fill("textarea[name=biography_nl]", "Verzonnen.\nVoor deze demonstratie.")
    speaker.fill("input[name=function_en]", "x" * 300)
    speaker.click("main form button")
    expect(speaker.locator(".error-summary")).to_be_visible()
    expect(speaker.locator("textarea[name=biography_nl]")).to_have_value(
        "Verzonnen.\nVoor deze demonstratie."
    )
    assert_accessible(speaker)
    speaker.fill("input[name=function_en]", "Professor of invented studies")
    speaker.click("main form button")
    expect(speaker.locator(".notice-success")).to_be_visible()

    speaker.click("main nav a[href*='/portrait/']")
    heic = tmp_path / "me.jpg"
    heic.write_bytes(b"\0\0\0\x18ftypheic" + b"\0" * 100)
    speaker.set_input_files("input[name=portrait]", heic)
    speaker.click("form[enctype] button")
    expect(speaker.locator(".field-error")).to_contain_text("HEIC")
    Image.new("RGB", (600, 800), "navy").save(tmp_path / "upright.png")
    speaker.set_input_files("input[name=portrait]", tmp_path / "upright.png")
    speaker.click("form[enctype] button")
    expect(speaker.locator("main img.portrait")).to_be_visible()
    assert_accessible(speaker)

    speaker.click("main nav a[href*='/slides/']")
    Image.new("RGB", (600, 400), "white").save(tmp_path / "slides.pdf")
    speaker.locator("main input[name=session]").first.check()
    speaker.fill("input[name=title]", "Invented slides")
    speaker.set_input_files("input[name=file]", tmp_path / "slides.pdf")
    speaker.click("form[enctype] button")
    expect(speaker.get_by_text("Invented slides").first).to_be_visible()
    assert_accessible(speaker)
    assert Material.objects.filter(handed_in_by=known, is_published=False).count() == 1

    # The overview is the receipt, and a mail says the same in the language of the page.
    speaker.click("main nav a >> nth=0")
    speaker.click("main form button")
    expect(speaker.locator(".confirmation")).to_be_visible()
    assert_accessible(speaker)
    run_worker()
    assert name in text_of(mail_to(mailbox, demo_site.accounts["speaker"]["email"]))
    assert SpeakerLink.objects.usable().get().language == language

    reader = new_person()
    page = f"/{language}/editions/{known.links.get().edition.slug}/speakers/{slug}/"
    reader.goto(page)
    expect(reader.locator("main h1")).to_have_text(name)
    expect(reader.locator("main picture img")).to_be_visible()
    assert_accessible(reader)

    speaker.click("main a[href*='/consent/']")
    assert_accessible(speaker)
    speaker.click("button[value=withdraw]")
    expect(speaker.locator(".notice-warning")).to_be_visible()
    assert_accessible(speaker)
    assert reader.goto(page).status == 404  # type: ignore[union-attr]
    expect(reader.get_by_text(name)).to_have_count(0)

    # An organiser sees what was declined, and what was handed in.
    organiser = new_person()
    log_in(organiser, demo_site, "organiser", to="/admin/programme/speaker/?answer=declined")
    expect(organiser.locator("#result_list")).to_contain_text(name)
    organiser.goto("/admin/programme/material/?state=waiting")
    expect(organiser.locator("#result_list")).to_contain_text("Invented slides")

    # A link that does not work says no more than an invented one.
    speaker.goto(f"/speak/{'x' * 43}/?lang={language}")
    assert_accessible(speaker)
