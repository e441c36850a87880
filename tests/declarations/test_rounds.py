from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from declarations import actions
from declarations.actions import begin_round, invite, remind, resume_round, rounds, stop_round
from declarations.actions.rounds import next_batch, sentence_of
from declarations.mails.rounds import reminder
from declarations.models import Invitation, InvitationRun, Signatory
from efus_conference.mail import render
from efus_conference.models import Mail
from tests import factories
from tests.declarations.making import invited, office, officer, published, refused_by, submitted

pytestmark = pytest.mark.django_db
INVITE, REMIND = InvitationRun.What.INVITE, InvitationRun.What.REMIND


def refusal(do: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(actions.Refusal) as caught:
        do(*args, **kwargs)
    return type(caught.value).__name__


def earlier(invitation: Invitation, days: int) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(sent_at=timezone.now() - timedelta(days=days))


def test_an_office_is_invited_in_its_own_language_and_another_one_becomes_its_own() -> None:
    signatory = office()
    Signatory.objects.filter(pk=signatory.pk).update(language="lv")
    signatory.refresh_from_db()
    first = invite(signatory=signatory, by=officer())
    second = invite(signatory=signatory, by=officer(), language="it")
    signatory.refresh_from_db()
    assert [first.language, second.language, signatory.language] == ["lv", "it", "it"]


def test_only_an_open_invitation_is_reminded_of_and_not_twice_in_a_week() -> None:
    never = office()
    invitation, _token = invited()
    assert [
        refusal(remind, signatory=never),
        refusal(remind, signatory=invitation.signatory),
        refusal(remind, signatory=submitted().signatory),
    ] == ["NotInvited", "RemindedLately", "HasSigned"]
    earlier(invitation, 8)
    remind(signatory=invitation.signatory)
    assert refusal(remind, signatory=invitation.signatory) == "RemindedLately"
    again = remind(signatory=invitation.signatory, insists=True)
    assert [again.pk, again.reminders, again.expires_at > timezone.now() + timedelta(days=29)] == [
        invitation.pk,
        2,
        True,
    ]


def test_a_link_that_expired_was_declined_or_revoked_is_not_reminded_of() -> None:
    now = timezone.now()
    said = []
    for change in ({"expires_at": now}, {"declined_at": now}, {"revoked_at": now}):
        invitation, _token = invited()
        earlier(invitation, 8)
        Invitation.objects.filter(pk=invitation.pk).update(**change)
        said.append(refusal(remind, signatory=invitation.signatory))
    assert said == ["NotInvited"] * 3


def test_a_reminder_has_a_fresh_link_and_is_composed_once() -> None:
    invitation, token = invited()
    earlier(invitation, 8)
    remind(signatory=invitation.signatory)
    ids = {"invitation_id": invitation.pk, "number": 1}
    (letter,) = reminder(**ids)
    mail = render("declarations/reminder", letter)
    fresh = letter.secrets[0]
    assert [
        fresh in mail.text,
        fresh in mail.html,
        Invitation.objects.by_token(token).exists(),
        Invitation.objects.by_token(fresh).usable().get().pk,
    ] == [True, True, False, invitation.pk]
    Mail.objects.create(kind="declarations/reminder", to=letter.to, subject_ids=ids)
    assert [list(reminder(**ids)), list(reminder(invitation_id=invitation.pk, number=2))] == [[], []]


def test_a_round_invites_in_batches_and_says_who_was_refused_and_why() -> None:
    declaration, by = published(), officer()
    ready = [office(declaration, by=by) for _n in range(3)]
    without = factories.signatory(declaration)
    elsewhere = office(by=by)
    ids = [each.pk for each in [ready[0], without, elsewhere, ready[1], ready[2], ready[0]]]
    run = begin_round(declaration=declaration, what=INVITE, signatory_ids=ids, by=by)
    assert [run.in_all, next_batch(run_id=run.pk), next_batch(run_id=run.pk)] == [5, False, False]
    run.refresh_from_db()
    assert [run.todo, run.done, run.refused, run.finished_at is not None] == [
        [],
        [each.pk for each in ready],
        [[without.pk, "NoMailbox"], [elsewhere.pk, "NotThereAnyMore"]],
        True,
    ]
    assert [Invitation.objects.filter(run=run).count(), Invitation.objects.count()] == [3, 3]
    assert sentence_of("NoMailbox") == "Set the mailbox of this office first; the invitation goes there."


def test_a_round_goes_on_where_a_killed_worker_left_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "AT_ONCE", 2)
    declaration, by = published(), officer()
    ids = [office(declaration, by=by).pk for _n in range(3)]
    run = begin_round(declaration=declaration, what=INVITE, signatory_ids=ids, by=by)
    next_batch(run_id=run.pk)
    rounds.work(run_id=str(run.pk))
    rounds.work(run_id=str(run.pk))
    invitations = Invitation.objects.filter(run=run).order_by("pk")
    assert list(invitations.values_list("signatory", flat=True)) == ids


def test_one_round_of_a_declaration_at_a_time() -> None:
    declaration, other, by = published(), published(), officer()
    one, two = office(declaration, by=by), office(other, by=by)
    run = begin_round(declaration=declaration, what=INVITE, signatory_ids=[one.pk], by=by)
    begin_round(declaration=other, what=INVITE, signatory_ids=[two.pk], by=by)
    with pytest.raises(actions.RefusedByRegister) as caught:
        begin_round(declaration=declaration, what=INVITE, signatory_ids=[one.pk], by=by)
    assert [caught.value.constraint, str(caught.value)[:40]] == [
        "one_round_at_a_time",
        "A round of invitations or reminders for ",
    ]
    resume_round(run=run)
    stop_round(run=run)
    assert [refusal(stop_round, run=run), refusal(resume_round, run=run)] == ["RoundIsOver"] * 2
    run.refresh_from_db()
    assert [run.done, run.refused, next_batch(run_id=run.pk)] == [[], [[one.pk, "Stopped"]], False]
    begin_round(declaration=declaration, what=INVITE, signatory_ids=[one.pk], by=by)
    assert (
        refused_by(
            lambda: InvitationRun.objects.create(declaration=declaration, what=INVITE, todo=[], by=run.by)
        )
        == "one_round_at_a_time"
    )


def test_a_round_of_nobody_and_one_of_a_closed_declaration_are_refused() -> None:
    closed = published(is_open_to_signatures=False)
    signatory = factories.signatory(closed)
    one = begin_round
    assert [
        refusal(one, declaration=published(), what=INVITE, signatory_ids=[], by=officer()),
        refusal(one, declaration=closed, what=INVITE, signatory_ids=[signatory.pk], by=officer()),
    ] == ["NobodyChosen", "TakesNoSignatures"]


def test_a_round_of_reminders_leaves_out_this_week_s_unless_one_insists() -> None:
    declaration, by = published(), officer()
    old, new = (invited(office(declaration, by=by), by=by)[0] for _n in range(2))
    earlier(old, 8)
    ids = [old.signatory_id, new.signatory_id]
    run = begin_round(declaration=declaration, what=REMIND, signatory_ids=ids, by=by)
    next_batch(run_id=run.pk)
    run.refresh_from_db()
    insisting = begin_round(declaration=declaration, what=REMIND, signatory_ids=ids, by=by, insists=True)
    next_batch(run_id=insisting.pk)
    insisting.refresh_from_db()
    assert [run.done, run.refused, insisting.done] == [
        [old.signatory_id],
        [[new.signatory_id, "RemindedLately"]],
        ids,
    ]


def test_after_the_last_moment_nobody_is_invited() -> None:
    declaration = published()
    signatory = office(declaration)
    declaration.signatures_until = timezone.now()
    declaration.save()
    assert refusal(invite, signatory=signatory, by=officer()) == "TimeIsOver"


def test_what_a_round_wrote_down_is_a_sentence_in_every_case() -> None:
    with translation.override("en"):
        assert [sentence_of(name) for name in ("nonsense", "Refusal", "mailbox_is_of_no_organiser")] == [
            "This could not be done together with the others. Do it on the office’s own page.",
            "This is not possible.",
            "This is an organiser’s own address. Enter the mailbox of the office itself.",
        ]
