"""The one way to change the state of a signature: inserting an event. Its function asks what the rules ask."""

from __future__ import annotations

import pgtrigger
from django.conf import settings

from declarations.triggers.refusing import mailbox_of, refuse

# from → to; `new` is an office's unsent draft.
TRANSITIONS = {
    "new": ["historical", "submitted"],
    "submitted": ["under_review", "needs_information", "verified", "confirmed", "refused", "withdrawn"],
    "under_review": ["needs_information", "verified", "refused", "withdrawn"],
    "needs_information": ["submitted", "refused", "withdrawn"],
    # Signed on stage before two officers; not public until the time to undo is over.
    "confirmed": ["verified", "undone", "withdrawn"],
    "verified": ["withdrawn", "superseded"],
    "historical": ["withdrawn", "superseded"],
}
_ALLOWED = " OR ".join(
    f"(signed.state = '{before}' AND NEW.kind IN ({', '.join(repr(after) for after in afters)}))"
    for before, afters in TRANSITIONS.items()
)

_NAMES = "jsonb_build_object({}, 'own', signing.endonym, 'own_language', signing.endonym_language)".format(
    ", ".join(f"'{code}', COALESCE(signing.name_{code}, '')" for code, _name in settings.LANGUAGES)
)
_HERE = f"AT TIME ZONE '{settings.TIME_ZONE}'"

# What the event's function asks before a signature takes a state; its variables are declared there.
_SUBMITTED = f"""
    IF to_sign.text_hash = '' OR NOT to_sign.is_published OR NOT to_sign.is_open_to_signatures THEN
        {refuse("declaration_takes_signatures", "this declaration takes no signatures")}
    END IF;
    IF actor_kind = 'invitation' AND signed.state = 'new' AND signed.replaces_id IS NULL
            AND clock_timestamp() >= to_sign.signatures_until THEN
        {refuse("time_for_signing_is_over", "the time for signing is over")}
    END IF;
    -- Who was not invited for this signatory does not record, nor anybody who read nothing of what it means.
    IF actor_kind = 'invitation' AND NOT EXISTS (SELECT FROM declarations_actor a
            JOIN declarations_invitation i ON i.id = a.invitation_id
            WHERE a.id = NEW.actor_id AND i.signatory_id = the_signatory AND i.id = signed.invitation_id
            AND i.used_at IS NOT NULL AND signed.language <> '' AND signed.informed_at IS NOT NULL) THEN
        {refuse("office_records_by_its_own_link", "an office records by the link that it was sent")}
    END IF;
    IF actor_kind = 'person' AND NOT EXISTS (SELECT FROM efus_conference_user
            WHERE id = actor_user AND is_staff AND is_active) THEN
        {refuse("recorder_is_an_organiser", "only an organiser records what came on paper")}
    END IF;
    IF signed.text_hash <> to_sign.text_hash OR (signed.language <> '' AND NOT EXISTS (
            SELECT FROM declarations_textversion
            WHERE declaration_id = to_sign.id AND language = signed.language)) THEN
        {refuse("signature_pins_the_texts", "a signature pins the texts as they are frozen")}
    END IF;
    IF signed.signer_name = '' OR signed.signer_office = '' OR signed.signed_on IS NULL
            OR NOT EXISTS (SELECT FROM declarations_mandate WHERE signature_id = signed.id)
            OR NOT (
                EXISTS (SELECT FROM declarations_evidence WHERE signature_id = signed.id AND kind = 'signed_page')
                -- On stage the page is signed before everybody's eyes; its scan may follow.
                OR EXISTS (SELECT FROM declarations_stagesigning
                    WHERE signature_id = signed.id AND recorded_by_id = NEW.actor_id)) THEN
        {refuse("signature_is_complete", "something is missing")}
    END IF;
    IF signed.signed_on < (to_sign.published_at {_HERE})::date
            OR signed.signed_on > (clock_timestamp() {_HERE})::date THEN
        {refuse("signed_between_publication_and_today", "signed before publication, or in the future")}
    END IF;
    -- What comes on paper may arrive later than the last moment for links; the day on it may not be later.
    -- The moment itself is over, so that midnight ends the day before.
    IF signed.signed_on > ((to_sign.signatures_until - interval '1 microsecond') {_HERE})::date THEN
        {refuse("signed_in_time", "signed after the last day for it")}
    END IF;
    IF signed.replaces_id IS NOT NULL AND NOT EXISTS (SELECT FROM declarations_signature
            WHERE id = signed.replaces_id AND signatory_id = the_signatory) THEN
        {refuse("replaces_one_of_its_own", "a signature replaces one of the same signatory")}
    END IF;
    -- Beside a signature that counts only one that is to replace it; the lock above holds both still.
    IF EXISTS (SELECT FROM declarations_signature WHERE signatory_id = the_signatory
            AND state IN ('historical', 'verified') AND id IS DISTINCT FROM signed.replaces_id) THEN
        {refuse("one_active_signature_per_signatory", "there is a signature of this signatory already")}
    END IF;
"""
_BY_AN_ORGANISER = f"""
    SELECT organisation_id INTO works_for FROM efus_conference_user
        WHERE id = actor_user AND is_staff AND is_active;
    IF actor_kind <> 'person' OR NOT FOUND THEN
        {refuse("verifier_is_an_organiser", "only an organiser verifies")}
    END IF;
"""
# Who made, or has, the way by which the office answers: what comes by it may be theirs.
_NOT_THEIR_MAILBOX = f"""
    IF EXISTS (SELECT FROM declarations_mailbox m
            WHERE m.signatory_id = the_signatory
            AND (m.set_by_id = NEW.actor_id OR m.confirmed_by_id = NEW.actor_id)) THEN
        {refuse("verifier_did_not_set_the_mailbox", "nobody verifies an office whose mailbox they set")}
    END IF;
    IF EXISTS (SELECT FROM declarations_mailbox m WHERE m.signatory_id = the_signatory AND {mailbox_of("m.email")} IN (
            SELECT {mailbox_of("email")} FROM efus_conference_user WHERE id = actor_user
            UNION ALL
            SELECT {mailbox_of("email")} FROM account_emailaddress WHERE user_id = actor_user AND verified)) THEN
        {refuse("verifier_does_not_read_the_mailbox", "nobody verifies an office whose mailbox is their own")}
    END IF;
"""
_DECIDED = f"""
    -- Nothing of an office is decided while its wish to withdraw waits, and nothing stands for what it withdrew.
    IF EXISTS (SELECT FROM declarations_withdrawal w JOIN declarations_signature s ON s.id = w.signature_id
            WHERE s.signatory_id = the_signatory AND w.outcome = '') THEN
        {refuse("withdrawal_comes_first", "a withdrawal of this signatory waits")}
    END IF;
    IF NEW.kind = 'verified' AND EXISTS (SELECT FROM declarations_signature
            WHERE id = signed.replaces_id AND state = 'withdrawn') THEN
        {refuse("replaced_was_withdrawn", "the signature it was to replace was withdrawn")}
    END IF;
    IF works_for = signing.id THEN
        {refuse("verifier_is_not_of_the_signatory", "nobody verifies for the organisation they work for")}
    END IF;
    IF signing.is_organiser AND works_for IS NULL THEN
        {refuse("verifier_is_not_of_the_signatory", "someone of another organisation verifies this one")}
    END IF;
    IF EXISTS (SELECT FROM declarations_signatureevent
            WHERE signature_id = NEW.signature_id AND kind = 'submitted' AND actor_id = NEW.actor_id) THEN
        {refuse("verifier_is_not_the_recorder", "nobody verifies what they recorded")}
    END IF;
    IF EXISTS (SELECT FROM declarations_invitation
            WHERE signatory_id = the_signatory AND sent_by_id = NEW.actor_id) THEN
        {refuse("verifier_did_not_invite", "nobody verifies whom they invited")}
    END IF;
    {_NOT_THEIR_MAILBOX}
"""
# On stage one officer records and another confirms; both stand in the row of the stage, as does who was cleared.
_CONFIRMED = f"""
    IF NOT EXISTS (SELECT FROM declarations_stagesigning g
            WHERE g.signature_id = signed.id AND g.confirmed_by_id = NEW.actor_id
            AND g.recorded_by_id IN (SELECT actor_id FROM declarations_signatureevent
                WHERE signature_id = signed.id AND kind = 'submitted')
            AND (signed.signer_name, signed.signer_office) = (
                normalize(COALESCE(NULLIF(g.stood_in_name, ''), g.signer_name), NFC),
                normalize(COALESCE(NULLIF(g.stood_in_office, ''), g.signer_office), NFC))) THEN
        {refuse("confirmed_as_on_stage", "what is confirmed is what was recorded on stage")}
    END IF;
"""
_PUBLISHED_FROM_THE_STAGE = f"""
    IF NOT EXISTS (SELECT FROM declarations_signatureevent
            WHERE signature_id = signed.id AND kind = 'confirmed' AND actor_id = NEW.actor_id) THEN
        {refuse("published_by_who_confirmed", "who confirmed on stage publishes")}
    END IF;
    IF EXISTS (SELECT FROM declarations_withdrawal w JOIN declarations_signature s ON s.id = w.signature_id
            WHERE s.signatory_id = the_signatory AND w.outcome = '') THEN
        {refuse("withdrawal_comes_first", "a withdrawal of this signatory waits")}
    END IF;
    IF NOT EXISTS (SELECT FROM declarations_stagesigning g JOIN declarations_ceremony c ON c.id = g.ceremony_id
            WHERE g.signature_id = signed.id
            AND clock_timestamp() >= g.confirmed_at + make_interval(secs => c.undo_seconds)) THEN
        {refuse("time_to_undo_first", "the time to undo is not over")}
    END IF;
    IF NOT EXISTS (SELECT FROM declarations_evidence WHERE signature_id = signed.id AND kind = 'signed_page')
            AND NOT EXISTS (SELECT FROM declarations_stagesigning WHERE signature_id = signed.id AND scan_follows) THEN
        {refuse("scan_or_to_follow", "the scan of the page is missing")}
    END IF;
"""
_WITHDRAWN = f"""
    PERFORM FROM efus_conference_user WHERE id = actor_user AND is_staff AND is_active;
    IF actor_kind <> 'person' OR NOT FOUND THEN
        {refuse("withdrawal_takes_two", "an organiser carries a withdrawal out")}
    END IF;
    -- A wish that came by the mailbox may be of whoever has the mailbox: one officer alone would be both.
    IF EXISTS (SELECT FROM declarations_withdrawal w JOIN declarations_actor a ON a.id = w.entered_by_id
            WHERE w.signature_id = NEW.signature_id AND w.outcome = '' AND a.kind = 'invitation') THEN
        {_NOT_THEIR_MAILBOX}
    END IF;
    UPDATE declarations_withdrawal SET outcome = 'done', decided_by_id = NEW.actor_id, decided_at = NEW.at
        WHERE signature_id = NEW.signature_id AND outcome = '' AND entered_by_id <> NEW.actor_id;
    -- What was to replace a signature goes with it: its office took back what it would have mended.
    IF NOT FOUND AND NOT EXISTS (SELECT FROM declarations_signatureevent
            WHERE signature_id = signed.replaces_id AND kind = 'withdrawn'
            AND actor_id = NEW.actor_id AND at = NEW.at) THEN
        {refuse("withdrawal_takes_two", "a withdrawal takes the office, or two officers")}
    END IF;
"""

SIGNATURE_EVENT = [
    pgtrigger.Protect(name="event_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
    pgtrigger.Trigger(
        name="event_history_is_kept",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=refuse("event_history_is_kept", "events are kept"),
    ),
    pgtrigger.Trigger(
        name="event_changes_signature",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        declare=[
            ("signed", "declarations_signature%ROWTYPE"),
            ("to_sign", "declarations_declaration%ROWTYPE"),
            ("signing", "efus_conference_organisation%ROWTYPE"),
            ("the_signatory", "bigint"),
            ("actor_kind", "text"),
            ("actor_user", "bigint"),
            ("works_for", "bigint"),
        ],
        func=f"""
            -- The locks make two events about one signatory follow each other: the signatory first, as the
            -- actions lock it.
            SELECT signatory_id INTO the_signatory FROM declarations_signature WHERE id = NEW.signature_id;
            PERFORM FROM declarations_signatory WHERE id = the_signatory FOR NO KEY UPDATE;
            SELECT * INTO signed FROM declarations_signature WHERE id = NEW.signature_id FOR NO KEY UPDATE;
            IF NOT ({_ALLOWED}) THEN
                {refuse("signature_state_follows", "this does not follow from the state the signature is in")}
            END IF;

            SELECT kind, user_id INTO actor_kind, actor_user FROM declarations_actor WHERE id = NEW.actor_id;
            IF (actor_kind = 'archive') <> (NEW.kind = 'historical') THEN
                {refuse("archive_records_history_only", "the archive records what is historical, and only that")}
            END IF;
            SELECT o.* INTO signing FROM declarations_signatory s
                JOIN efus_conference_organisation o ON o.id = s.organisation_id WHERE s.id = the_signatory;
            SELECT d.* INTO to_sign FROM declarations_signatory s
                JOIN declarations_declaration d ON d.id = s.declaration_id WHERE s.id = the_signatory;

            IF NEW.kind = 'submitted' THEN
                {_SUBMITTED}
            END IF;
            IF NEW.kind IN ('under_review', 'needs_information', 'verified', 'confirmed', 'refused', 'undone')
                    AND (signed.state <> 'confirmed' OR NEW.kind = 'undone') THEN
                {_BY_AN_ORGANISER}
            END IF;
            IF NEW.kind IN ('verified', 'confirmed', 'refused') AND signed.state <> 'confirmed' THEN
                {_DECIDED}
                -- Who signed on stage has the time to undo before it.
                IF NEW.kind = 'verified' AND EXISTS (
                        SELECT FROM declarations_stagesigning WHERE signature_id = signed.id) THEN
                    {refuse("confirmed_on_stage_first", "what was signed on stage is confirmed there")}
                END IF;
            END IF;
            IF NEW.kind = 'confirmed' THEN
                {_CONFIRMED}
            END IF;
            IF NEW.kind = 'verified' AND signed.state = 'confirmed' THEN
                {_PUBLISHED_FROM_THE_STAGE}
            END IF;
            IF NEW.kind = 'withdrawn' THEN
                {_WITHDRAWN}
            END IF;
            -- Asked of the history and not of the depth of triggers, which a trigger on a table of one's own raises.
            IF NEW.kind = 'superseded' AND NOT EXISTS (
                    SELECT FROM declarations_signature r JOIN declarations_signatureevent e ON e.signature_id = r.id
                    WHERE r.replaces_id = NEW.signature_id AND e.kind = 'verified'
                    AND e.actor_id = NEW.actor_id AND e.at = NEW.at) THEN
                {refuse("superseded_by_its_replacement", "a signature is superseded by the verification of another")}
            END IF;
            IF NEW.kind = 'verified' THEN
                INSERT INTO declarations_signatureevent (signature_id, kind, actor_id, note, at)
                    SELECT id, 'superseded', NEW.actor_id, '', NEW.at FROM declarations_signature
                    WHERE id = signed.replaces_id AND state IN ('historical', 'verified');
            END IF;

            IF NEW.kind IN ('historical', 'submitted') THEN
                -- In one statement: the snapshot changes only together with the state.
                UPDATE declarations_signature SET
                    state = NEW.kind,
                    names = {_NAMES}, country = signing.country, kind = signing.kind,
                    latitude = signing.latitude, longitude = signing.longitude,
                    recorded_by_office = (actor_kind = 'invitation')
                    WHERE id = NEW.signature_id;
            ELSE
                UPDATE declarations_signature SET
                    state = NEW.kind,
                    decided_at = CASE WHEN NEW.kind IN ('verified', 'refused') THEN NEW.at ELSE decided_at END
                    WHERE id = NEW.signature_id;
            END IF;
            IF NEW.kind = 'withdrawn' THEN
                INSERT INTO declarations_signatureevent (signature_id, kind, actor_id, note, at)
                    SELECT id, 'withdrawn', NEW.actor_id, NEW.note, NEW.at FROM declarations_signature
                    WHERE replaces_id = NEW.signature_id
                    AND state IN ('submitted', 'under_review', 'needs_information');
            END IF;
            RETURN NULL;
        """,
    ),
]
