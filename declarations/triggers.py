"""What the database itself refuses about signatures, superusers of the site included.

Every refusal is a check violation that carries the trigger's name as its constraint, so that the code can
tell them apart and explain them kindly.
"""

from __future__ import annotations

import pgtrigger


def _refuse(name: str, why: str) -> str:
    return f"RAISE EXCEPTION '{why}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';"


# from → to; `new` is an office's unsent draft.
TRANSITIONS = {
    "new": ["historical", "submitted"],
    "submitted": ["under_review", "needs_information", "verified", "refused", "withdrawn"],
    "under_review": ["needs_information", "verified", "refused", "withdrawn"],
    "needs_information": ["submitted", "refused", "withdrawn"],
    "verified": ["withdrawn", "superseded"],
    "historical": ["withdrawn", "superseded"],
}
_ALLOWED = " OR ".join(
    f"(current_state = '{before}' AND NEW.kind IN ({', '.join(repr(after) for after in afters)}))"
    for before, afters in TRANSITIONS.items()
)

SIGNATURE = [
    pgtrigger.Trigger(
        name="signature_begins_new",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        condition=~pgtrigger.Q(new__state="new"),
        func=_refuse("signature_begins_new", "a signature begins as new; events change its state"),
    ),
    pgtrigger.Trigger(
        name="signature_changes_by_event",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        # pg_trigger_depth() is above 1 only inside the trigger of an inserted event.
        func=f"""
            IF (NEW.state, NEW.decided_at) IS DISTINCT FROM (OLD.state, OLD.decided_at)
                    AND pg_trigger_depth() < 2 THEN
                {_refuse("signature_changes_by_event", "only an event changes the state of a signature")}
            END IF;
            IF NEW.signatory_id <> OLD.signatory_id OR NEW.receipt_code <> OLD.receipt_code THEN
                {_refuse("signature_keeps_its_signatory", "a signature keeps its signatory")}
            END IF;
            IF OLD.state NOT IN ('new', 'needs_information') AND
                    (NEW.signer_name, NEW.signer_office, NEW.signed_on, NEW.language, NEW.text_hash, NEW.invitation_id)
                    IS DISTINCT FROM
                    (OLD.signer_name, OLD.signer_office, OLD.signed_on, OLD.language, OLD.text_hash, OLD.invitation_id)
                    THEN
                {_refuse("signature_fixed_once_submitted", "what was submitted stays as it was submitted")}
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="signature_is_kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        condition=~pgtrigger.Q(old__state="new"),
        func=_refuse("signature_is_kept", "a recorded signature is kept"),
    ),
]

SIGNATURE_EVENT = [
    pgtrigger.Protect(name="event_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
    pgtrigger.Trigger(
        name="event_history_is_kept",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=_refuse("event_history_is_kept", "events are kept"),
    ),
    pgtrigger.Trigger(
        name="event_changes_signature",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        declare=[
            ("current_state", "text"),
            ("the_signatory", "bigint"),
            ("the_organisation", "bigint"),
            ("is_of_the_organiser", "boolean"),
            ("actor_kind", "text"),
            ("actor_user", "bigint"),
            ("works_for", "bigint"),
        ],
        func=f"""
            -- The row lock makes two decisions about one signature follow each other.
            SELECT state, signatory_id INTO current_state, the_signatory
                FROM declarations_signature WHERE id = NEW.signature_id FOR UPDATE;
            IF NOT ({_ALLOWED}) THEN
                {_refuse("signature_state_follows", "this does not follow from the state the signature is in")}
            END IF;

            SELECT kind, user_id INTO actor_kind, actor_user FROM declarations_actor WHERE id = NEW.actor_id;
            IF (actor_kind = 'archive') <> (NEW.kind = 'historical') THEN
                {_refuse("archive_records_history_only", "the archive records what is historical, and only that")}
            END IF;

            IF NEW.kind IN ('verified', 'refused') THEN
                SELECT s.organisation_id, o.is_organiser INTO the_organisation, is_of_the_organiser
                    FROM declarations_signatory s JOIN efus_conference_organisation o ON o.id = s.organisation_id
                    WHERE s.id = the_signatory;
                SELECT organisation_id INTO works_for FROM efus_conference_user
                    WHERE id = actor_user AND is_staff AND is_active;
                IF actor_kind <> 'person' OR NOT FOUND THEN
                    {_refuse("verifier_is_an_organiser", "only an organiser verifies")}
                END IF;
                IF works_for = the_organisation THEN
                    {_refuse("verifier_is_not_of_the_signatory", "nobody verifies for the organisation they work for")}
                END IF;
                IF is_of_the_organiser AND works_for IS NULL THEN
                    {_refuse("verifier_is_not_of_the_signatory", "someone of another organisation verifies this one")}
                END IF;
                IF EXISTS (SELECT FROM declarations_signatureevent
                        WHERE signature_id = NEW.signature_id AND kind = 'submitted' AND actor_id = NEW.actor_id) THEN
                    {_refuse("verifier_is_not_the_recorder", "nobody verifies what they recorded")}
                END IF;
                IF EXISTS (SELECT FROM declarations_invitation
                        WHERE signatory_id = the_signatory AND sent_by_id = NEW.actor_id) THEN
                    {_refuse("verifier_did_not_invite", "nobody verifies whom they invited")}
                END IF;
                IF EXISTS (SELECT FROM declarations_mailbox
                        WHERE signatory_id = the_signatory
                        AND (set_by_id = NEW.actor_id OR confirmed_by_id = NEW.actor_id)) THEN
                    {_refuse("verifier_did_not_set_the_mailbox", "nobody verifies an office whose mailbox they set")}
                END IF;
            END IF;

            UPDATE declarations_signature SET
                state = NEW.kind,
                decided_at = CASE WHEN NEW.kind IN ('verified', 'refused') THEN NEW.at ELSE decided_at END
                WHERE id = NEW.signature_id;
            RETURN NULL;
        """,
    ),
]


# Who may not verify is read from these rows, so nobody rewrites or removes them.
INVITATION = [
    pgtrigger.Trigger(
        name="invitation_keeps_its_sender",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'DELETE' OR
                    (NEW.signatory_id, NEW.mailbox_id, NEW.sent_by_id, NEW.made_at)
                    IS DISTINCT FROM (OLD.signatory_id, OLD.mailbox_id, OLD.sent_by_id, OLD.made_at)
                    OR (OLD.used_at IS NOT NULL AND NEW.used_at IS DISTINCT FROM OLD.used_at) THEN
                {_refuse("invitation_keeps_its_sender", "an invitation stays as it was sent and used")}
            END IF;
            RETURN NEW;
        """,
    ),
]

MAILBOX = [
    pgtrigger.Trigger(
        name="mailbox_keeps_its_officers",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'DELETE' OR
                    (NEW.signatory_id, NEW.email, NEW.is_first, NEW.set_by_id, NEW.set_at)
                    IS DISTINCT FROM (OLD.signatory_id, OLD.email, OLD.is_first, OLD.set_by_id, OLD.set_at)
                    OR (OLD.confirmed_at IS NOT NULL AND
                        (NEW.confirmed_by_id, NEW.confirmed_at)
                        IS DISTINCT FROM (OLD.confirmed_by_id, OLD.confirmed_at)) THEN
                {_refuse("mailbox_keeps_its_officers", "a mailbox stays as it was set and confirmed")}
            END IF;
            RETURN NEW;
        """,
    ),
]

ACTOR = [
    pgtrigger.Trigger(
        name="actor_keeps_its_person",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        # Erasing a person empties the account's column, and that is all that may ever change.
        func=f"""
            IF TG_OP = 'DELETE' OR NEW.kind <> OLD.kind
                    OR NEW.invitation_id IS DISTINCT FROM OLD.invitation_id
                    OR (NEW.user_id IS DISTINCT FROM OLD.user_id AND NEW.user_id IS NOT NULL) THEN
                {_refuse("actor_keeps_its_person", "an actor stays who it was")}
            END IF;
            RETURN NEW;
        """,
    ),
]


def fixed_with_its_signature(name: str) -> pgtrigger.Trigger:
    """For rows that belong to a signature: nothing changes or goes once it was submitted."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("old_state", "text"), ("new_state", "text")],
        # Both signatures count, so that no row moves from a draft to what was submitted. The share of the lock
        # makes a submission wait for us, or us for it.
        func=f"""
            IF TG_OP <> 'INSERT' THEN
                SELECT state INTO old_state FROM declarations_signature WHERE id = OLD.signature_id FOR SHARE;
            END IF;
            IF TG_OP <> 'DELETE' THEN
                SELECT state INTO new_state FROM declarations_signature WHERE id = NEW.signature_id FOR SHARE;
            END IF;
            IF old_state NOT IN ('new', 'needs_information') OR new_state NOT IN ('new', 'needs_information') THEN
                {_refuse(name, "what was submitted stays as it was submitted")}
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )
