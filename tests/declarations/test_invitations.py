from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from procrastinate.contrib.django.models import ProcrastinateJob

from declarations import actions
from declarations.actions import confirm_mailbox, invite, new_link, set_mailbox
from declarations.actions.new_links import AT_WORK, send_new_link
from declarations.mails import way as mails
from declarations.models import Declaration, Invitation, Mailbox, MailboxCode
from efus_conference.models import Mail
from efus_conference.secret_links import hash_of_token
from tests import factories
from tests.declarations.making import (
    actor,
    asked_for_new_link,
    invited,
    let_in,
    office,
    officer,
    published,
    submitted,
)

pytestmark = pytest.mark.django_db


def refusal(do: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(actions.Refusal) as caught:
        do(*args, **kwargs)
    return type(caught.value).__name__


def test_the_first_mailbox_counts_at_once_and_a_change_when_a_second_officer_confirmed_it() -> None:
    one, two = officer(), officer()
    signatory = factories.signatory(published())
    first = set_mailbox(signatory=signatory, email="a@town.example", by=one)
    change = set_mailbox(signatory=signatory, email="b@town.example", by=one)
    before = signatory.registered_mailbox()
    alone = refusal(confirm_mailbox, mailbox=change, by=one)
    confirm_mailbox(mailbox=change, by=two)
    assert [before, alone, signatory.registered_mailbox()] == [first, "SameOfficer", change]


def test_a_changed_mailbox_ends_the_links_to_the_one_before() -> None:
    invitation, token = invited(office())
    change = set_mailbox(signatory=invitation.signatory, email="b@town.example", by=officer())
    confirm_mailbox(mailbox=change, by=officer())
    assert not Invitation.objects.by_token(token).usable().exists()


def test_a_mailbox_is_confirmed_once_and_only_the_last_change() -> None:
    signatory = office()
    change = set_mailbox(signatory=signatory, email="b@town.example", by=officer())
    later = set_mailbox(signatory=signatory, email="c@town.example", by=officer())
    first = Mailbox.objects.get(signatory=signatory, is_first=True)
    confirm_mailbox(mailbox=later, by=officer())
    assert [refusal(confirm_mailbox, mailbox=each, by=officer()) for each in (first, change, later)] == [
        "NothingToConfirm"
    ] * 3


def test_the_registered_mailbox_and_nonsense_are_refused() -> None:
    signatory = office()
    assert (
        refusal(set_mailbox, signatory=signatory, email="OFFICE@town.example", by=officer()) == "SameMailbox"
    )
    with pytest.raises(ValidationError):
        set_mailbox(signatory=signatory, email="nobody", by=officer())


def test_inviting_needs_a_mailbox_a_published_open_declaration_and_no_signature() -> None:
    by = officer()
    closed = office(published())
    closed.declaration.is_open_to_signatures = False
    closed.declaration.save()
    cases = [
        factories.signatory(published()),
        office(factories.declaration()),
        office(published(is_historical=False, is_open_to_signatures=False)),
        closed,
        submitted().signatory,
    ]
    assert [refusal(invite, signatory=each, language="en", by=by) for each in cases] == [
        "NoMailbox",
        "TakesNoSignatures",
        "TakesNoSignatures",
        "TakesNoSignatures",
        "HasSigned",
    ]
    assert refusal(invite, signatory=office(), language="xx", by=by) == "UnknownLanguage"


def test_an_invitation_lasts_thirty_days_and_ends_the_earlier_ones() -> None:
    signatory, by = office(), officer()
    first = invite(signatory=signatory, language="en", by=by)
    second = invite(signatory=signatory, language="fr", by=by)
    first.refresh_from_db()
    assert [
        second.expires_at - timezone.now() > timedelta(days=29, hours=23),
        second.language,
        second.sent_by,
        first.revoked_at is not None,
        list(Invitation.objects.usable()),
    ] == [True, "fr", actor(by), True, [second]]


def test_a_new_link_replaces_the_one_before_and_no_link_is_made_for_a_revoked_invitation() -> None:
    invitation, first = invited()
    second = new_link(invitation=invitation)
    usable = Invitation.objects.usable()
    assert [usable.by_token(token).exists() for token in (first, second)] == [False, True]
    actions.revoke(invitation=invitation)
    assert refusal(new_link, invitation=invitation) == "LinkNotUsable"


def test_a_link_is_promised_no_longer_than_the_time_for_signing_unless_it_answers_or_mends() -> None:
    invitation = invite(signatory=office(), language="en", by=officer())
    over_at = timezone.now() + timedelta(days=9)
    Declaration.objects.update(signatures_until=over_at)
    (letter,) = mails.invitation(invitation_id=invitation.pk)
    (token,) = letter.secrets
    page = Client().get(f"/sign/{token}")
    assert [letter.context["expires_at"], page.context["works_until"]] == [over_at, over_at]
    assert f"Signatures are taken until {date_format(timezone.localtime(over_at), 'DATETIME_FORMAT')}." in (
        render_to_string("declarations/emails/invitation.txt", letter.context)
    )
    signature = submitted()
    actions.ask_for_information(signature=signature, by=officer(), note="Which page?")
    Declaration.objects.update(signatures_until=over_at)
    asked = Invitation.objects.usable().get(signatory=signature.signatory)
    assert actions.works_until(asked) == asked.expires_at


def test_a_link_handed_over_by_hand_is_not_mailed_on_top() -> None:
    invitation, token = invited()
    assert list(mails.invitation(invitation_id=invitation.pk)) == []
    assert Invitation.objects.by_token(token).usable().exists()


def test_a_job_that_runs_again_after_its_mail_leaves_the_sent_link_alone() -> None:
    invitation = invite(signatory=office(), language="en", by=officer())
    (letter,) = mails.invitation(invitation_id=invitation.pk)
    Mail.objects.create(
        kind="declarations/invitation", to=letter.to, subject_ids={"invitation_id": invitation.pk}
    )
    (token,) = letter.secrets
    assert list(mails.invitation(invitation_id=invitation.pk)) == []
    assert Invitation.objects.by_token(token).usable().exists()


def test_a_new_link_is_asked_for_on_behalf_of_who_invited() -> None:
    by = officer()
    invitation, token = invited(by=by)
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now())
    asked_for_new_link(token, "192.0.2.1")
    renewed = Invitation.objects.usable().get()
    assert [renewed.signatory, renewed.sent_by] == [invitation.signatory, actor(by)]


def test_a_link_that_a_reminder_replaced_still_asks_for_a_new_one() -> None:
    by = officer()
    invitation, first = invited(by=by)
    new_link(invitation=invitation)
    third = new_link(invitation=invitation)
    usable = Invitation.objects.usable()
    assert [usable.by_token(token).exists() for token in (first, third)] == [False, True]
    asked_for_new_link(first)
    renewed = Invitation.objects.usable().get()
    assert [renewed == invitation, renewed.signatory, renewed.sent_by] == [
        False,
        invitation.signatory,
        actor(by),
    ]


def test_what_an_officer_revoked_comes_back_by_no_link_of_that_office_until_it_is_invited_again() -> None:
    invitation, first = invited()
    second = new_link(invitation=invitation)
    actions.revoke(invitation=invitation)
    for token in (first, second):
        asked_for_new_link(token)
    assert list(Invitation.objects.all()) == [invitation]
    again, token = invited(invitation.signatory)
    Invitation.objects.filter(pk=again.pk).update(expires_at=timezone.now())
    asked_for_new_link(token)
    assert Invitation.objects.usable().count() == 1


def test_an_older_link_does_not_end_the_one_under_which_its_office_is_at_work() -> None:
    invitation, first = invited()
    second = new_link(invitation=invitation)
    mail = mailed(invitation)
    let_in(Client(), second)
    for _time in range(2):
        asked_for_new_link(first)
    assert Invitation.objects.by_token(second).usable().exists()
    # Looked at again within the hour that the page speaks of, once however often somebody asked.
    (job,) = ProcrastinateJob.objects.filter(task_name=send_new_link.name).exclude(scheduled_at=None)
    assert job.scheduled_at < timezone.now() + timedelta(hours=1) - AT_WORK
    MailboxCode.objects.update(used_at=timezone.now() - AT_WORK)
    with transaction.atomic():
        send_new_link(**job.args)
        assert not Invitation.objects.by_token(second).usable().exists()
        transaction.set_rollback(True)
    # The mail that brought the link never arrived: nobody waits for it.
    MailboxCode.objects.update(used_at=timezone.now())
    Mail.objects.filter(pk=mail.pk).update(bounce="failed", bounced_at=timezone.now())
    asked_for_new_link(first)
    assert not Invitation.objects.by_token(second).usable().exists()


def test_who_loses_the_link_of_a_change_midway_gets_the_receipt_at_once() -> None:
    for state in ("submitted", "needs_information"):
        signature = submitted()
        first = "the link it was signed with"
        Invitation.objects.filter(pk=signature.invitation_id).update(token_hash=hash_of_token(first))
        if state == "needs_information":
            actions.ask_for_information(signature=signature, by=officer(), note="Which page?")
        else:
            signature = actions.verify(signature=signature, by=officer())
        # Handed over to the browser alone, which proved the mailbox: no mail has it.
        handed_over = actions.begin_completion(signature=signature, language="en")
        let_in(Client(), handed_over)
        asked_for_new_link(first)
        receipts = ProcrastinateJob.objects.filter(
            args__kind="declarations/receipt", args__ids={"signature_id": signature.pk}
        )
        # One with the signature, one for who asked; and what they were at works on.
        assert receipts.count() == 2
        assert Invitation.objects.by_token(handed_over).usable().exists()
        Invitation.objects.filter(pk=signature.invitation_id).update(token_hash=None)


def mailed(invitation: Invitation) -> Mail:
    return Mail.objects.create(
        kind="declarations/invitation",
        to=invitation.mailbox.email,
        language="en",
        subject="Sign",
        text="The link",
        subject_ids={"invitation_id": invitation.pk},
    )


def test_new_links_are_limited_per_signatory_and_per_asker() -> None:
    _invitation, token = invited()
    for number in range(5):
        asked_for_new_link(token, f"192.0.2.{number}")
    assert Invitation.objects.count() == 1 + 3
    _other, another = invited()
    for _again in range(10):
        asked_for_new_link("invented", "198.51.100.7")
    asked_for_new_link(another, "198.51.100.7")
    assert Invitation.objects.count() == 1 + 3 + 1


def test_a_new_link_counts_for_a_whole_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    _invitation, token = invited()
    for minute in (0, 10, 20, 30, 40, 61):
        hour_and_minute = timezone.now() + timedelta(minutes=minute)
        with monkeypatch.context() as clock:
            clock.setattr("django.core.cache.backends.db.tz_now", lambda now=hour_and_minute: now)
            clock.setattr("django.core.cache.backends.base.time.time", hour_and_minute.timestamp)
            asked_for_new_link(token, "192.0.2.1")
    assert Invitation.objects.count() == 1 + 3 + 1


def test_who_may_not_sign_any_more_gets_no_new_link() -> None:
    signature = submitted()
    invitation, token = signature.invitation, "used-token"
    assert invitation is not None
    Invitation.objects.filter(pk=invitation.pk).update(token_hash=hash_of_token(token))
    asked_for_new_link(token, "192.0.2.1")
    assert list(Invitation.objects.all()) == [invitation]
