"""The office's way, as a browser takes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.dateformat import format as date_format
from procrastinate.contrib.django.models import ProcrastinateJob

from declarations import actions
from declarations.models import Declaration, Invitation, MailboxCode, Signature
from efus_conference import environment
from efus_conference.secret_links import hash_of_token
from tests.declarations.making import (
    begin,
    form,
    inform,
    invited,
    look_whose,
    office,
    officer,
    pdf,
    png,
    published,
    record,
    submit,
    submitted,
    upload,
    yesterday,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    """As strict as a browser that has no cookie and no token against forged forms."""
    return Client(enforce_csrf_checks=True)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_an_office_records_its_signature_from_link_to_receipt(browser: Client) -> None:
    invitation, token = invited(language="fr")
    opened = text_of(browser.get(f"/sign/{token}"))
    assert "Les villes agissent." in opened
    begin(browser, token, "fr")
    assert browser.get(f"/sign/{token}/record").status_code == 200
    response = record(browser, token, {**form(), "signed_page": upload(pdf(), "signé.pdf")})
    assert response.headers["Location"] == f"/sign/{token}/meaning"
    assert browser.get(f"/sign/{token}/check").headers["Location"] == f"/sign/{token}/meaning"
    assert browser.get(f"/sign/{token}/meaning").status_code == 200
    assert inform(browser, token).headers["Location"] == f"/sign/{token}/check"
    checked = text_of(browser.get(f"/sign/{token}/check"))
    assert [said in checked for said in ("Robin Example", "Mayor", "signé.pdf", "Français")] == [True] * 4
    response = submit(browser, token)
    signature = Signature.objects.get()
    assert response.headers["Location"] == f"/sign/receipt/{signature.receipt_code}/"
    assert [signature.state, signature.language, signature.invitation] == ["submitted", "fr", invitation]
    assert signature.informed_at is not None
    receipt = browser.get(response.headers["Location"])
    assert [receipt.status_code, signature.text_hash in text_of(receipt)] == [200, True]


def test_opening_changes_nothing_however_often_and_whatever_asks(browser: Client) -> None:
    invitation, token = invited()
    before = Invitation.objects.values().get()
    for path in (f"/sign/{token}", f"/sign/{token}/", f"/sign/{token}?text=fr&lang=nl"):
        assert [browser.get(path).status_code, browser.head(path).status_code] == [200, 200]
    for step in ("record", "meaning", "check", "decline"):
        assert [
            browser.get(f"/sign/{token}/{step}").status_code,
            browser.head(f"/sign/{token}/{step}").status_code,
        ] == [302, 302]
    assert [
        browser.get(f"/sign/{token}/code").status_code,
        browser.head(f"/sign/{token}/code").status_code,
    ] == [200, 200]
    assert MailboxCode.objects.count() == 0
    assert [Invitation.objects.values().get(), Signature.objects.count()] == [before, 0]
    begin(browser, token)
    invitation.refresh_from_db()
    assert invitation.opened_at is not None


def test_who_proved_the_mailbox_is_led_from_the_used_link_to_the_receipt_and_nobody_else(
    browser: Client,
) -> None:
    _invitation, token = invited()
    begin(browser, token)
    record(browser, token, {**form(), "signed_page": upload(pdf())})
    inform(browser, token)
    submit(browser, token)
    code = Signature.objects.get().receipt_code
    assert browser.get(f"/sign/{token}").headers["Location"] == f"/sign/receipt/{code}/"
    assert Client().get(f"/sign/{token}").status_code == 404
    MailboxCode.objects.update(used_at=timezone.now() - timedelta(hours=3))
    assert browser.get(f"/sign/{token}").status_code == 404


def test_a_link_to_change_a_record_does_not_invite_to_sign(browser: Client) -> None:
    signature = submitted()
    actions.ask_for_information(signature=signature, by=officer(), note="Which page?")
    token = actions.new_link(invitation=signature.signatory.invitations.usable().get())
    Declaration.objects.update(signatures_until=timezone.now() + timedelta(days=1))
    page = text_of(browser.get(f"/sign/{token}"))
    said = ("is invited to sign", "Signatures are taken until", "Here you can read the text again")
    assert [sentence in page for sentence in said] == [False, False, True]


def test_an_address_of_no_receipt_says_so_in_the_reader_s_language(browser: Client) -> None:
    page = browser.get("/sign/receipt/never-was-one/", HTTP_ACCEPT_LANGUAGE="it")
    assert [page.status_code, page.headers["Content-Language"]] == [404, "it"]
    assert "There is no receipt at this address" in text_of(browser.get("/sign/receipt/x/?lang=en"))


def test_every_page_of_an_office_says_whom_to_write_to(browser: Client, settings: Any) -> None:
    _invitation, token = invited()
    for path in (f"/sign/{token}", f"/sign/{token}/code", "/sign/nothing", "/sign/receipt/nothing/"):
        assert f"mailto:{settings.CONTACT_EMAIL}" in browser.get(path).content.decode()
    assert settings.CONTACT_EMAIL == "organisers@conference.example"


def unusable_links() -> dict[str, str]:
    links = {}
    for name in ("expired", "revoked", "closed"):
        invitation, links[name] = invited()
        if name == "expired":
            Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now())
        elif name == "revoked":
            actions.revoke(invitation=invitation)
        else:
            invitation.signatory.declaration.is_open_to_signatures = False
            invitation.signatory.declaration.save()
    signature = submitted()
    links["used"] = "a-used-token"
    Invitation.objects.filter(pk=signature.invitation_id).update(token_hash=hash_of_token(links["used"]))
    links["invented"] = "never-was-one"
    return links


@pytest.mark.parametrize("step", ["", "/code", "/record", "/meaning", "/check", "/decline"])
def test_an_unusable_link_of_any_kind_gives_one_and_the_same_page(browser: Client, step: str) -> None:
    links = unusable_links()
    pages = {name: browser.get(f"/sign/{token}{step}") for name, token in links.items()}
    bodies = {(page.status_code, page.content, str(sorted(page.headers.items()))) for page in pages.values()}
    assert len(bodies) == 1
    assert "This link is used up or over" in text_of(pages["used"])
    posted = {browser.post(f"/sign/{token}{step}").content for token in links.values()}
    assert posted == {pages["used"].content}


def test_asking_for_a_new_link_is_answered_alike_and_sent_to_who_may_still_sign(browser: Client) -> None:
    links = unusable_links()
    before = Invitation.objects.count()
    answers = {name: browser.post(f"/sign/{token}", {"new_link": "1"}) for name, token in links.items()}
    assert len({(answer.status_code, answer.content) for answer in answers.values()}) == 1
    look_whose()
    assert Invitation.objects.count() == before + 1  # the expired one; what an officer revoked stays so


def test_the_pages_are_kept_by_nobody_and_tell_no_other_site(browser: Client) -> None:
    _invitation, token = invited()
    signature = submitted()
    for path in (
        f"/sign/{token}",
        "/sign/invented",
        f"/sign/receipt/{signature.receipt_code}/",
        "/sign/receipt/x/",
    ):
        response = browser.get(path)
        headers = [response.headers[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")]
        assert headers == ["no-store", "no-referrer", "noindex, nofollow"]
        assert not response.cookies


def test_the_log_does_not_hold_the_secret_of_a_link(browser: Client, caplog: Any) -> None:
    browser.get("/sign/a-secret-from-a-mail")
    browser.get("/sign/receipt/another-secret/")
    assert caplog.messages == []


def test_the_language_is_the_invitation_s_until_another_is_chosen(browser: Client) -> None:
    _invitation, token = invited(language="fr")
    assert [
        browser.get(f"/sign/{token}", headers={"Accept-Language": "nl"}).headers["Content-Language"],
        browser.get(f"/sign/{token}?lang=nl").headers["Content-Language"],
        browser.get(f"/sign/{token}?lang=xx").headers["Content-Language"],
    ] == ["fr", "nl", "fr"]
    assert "Cities act." in text_of(browser.get(f"/sign/{token}?text=en"))


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"signer_name": ""}, "signer_name", "Enter the name of the person who signed."),
        (
            {"signer_name": "x" * 201},
            "signer_name",
            "This is 201 characters long. Shorten it to 200.",
        ),
        *(
            (
                {"signer_office": f"a{character}b"},
                "signer_office",
                "This has a character that cannot be printed. Type it again instead of pasting it.",
            )
            for character in "\x00\x07\x1b\u202e"
        ),
        ({"signed_on": "someday"}, "signed_on", "Enter the day of the signature as a date."),
        (
            {"signed_on": "2999-01-01"},
            "signed_on",
            "The day of the signature is in the future. Enter a day up to today.",
        ),
        (
            {"signed_on": yesterday()},
            "signed_on",
            (
                f"The text was published on {date_format(timezone.localdate(), 'j F Y')}, and cannot have been "
                "signed before. Check the day of the signature."
            ),
        ),
        ({"basis": "magic"}, "basis", "Select a valid choice. magic is not one of the available choices."),
        ({"basis": "council", "decided_on": yesterday()}, "body", "Enter the body that decided."),
        ({"basis": "council", "body": "Council"}, "decided_on", "Enter the day of the decision."),
        (
            {"basis": "ratification", "body": "Council"},
            "ratify_until",
            "Enter the day until which it is to be ratified.",
        ),
        (
            {"basis": "ratification", "body": "Council", "ratify_until": yesterday()},
            "ratify_until",
            "The ratification is due before the signature. Check both days.",
        ),
    ],
)
def test_a_bad_answer_gets_its_message_and_costs_no_other_answer(
    browser: Client, changed: dict[str, str], field: str, message: str
) -> None:
    _invitation, token = invited()
    begin(browser, token)
    kept = {"reference": "Decision <17> & more"}
    response = record(browser, token, {**form(), **kept, **changed, "signed_page": upload(pdf(), "page.pdf")})
    assert response.status_code == 200
    assert response.context["form"].errors == {field: [message]}
    assert "Decision &lt;17&gt; &amp; more" in text_of(response)
    assert Signature.objects.get().evidence.get().name == "page.pdf"  # the upload is kept
    assert "We have this file: page.pdf" in text_of(response)
    # The reference and the decision alone: the body and the days are asked for by what was chosen.
    assert text_of(response).count("(optional)") == 2
    council = {"basis": "council", "body": "Council", "decided_on": yesterday()}
    assert record(browser, token, {**form(), **council}).headers["Location"] == f"/sign/{token}/meaning"


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "page.svg", "This is not a PDF"),
        (b"<!doctype html><script>alert(1)</script>", "page.pdf", "This is not a PDF"),
        (b"", "page.pdf", "The file of the signed page is empty."),
        (b"%PDF-1.7 broken", "page.pdf", "This is not a PDF"),
        (b"%PDF-" + b"0" * (10 * 1024 * 1024), "page.pdf", "This file is larger than 10 MB."),
    ],
)
def test_a_bad_file_gets_its_message_beside_the_field(
    browser: Client, content: bytes, name: str, message: str
) -> None:
    _invitation, token = invited()
    begin(browser, token)
    response = record(browser, token, {**form(), "signed_page": upload(content, name)})
    assert [response.status_code, list(response.context["form"].errors)] == [200, ["signed_page"]]
    assert response.context["form"].errors["signed_page"][0].startswith(message)
    assert "Robin Example" in text_of(response)
    assert not Signature.objects.get().evidence.exists()


def test_an_error_of_a_file_says_in_the_summary_which_file_it_is(browser: Client) -> None:
    _invitation, token = invited()
    begin(browser, token)
    files = {"signed_page": upload(b"no", "a.pdf"), "decision": upload(b"no", "b.pdf")}
    page = text_of(record(browser, token, {**form(), **files}))
    summary = page[page.index('class="error-summary"') : page.index('<fieldset class="fieldset"')]
    assert [
        '<a href="#id_signed_page">The signed page: This is not a PDF' in summary,
        '<a href="#id_decision">The decision: This is not a PDF' in summary,
    ] == [True] * 2


def test_what_the_basis_has_no_place_for_is_not_kept(browser: Client) -> None:
    _invitation, token = invited()
    begin(browser, token)
    data = form(body="Council", decided_on=yesterday(), reference="17", ratify_until="2999-01-01")
    record(browser, token, {**data, "signed_page": upload(png(), "p.png")})
    mandate = Signature.objects.get().mandate
    assert [mandate.basis, mandate.body, mandate.decided_on, mandate.reference, mandate.ratify_until] == [
        "own_competence",
        "",
        None,
        "",
        None,
    ]


def test_the_second_tab_sees_the_receipt_and_a_stranger_with_the_used_link_does_not(browser: Client) -> None:
    _invitation, token = invited()
    begin(browser, token)
    record(browser, token, {**form(), "signed_page": upload(pdf())})
    inform(browser, token)
    code = Signature.objects.get().receipt_code
    receipt = f"/sign/receipt/{code}/"
    assert submit(browser, token, receipt=code).headers["Location"] == receipt
    late = [
        browser.post(f"/sign/{token}/check", {"receipt": code}),
        browser.post(f"/sign/{token}/record", {**form(signer_name="Other"), "receipt": code}),
    ]
    assert [response.headers.get("Location") for response in late] == [receipt] * 2
    assert browser.post(f"/sign/{token}/check").status_code == 404
    assert browser.post(f"/sign/{token}/check", {"receipt": "guessed"}).status_code == 404
    assert Signature.objects.get().signer_name == "Robin Example"


def test_an_office_that_is_asked_finds_the_question_and_its_answers(browser: Client) -> None:
    signature = submitted()
    actions.ask_for_information(signature=signature, by=officer(), note="Which <deputy>?")
    invitation = signature.signatory.invitations.usable().get()
    token = actions.new_link(invitation=invitation)
    begin(browser, token)
    page = text_of(browser.get(f"/sign/{token}/record"))
    assert ["Which &lt;deputy&gt;?" in page, 'value="Robin Example"' in page, "page.pdf" in page] == [
        True
    ] * 3
    record(browser, token, form(signer_office="Deputy mayor"))
    inform(browser, token)
    submit(browser, token)
    signature.refresh_from_db()
    assert [signature.state, signature.signer_office] == ["submitted", "Deputy mayor"]


def test_a_draft_has_no_receipt_and_an_incomplete_one_no_check(browser: Client) -> None:
    _invitation, token = invited()
    begin(browser, token)
    draft = Signature.objects.get()
    assert browser.get(f"/sign/receipt/{draft.receipt_code}/").status_code == 404
    assert browser.get(f"/sign/{token}/check").headers["Location"] == f"/sign/{token}/record"
    assert submit(browser, token).headers["Location"] == f"/sign/{token}/record"


def test_the_demonstration_says_so_on_every_page(browser: Client) -> None:
    invitation, token = invited(office(published(is_demonstration=True)))
    begin(browser, token)
    record(browser, token, {**form(), "signed_page": upload(pdf())})
    inform(browser, token)
    paths = [f"/sign/{token}{step}" for step in ("", "/record", "/meaning", "/check", "/decline")]
    pages = [text_of(browser.get(path)) for path in paths]
    submit(browser, token)
    pages.append(text_of(browser.get(f"/sign/receipt/{Signature.objects.get().receipt_code}/")))
    said = "This declaration and its text are invented, to try the signing."
    assert [said in page for page in pages] == [True] * 6
    assert timezone.now() < invitation.expires_at < timezone.now() + timedelta(days=31)


def test_an_office_that_has_signed_gets_its_receipt_instead_of_a_new_link(browser: Client) -> None:
    _invitation, token = invited()
    begin(browser, token)
    record(browser, token, {**form(), "signed_page": upload(pdf())})
    inform(browser, token)
    submit(browser, token)
    queued = ProcrastinateJob.objects.filter(args__kind="declarations/receipt")
    before = queued.count()
    browser.post(f"/sign/{token}", {"new_link": "1"})
    look_whose()
    assert queued.count() == before + 1
    assert Invitation.objects.usable().count() == 0


@pytest.mark.parametrize(
    ("sender", "is_demonstration", "contact"),
    [
        ("Efus <conference@efus.example>", False, "conference@efus.example"),
        (environment.NOBODY, False, ""),
        (environment.NOBODY, True, "organisers@conference.example"),
    ],
)
def test_whom_to_write_to_is_the_sender_where_nothing_else_is_set_and_never_nobody(
    sender: str, is_demonstration: bool, contact: str
) -> None:
    assert environment.contact("NO_SUCH_SETTING", sender, is_demonstration=is_demonstration) == contact
