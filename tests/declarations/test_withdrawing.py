"""An office takes its signature back: by its mailbox's code or on paper, and never by one person alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from declarations import actions
from declarations.models import Actor, Invitation, MailboxCode, Signature, SignatureEvent, Withdrawal
from efus_conference.models import User
from tests import factories
from tests.declarations.making import (
    actor,
    answers,
    invited,
    office,
    officer,
    published,
    refused_by,
    sent,
    submitted,
)

pytestmark = pytest.mark.django_db


def typed(signature: Signature, **fields: Any) -> MailboxCode:
    """A code that somebody at the office's mailbox typed in to withdraw."""
    mailbox = signature.signatory.registered_mailbox()
    assert mailbox is not None
    values = {
        "mailbox": mailbox,
        "purpose": "withdraw",
        "language": "en",
        "expires_at": timezone.now() + timedelta(minutes=30),
        "used_at": timezone.now(),
        **fields,
    }
    return MailboxCode.objects.create(**values)


def verified(**fields: Any) -> Signature:
    return actions.verify(signature=submitted(**fields), by=officer())


def asked(signature: Signature) -> Withdrawal:
    return actions.ask_for_withdrawal(
        signature=signature, code=typed(signature), reason="The council changed its mind."
    )


def mails() -> list[str]:
    kinds = ProcrastinateJob.objects.order_by("pk").values_list("args__kind", flat=True)
    return [kind for kind in kinds if "withdraw" in kind]


def refusal_of(do: Callable[[], Any]) -> str:
    try:
        do()
    except actions.RefusedByRegister as refusal:
        return refusal.constraint
    except actions.Refusal as refusal:
        return type(refusal).__name__
    return ""


def test_an_office_asks_an_officer_carries_it_out_and_it_leaves_the_register() -> None:
    signature, second = verified(), officer()
    withdrawal = asked(signature)
    assert [Signature.objects.public().count(), withdrawal.outcome, withdrawal.is_from_paper] == [
        1,
        "",
        False,
    ]
    actions.withdraw(signature=signature, by=second, note="As its office asked.")
    withdrawal.refresh_from_db()
    assert [signature.state, Signature.objects.public().count()] == ["withdrawn", 0]
    assert [withdrawal.outcome, withdrawal.decided_by] == ["done", actor(second)]
    assert mails() == ["declarations/withdrawal_asked", "declarations/withdrawn"]


def test_on_paper_one_officer_enters_it_and_another_carries_it_out() -> None:
    signature, first = verified(), officer()
    actions.enter_withdrawal(signature=signature, by=first, reason="A letter of today.")
    alone = refusal_of(lambda: actions.withdraw(signature=signature, by=first, note="Done."))
    assert [alone, signature.state] == ["withdrawal_takes_two", "verified"]
    actions.withdraw(signature=signature, by=officer(), note="Done.")
    assert signature.state == "withdrawn"


def test_nothing_is_withdrawn_without_a_wish() -> None:
    signature = verified()
    refusal = refusal_of(lambda: actions.withdraw(signature=signature, by=officer(), note="By phone."))
    assert [refusal, signature.state] == ["withdrawal_takes_two", "verified"]


def test_a_wish_is_asked_once_and_says_why() -> None:
    signature = verified()
    assert refusal_of(
        lambda: actions.ask_for_withdrawal(signature=signature, code=typed(signature), reason="  ")
    ) == ("NoteMissing")
    asked(signature)
    assert refusal_of(lambda: asked(signature)) == "one_open_withdrawal_per_signature"
    assert Withdrawal.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"used_at": None},  # sent, and never typed in
        {"purpose": "record"},  # typed in for something else
        "of another office",
    ],
)
def test_a_wish_of_the_office_takes_a_code_of_its_mailbox_for_this(wrong: Any) -> None:
    signature = verified()
    if wrong == "of another office":
        other = office(signature.signatory.declaration)
        wrong = {"mailbox": other.registered_mailbox()}
    code = typed(signature, **wrong)
    refusal = refusal_of(
        lambda: actions.ask_for_withdrawal(signature=signature, code=code, reason="We want out.")
    )
    assert [refusal, Withdrawal.objects.count()] == ["withdrawal_by_code_or_officer", 0]


def test_a_code_is_good_for_one_wish() -> None:
    signature = verified()
    withdrawal = asked(signature)
    actions.take_back_withdrawal(withdrawal=withdrawal, code=typed(signature))
    assert withdrawal.code is not None
    refusal = refusal_of(
        lambda: actions.ask_for_withdrawal(signature=signature, code=withdrawal.code, reason="Again.")
    )
    assert refusal == "declarations_withdrawal_code_id_key"


def test_the_database_takes_no_wish_of_a_stranger() -> None:
    signature = verified()
    _invitation, _token = invited(office(signature.signatory.declaration))
    stranger = Actor.objects.get_or_create(kind="invitation", invitation=_invitation)[0]
    participant = actor(factories.user())

    def insert(**fields: Any) -> str:
        return refused_by(lambda: Withdrawal.objects.create(signature=signature, reason="Out.", **fields))

    assert [
        insert(entered_by=stranger, code=typed(signature)),  # the office of another signatory
        insert(entered_by=participant),  # somebody with an account
        insert(
            entered_by=actor(officer()),
            outcome="done",
            decided_by=actor(officer()),
            decided_at=timezone.now(),
        ),
    ] == ["withdrawal_by_code_or_officer"] * 3


def test_an_office_takes_its_wish_back_before_it_is_carried_out() -> None:
    signature = verified()
    withdrawal = asked(signature)
    actions.take_back_withdrawal(withdrawal=withdrawal, code=typed(signature))
    withdrawal.refresh_from_db()
    assert [withdrawal.outcome, signature.state] == ["dropped", "verified"]
    late = refusal_of(lambda: actions.withdraw(signature=signature, by=officer(), note="Done."))
    assert late == "withdrawal_takes_two"
    assert refusal_of(lambda: actions.take_back_withdrawal(withdrawal=withdrawal, code=typed(signature))) == (
        "NothingToWithdraw"
    )
    assert mails() == ["declarations/withdrawal_asked", "declarations/withdrawal_dropped"]


def test_an_officer_drops_a_wish_with_a_note() -> None:
    signature = verified()
    withdrawal = asked(signature)
    assert refusal_of(lambda: actions.drop_withdrawal(withdrawal=withdrawal, by=officer(), note=" ")) == (
        "NoteMissing"
    )
    actions.drop_withdrawal(withdrawal=withdrawal, by=officer(), note="It meant another declaration.")
    withdrawal.refresh_from_db()
    signature.refresh_from_db()
    assert [withdrawal.outcome, withdrawal.note, signature.state] == [
        "dropped",
        "It meant another declaration.",
        "verified",
    ]


def test_what_was_entered_and_decided_stays_so_in_the_database() -> None:
    signature = verified()
    withdrawal = asked(signature)
    rows = Withdrawal.objects.filter(pk=withdrawal.pk)
    done = {"outcome": "done", "decided_by": actor(officer()), "decided_at": timezone.now()}
    assert [
        refused_by(lambda: rows.update(reason="Another one.")),
        refused_by(lambda: rows.update(code=None)),
        refused_by(lambda: rows.update(**done)),
        refused_by(lambda: rows.delete()),
    ] == ["withdrawal_stays_as_entered"] * 4


def test_nothing_of_an_office_is_decided_while_its_wish_waits() -> None:
    signature = submitted()
    withdrawal = asked(signature)
    by = officer()
    refusals = [
        refusal_of(lambda: actions.verify(signature=signature, by=by)),
        refusal_of(lambda: actions.refuse(signature=signature, by=by, note="No.")),
    ]
    assert refusals == ["withdrawal_comes_first"] * 2
    actions.drop_withdrawal(withdrawal=withdrawal, by=officer(), note="Taken back by phone.")
    assert actions.verify(signature=signature, by=by).state == "verified"


@pytest.mark.parametrize("state", ["refused", "withdrawn"])
def test_what_is_over_is_not_withdrawn(state: str) -> None:
    signature = submitted()
    if state == "refused":
        actions.refuse(signature=signature, by=officer(), note="No page.")
    else:
        asked(signature)
        actions.withdraw(signature=signature, by=officer(), note="Done.")
    assert refusal_of(lambda: asked(signature)) == "CannotWithdraw"


def test_what_came_on_paper_alone_is_taken_back_on_paper() -> None:
    signatory = office(published())
    signature = actions.record_on_paper(
        signatory=signatory, answers=answers(), files={"signed_page": sent()}, by=officer()
    )
    assert refusal_of(lambda: asked(signature)) == "NoInvitation"
    actions.enter_withdrawal(signature=signature, by=officer(), reason="A letter.")
    assert actions.withdraw(signature=signature, by=officer(), note="Done.").state == "withdrawn"


def test_a_withdrawal_ends_the_links_with_which_it_was_to_be_mended() -> None:
    signature = verified()
    actions.begin_completion(signature=signature, language="en")
    asked(signature)
    actions.withdraw(signature=signature, by=officer(), note="Done.")
    assert signature.signatory.invitations.usable().count() == 0


def test_the_history_of_what_was_withdrawn_stays() -> None:
    signature = verified()
    asked(signature)
    actions.withdraw(signature=signature, by=officer(), note="As its office asked.")
    kinds = SignatureEvent.objects.filter(signature=signature).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["submitted", "verified", "withdrawn"]


def test_whoever_set_the_mailbox_does_not_carry_out_what_was_asked_from_it() -> None:
    one = officer()
    signature = actions.verify(signature=submitted(office(by=one)), by=officer())
    asked(signature)
    alone = refusal_of(lambda: actions.withdraw(signature=signature, by=one, note="As its office asked."))
    signature.refresh_from_db()
    assert [alone, signature.state] == ["verifier_did_not_set_the_mailbox", "verified"]
    assert actions.withdraw(signature=signature, by=officer(), note="Done.").state == "withdrawn"


def test_whoever_reads_the_mailbox_does_not_carry_out_what_was_asked_from_it() -> None:
    signature, one = verified(), officer()
    mailbox = signature.signatory.registered_mailbox()
    assert mailbox is not None
    # It was theirs before they came to organise.
    User.objects.filter(pk=one.pk).update(email=mailbox.email.upper())
    asked(signature)
    alone = refusal_of(lambda: actions.withdraw(signature=signature, by=one, note="As its office asked."))
    assert alone == "verifier_does_not_read_the_mailbox"


def test_whoever_set_the_mailbox_may_carry_out_what_another_entered_from_paper() -> None:
    one = officer()
    signature = actions.verify(signature=submitted(office(by=one)), by=officer())
    actions.enter_withdrawal(signature=signature, by=officer(), reason="A letter of today.")
    assert actions.withdraw(signature=signature, by=one, note="Done.").state == "withdrawn"


def replacement_of(old: Signature) -> Signature:
    actions.begin_completion(signature=old, language="en")
    invitation = Invitation.objects.usable().get()
    draft = actions.be_informed(invitation=invitation)
    return actions.submit_signature(signature=draft, invitation=invitation)


@pytest.mark.parametrize("is_asked_about", [False, True])
def test_what_was_to_replace_a_signature_goes_with_it(is_asked_about: bool) -> None:
    old = verified()
    new = replacement_of(old)
    if is_asked_about:
        actions.ask_for_information(signature=new, by=officer(), note="Which council?")
    asked(old)
    actions.withdraw(signature=old, by=officer(), note="As its office asked.")
    new.refresh_from_db()
    assert [old.state, new.state, actions.can_be_completed(new)] == ["withdrawn", "withdrawn", False]
    assert [event.note for event in new.events.filter(kind="withdrawn")] == ["As its office asked."]
    assert Signature.objects.to_verify().count() == 0


def test_a_replacement_alone_is_not_withdrawn_without_a_wish() -> None:
    old = verified()
    new = replacement_of(old)
    refusal = refusal_of(lambda: actions.withdraw(signature=new, by=officer(), note="By phone."))
    assert [refusal, old.state] == ["withdrawal_takes_two", "verified"]


def test_a_wish_is_dropped_by_an_organiser_or_its_own_office_alone() -> None:
    signature = verified()
    withdrawal = asked(signature)
    other, _token = invited(office(signature.signatory.declaration))
    stranger = Actor.objects.get_or_create(kind="invitation", invitation=other)[0]

    def dropped_by(who: Actor) -> str:
        rows = Withdrawal.objects.filter(pk=withdrawal.pk)
        return refused_by(lambda: rows.update(outcome="dropped", decided_by=who, decided_at=timezone.now()))

    assert [dropped_by(who) for who in (stranger, actor(factories.user()), actor(officer()))] == [
        "withdrawal_by_code_or_officer",
        "withdrawal_by_code_or_officer",
        "",
    ]
