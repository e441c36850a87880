"""A withdrawal at the very same time as another one, or as its end."""

from __future__ import annotations

from django.test import Client

from declarations import actions
from declarations.mailbox_codes import new_digits
from declarations.models import MailboxCode, Signature, SignatureEvent, Withdrawal
from tests.declarations.making import officer, submitted
from tests.declarations.test_race import at_once


def verified() -> Signature:
    return actions.verify(signature=submitted(), by=officer())


def test_a_double_click_enters_one_wish_and_both_see_the_receipt(fresh_db: str) -> None:
    signature = verified()
    path = f"/sign/receipt/{signature.receipt_code}/withdraw"
    browser = Client()
    browser.post(path, {"send": "1"})
    browser.post(path, {"code": new_digits(MailboxCode.objects.get())})

    def click() -> str:
        tab = Client()
        tab.cookies = browser.cookies
        return str(tab.post(path, {"reason": "Out.", "confirm": "1"}).headers.get("Location", ""))

    receipt = f"/sign/receipt/{signature.receipt_code}/"
    assert at_once(click, click) == [receipt, receipt]
    assert Withdrawal.objects.count() == 1


def test_of_carrying_out_and_dropping_at_once_one_wins(fresh_db: str) -> None:
    signature = verified()
    wish = actions.enter_withdrawal(signature=signature, by=officer(), reason="A letter.")
    first, second = officer(), officer()
    outcomes = at_once(
        lambda: bool(
            actions.withdraw(
                signature=Signature.objects.get(pk=signature.pk), by=first, note="As you wished."
            )
        ),
        lambda: bool(
            actions.drop_withdrawal(
                withdrawal=Withdrawal.objects.get(pk=wish.pk), by=second, note="By phone."
            )
        ),
    )
    wish.refresh_from_db()
    signature.refresh_from_db()
    assert outcomes in ([True, "NothingToWithdraw"], ["RefusedByRegister", True])
    assert (signature.state, wish.outcome) in [("withdrawn", "done"), ("verified", "dropped")]
    assert SignatureEvent.objects.filter(kind="withdrawn").count() == (wish.outcome == "done")


def test_of_two_officers_who_carry_it_out_at_once_one_does(fresh_db: str) -> None:
    signature = verified()
    actions.enter_withdrawal(signature=signature, by=officer(), reason="A letter.")
    both = [officer(), officer()]
    outcomes = at_once(
        *(
            lambda by=by: bool(
                actions.withdraw(signature=Signature.objects.get(pk=signature.pk), by=by, note="Done.")
            )
            for by in both
        )
    )
    assert sorted(map(str, outcomes)) == ["RefusedByRegister", "True"]
    assert SignatureEvent.objects.filter(kind="withdrawn").count() == 1
