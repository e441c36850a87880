"""What an office does after the receipt, as a browser takes it: follow, complete, replace, withdraw."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from declarations import actions
from declarations.languages import OFFICE_LANGUAGES
from declarations.mailbox_codes import new_digits
from declarations.models import Evidence, Invitation, MailboxCode, Mandate, Signature, Withdrawal
from tests.declarations.making import answers, form, office, officer, published, sent, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    """As strict as a browser that has no cookie and no token against forged forms."""
    return Client(enforce_csrf_checks=True)


def text_of(response: Any) -> str:
    return " ".join(str(response.content.decode()).split())


def address(signature: Signature, step: str = "") -> str:
    return f"/sign/receipt/{signature.receipt_code}/{step}"


def verified(**fields: Any) -> Signature:
    return actions.verify(signature=submitted(**fields), by=officer())


def code_of(purpose: str) -> str:
    """The digits that the mail of the last code would bring."""
    return new_digits(MailboxCode.objects.filter(purpose=purpose).latest("pk"))


def prove(browser: Client, path: str, purpose: str) -> Any:
    """Asks for a code and types it in; what the page answers."""
    assert browser.post(path, {"send": "1"}).status_code == 200
    return browser.post(path, {"code": code_of(purpose)})


def everything() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Signature, Invitation, MailboxCode, Withdrawal, Evidence, Mandate)
    ]


def test_opening_any_page_of_a_receipt_changes_nothing_and_sends_nothing(browser: Client) -> None:
    signature = verified()
    before, jobs = everything(), ProcrastinateJob.objects.count()
    for step in ("", "complete", "withdraw"):
        path = address(signature, step)
        assert [browser.get(path).status_code, browser.head(path).status_code] == [200, 200]
    assert [everything(), ProcrastinateJob.objects.count()] == [before, jobs]


def test_a_receipt_that_there_is_not_is_not_found_and_a_draft_has_none(browser: Client) -> None:
    signature = verified()
    actions.begin_completion(signature=signature, language="en")
    draft = Signature.objects.get(state="new")
    found = [
        browser.get(f"/sign/receipt/{code}/{step}").status_code
        for code in ("nothing", draft.receipt_code, "a" * 10_000)
        for step in ("", "complete", "withdraw")
    ]
    assert set(found) == {404}


@pytest.mark.parametrize("language", [code for code, _name in OFFICE_LANGUAGES])
def test_a_receipt_is_read_in_the_language_of_the_office(browser: Client, language: str) -> None:
    signature = verified()
    Invitation.objects.filter(pk=signature.invitation_id).update(language=language)
    for step in ("", "complete", "withdraw"):
        response = browser.get(address(signature, step))
        assert [response.status_code, response.headers["Content-Language"]] == [200, language]
        assert f'<html lang="{language}"' in text_of(response)


def test_the_receipt_says_what_happened_in_order_and_keeps_the_officers_notes(browser: Client) -> None:
    signature = submitted()
    actions.verify(signature=signature, by=officer(), note="For us alone.")
    withdrawal = actions.enter_withdrawal(signature=signature, by=officer(), reason="A letter came.")
    actions.drop_withdrawal(withdrawal=withdrawal, by=officer(), note="It meant another text.")
    page = text_of(browser.get(address(signature)))
    said = [
        "Your office recorded the signature.",
        "The evidence was checked by someone",
        "A letter came.",
        "It meant another text.",
    ]
    places = [page.find(words) for words in said]
    assert [places == sorted(places), -1 in places, "For us alone." in page] == [True, False, False]


def test_an_office_withdraws_with_its_code_and_a_reason_and_checks_it_first(browser: Client) -> None:
    signature = verified()
    path = address(signature, "withdraw")
    assert prove(browser, path, "withdraw").headers["Location"] == path
    empty = browser.post(path, {"reason": "  "})
    assert [empty.status_code, "Say why your office withdraws" in text_of(empty)] == [200, True]
    checked = text_of(browser.post(path, {"reason": "The <council> changed its mind."}))
    assert ["The &lt;council&gt; changed its mind." in checked, Withdrawal.objects.count()] == [True, 0]
    done = browser.post(path, {"reason": "The <council> changed its mind.", "confirm": "1"})
    assert done.headers["Location"] == address(signature)
    withdrawal = Withdrawal.objects.get()
    assert [withdrawal.reason, withdrawal.is_from_paper, withdrawal.signature] == [
        "The <council> changed its mind.",
        False,
        signature,
    ]
    assert "Your office wishes to withdraw this signature" in text_of(browser.get(address(signature)))
    # A second click finds the wish, and makes no second one.
    again = browser.post(path, {"reason": "The <council> changed its mind.", "confirm": "1"})
    assert [again.headers["Location"], Withdrawal.objects.count()] == [address(signature), 1]


@pytest.mark.parametrize("reason", ["x" * 10_000, "null\0byte", "turned \u202e around"])
def test_a_bad_reason_is_explained_and_kept(browser: Client, reason: str) -> None:
    signature = verified()
    path = address(signature, "withdraw")
    prove(browser, path, "withdraw")
    response = browser.post(path, {"reason": reason, "confirm": "1"})
    assert [response.status_code, Withdrawal.objects.count()] == [200, 0]
    assert 'aria-invalid="true"' in text_of(response)


def test_who_has_the_receipt_and_not_the_mailbox_only_reads(browser: Client) -> None:
    signature = verified()
    path = address(signature, "withdraw")
    for sent_along in ({"reason": "Out.", "confirm": "1"}, {"code": "123456"}, {"take_back": "1"}):
        assert browser.post(path, sent_along).status_code == 200
    assert browser.post(address(signature, "complete"), {}).status_code == 200
    assert [Withdrawal.objects.count(), Invitation.objects.count()] == [0, 1]


def test_a_proof_to_record_does_not_withdraw_and_the_other_way_round(browser: Client) -> None:
    signature = verified()
    prove(browser, address(signature, "complete"), "record")
    path = address(signature, "withdraw")
    browser.post(path, {"reason": "Out.", "confirm": "1"})
    assert Withdrawal.objects.count() == 0


def test_the_proof_of_one_office_says_nothing_for_another(browser: Client) -> None:
    mine = verified()
    other = verified(signatory=office(mine.signatory.declaration))
    prove(browser, address(mine, "withdraw"), "withdraw")
    browser.post(address(other, "withdraw"), {"reason": "Out.", "confirm": "1"})
    assert Withdrawal.objects.count() == 0


def test_an_office_takes_its_wish_back_and_a_new_one_takes_a_new_code(browser: Client) -> None:
    signature = verified()
    path = address(signature, "withdraw")
    prove(browser, path, "withdraw")
    browser.post(path, {"reason": "Out.", "confirm": "1"})
    assert browser.post(path, {"take_back": "1"}).headers["Location"] == address(signature)
    assert [row.outcome for row in Withdrawal.objects.all()] == ["dropped"]
    # The code was used for the first wish.
    browser.post(path, {"reason": "Out after all.", "confirm": "1"})
    assert Withdrawal.objects.count() == 1
    prove(browser, path, "withdraw")
    browser.post(path, {"reason": "Out after all.", "confirm": "1"})
    assert [row.outcome for row in Withdrawal.objects.order_by("pk")] == ["dropped", ""]


def test_a_question_is_answered_from_the_receipt(browser: Client) -> None:
    signature = submitted()
    actions.ask_for_information(signature=signature, by=officer(), note="Whose stamp is it?")
    assert "Whose stamp is it?" in text_of(browser.get(address(signature)))
    response = prove(browser, address(signature, "complete"), "record")
    record = response.headers["Location"]
    assert record.endswith("/record")
    page = text_of(browser.get(record))
    assert ["Whose stamp is it?" in page, "Robin Example" in page] == [True, True]
    assert Signature.objects.count() == 1


def test_a_ratification_decided_since_replaces_the_record_that_stands(browser: Client) -> None:
    old = verified()
    response = prove(browser, address(old, "complete"), "record")
    record = response.headers["Location"]
    token = record.split("/")[2]
    page = text_of(browser.get(record))
    assert ["Robin Example" in page, "page.pdf" in page] == [True, True]
    draft = Signature.objects.get(state="new")
    assert [draft.replaces, draft.text_hash, draft.informed_at] == [old, old.text_hash, None]
    typed = form(
        basis="council",
        body="City council",
        decided_on=timezone.localdate().isoformat(),
        text_hash=old.text_hash,
    )
    browser.post(record, typed)
    invitation = Invitation.objects.by_token(token).get()
    assert invitation.replaces == old
    actions.be_informed(invitation=invitation)
    draft.refresh_from_db()
    new = actions.submit_signature(signature=draft, invitation=invitation)
    assert [new.state, Signature.objects.public().get()] == ["submitted", old]
    assert "waits to be checked" in text_of(browser.get(address(old)))
    actions.verify(signature=new, by=officer())
    old.refresh_from_db()
    assert [old.state, Signature.objects.public().get(), new.mandate.basis] == [
        "superseded",
        new,
        "council",
    ]
    assert "took the place of this one" in text_of(browser.get(address(old)))
    assert "By a decision of its council: City council" in text_of(browser.get(address(new)))


def test_the_new_record_begins_with_copies_of_the_very_files() -> None:
    old = verified()
    actions.begin_completion(signature=old, language="en")
    draft = Signature.objects.get(state="new")
    first, copy = old.evidence.get(), draft.evidence.get()
    assert [copy.sha256, copy.name, copy.size] == [first.sha256, first.name, first.size]
    assert copy.file.name != first.file.name
    with first.file.open("rb") as before, copy.file.open("rb") as after:
        assert after.read() == before.read()


def test_a_file_that_is_not_what_it_was_is_not_taken_along() -> None:
    old = verified()
    file = old.evidence.get().file
    with file.storage.open(file.name, "wb") as changed:
        changed.write(b"%PDF-1.7 something else")
    actions.begin_completion(signature=old, language="en")
    draft = Signature.objects.get(state="new")
    assert [draft.evidence.count(), draft.signer_name] == [0, "Robin Example"]


def test_a_second_beginning_goes_on_with_what_was_typed_and_voids_the_first_link() -> None:
    old = verified()
    actions.begin_completion(signature=old, language="en")
    Signature.objects.filter(state="new").update(signer_name="Kim Example")
    actions.begin_completion(signature=old, language="fr")
    draft = Signature.objects.get(state="new")
    assert [draft.signer_name, draft.evidence.count(), Invitation.objects.usable().count()] == [
        "Kim Example",
        1,
        1,
    ]


def test_what_stands_is_mended_also_after_the_time_for_signing() -> None:
    old = verified()
    declaration = old.signatory.declaration
    declaration.signatures_until = timezone.now() - timedelta(seconds=1)
    declaration.save()
    actions.begin_completion(signature=old, language="en")
    invitation = Invitation.objects.usable().get()
    actions.be_informed(invitation=invitation)
    draft = Signature.objects.get(state="new")
    assert actions.submit_signature(signature=draft, invitation=invitation).state == "submitted"


def test_who_invited_the_office_does_not_verify_what_it_mended() -> None:
    sender, second = officer(), officer()
    old = actions.verify(signature=submitted(by=sender), by=second)
    actions.begin_completion(signature=old, language="en")
    invitation = Invitation.objects.usable().get()
    actions.be_informed(invitation=invitation)
    new = actions.submit_signature(signature=Signature.objects.get(state="new"), invitation=invitation)
    with pytest.raises(actions.RefusedByRegister) as refused:
        actions.verify(signature=new, by=sender)
    assert refused.value.constraint == "verifier_did_not_invite"
    assert actions.verify(signature=new, by=second).state == "verified"


@pytest.mark.parametrize("state", ["submitted", "refused", "withdrawn"])
def test_what_is_being_checked_or_over_is_not_completed(browser: Client, state: str) -> None:
    signature = submitted()
    if state == "refused":
        actions.refuse(signature=signature, by=officer(), note="No page.")
    elif state == "withdrawn":
        actions.enter_withdrawal(signature=signature, by=officer(), reason="A letter.")
        actions.withdraw(signature=signature, by=officer(), note="Done.")
    with pytest.raises(actions.CannotComplete):
        actions.begin_completion(signature=signature, language="en")
    response = browser.post(address(signature, "complete"))
    assert [response.status_code, MailboxCode.objects.count()] == [200, 0]


def test_information_is_asked_about_a_replacement_too(browser: Client) -> None:
    old = verified()
    actions.begin_completion(signature=old, language="en")
    invitation = Invitation.objects.usable().get()
    actions.be_informed(invitation=invitation)
    new = actions.submit_signature(signature=Signature.objects.get(state="new"), invitation=invitation)
    actions.ask_for_information(signature=new, by=officer(), note="Which council?")
    response = prove(browser, address(new, "complete"), "record")
    assert response.headers["Location"].endswith("/record")
    new.refresh_from_db()
    assert [new.state, new.replaces, Signature.objects.count()] == ["needs_information", old, 2]


def test_what_was_recorded_from_paper_is_read_first_before_it_is_changed(browser: Client) -> None:
    signature = actions.record_on_paper(
        signatory=office(published()), answers=answers(), files={"signed_page": sent()}, by=officer()
    )
    actions.verify(signature=signature, by=officer())
    record = prove(browser, address(signature, "complete"), "record").headers["Location"]
    # No text was shown to this office yet, so it is led to it.
    assert browser.get(record).headers["Location"] == record.removesuffix("/record")
    draft = Signature.objects.get(state="new")
    assert [draft.replaces, draft.language, draft.signer_name] == [signature, "", "Robin Example"]
