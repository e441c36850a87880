"""An office sends the files it needs; and no office keeps the site busy with more."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from declarations import sent_files
from declarations.admin.paper import PaperForm
from declarations.models import Signature
from tests.declarations.making import begin, form, invited, pdf, record, upload

pytestmark = pytest.mark.django_db
TOO_MANY = ["Too many files were sent within an hour. Send this one again in an hour."]
BUSY = ["Several files are being opened at this moment. Send this one again in a minute."]


def sent(browser: Client, token: str, *names: str) -> dict[str, Any]:
    """What is said about a form with these files, whose name is missing."""
    files = {name: upload(pdf(), "page.pdf") for name in names or ("signed_page",)}
    response = record(browser, token, {**form(), "signer_name": "", **files})
    errors = {name: list(said) for name, said in response.context["form"].errors.items()}
    assert errors.pop("signer_name")
    return errors


def test_an_office_sends_so_many_files_an_hour_and_another_is_not_kept_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sent_files, "FILES_PER_HOUR", 3)
    (first, token), (other, others_token) = invited(), invited()
    assert first.mailbox_id != other.mailbox_id
    browser, others_browser = Client(), Client()
    begin(browser, token)
    begin(others_browser, others_token)
    assert [
        sent(browser, token, "signed_page", "decision"),
        sent(browser, token, "signed_page", "decision"),
        sent(browser, token),
        sent(others_browser, others_token),
    ] == [{}, {"decision": TOO_MANY}, {"signed_page": TOO_MANY}, {}]
    # What was sent before stays, and the answers go on without a further file.
    assert Signature.objects.get(signatory=first.signatory).evidence.filter(kind="signed_page").exists()
    assert record(browser, token, form()).headers["Location"] == f"/sign/{token}/meaning"


def test_an_office_has_one_file_opened_at_a_time() -> None:
    invitation, token = invited()
    browser = Client()
    begin(browser, token)
    with sent_files.one_at_a_time(str(invitation.mailbox_id)):
        assert sent(browser, token) == {"signed_page": BUSY}
    assert sent(browser, token) == {}


def test_a_file_that_is_refused_lets_the_next_one_in() -> None:
    _invitation, token = invited()
    browser = Client()
    begin(browser, token)
    bad = record(browser, token, {**form(), "signed_page": upload(b"none", "page.pdf")})
    assert list(bad.context["form"].errors) == ["signed_page"]
    assert sent(browser, token) == {}


def test_an_officer_who_types_in_what_came_on_paper_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sent_files, "FILES_PER_HOUR", 0)
    cache.clear()
    paper = PaperForm({}, {"signed_page": upload(pdf(), "page.pdf")})
    assert "signed_page" not in paper.errors
