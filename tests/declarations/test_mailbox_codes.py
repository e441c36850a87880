"""Codes to an office's mailbox: who typed one in reads what is written there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from declarations import mailbox_codes
from declarations.actions import confirm_mailbox, set_mailbox
from declarations.mailbox_codes import (
    CodeOver,
    TooManyCodes,
    WrongCode,
    give_proof,
    proof_of,
    prove,
    send_code,
)
from declarations.models import Mailbox, MailboxCode
from efus_conference.mail import compose
from efus_conference.models import Mail
from tests.declarations.making import (
    begin,
    code_for,
    form,
    invited,
    let_in,
    office,
    officer,
    pdf,
    text_hash,
    upload,
)

pytestmark = pytest.mark.django_db


def some_mailbox() -> Mailbox:
    return office().mailboxes.get()


def asked(mailbox: Mailbox, **given: str) -> MailboxCode:
    values = {"purpose": "record", "language": "en", "address": "192.0.2.1", **given}
    code = send_code(mailbox=mailbox, **values)
    # Asked for by somebody who thinks between two clicks.
    MailboxCode.objects.filter(pk=code.pk).update(made_at=timezone.now() - timedelta(minutes=1))
    return code


def outcome(mailbox: Mailbox, typed: str, purpose: str = "record", address: str = "192.0.2.1") -> str:
    try:
        return prove(mailbox=mailbox, purpose=purpose, typed=typed, address=address) and "proven"
    except (WrongCode, CodeOver) as refusal:
        return type(refusal).__name__


def other_than(digits: str) -> str:
    return f"{(int(digits) + 1) % 10**6:06}"


def used_a_minute_ago() -> None:
    MailboxCode.objects.exclude(used_at=None).update(used_at=timezone.now() - timedelta(minutes=1))


def test_the_code_of_the_mail_proves_its_mailbox_once_however_it_is_spaced() -> None:
    mailbox = some_mailbox()
    digits = mailbox_codes.new_digits(asked(mailbox))
    assert outcome(mailbox, f" {digits[:3]} {digits[3:]}\n") == "proven"
    used_a_minute_ago()
    assert outcome(mailbox, digits) == "CodeOver"


def test_the_second_click_of_the_same_button_gets_what_the_first_got() -> None:
    mailbox = some_mailbox()
    first = send_code(mailbox=mailbox, purpose="record", language="en", address="192.0.2.1")
    assert send_code(mailbox=mailbox, purpose="record", language="en", address="192.0.2.1") == first
    digits = mailbox_codes.new_digits(first)
    elsewhere = {"address": "198.51.100.7"}
    assert [outcome(mailbox, digits), outcome(mailbox, digits), outcome(mailbox, digits, **elsewhere)] == [
        "proven",
        "proven",
        "CodeOver",
    ]
    assert MailboxCode.objects.count() == 1


def test_five_wrong_ones_end_a_code_and_the_right_one_comes_too_late() -> None:
    mailbox = some_mailbox()
    digits = mailbox_codes.new_digits(asked(mailbox))
    told = [outcome(mailbox, other_than(digits)) for _time in range(5)]
    assert told == ["WrongCode"] * 4 + ["CodeOver"]
    assert [outcome(mailbox, digits), MailboxCode.objects.get().wrong] == ["CodeOver", 5]


def test_wrong_ones_from_one_address_end_a_code_there_and_those_from_two_for_everybody() -> None:
    mailbox = some_mailbox()
    kept, ended = asked(mailbox), asked(mailbox, purpose="withdraw")
    right, late = mailbox_codes.new_digits(kept), mailbox_codes.new_digits(ended)
    for _time in range(20):
        outcome(mailbox, other_than(right), address="198.51.100.7")
    assert [outcome(mailbox, right, address="198.51.100.7"), outcome(mailbox, right)] == [
        "CodeOver",
        "proven",
    ]
    for address in ("198.51.100.7", "198.51.100.8"):
        for _time in range(5):
            outcome(mailbox, other_than(late), "withdraw", address)
    assert outcome(mailbox, late, "withdraw") == "CodeOver"


@pytest.mark.parametrize("typed", ["", "banana", "٠" * 6, "-1", "0" * 10_000, "1e6", "\x00"])
def test_what_is_no_code_is_a_wrong_one(typed: str) -> None:
    mailbox = some_mailbox()
    code = asked(mailbox)
    while mailbox_codes.new_digits(code) == "000000":
        pass  # once in a million
    assert outcome(mailbox, typed) == "WrongCode"


def test_a_code_ends_after_half_an_hour_and_is_none_before_it_is_mailed() -> None:
    mailbox = some_mailbox()
    code = asked(mailbox)
    assert outcome(mailbox, "") == "CodeOver"
    digits = mailbox_codes.new_digits(code)
    MailboxCode.objects.update(expires_at=timezone.now())
    assert outcome(mailbox, digits) == "CodeOver"


def test_a_slow_mail_still_counts_when_another_code_was_asked_for() -> None:
    mailbox = some_mailbox()
    slow, quick = asked(mailbox), asked(mailbox)
    first, _second = mailbox_codes.new_digits(slow), mailbox_codes.new_digits(quick)
    assert outcome(mailbox, first) == "proven"


def test_a_code_is_of_its_mailbox_and_of_its_purpose_alone() -> None:
    mailbox, other = some_mailbox(), some_mailbox()
    digits = mailbox_codes.new_digits(asked(mailbox))
    asked(other), asked(mailbox, purpose="withdraw")
    assert [outcome(other, digits), outcome(mailbox, digits, "withdraw")] == ["CodeOver", "CodeOver"]
    assert outcome(mailbox, digits) == "proven"


def test_a_job_that_runs_again_leaves_the_mailed_code_alone_and_a_late_one_mails_none() -> None:
    code = asked(some_mailbox())
    (letter,) = compose("declarations/code", code_id=code.pk)
    Mail.objects.create(kind="declarations/code", to=letter.to, subject_ids={"code_id": code.pk})
    assert list(compose("declarations/code", code_id=code.pk)) == []
    late = asked(some_mailbox())
    MailboxCode.objects.filter(pk=late.pk).update(expires_at=timezone.now())
    assert list(compose("declarations/code", code_id=late.pk)) == []


def test_codes_are_limited_so_that_one_address_cannot_use_up_those_of_the_office() -> None:
    mailbox = some_mailbox()
    for _time in range(5):
        asked(mailbox, address="198.51.100.7")
    for _time in range(3):
        with pytest.raises(TooManyCodes):
            asked(mailbox, address="198.51.100.7")
    asked(mailbox, address="192.0.2.1")
    assert MailboxCode.objects.count() == 6


def test_where_two_addresses_asked_for_all_codes_the_office_types_one_of_theirs() -> None:
    mailbox = some_mailbox()
    for address in ("198.51.100.7", "198.51.100.8"):
        codes = [asked(mailbox, address=address) for _time in range(5)]
    with pytest.raises(TooManyCodes):
        asked(mailbox)
    assert outcome(mailbox, mailbox_codes.new_digits(codes[-1])) == "proven"


def request_with(response: HttpResponse) -> Any:
    request = RequestFactory().get("/sign/x")
    request.COOKIES = {name: cookie.value for name, cookie in response.cookies.items()}
    return request


def test_the_proof_is_a_signed_cookie_for_the_office_s_pages_alone(settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    mailbox, other = some_mailbox(), some_mailbox()
    code = prove(mailbox=mailbox, purpose="record", typed=mailbox_codes.new_digits(asked(mailbox)))
    response = HttpResponse()
    give_proof(response, code)
    cookie = response.cookies["office"]
    facts = {name: cookie[name] for name in ("path", "httponly", "samesite", "secure", "max-age")}
    assert facts == {"path": "/sign/", "httponly": True, "samesite": "Lax", "secure": True, "max-age": 7200}
    request = request_with(response)
    assert [
        proof_of(request, mailbox, "record"),
        proof_of(request, mailbox, "withdraw"),
        proof_of(request, other, "record"),
    ] == [code, None, None]
    for forged in (str(code.pk), cookie.value.replace(":", ":x", 1), "", "banana", "\x00"):
        request.COOKIES = {"office": forged}
        assert proof_of(request, mailbox, "record") is None
    MailboxCode.objects.update(used_at=timezone.now() - timedelta(hours=2))
    assert proof_of(request_with(response), mailbox, "record") is None


def test_one_browser_records_for_two_offices_beside_each_other() -> None:
    browser = Client()
    (_one, first), (_two, second) = invited(), invited()
    begin(browser, first)
    begin(browser, second)
    assert [browser.get(f"/sign/{token}/record").status_code for token in (first, second)] == [200, 200]


def test_a_forwarded_link_reads_and_cannot_record_decline_or_submit() -> None:
    stranger = Client(enforce_csrf_checks=True)
    invitation, token = invited()
    assert stranger.get(f"/sign/{token}").status_code == 200
    for step in ("record", "meaning", "check", "decline"):
        led = stranger.get(f"/sign/{token}/{step}")
        assert led.headers["Location"] == f"/sign/{token}/code?then={step}"
        answer = stranger.post(
            f"/sign/{token}/{step}", {**form(), "reason": "No.", "informed": "on", **text_hash(token)}
        )
        assert [answer.status_code, "Enter the code" in answer.content.decode()] == [200, True]
    invitation.refresh_from_db()
    assert [invitation.declined_at, invitation.used_at] == [None, None]
    assert invitation.signatory.signatures.count() == 0


def test_a_link_counts_as_opened_once_somebody_goes_on_to_the_code() -> None:
    for step in ("", "/code", "/record"):
        (invitation, token), browser = invited(), Client()
        browser.get(f"/sign/{token}{step}")
        invitation.refresh_from_db()
        assert invitation.opened_at is None
        browser.post(f"/sign/{token}{step}", {"send": "1", "text": "en", **text_hash(token)})
        invitation.refresh_from_db()
        assert [invitation.opened_at is None, invitation.signatory.signatures.count()] == [False, 0]


def test_the_way_to_the_code_asks_for_it_and_leads_on_to_the_record() -> None:
    browser = Client(enforce_csrf_checks=True)
    invitation, token = invited()
    answer = browser.post(f"/sign/{token}", {"text": "fr", **text_hash(token)})
    address = answer.headers["Location"]
    assert address == f"/sign/{token}/code?text=fr&texts={text_hash(token)['text_hash']}"
    page = browser.get(address).content.decode()
    assert ["o•••@town.example" in page, "office@town.example" in page] == [True, False]
    digits = mailbox_codes.new_digits(MailboxCode.objects.get())
    wrong = browser.post(address, {"code": other_than(digits)})
    assert wrong.context["form"].errors == {
        "code": ["This is not the code that was sent. Look at the mail again and type its six digits."]
    }
    assert browser.post(address, {"code": digits}).headers["Location"] == f"/sign/{token}/record"
    draft = invitation.signatory.signatures.get()
    assert [draft.language, draft.text_hash] == ["fr", text_hash(token)["text_hash"]]


def test_what_was_typed_outlives_the_proof_and_goes_on_with_a_new_code() -> None:
    browser = Client(enforce_csrf_checks=True)
    invitation, token = invited()
    begin(browser, token)
    MailboxCode.objects.update(used_at=timezone.now() - timedelta(hours=3))
    typed = {**form(signer_name="Ōta <Example>", reference="17 & more"), **text_hash(token)}
    page = browser.post(f"/sign/{token}/record", {**typed, "signed_page": upload(pdf())})
    assert page.context["typed"].hidden == typed
    assert "Ōta &lt;Example&gt;" in page.content.decode()
    # Its own form sends all of it again, with the code.
    again = browser.post(
        f"/sign/{token}/record", {**page.context["typed"].hidden, "code": code_for(invitation)}
    )
    assert again.context["form"].errors == {"signed_page": ["Add the signed page."]}
    assert again.context["form"]["signer_name"].value() == "Ōta <Example>"


def test_the_mailbox_that_changed_meanwhile_is_not_proven_by_the_one_before() -> None:
    browser = Client()
    signatory = office()
    _before, token = invited(signatory)
    begin(browser, token)
    changed = set_mailbox(signatory=signatory, email="new@town.example", by=officer())
    confirm_mailbox(mailbox=changed, by=officer())
    assert browser.get(f"/sign/{token}/record").status_code == 404
    _after, renewed = invited(signatory)
    assert browser.get(f"/sign/{renewed}/record").headers["Location"].endswith("/code?then=record")
    let_in(browser, renewed)
    assert browser.get(f"/sign/{renewed}/record").headers["Location"] == f"/sign/{renewed}"


def test_too_many_codes_say_so_and_cost_nothing_that_was_typed() -> None:
    browser = Client(enforce_csrf_checks=True)
    invitation, token = invited()
    for _time in range(5):
        asked(invitation.mailbox, address="127.0.0.1")
    page = browser.post(f"/sign/{token}/record", {**form(), **text_hash(token), "send": "1"})
    said = "Too many codes were asked for. Use one that has arrived, or try again in an hour."
    assert [str(page.context["refusal"]), page.context["typed"].hidden["signer_name"]] == [
        said,
        "Robin Example",
    ]


def test_a_code_that_is_over_and_a_second_click_are_told_and_another_is_sent_where_wrong_ones_ended_it() -> (
    None
):
    browser = Client()
    _invitation, token = invited()
    browser.post(f"/sign/{token}/code", {"send": "1"})
    again = browser.post(f"/sign/{token}/code", {"send": "1"})
    assert [again.context["is_second_click"], MailboxCode.objects.count()] == [True, 1]
    digits = mailbox_codes.new_digits(MailboxCode.objects.get())
    for _time in range(5):
        page = browser.post(f"/sign/{token}/code", {"code": other_than(digits)})
    (told,) = page.context["form"].errors["code"]
    assert [told.startswith("This code is over"), told in page.content.decode()] == [True, True]
    anew = browser.post(f"/sign/{token}/code", {"send": "1"})
    assert [anew.context["is_second_click"], MailboxCode.objects.count()] == [False, 2]
    MailboxCode.objects.update(expires_at=timezone.now())
    late = browser.post(f"/sign/{token}/code", {"code": digits})
    assert "This code is over" in late.content.decode()


def test_who_declines_is_not_shown_the_steps_of_signing() -> None:
    _invitation, token = invited()
    browser = Client()
    shown = [
        'aria-current="step"' in browser.get(f"/sign/{token}/code?then={then}").content.decode()
        for then in ("record", "decline")
    ]
    assert shown == [True, False]


@pytest.mark.parametrize("is_demonstration", [True, False])
def test_a_demonstration_says_where_its_mails_lie_and_a_real_site_does_not(
    settings: Any, tmp_path: Any, is_demonstration: bool
) -> None:
    settings.DEMONSTRATION = is_demonstration
    settings.EMAIL_BACKEND = "efus_conference.mail.ReadableFileBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    invitation, token = invited()
    code_for(invitation)
    page = Client().get(f"/sign/{token}/code").content.decode()
    assert (str(tmp_path / "mail") in page) == is_demonstration
