"""What the office reads after its receipt: in its own language, with what comes next and where to look."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from declarations import actions
from declarations.languages import OFFICE_LANGUAGES
from declarations.models import Invitation, MailboxCode, Signature, Withdrawal
from efus_conference.mail import Letter, Rendered, compose, render
from tests.declarations.making import answers, office, officer, published, sent, submitted

pytestmark = pytest.mark.django_db
CODES = [code for code, _name in OFFICE_LANGUAGES]


def verified(language: str = "en") -> Signature:
    signature = actions.verify(signature=submitted(), by=officer())
    Invitation.objects.filter(pk=signature.invitation_id).update(language=language)
    return Signature.objects.get(pk=signature.pk)


def asked(signature: Signature) -> Withdrawal:
    mailbox = signature.signatory.registered_mailbox()
    assert mailbox is not None
    now = timezone.now()
    code = MailboxCode.objects.create(
        mailbox=mailbox, purpose="withdraw", used_at=now, expires_at=now + timedelta(minutes=1)
    )
    return actions.ask_for_withdrawal(signature=signature, code=code, reason="The <council> changed & left.")


def letters(kind: str, **ids: int) -> list[tuple[Letter, Rendered]]:
    return [(letter, render(kind, letter)) for letter in compose(kind, **ids)]


@pytest.mark.parametrize("language", CODES)
def test_every_mail_about_a_withdrawal_is_in_the_language_of_the_office(language: str) -> None:
    signature = verified(language)
    withdrawal = asked(signature)
    told = letters("declarations/withdrawal_asked", withdrawal_id=withdrawal.pk)
    actions.drop_withdrawal(withdrawal=withdrawal, by=officer(), note="The <mayor> & we talked.")
    told += letters("declarations/withdrawal_dropped", withdrawal_id=withdrawal.pk)
    asked(signature)
    actions.withdraw(signature=signature, by=officer(), note="As <you> & we agreed.")
    event = signature.events.latest("pk")
    told += letters("declarations/withdrawn", event_id=event.pk)
    words = ["The <council> changed & left.", "The <mayor> & we talked.", "As <you> & we agreed."]
    escaped = [word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for word in words]
    assert [
        (
            letter.to,
            letter.language,
            letter.secrets,
            signature.receipt_code in mail.text,
            said in mail.text,
            in_html in mail.html,
        )
        for (letter, mail), said, in_html in zip(told, words, escaped, strict=True)
    ] == [("office@town.example", language, (signature.receipt_code,), True, True, True)] * 3


def test_a_wish_that_was_taken_back_before_its_mail_is_not_told_any_more() -> None:
    withdrawal = asked(verified())
    actions.drop_withdrawal(withdrawal=withdrawal, by=officer(), note="By phone.")
    assert letters("declarations/withdrawal_asked", withdrawal_id=withdrawal.pk) == []


def test_the_office_hears_of_a_wish_that_an_officer_entered_from_paper() -> None:
    signature = verified()
    withdrawal = actions.enter_withdrawal(signature=signature, by=officer(), reason="A letter.")
    ((letter, mail),) = letters("declarations/withdrawal_asked", withdrawal_id=withdrawal.pk)
    assert [letter.to, "as it reached them on paper" in mail.text] == ["office@town.example", True]


def test_what_came_on_paper_is_told_in_the_language_of_the_signatory() -> None:
    signatory = office(published(), language="lv")
    signature = actions.record_on_paper(
        signatory=signatory, answers=answers(), files={"signed_page": sent()}, by=officer()
    )
    ((letter, _mail),) = letters("declarations/receipt", signature_id=signature.pk)
    assert letter.language == "lv"


def test_the_mail_of_a_replacement_names_the_record_whose_place_it_took() -> None:
    old = verified()
    actions.begin_completion(signature=old, language="en")
    invitation = Invitation.objects.usable().get()
    actions.be_informed(invitation=invitation)
    new = actions.submit_signature(signature=Signature.objects.get(state="new"), invitation=invitation)
    actions.verify(signature=new, by=officer())
    found = {}
    for signature in (old, new):
        event = signature.events.get(kind="verified")
        ((_letter, mail),) = letters("declarations/verified", event_id=event.pk)
        found[signature.pk] = "takes the place of the one of" in mail.text
    assert found == {old.pk: False, new.pk: True}
