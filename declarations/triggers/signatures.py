from __future__ import annotations

import pgtrigger

from declarations.triggers.refusing import refuse

SIGNATURE = [
    pgtrigger.Trigger(
        name="signature_begins_new",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        condition=~pgtrigger.Q(new__state="new"),
        func=refuse("signature_begins_new", "a signature begins as new; events change its state"),
    ),
    pgtrigger.Trigger(
        name="signature_changes_by_event",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        # The history is asked, and nothing about who runs this: an event stands there only if its own trigger let it
        # pass, and no state follows itself, so what an event wrote cannot be written once more.
        func=f"""
            IF NEW.state <> OLD.state AND NEW.state IS DISTINCT FROM (
                    SELECT kind FROM declarations_signatureevent
                    WHERE signature_id = OLD.id ORDER BY id DESC LIMIT 1) THEN
                {refuse("signature_changes_by_event", "only an event changes the state of a signature")}
            END IF;
            IF NEW.decided_at IS DISTINCT FROM OLD.decided_at AND NEW.decided_at IS DISTINCT FROM (
                    SELECT at FROM declarations_signatureevent
                    WHERE signature_id = OLD.id AND kind IN ('verified', 'refused') ORDER BY id DESC LIMIT 1) THEN
                {refuse("signature_changes_by_event", "only an event changes the state of a signature")}
            END IF;
            IF (NEW.names, NEW.country, NEW.kind, NEW.latitude, NEW.longitude, NEW.recorded_by_office)
                    IS DISTINCT FROM
                    (OLD.names, OLD.country, OLD.kind, OLD.latitude, OLD.longitude, OLD.recorded_by_office)
                    AND (NEW.state = OLD.state OR NEW.state NOT IN ('historical', 'submitted')) THEN
                {refuse("signature_keeps_its_snapshot", "who signed is written down by the event that submits")}
            END IF;
            IF (NEW.signatory_id, NEW.receipt_code, NEW.log_id) <> (OLD.signatory_id, OLD.receipt_code, OLD.log_id) THEN
                {refuse("signature_keeps_its_signatory", "a signature keeps its signatory")}
            END IF;
            -- Erasing who signed takes the name, once and for all, and nothing else.
            IF OLD.person_erased_at IS NOT NULL AND NEW.person_erased_at IS DISTINCT FROM OLD.person_erased_at
                    OR NEW.person_erased_at IS NOT NULL AND (NEW.signer_name, NEW.signer_office) <> ('', '')
                    OR NEW.person_erased_at IS NOT NULL AND OLD.state IN ('new', 'needs_information') THEN
                {refuse("erased_once_and_whole", "erasing takes name and office, for ever")}
            END IF;
            IF OLD.state NOT IN ('new', 'needs_information') AND NEW.person_erased_at IS NULL AND
                    (NEW.signer_name, NEW.signer_office) IS DISTINCT FROM (OLD.signer_name, OLD.signer_office) THEN
                {refuse("signature_fixed_once_submitted", "what was submitted stays as it was submitted")}
            END IF;
            IF OLD.state NOT IN ('new', 'needs_information') AND
                    (NEW.signed_on, NEW.language, NEW.text_hash,
                        NEW.invitation_id, NEW.informed_at, NEW.told_shown, NEW.replaces_id)
                    IS DISTINCT FROM
                    (OLD.signed_on, OLD.language, OLD.text_hash,
                        OLD.invitation_id, OLD.informed_at, OLD.told_shown, OLD.replaces_id)
                    THEN
                {refuse("signature_fixed_once_submitted", "what was submitted stays as it was submitted")}
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="names_are_composed",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        # One way to write an accent (Unicode NFC), whichever keyboard it came from.
        func="""
            NEW.signer_name := normalize(NEW.signer_name, NFC);
            NEW.signer_office := normalize(NEW.signer_office, NFC);
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="signature_is_kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        condition=~pgtrigger.Q(old__state="new"),
        func=refuse("signature_is_kept", "a recorded signature is kept"),
    ),
]


# A file goes five years after its signature ended, and its name with it; the sum of its bytes stays (see
# `declarations.retention`). The database counts the years itself.
FILE_IS_FORGOTTEN = """
    TG_OP = 'UPDATE' AND old_state IN ('refused', 'withdrawn', 'superseded', 'undone')
        AND (NEW.file, NEW.preview, NEW.name, NEW.findings) = ('', '', '', '[]'::jsonb)
        AND (NEW.id, NEW.signature_id, NEW.kind, NEW.content_type, NEW.size, NEW.sha256, NEW.uploaded_at)
            IS NOT DISTINCT FROM
            (OLD.id, OLD.signature_id, OLD.kind, OLD.content_type, OLD.size, OLD.sha256, OLD.uploaded_at)
        AND NOT EXISTS (SELECT FROM declarations_signatureevent
            WHERE signature_id = OLD.signature_id AND at > now() - interval '5 years')
"""

# What stands for words of a person that were erased, where something must stand.
ERASED = "•••"

# Who signed was erased: the name of a file and what its certificates say go with them, the file where an officer says
# so; the sum of its bytes stays.
FILE_OF_THE_ERASED = """
    TG_OP = 'UPDATE' AND EXISTS (SELECT FROM declarations_signature
            WHERE id = OLD.signature_id AND person_erased_at IS NOT NULL)
        AND (NEW.name, NEW.findings) = ('', '[]'::jsonb)
        AND ((NEW.file, NEW.preview) = (OLD.file, OLD.preview) OR (NEW.file, NEW.preview) = ('', ''))
        AND (NEW.id, NEW.signature_id, NEW.kind, NEW.content_type, NEW.size, NEW.sha256, NEW.uploaded_at)
            IS NOT DISTINCT FROM
            (OLD.id, OLD.signature_id, OLD.kind, OLD.content_type, OLD.size, OLD.sha256, OLD.uploaded_at)
"""

# Body and reference may name who signed too. On what basis and when was decided stays.
MANDATE_OF_THE_ERASED = f"""
    TG_OP = 'UPDATE' AND EXISTS (SELECT FROM declarations_signature
            WHERE id = OLD.signature_id AND person_erased_at IS NOT NULL)
        AND NEW.body IN (OLD.body, '{ERASED}') AND NEW.reference IN (OLD.reference, '{ERASED}')
        AND (NEW.id, NEW.signature_id, NEW.basis, NEW.decided_on, NEW.ratify_until)
            IS NOT DISTINCT FROM
            (OLD.id, OLD.signature_id, OLD.basis, OLD.decided_on, OLD.ratify_until)
"""

# The scan of a page that was signed on stage, once; the row of the stage says that one may follow.
SCAN_OF_THE_STAGE = """
    TG_OP = 'INSERT' AND NEW.kind = 'signed_page' AND new_state IN ('submitted', 'confirmed', 'verified')
        AND EXISTS (SELECT FROM declarations_stagesigning WHERE signature_id = NEW.signature_id)
        AND NOT EXISTS (SELECT FROM declarations_evidence
            WHERE signature_id = NEW.signature_id AND kind = 'signed_page')
"""


def fixed_with_its_signature(name: str, *, unless: str = "false") -> pgtrigger.Trigger:
    """For rows that belong to a signature: nothing changes or goes once it was submitted, `unless` this holds."""
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
            IF (old_state NOT IN ('new', 'needs_information') OR new_state NOT IN ('new', 'needs_information'))
                    AND ({unless}) IS NOT TRUE THEN
                {refuse(name, "what was submitted stays as it was submitted")}
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )
