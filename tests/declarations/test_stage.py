"""The signing on stage: pre-cleared by two, signed before two, public after the time to undo."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from declarations import actions
from declarations.actions.stage_publishing import publish_from_stage
from declarations.conflicts import parts_on_stage
from declarations.history import of_signature
from declarations.mails.after import receipt, verified
from declarations.models import Evidence, Signature, StageEvent, StageSigning
from declarations.retention import drafts_that_are_over
from efus_conference.models import Mail
from tests import factories
from tests.declarations.making import invited, office, officer, published, refused_by, sent, submitted
from tests.declarations.staging import (
    ceremony,
    cleared,
    confirmed,
    published_from_stage,
    recorded,
    signer,
    time_to_undo_is_over,
)

pytestmark = pytest.mark.django_db


def told(do: Any) -> str:
    """The kind of the refusal; for one of the register the name of its rule."""
    try:
        do()
    except actions.RefusedByRegister as refusal:
        return refusal.constraint
    except actions.Refusal as refusal:
        return type(refusal).__name__
    return ""


def steps(signing: StageSigning) -> list[str]:
    return list(signing.events.values_list("kind", flat=True))


def slug_of(signing: StageSigning) -> str:
    return signing.signatory.organisation.slug


def mails_queued() -> list[str]:
    jobs = ProcrastinateJob.objects.filter(task_name__endswith="mail.send").order_by("pk")
    return [job.args["kind"] for job in jobs]


def test_from_the_list_to_the_register() -> None:
    signing = published_from_stage()
    signature = signing.signature
    assert signature is not None
    assert [signature.state, signature.signer_name, signature.mandate.basis] == [
        "verified",
        "Robin Example",
        "own_competence",
    ]
    assert list(signature.events.values_list("kind", flat=True)) == ["submitted", "confirmed", "verified"]
    assert steps(signing) == ["entered", "cleared", "signed", "scan_follows", "confirmed", "published"]


def test_no_mail_goes_out_before_the_publication_and_then_receipt_and_news() -> None:
    signing = confirmed()
    before = mails_queued()
    time_to_undo_is_over(signing)
    actions.publish_due(at=timezone.now())
    assert [before, mails_queued()] == [[], ["declarations/receipt", "declarations/verified"]]
    assert Mail.objects.count() == 0


def test_nothing_is_published_before_the_time_to_undo_is_over() -> None:
    signing = confirmed()
    assert actions.publish_due(at=timezone.now()) == []
    # Whoever asks for it too early: the database reads its own clock.
    assert actions.publish_due(at=timezone.now() + timedelta(days=1)) == []
    signing.refresh_from_db()
    assert [signing.signature.state, Signature.objects.public().count()] == ["confirmed", 0]  # type: ignore[union-attr]


def test_the_worker_is_told_when_to_publish() -> None:
    signing = confirmed(recorded(cleared(ceremony(undo_seconds=120))))
    job = ProcrastinateJob.objects.get(task_name=publish_from_stage.name)
    assert signing.confirmed_at is not None
    assert job.scheduled_at is not None
    assert job.args == {"signing_id": signing.pk}
    assert (
        timedelta(0) < job.scheduled_at - signing.confirmed_at - timedelta(seconds=120) < timedelta(seconds=1)
    )


def test_what_is_undone_leaves_no_signature_and_can_be_recorded_anew() -> None:
    signing = confirmed()
    first = signing.signature
    undone = actions.undo_on_stage(signing=signing, by=officer(), seen=signing.version)
    assert first is not None
    first.refresh_from_db()
    assert [first.state, undone.signature, undone.signed_at, undone.by_substitute] == [
        "undone",
        None,
        None,
        False,
    ]
    assert actions.publish_due(at=timezone.now()) == []
    assert confirmed(undone).signature not in (None, first)


def test_what_is_published_is_not_undone() -> None:
    signing = published_from_stage()
    assert (
        told(lambda: actions.undo_on_stage(signing=signing, by=officer(), seen=signing.version))
        == "TooLateToUndo"
    )


def test_recording_takes_an_open_ceremony_and_somebody_cleared() -> None:
    early = cleared(ceremony(is_open=False))
    assert told(lambda: recorded(early)) == "CeremonyNotOpen"
    on = ceremony()
    entered = actions.enter_signer(
        ceremony=on, signatory=office(on.declaration), signer=signer(), by=officer()
    )
    assert told(lambda: recorded(entered)) == "NotCleared"
    ready = cleared(on)
    assert told(lambda: recorded(ready, signed_at=timezone.now() + timedelta(minutes=5))) == "SignedAtNoTime"
    assert told(lambda: recorded(ready, signed_at=timezone.now() - timedelta(days=1))) == "SignedAtNoTime"
    assert told(lambda: recorded(recorded(ready))) == "SignedAlready"


def test_a_change_makes_what_was_cleared_wait_for_a_second_officer_again() -> None:
    signing, by = cleared(), officer()
    changed = actions.change_signer(
        signing=signing, signer=signer(signer_name="Sam Example"), by=by, seen=signing.version
    )
    assert told(lambda: recorded(changed)) == "NotCleared"
    assert told(lambda: actions.clear_signer(signing=changed, by=by, seen=changed.version)) == "ClearedByTwo"
    assert (
        recorded(actions.clear_signer(signing=changed, by=officer(), seen=changed.version)).name
        == "Sam Example"
    )


def test_who_recorded_does_not_confirm() -> None:
    one = officer()
    signing = recorded(by=one)
    assert (
        told(lambda: actions.confirm_on_stage(signing=signing, by=one, seen=signing.version))
        == "ConfirmedByAnother"
    )
    assert (
        refused_by(
            lambda: StageSigning.objects.filter(pk=signing.pk).update(
                confirmed_by=signing.recorded_by, confirmed_at=timezone.now(), version=signing.version + 1
            )
        )
        == "confirmed_by_another"
    )


@pytest.mark.parametrize(
    "part", ["invited", "set the mailbox", "works there", "reads the mailbox", "recorded", "none"]
)
def test_what_is_said_before_the_click_is_what_the_register_says_after_it(part: str) -> None:
    on, by = ceremony(), officer()
    fields: dict[str, Any] = {}
    if part == "works there":
        fields["organisation"] = factories.organisation()
        by.organisation = fields["organisation"]
        by.save()
    signatory = office(on.declaration, by=by if part == "set the mailbox" else None, **fields)
    if part == "invited":
        invited(signatory, by=by)
    if part == "reads the mailbox":
        by.email = "Office+x@town.example"
        by.save()
    signing = recorded(cleared(on, signatory=signatory), by=by if part == "recorded" else None)
    said = parts_on_stage([signing], by=by)[signing.pk]
    refusal = told(lambda: actions.confirm_on_stage(signing=signing, by=by, seen=signing.version))
    assert said == ([] if not refusal else ["confirmed_by_another" if part == "recorded" else refusal])


def test_a_substitute_named_on_stage_signs_by_their_own_name() -> None:
    signing = recorded(substitute=actions.Substitute("Kim Example", "Deputy mayor"))
    signature = confirmed(signing).signature
    assert signature is not None
    assert [signature.signer_name, signature.signer_office] == ["Kim Example", "Deputy mayor"]
    assert "substituted" in steps(signing)


def test_who_was_absent_may_come_after_all() -> None:
    signing = cleared()
    absent = actions.record_absent(signing=signing, by=officer(), seen=signing.version)
    came = recorded(absent)
    assert [absent.absent_at is None, came.absent_at, steps(came)[-2:]] == [False, None, ["absent", "signed"]]


def test_a_scan_before_the_confirmation_is_the_evidence_after_it() -> None:
    signing = recorded()
    for content in (None, None):  # the second photograph is the better one
        signing = actions.add_scan(signing=signing, by=officer(), seen=signing.version, file=sent(content))
    draft = signing.draft
    done = actions.confirm_on_stage(signing=signing, by=officer(), seen=signing.version)
    assert [done.signature, done.draft, Evidence.objects.filter(signature=draft).count()] == [draft, None, 1]
    assert (
        told(lambda: actions.add_scan(signing=done, by=officer(), seen=done.version, file=sent()))
        == "ScanThere"
    )


def test_the_scan_of_what_is_taken_back_goes_with_it() -> None:
    signing = recorded()
    signing = actions.add_scan(signing=signing, by=officer(), seen=signing.version, file=sent())
    back = actions.take_back(signing=signing, by=officer(), seen=signing.version, note="Not their page.")
    assert [back.signed_at, back.draft, Signature.objects.count(), Evidence.objects.count()] == [
        None,
        None,
        0,
        0,
    ]
    assert back.events.latest("pk").note == "Not their page."


def test_a_draft_of_the_stage_is_no_draft_that_is_over() -> None:
    signing = recorded()
    actions.add_scan(signing=signing, by=officer(), seen=signing.version, file=sent())
    assert drafts_that_are_over(timezone.now() + timedelta(days=999)).count() == 0


def test_without_a_scan_it_waits_until_it_is_there_or_said_to_follow() -> None:
    signing = recorded()
    signing = actions.confirm_on_stage(signing=signing, by=officer(), seen=signing.version)
    time_to_undo_is_over(signing)
    assert actions.publish_due(at=timezone.now()) == []
    signing = actions.add_scan(signing=signing, by=officer(), seen=signing.version, file=sent())
    assert actions.publish_due(at=timezone.now()) == [signing]


def test_a_scan_that_was_to_follow_comes_after_the_publication() -> None:
    signing = published_from_stage()
    later = actions.add_scan(signing=signing, by=officer(), seen=signing.version, file=sent())
    assert [later.scan_follows, Evidence.objects.get().signature] == [False, signing.signature]


def test_links_of_the_office_stop_working_and_after_the_undo_it_may_be_invited_again() -> None:
    on = ceremony()
    signatory = office(on.declaration)
    invitation, _token = invited(signatory)
    signing = confirmed(cleared(on, signatory=signatory))
    invitation.refresh_from_db()
    assert [invitation.revoked_at is None, told(lambda: invited(signatory))] == [False, "HasSigned"]
    actions.undo_on_stage(signing=signing, by=officer(), seen=signing.version)
    assert told(lambda: invited(signatory)) == ""


def test_who_signed_by_their_link_in_the_meantime_is_not_confirmed_twice() -> None:
    on = ceremony()
    signatory = office(on.declaration)
    signing = recorded(cleared(on, signatory=signatory))
    submitted(signatory)
    assert (
        told(lambda: actions.confirm_on_stage(signing=signing, by=officer(), seen=signing.version))
        == "HasSigned"
    )


def test_a_wish_to_withdraw_stops_the_publication_until_it_is_decided() -> None:
    signing = confirmed()
    assert signing.signature is not None
    withdrawal = actions.enter_withdrawal(signature=signing.signature, by=officer(), reason="By telephone.")
    time_to_undo_is_over(signing)
    assert actions.publish_due(at=timezone.now()) == []
    actions.drop_withdrawal(withdrawal=withdrawal, by=officer(), note="It was a mistake.")
    assert actions.publish_due(at=timezone.now()) == [signing]


def test_what_was_withdrawn_during_the_ceremony_is_never_published() -> None:
    signing = confirmed()
    assert signing.signature is not None
    actions.enter_withdrawal(signature=signing.signature, by=officer(), reason="By telephone.")
    actions.withdraw(signature=signing.signature, by=officer(), note="As its office asked.")
    time_to_undo_is_over(signing)
    assert actions.publish_due(at=timezone.now()) == []
    assert (
        told(lambda: actions.undo_on_stage(signing=signing, by=officer(), seen=signing.version))
        == "TooLateToUndo"
    )


def test_nobody_publishes_past_the_stage() -> None:
    by = officer()
    signing = confirmed(by=by)
    assert signing.signature is not None
    time_to_undo_is_over(signing)
    assert told(lambda: actions.verify(signature=signing.signature, by=by)) == "confirmed_on_stage_first"
    assert actions.publish_due(at=timezone.now()) == [signing]


def test_a_stale_screen_says_what_happened_since() -> None:
    signing, by = cleared(), officer()
    actions.record_absent(signing=signing, by=by, seen=signing.version)
    with pytest.raises(actions.StaleScreen) as refusal:
        recorded(signing)
    assert [event.kind for event in refusal.value.missed] == [StageEvent.Kind.ABSENT]
    assert f"What happened in the meantime to {signing}: absent, at " in str(refusal.value)
    assert str(refusal.value).endswith(f"by {by}.")


def test_the_ceremony_ends_once_all_is_confirmed_and_goes_on_where_it_ended_too_early() -> None:
    signing = recorded()
    on = signing.ceremony
    assert told(lambda: actions.end_ceremony(ceremony=on, by=officer())) == "Unconfirmed"
    confirmed(signing)
    actions.end_ceremony(ceremony=on, by=officer())
    late = cleared(on)
    assert told(lambda: recorded(late)) == "CeremonyNotOpen"
    actions.open_ceremony(ceremony=on, by=officer())
    assert recorded(late).signed_at is not None


def test_a_ceremony_opens_for_a_declaration_that_takes_signatures() -> None:
    on = ceremony(published(is_open_to_signatures=False), is_open=False)
    assert told(lambda: actions.open_ceremony(ceremony=on, by=officer())) == "TakesNoSignatures"


def test_the_register_and_the_mails_say_that_it_was_given_on_stage() -> None:
    signing = published_from_stage()
    signature = signing.signature
    assert signature is not None
    [first] = receipt(signature_id=signature.pk)
    [second] = verified(event_id=signature.events.get(kind="verified").pk)
    assert [letter.context["is_from_stage"] for letter in (first, second)] == [True, True]
    page = Client().get(
        f"{signature.signatory.declaration.get_absolute_url()}signatories/{slug_of(signing)}/"
    )
    assert "Signed on stage at the ceremony" in page.text
    assert "The scan of the signed page is still to follow." in page.text
    history = [each.what for each in of_signature(signature)]
    assert history == ["recorded_on_stage", "confirmed", "published_from_stage"]
