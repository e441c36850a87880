"""Who decides on a signature, on what they read, and what the database says to everybody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection

from declarations import actions
from declarations.actions import ChangedSince, RefusedByRegister, take_under_review, verify
from declarations.actions.deciding import last_event
from declarations.conflicts import parts_in
from declarations.models import Mailbox, Signature, SignatureEvent
from efus_conference.models import User
from tests import factories
from tests.declarations.making import (
    actor,
    answers,
    office,
    officer,
    published,
    refused_by,
    sent,
    submitted,
)

pytestmark = pytest.mark.django_db


def refusal(do: Callable[[], Any]) -> str:
    try:
        do()
    except RefusedByRegister as refused:
        return refused.constraint
    return ""


# --- what was read -----------------------------------------------------------------------------------


def test_a_decision_holds_for_what_was_read_alone() -> None:
    signature, reader = submitted(), officer()
    seen = last_event(signature)
    actions.ask_for_information(signature=signature, by=officer(), note="Which council?", seen=seen)
    for act in (actions.verify, actions.refuse, actions.ask_for_information, take_under_review):
        with pytest.raises(ChangedSince):
            act(signature=signature, by=reader, note="A note.", seen=seen)
    assert [signature.state, signature.events.count()] == ["needs_information", 2]


def test_of_two_tabs_of_one_officer_the_second_decides_nothing() -> None:
    signature, reader = submitted(), officer()
    seen = last_event(signature)
    verify(signature=signature, by=reader, seen=seen)
    with pytest.raises(ChangedSince):
        actions.refuse(signature=signature, by=reader, note="No.", seen=seen)
    assert Signature.objects.get(pk=signature.pk).state == "verified"


def test_whoever_takes_it_under_review_may_decide_and_so_may_others() -> None:
    one, other = officer(), officer()
    first, second = submitted(), submitted()
    for signature, decider in ((first, one), (second, other)):
        take_under_review(signature=signature, by=one)
        assert signature.state == "under_review"
        verify(signature=signature, by=decider)
    assert [first.state, second.state] == ["verified", "verified"]


# --- who -----------------------------------------------------------------------------------------------


def test_only_an_organiser_takes_under_review_or_asks() -> None:
    signature = submitted()
    its_own = signature.events.get().actor
    kinds = ("under_review", "needs_information")
    assert [
        refused_by(lambda: SignatureEvent.objects.create(signature=signature, kind=kind, actor=who))  # noqa: B023
        for kind in kinds
        for who in (its_own, actor(factories.user()), actor(officer(is_active=False)))
    ] == ["verifier_is_an_organiser"] * 6


def by_recording(user: User) -> Signature:
    return actions.record_on_paper(
        signatory=office(), answers=answers(), files={"signed_page": sent()}, by=user
    )


def by_setting_the_mailbox(user: User) -> Signature:
    return submitted(office(by=user))


def by_confirming_the_mailbox(user: User) -> Signature:
    signature = submitted()
    change = actions.set_mailbox(signatory=signature.signatory, email="new@town.example", by=officer())
    actions.confirm_mailbox(mailbox=change, by=user)
    return signature


def by_working_there(user: User) -> Signature:
    signature = submitted()
    user.organisation = signature.signatory.organisation
    user.save()
    return signature


def by_working_nowhere(user: User) -> Signature:
    """Of whom nobody knows for whom they work, it may be Efus."""
    return submitted(office(organisation=factories.organisation(is_organiser=True)))


def by_reading_the_mailbox(user: User) -> Signature:
    """An address that was entered before its owner became an organiser."""
    User.objects.filter(pk=user.pk).update(is_staff=False)
    signatory = factories.signatory(published())
    actions.set_mailbox(signatory=signatory, email=user.email.upper(), by=officer())
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return submitted(signatory)


def by_reading_it_under_another_address(user: User) -> Signature:
    EmailAddress.objects.create(user=user, email="second@town.example", verified=True)
    User.objects.filter(pk=user.pk).update(is_staff=False)
    signatory = factories.signatory(published())
    actions.set_mailbox(signatory=signatory, email="Second+mayor@town.example", by=officer())
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return submitted(signatory)


def by_no_organiser(user: User) -> Signature:
    User.objects.filter(pk=user.pk).update(is_staff=False)
    return submitted()


def with_no_part(user: User) -> Signature:
    return submitted()


PARTS: dict[Callable[[User], Signature], str] = {
    by_recording: "verifier_is_not_the_recorder",
    lambda user: submitted(by=user): "verifier_did_not_invite",
    by_setting_the_mailbox: "verifier_did_not_set_the_mailbox",
    by_confirming_the_mailbox: "verifier_did_not_set_the_mailbox",
    by_working_there: "verifier_is_not_of_the_signatory",
    by_working_nowhere: "verifier_is_not_of_the_signatory",
    by_reading_the_mailbox: "verifier_does_not_read_the_mailbox",
    by_reading_it_under_another_address: "verifier_does_not_read_the_mailbox",
    by_no_organiser: "verifier_is_an_organiser",
    with_no_part: "",
}


@pytest.mark.parametrize("root", [False, True], ids=["officer", "superuser"])
@pytest.mark.parametrize("how", list(PARTS))
def test_what_is_said_before_is_what_the_database_says(how: Callable[[User], Signature], root: bool) -> None:
    user = officer(is_superuser=root)
    signature = how(user)
    user.refresh_from_db()
    said = parts_in([signature], by=user)[signature.pk]
    assert [
        said[:1],
        refusal(lambda: verify(signature=signature, by=user)),
    ] == [[PARTS[how]] if PARTS[how] else [], PARTS[how]]


def test_the_parts_in_many_are_asked_in_one_query(django_assert_num_queries: Any) -> None:
    user = officer()
    signatures = [submitted() for _number in range(3)] + [submitted(by=user)]
    with django_assert_num_queries(1):
        found = parts_in(signatures, by=user)
    assert [found[one.pk] for one in signatures] == [[], [], [], ["verifier_did_not_invite"]]


def lost_staff(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=False)


def was_closed(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("change", [lost_staff, was_closed])
def test_a_role_that_was_lost_while_the_page_was_open_decides_nothing(change: Callable[[User], None]) -> None:
    user, signature = officer(), submitted()
    change(user)
    assert [refusal(lambda: verify(signature=signature, by=user)), signature.state] == [
        "verifier_is_an_organiser",
        "submitted",
    ]


def test_whoever_moved_to_the_signatory_meanwhile_does_not_decide() -> None:
    user, signature = officer(), submitted()
    User.objects.filter(pk=user.pk).update(organisation=signature.signatory.organisation)
    assert refusal(lambda: verify(signature=signature, by=user)) == "verifier_is_not_of_the_signatory"


def test_changing_the_own_address_does_not_open_what_was_closed() -> None:
    """Who set the mailbox is kept, whatever its owner is called later."""
    user = officer()
    signature = submitted(office(by=user))
    User.objects.filter(pk=user.pk).update(email="somebody@else.example")
    assert refusal(lambda: verify(signature=signature, by=user)) == "verifier_did_not_set_the_mailbox"


def test_plain_sql_meets_the_same_rules() -> None:
    """As the site's own login: no event of an officer with a part in it, and no state without an event."""
    user = officer(is_superuser=True)
    signature = submitted(by=user)
    statements = [
        "INSERT INTO declarations_signatureevent (signature_id, kind, actor_id, note, at) VALUES (%s, 'verified', %s, '', now())",
        "WITH x AS (SELECT %s::bigint AS s, %s::bigint AS a) UPDATE declarations_signature SET state = 'verified' FROM x WHERE id = s",
        "WITH x AS (SELECT %s::bigint AS s, %s::bigint AS a) UPDATE declarations_invitation SET sent_by_id = NULL FROM x WHERE sent_by_id = a",
    ]  # fmt: skip

    def run(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, [signature.pk, actor(user).pk])

    assert [refused_by(lambda: run(one)) for one in statements] == [  # noqa: B023
        "verifier_did_not_invite",
        "signature_changes_by_event",
        "invitation_keeps_its_sender",
    ]


def test_an_organiser_s_address_is_no_office_s_mailbox() -> None:
    user, signatory = officer(), factories.signatory(published())
    EmailAddress.objects.create(user=user, email="second@town.example", verified=True)
    # Entered by them, and never proved: it may be anybody's.
    EmailAddress.objects.create(user=user, email="mayor@town.example", verified=False)
    name, host = user.email.split("@")

    def refusal(email: str) -> str:
        return refused_by(Mailbox(signatory=signatory, email=email, set_by=actor(officer())).save)

    theirs = [user.email.title(), f"{name}+city@{host}", "second@town.example", "Second+x@town.example"]
    assert [refusal(email) for email in theirs] == ["mailbox_is_of_no_organiser"] * 4
    assert refusal("mayor@town.example") == ""
