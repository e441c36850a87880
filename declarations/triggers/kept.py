from __future__ import annotations

import pgtrigger

from declarations.triggers.refusing import mailbox_of, refuse

# Who may not verify is read from these rows, so nobody rewrites or removes them.
INVITATION = [
    pgtrigger.Trigger(
        name="invitation_keeps_its_sender",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'DELETE' OR
                    (NEW.signatory_id, NEW.mailbox_id, NEW.sent_by_id, NEW.made_at, NEW.replaces_id)
                    IS DISTINCT FROM
                    (OLD.signatory_id, OLD.mailbox_id, OLD.sent_by_id, OLD.made_at, OLD.replaces_id)
                    OR (OLD.used_at IS NOT NULL AND NEW.used_at IS DISTINCT FROM OLD.used_at)
                    OR (OLD.declined_at IS NOT NULL AND
                        (NEW.declined_at, NEW.decline_reason)
                        IS DISTINCT FROM (OLD.declined_at, OLD.decline_reason)
                        -- Its words go a year later: see `declarations.retention`.
                        AND NOT (NEW.declined_at IS NOT DISTINCT FROM OLD.declined_at
                            AND NEW.decline_reason = '' AND OLD.declined_at < now() - interval '1 year')) THEN
                {refuse("invitation_keeps_its_sender", "an invitation stays as it was sent and used")}
            END IF;
            RETURN NEW;
        """,
    ),
]

SIGNATORY = [
    pgtrigger.Trigger(
        name="signatory_stays_who_it_is",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            "((OLD.id, OLD.declaration_id, OLD.organisation_id)"
            " IS DISTINCT FROM (NEW.id, NEW.declaration_id, NEW.organisation_id))"
        ),
        # What was sent to one city, or signed for one text, is not made another's; unless the two were one and
        # the same, the other is no more, and it stands there who said so (see OrganisationMerge).
        func=f"""
            IF (OLD.id, OLD.declaration_id) = (NEW.id, NEW.declaration_id) AND EXISTS (
                    SELECT FROM efus_conference_organisationmerge
                    WHERE gone_id = OLD.organisation_id AND kept_id = NEW.organisation_id) THEN
                RETURN NEW;
            END IF;
            IF EXISTS (SELECT FROM declarations_mailbox WHERE signatory_id = OLD.id)
                    OR EXISTS (SELECT FROM declarations_invitation WHERE signatory_id = OLD.id)
                    OR EXISTS (SELECT FROM declarations_signature WHERE signatory_id = OLD.id) THEN
                {refuse("signatory_stays_who_it_is", "a signatory stays who it is, and what it signs")}
            END IF;
            RETURN NEW;
        """,
    ),
]

MAILBOX = [
    pgtrigger.Trigger(
        name="mailbox_is_of_no_organiser",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        # Who organises would read the codes of the office, and be the office.
        func=f"""
            IF EXISTS (SELECT FROM efus_conference_user u
                    LEFT JOIN account_emailaddress a ON a.user_id = u.id AND a.verified
                    WHERE u.is_staff AND {mailbox_of("NEW.email")} IN ({mailbox_of("u.email")}, {mailbox_of("a.email")})
                    ) THEN
                {refuse("mailbox_is_of_no_organiser", "the mailbox of an office is no organiser")}
            END IF;
            RETURN NEW;
        """,
    ),
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
                {refuse("mailbox_keeps_its_officers", "a mailbox stays as it was set and confirmed")}
            END IF;
            RETURN NEW;
        """,
    ),
]

WITHDRAWAL = [
    pgtrigger.Trigger(
        name="withdrawal_stays_as_entered",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'DELETE' OR OLD.outcome <> ''
                    OR (NEW.signature_id, NEW.reason, NEW.entered_by_id, NEW.code_id, NEW.entered_at)
                    IS DISTINCT FROM
                    (OLD.signature_id, OLD.reason, OLD.entered_by_id, OLD.code_id, OLD.entered_at)
                    OR (NEW.outcome = 'done' AND (NEW.note <> '' OR NOT EXISTS (
                        SELECT FROM declarations_signatureevent WHERE signature_id = NEW.signature_id
                        AND kind = 'withdrawn' AND actor_id = NEW.decided_by_id AND at = NEW.decided_at))) THEN
                {refuse("withdrawal_stays_as_entered", "a withdrawal stays as it was entered and decided")}
            END IF;
            -- Dropped by an organiser, or taken back by the office itself.
            IF NEW.outcome = 'dropped' AND NOT EXISTS (
                SELECT FROM declarations_actor a WHERE a.id = NEW.decided_by_id AND (
                    (a.kind = 'person' AND EXISTS (SELECT FROM efus_conference_user u
                        WHERE u.id = a.user_id AND u.is_staff AND u.is_active))
                    OR (a.kind = 'invitation' AND EXISTS (SELECT FROM declarations_invitation i
                        JOIN declarations_signature s ON s.signatory_id = i.signatory_id
                        WHERE i.id = a.invitation_id AND s.id = NEW.signature_id)))) THEN
                {refuse("withdrawal_by_code_or_officer", "its office takes a wish back, or an officer drops it")}
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="withdrawal_by_code_or_officer",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        # By the office only as one of those who were invited for this signatory, with a code that was typed in
        # right, to its own mailbox and for this purpose; by a person only as an organiser.
        func=f"""
            IF NEW.outcome <> '' OR NOT EXISTS (
                SELECT FROM declarations_actor a WHERE a.id = NEW.entered_by_id AND (
                    (a.kind = 'person' AND NEW.code_id IS NULL AND EXISTS (
                        SELECT FROM efus_conference_user u
                            WHERE u.id = a.user_id AND u.is_staff AND u.is_active))
                    OR (a.kind = 'invitation' AND EXISTS (
                        SELECT FROM declarations_mailboxcode c
                            JOIN declarations_mailbox m ON m.id = c.mailbox_id
                            JOIN declarations_signature s ON s.signatory_id = m.signatory_id
                            JOIN declarations_invitation i ON i.signatory_id = s.signatory_id
                            WHERE c.id = NEW.code_id AND c.purpose = 'withdraw' AND c.used_at IS NOT NULL
                            AND s.id = NEW.signature_id AND i.id = a.invitation_id)))) THEN
                {refuse("withdrawal_by_code_or_officer", "a withdrawal takes the code of the mailbox, or an officer")}
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
        # Erasing a person empties the account's column, and that is all that may ever change; not before the account
        # is erased, or whoever it is of would get a new pseudonym that knows nothing of what the old one did.
        func=f"""
            IF TG_OP = 'DELETE' OR NEW.kind <> OLD.kind
                    OR NEW.invitation_id IS DISTINCT FROM OLD.invitation_id
                    OR (NEW.user_id IS DISTINCT FROM OLD.user_id AND (NEW.user_id IS NOT NULL OR EXISTS (
                        SELECT FROM efus_conference_user u WHERE u.id = OLD.user_id
                            AND (u.erased_at IS NULL OR u.is_active OR u.is_staff)))) THEN
                {refuse("actor_keeps_its_person", "an actor stays who it was")}
            END IF;
            RETURN NEW;
        """,
    ),
]
