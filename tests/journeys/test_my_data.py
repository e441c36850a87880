"""A participant looks what is kept of them, takes it away, and takes back what they agreed to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from registration.models import Consent
from tests.conftest import DemoSite
from tests.journeys.walking import LANGUAGES, log_in


@pytest.mark.parametrize("language", LANGUAGES)
def test_someone_takes_their_data_and_takes_back_what_they_agreed_to(
    language: str,
    new_person: Callable[..., Page],
    demo_site: DemoSite,
    tmp_path: Path,
    assert_accessible: Callable[[Page], None],
) -> None:
    scheme = "dark" if language == "fr" else "light"
    page = new_person(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    log_in(page, demo_site, "participant", language, to=f"/{language}/my/")

    # From any page of one's own, the page that says what is kept.
    page.click("nav.sub-nav a[href$='/my/data/']")
    page.wait_for_url(f"**/{language}/my/data/")
    expect(page.locator("main table tbody tr")).to_have_count(11)
    assert_accessible(page)

    with page.expect_download() as download:
        page.click("main form[action$='/my/data/take/'] button")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        data = json.loads(archive.read("data.json"))
        assert {"data.json", "data.schema.json", "README.txt"} <= set(archive.namelist())
    email = demo_site.accounts["participant"]["email"]
    own = [row for row in data["registrations"] if row["is_own"]]
    assert (data["language"], data["account"]["email"], [row["email"] for row in own]) == (
        language,
        email,
        [email],
    )
    assert {answer["question"] for answer in own[0]["told"]["answers"]} >= {"diet"}

    # What was agreed to, and taking part of it back.
    page.locator("main a[href*='/consents/']").first.click()
    page.wait_for_url("**/consents/")
    assert_accessible(page)
    page.click("main button[value=photos]")
    expect(page.locator("main button[value=photos]")).to_have_count(0)
    assert_accessible(page)
    assert list(
        Consent.objects.filter(registration=own[0]["number"], withdrawn_at__isnull=False).values_list(
            "text__purpose", flat=True
        )
    ) == ["photos"]

    # And agreeing again, by the box below.
    page.locator("input[name^=agree_]").first.check()
    page.click("main button[value=agree]")
    expect(page.locator("main button[value=photos]")).to_have_count(1)
