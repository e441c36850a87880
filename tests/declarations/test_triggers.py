"""What the database refuses, whoever asks: here by the ORM and by plain SQL, as the site's own login."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from declarations.actions import RefusedByRegister, TimeIsOver, enter_historical, verify
from declarations.actions.actors import actor_of_archive, actor_of_invitation
from declarations.models import (
    Actor,
    Declaration,
    Invitation,
    Mailbox,
    Signature,
    SignatureEvent,
    TextVersion,
)
from efus_conference.erased_accounts import erase_account
from efus_conference.models import User
from efus_conference.secret_links import hash_of_token
from tests import factories
from tests.declarations.making import (
    actor,
    draft,
    invited,
    office,
    officer,
    published,
    recorded,
    refused_by,
    submitted,
)

pytestmark = pytest.mark.django_db


def decide(signature: Signature, by: Any, kind: str = "verified") -> str:
    return refused_by(lambda: SignatureEvent.objects.create(signature=signature, kind=kind, actor=actor(by)))


def sql(statement: str, *values: Any) -> str:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return refused_by(run)


def test_a_frozen_text_can_be_neither_changed_removed_nor_added_to() -> None:
    declaration = published()
    text = declaration.texts.first()
    assert text is not None
    text.body = "Cities do something else."
    assert [
        refused_by(text.save),
        refused_by(text.delete),
        refused_by(lambda: TextVersion.objects.create(declaration=declaration, language="nl", body="x")),
        sql("UPDATE declarations_textversion SET body = 'x' WHERE id = %s", text.pk),
        sql("UPDATE declarations_textversion SET status = 'translation' WHERE id = %s", text.pk),
        sql("DELETE FROM declarations_textversion WHERE id = %s", text.pk),
    ] == ["published_text_is_fixed"] * 6


def test_a_frozen_text_cannot_be_moved_to_another_declaration_nor_thawed() -> None:
    declaration, other = published(), factories.declaration()
    text = declaration.texts.first()
    assert text is not None
    assert [
        sql("UPDATE declarations_textversion SET declaration_id = %s WHERE id = %s", other.pk, text.pk),
        sql("UPDATE declarations_declaration SET text_hash = repeat('0', 64) WHERE id = %s", declaration.pk),
        sql(
            "UPDATE declarations_declaration SET text_hash = '', is_published = false WHERE id = %s",
            declaration.pk,
        ),
    ] == ["published_text_is_fixed", "frozen_stays_frozen", "frozen_stays_frozen"]


def test_who_recorded_it_cannot_decide() -> None:
    signatory, recorder = office(), officer()
    signature = draft(signatory)
    SignatureEvent.objects.create(signature=signature, kind="submitted", actor=actor(recorder))
    assert [decide(signature, recorder), decide(signature, recorder, "refused")] == [
        "verifier_is_not_the_recorder"
    ] * 2


def test_who_sent_any_invitation_to_the_office_cannot_decide() -> None:
    inviter = officer()
    assert decide(submitted(by=inviter), inviter) == "verifier_did_not_invite"


def test_who_set_or_confirmed_a_mailbox_cannot_decide() -> None:
    setter, changer, confirmer = officer(), officer(), officer()
    signatory = office(by=setter)
    signature = submitted(signatory)
    Mailbox.objects.create(
        signatory=signatory,
        email="new@town.example",
        is_first=False,
        set_by=actor(changer),
        confirmed_by=actor(confirmer),
        confirmed_at=signature.made_at,
    )
    assert [decide(signature, person) for person in (setter, changer, confirmer)] == [
        "verifier_did_not_set_the_mailbox"
    ] * 3


def test_a_colleague_of_the_signatory_cannot_decide() -> None:
    signature = submitted()
    colleague = officer(organisation=signature.signatory.organisation)
    assert decide(signature, colleague) == "verifier_is_not_of_the_signatory"


def test_the_organiser_s_own_signature_is_decided_on_by_another_organisation() -> None:
    efus = factories.organisation(is_organiser=True)
    signature = submitted(office(organisation=efus))
    outcomes = [
        decide(signature, officer(organisation=efus)),
        decide(signature, officer()),  # of no organisation we know: may be of the organiser's
        decide(signature, officer(organisation=factories.organisation())),
    ]
    assert outcomes == ["verifier_is_not_of_the_signatory", "verifier_is_not_of_the_signatory", ""]


def test_being_a_superuser_helps_in_none_of_it() -> None:
    root = officer(is_superuser=True)
    assert decide(submitted(by=root), root) == "verifier_did_not_invite"


def test_only_an_active_organiser_decides() -> None:
    signature = submitted()
    office_s_own = SignatureEvent.objects.get(signature=signature, kind="submitted").actor
    assert [
        decide(signature, factories.user()),
        decide(signature, officer(is_active=False)),
        refused_by(
            lambda: SignatureEvent.objects.create(signature=signature, kind="verified", actor=office_s_own)
        ),
    ] == ["verifier_is_an_organiser"] * 3


def test_the_state_changes_by_events_alone_and_in_their_order() -> None:
    signature = submitted()
    assert [
        refused_by(lambda: Signature.objects.filter(pk=signature.pk).update(state="verified")),
        sql("UPDATE declarations_signature SET state = 'verified' WHERE id = %s", signature.pk),
        sql("UPDATE declarations_signature SET decided_at = now() WHERE id = %s", signature.pk),
        refused_by(lambda: Signature.objects.create(signatory=signature.signatory, state="verified")),
        decide(signature, officer(), "superseded"),
        decide(signature, officer(), "submitted"),
    ] == ["signature_changes_by_event"] * 3 + ["signature_begins_new"] + ["signature_state_follows"] * 2


def test_what_was_submitted_stays() -> None:
    signature = submitted()
    evidence = signature.evidence.get()
    assert [
        sql("UPDATE declarations_signature SET signer_name = 'x' WHERE id = %s", signature.pk),
        sql("UPDATE declarations_signature SET signatory_id = signatory_id + 1 WHERE id = %s", signature.pk),
        sql("DELETE FROM declarations_signature WHERE id = %s", signature.pk),
        sql("UPDATE declarations_mandate SET basis = 'executive' WHERE signature_id = %s", signature.pk),
        sql("DELETE FROM declarations_mandate WHERE signature_id = %s", signature.pk),
        sql("UPDATE declarations_evidence SET sha256 = 'x' WHERE id = %s", evidence.pk),
        refused_by(evidence.delete),
    ] == [
        "signature_fixed_once_submitted",
        "signature_keeps_its_signatory",
        "signature_is_kept",
        "mandate_fixed_once_submitted",
        "mandate_fixed_once_submitted",
        "evidence_fixed_once_submitted",
        "evidence_fixed_once_submitted",
    ]


def test_nothing_moves_from_a_draft_to_what_was_submitted() -> None:
    signature, draft = submitted(), recorded(invited()[0])
    assert [
        sql(
            "UPDATE declarations_evidence SET signature_id = %s WHERE signature_id = %s",
            signature.pk,
            draft.pk,
        ),
        sql(
            "UPDATE declarations_mandate SET signature_id = %s WHERE signature_id = %s",
            signature.pk,
            draft.pk,
        ),
    ] == ["evidence_fixed_once_submitted", "mandate_fixed_once_submitted"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE declarations_signatureevent SET note = 'x'",
        "DELETE FROM declarations_signatureevent",
        "TRUNCATE declarations_signatureevent CASCADE",
    ],
)
def test_the_history_can_only_grow(statement: str) -> None:
    submitted()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_one_signatory_has_one_active_signature() -> None:
    first = submitted()
    second = draft(first.signatory)
    assert decide(second, officer(), "submitted") == "one_pending_signature_per_signatory"
    verify(signature=first, by=officer())
    assert decide(second, officer(), "submitted") == "one_active_signature_per_signatory"


def test_history_is_entered_by_the_archive_and_never_becomes_verified() -> None:
    declaration = factories.declaration(is_historical=True)
    signature = enter_historical(signatory=factories.signatory(declaration))
    draft = Signature.objects.create(signatory=factories.signatory(declaration))
    assert [
        signature.state,
        decide(signature, officer()),
        decide(draft, officer(), "historical"),
        refused_by(
            lambda: SignatureEvent.objects.create(signature=draft, kind="submitted", actor=actor_of_archive())
        ),
    ] == [
        "historical",
        "signature_state_follows",
        "archive_records_history_only",
        "archive_records_history_only",
    ]


def test_a_mailbox_is_changed_by_two() -> None:
    signatory, one = office(), officer()
    change = Mailbox(signatory=signatory, email="x@y.example", is_first=False, set_by=actor(one))
    change.confirmed_by, change.confirmed_at = actor(one), signatory.declaration.published_at
    assert refused_by(change.save) == "mailbox_changed_by_two"


def test_who_invited_and_who_set_the_mailbox_cannot_be_rewritten() -> None:
    inviter, other = officer(), officer()
    signature = submitted(by=inviter)
    invitation = signature.invitation
    assert invitation is not None
    assert [
        sql("UPDATE declarations_invitation SET sent_by_id = %s", actor(other).pk),
        sql("UPDATE declarations_invitation SET signatory_id = signatory_id + 1"),
        sql("UPDATE declarations_mailbox SET set_by_id = %s", actor(other).pk),
        sql("UPDATE declarations_mailbox SET email = 'mine@else.example'"),
        sql("UPDATE declarations_actor SET user_id = NULL, kind = 'archive' WHERE kind = 'person'"),
        sql("UPDATE declarations_actor SET user_id = %s WHERE user_id = %s", factories.user().pk, inviter.pk),
    ] == [
        "invitation_keeps_its_sender",
        "invitation_keeps_its_sender",
        "mailbox_keeps_its_officers",
        "mailbox_keeps_its_officers",
        "actor_keeps_its_person",
        "actor_keeps_its_person",
    ]
    assert sql("DELETE FROM declarations_mailbox") == "mailbox_keeps_its_officers"
    assert sql("DELETE FROM declarations_invitation") == "invitation_keeps_its_sender"


def test_erasing_a_person_empties_the_pseudonym_and_nothing_else() -> None:
    decider = officer()
    signature = verify(signature=submitted(), by=decider)
    event = signature.events.get(kind="verified")
    assert (
        refused_by(lambda: Actor.objects.filter(user=decider).update(user=None)) == "actor_keeps_its_person"
    )
    erase_account(user=decider)
    Actor.objects.filter(user=decider).update(user=None)
    event.refresh_from_db()
    assert [event.actor.user, Signature.objects.get(pk=signature.pk).state] == [None, "verified"]


def test_an_account_that_acted_is_not_deleted_by_the_way() -> None:
    inviter = officer()
    signature = submitted(by=inviter)
    with pytest.raises(ProtectedError):
        inviter.delete()
    with pytest.raises(ProtectedError):
        User.objects.filter(pk=inviter.pk).delete()
    assert signature.invitation is not None
    assert signature.invitation.sent_by.user == inviter


def test_the_token_is_not_in_the_database() -> None:
    signature = submitted()
    invitation = Invitation.objects.get(pk=signature.invitation_id)
    assert invitation.token_hash is not None
    assert [len(invitation.token_hash), invitation.token_hash != hash_of_token("")] == [64, True]


def test_nobody_gets_a_pseudonym_that_knows_nothing_of_what_they_did() -> None:
    inviter = officer()
    signature = submitted(by=inviter)
    cut = "UPDATE declarations_actor SET user_id = NULL WHERE user_id = %s"
    assert sql(cut, inviter.pk) == "actor_keeps_its_person"
    # Not by the word alone either, while the account still organises.
    User.objects.filter(pk=inviter.pk).update(erased_at=timezone.now())
    assert sql(cut, inviter.pk) == "actor_keeps_its_person"
    assert decide(signature, inviter) == "verifier_did_not_invite"


@pytest.mark.parametrize("has", ["mailbox", "invitation", "signature"])
def test_a_signatory_becomes_neither_another_city_nor_one_of_another_text(has: str) -> None:
    if has == "signature":
        signatory = factories.signatory(published())
        draft(signatory)
    else:
        signatory = invited()[0].signatory if has == "invitation" else office()
    other, text = factories.organisation(), published()
    move = "UPDATE declarations_signatory SET {} = %s WHERE id = %s"
    assert [
        sql(move.format("organisation_id"), other.pk, signatory.pk),
        sql(move.format("declaration_id"), text.pk, signatory.pk),
        sql('UPDATE declarations_signatory SET "order" = 3 WHERE id = %s', signatory.pk),
    ] == ["signatory_stays_who_it_is", "signatory_stays_who_it_is", ""]


def test_a_signatory_that_was_just_entered_wrong_is_mended() -> None:
    signatory = factories.signatory(published())
    signatory.organisation = factories.organisation()
    assert refused_by(signatory.save) == ""


def submits(signature: Signature, by: Actor) -> str:
    return refused_by(lambda: SignatureEvent.objects.create(signature=signature, kind="submitted", actor=by))


@pytest.mark.parametrize(
    "lacks",
    [
        {"informed_at": None},
        {"language": ""},
        {"invitation": None},
    ],
)
def test_an_office_records_what_it_read_in_a_language_and_was_told_the_meaning_of(
    lacks: dict[str, Any],
) -> None:
    invitation, _token = invited()
    signature = recorded(invitation)
    by = actor_of_invitation(invitation)
    assert submits(signature, by) == "office_records_by_its_own_link"  # the link is not used up
    Invitation.objects.filter(pk=invitation.pk).update(used_at=timezone.now())
    before = {name: getattr(signature, name) for name in lacks}
    Signature.objects.filter(pk=signature.pk).update(**lacks)
    assert submits(signature, by) == "office_records_by_its_own_link"
    Signature.objects.filter(pk=signature.pk).update(**before)
    assert submits(signature, by) == ""


def test_an_office_records_by_its_own_link_alone() -> None:
    invitation, _token = invited()
    signature = recorded(invitation)
    Invitation.objects.filter(pk=invitation.pk).update(used_at=timezone.now())
    used = submitted(office(signature.signatory.declaration)).invitation
    assert used is not None
    assert submits(signature, actor_of_invitation(used)) == "office_records_by_its_own_link"
    # Nor by that of another one that is written into the record.
    Signature.objects.filter(pk=signature.pk).update(invitation=used)
    assert submits(signature, actor_of_invitation(used)) == "office_records_by_its_own_link"


def test_an_office_that_is_late_by_a_moment_reads_that_the_time_is_over() -> None:
    invitation, _token = invited()
    signature = recorded(invitation)
    Invitation.objects.filter(pk=invitation.pk).update(used_at=timezone.now())
    Declaration.objects.update(signatures_until=timezone.now())
    rule = submits(signature, actor_of_invitation(invitation))
    assert [rule, str(RefusedByRegister(rule))] == ["time_for_signing_is_over", str(TimeIsOver())]


def test_only_an_active_organiser_records_what_came_on_paper() -> None:
    signature = draft(factories.signatory(published()))
    people = [factories.user(), officer(is_active=False), officer()]
    assert [submits(signature, actor(person)) for person in people] == [
        "recorder_is_an_organiser",
        "recorder_is_an_organiser",
        "",
    ]


def test_midnight_ends_the_day_before_on_paper_too() -> None:
    signature = draft(factories.signatory(published()))
    start_of_today = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    Declaration.objects.update(signatures_until=start_of_today)
    assert submits(signature, actor(officer())) == "signed_in_time"
    Declaration.objects.update(signatures_until=start_of_today + timedelta(microseconds=1))
    assert submits(signature, actor(officer())) == ""
