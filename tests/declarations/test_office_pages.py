"""What an office reads on its pages: what to do, what is kept, and its own name."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest
from django.test import Client

from declarations import actions
from declarations.models import Invitation, Signature
from efus_conference import mail
from tests.declarations.making import (
    begin,
    form,
    inform,
    invited,
    office,
    officer,
    png,
    published,
    record,
    submit,
    submitted,
    text_hash,
    upload,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    """As strict as a browser that has no cookie and no token against forged forms."""
    return Client(enforce_csrf_checks=True)


def text_of(response: Any) -> str:
    return " ".join(str(response.content.decode()).split())


def words_of(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        assert len(document) == 1
        return " ".join(document[0].get_textpage().get_text_range().split())


def turin(**fields: Any) -> tuple[Invitation, str]:
    signatory = office(published(**fields))
    signatory.organisation.name = "Turin"
    signatory.organisation.endonym, signatory.organisation.endonym_language = "Torino", "it"
    signatory.organisation.save()
    return invited(signatory, language="it")


def declined(invitation: Invitation) -> Invitation:
    return actions.decline_invitation(invitation=invitation, reason="Another council.", language="it")


def test_a_page_to_print_and_sign_takes_the_link_alone_and_changes_nothing(browser: Client) -> None:
    invitation, token = turin(is_demonstration=True)
    before = Invitation.objects.values().get()
    response = browser.get(f"/sign/{token}/page.pdf")
    assert [response.status_code, response.headers["Content-Type"]] == [200, "application/pdf"]
    page = words_of(response.content)
    declaration = invitation.signatory.declaration
    said = ("Torino", "Firma e, se previsto, timbro", "dimostrazione", declaration.title)
    assert [words in page for words in said] == [True] * 4
    assert declaration.text_hash in page.replace(" ", "")
    assert browser.get(f"/sign/{token}/page.pdf").content == response.content
    assert [Invitation.objects.values().get(), Signature.objects.count()] == [before, 0]
    actions.revoke(invitation=invitation)
    assert browser.get(f"/sign/{token}/page.pdf").status_code == 404


@pytest.mark.parametrize("language", ["", "banana", "sr-Latn"])
def test_the_page_to_sign_is_made_whatever_language_a_name_is_said_to_be_in(
    browser: Client, language: str
) -> None:
    invitation, token = turin()
    invitation.signatory.organisation.endonym_language = language
    invitation.signatory.organisation.save()
    assert browser.get(f"/sign/{token}/page.pdf").status_code == 200


def test_an_office_is_named_as_it_names_itself_in_a_language_the_site_lacks(browser: Client) -> None:
    _invitation, token = turin()
    italian, german, french = (
        text_of(browser.get(f"/sign/{token}?lang={code}")) for code in ("it", "de", "fr")
    )
    assert [
        '<p class="kicker">Torino</p>' in italian,
        '<p class="kicker" lang="it">Torino</p>' in german,
        '<p class="kicker" lang="en">Turin</p>' in french,
    ] == [True] * 3


def test_a_mail_names_the_office_as_it_names_itself(browser: Client) -> None:
    invitation, _token = turin()
    (letter,) = mail.compose("declarations/declined", invitation_id=declined(invitation).pk)
    rendered = mail.render("declarations/declined", letter)
    assert ["Torino" in str(rendered), "Turin" in str(rendered)] == [True, False]


def test_the_first_page_says_what_to_do_and_in_which_languages_the_text_is(browser: Client) -> None:
    _invitation, token = turin()
    page = text_of(browser.get(f"/sign/{token}"))
    said = (f'href="/sign/{token}/page.pdf?text=', "Tre passi", "Questa dichiarazione non ha un testo")
    assert [words in page for words in said] == [True] * 3
    # In the office's language too, where that was chosen and is not the link's.
    other = text_of(browser.get(f"/sign/{token}?lang=de"))
    assert f'href="/sign/{token}/page.pdf?lang=de&amp;text=' in other
    assert "has no text in your language" not in text_of(browser.get(f"/sign/{token}?lang=en"))


def test_who_has_begun_goes_on_from_the_top_of_the_first_page(browser: Client) -> None:
    _invitation, token = invited()
    begin(browser, token, "fr")
    record(browser, token, {**form(), "signed_page": upload(png(), "p.png")})
    page = text_of(browser.get(f"/sign/{token}"))
    said = "You have begun to record the signature."
    assert [said in page, "Three steps" in page, page.index(said) < page.index("<article")] == [
        True,
        False,
        True,
    ]
    gone_on = browser.post(f"/sign/{token}", {"text": "fr", **text_hash(token)})
    assert gone_on.headers["Location"] == f"/sign/{token}/record"
    assert Signature.objects.get().language == "fr"


def test_who_is_asked_changes_the_record_from_the_question_and_sees_the_valid_file_first(
    browser: Client,
) -> None:
    signature = submitted()
    actions.ask_for_information(signature=signature, by=officer(), note="It is blurred.")
    token = actions.new_link(invitation=signature.signatory.invitations.usable().get())
    page = text_of(browser.get(f"/sign/{token}"))
    button = '<button class="button">Change the record</button>'
    assert [button in page, page.index(button) < page.index("<article")] == [True, True]
    begin(browser, token)
    record(browser, token, {**form(), "signed_page": upload(png(), "sharp.png")})
    inform(browser, token)
    submit(browser, token)
    receipt = text_of(browser.get(f"/sign/receipt/{signature.receipt_code}/"))
    replaced = receipt.index("Replaced files")
    assert [
        receipt.index("sharp.png") < replaced < receipt.index("page.pdf"),
        receipt.count("Your office recorded the signature."),
        receipt.count("Your office submitted the record again."),
    ] == [True, 1, 1]


def test_a_receipt_with_a_wish_to_withdraw_promises_no_check(browser: Client) -> None:
    signature = submitted()
    before = text_of(browser.get(f"/sign/receipt/{signature.receipt_code}/"))
    actions.enter_withdrawal(signature=signature, by=officer(), reason="A letter came.")
    after = text_of(browser.get(f"/sign/receipt/{signature.receipt_code}/"))
    assert ["compares the record" in before, "compares the record" in after] == [True, False]
    assert '<li aria-current="step">Done</li>' in before
