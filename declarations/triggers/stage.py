"""The rules of the stage that compare rows; those about one row are constraints of `declarations.models.stage`."""

from __future__ import annotations

import pgtrigger

from declarations.triggers.refusing import refuse
from declarations.triggers.signatures import ERASED

_SIGNER = (
    "signer_name, {0}.signer_office, {0}.substitute_name, {0}.substitute_office, {0}.basis, {0}.body, "
    "{0}.decided_on, {0}.reference, {0}.ratify_until"
)
_NEW, _OLD = (f"({row}.{_SIGNER.format(row)})" for row in ("NEW", "OLD"))
# Who signed for this signatory was erased, or the ceremony is long over (see `declarations.retention`): their words
# are struck out here too, and nothing else is changed.
_STRUCK_OUT = " AND ".join(
    f"NEW.{name} IN (OLD.{name}, '{ERASED}')"
    for name in (
        *("signer_name", "signer_office", "substitute_name", "substitute_office"),
        *("stood_in_name", "stood_in_office", "body", "reference"),
    )
)

CEREMONY = [
    pgtrigger.Trigger(
        name="time_to_undo_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        # What was confirmed meanwhile was confirmed with this time to undo it.
        condition=pgtrigger.Condition(
            "OLD.opened_at IS NOT NULL AND (NEW.opened_at IS NULL OR NEW.undo_seconds <> OLD.undo_seconds "
            "OR NEW.declaration_id <> OLD.declaration_id)"
        ),
        func=refuse("time_to_undo_stays", "an opened ceremony keeps its time to undo"),
    ),
]

STAGE_SIGNING = [
    pgtrigger.Trigger(
        name="stage_signing_follows",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        declare=[("is_on", "boolean")],
        func=f"""
            IF TG_OP = 'INSERT' AND (NEW.cleared_by_id IS NOT NULL OR NEW.signature_id IS NOT NULL
                    OR NOT EXISTS (SELECT FROM declarations_signatory s
                        JOIN declarations_ceremony c ON c.declaration_id = s.declaration_id
                        WHERE s.id = NEW.signatory_id AND c.id = NEW.ceremony_id)) THEN
                {refuse("stage_signing_begins_entered", "who is to sign is entered first, for this declaration")}
            END IF;
            IF EXISTS (SELECT FROM (VALUES (NEW.entered_by_id), (NEW.cleared_by_id), (NEW.recorded_by_id),
                        (NEW.confirmed_by_id)) AS acting(id)
                    WHERE acting.id IS NOT NULL
                    -- Who acted before and left since is not asked again.
                    AND (TG_OP = 'INSERT' OR acting.id NOT IN (OLD.entered_by_id, COALESCE(OLD.cleared_by_id, 0),
                        COALESCE(OLD.recorded_by_id, 0), COALESCE(OLD.confirmed_by_id, 0)))
                    AND NOT EXISTS (SELECT FROM declarations_actor a JOIN efus_conference_user u ON u.id = a.user_id
                        WHERE a.id = acting.id AND a.kind = 'person' AND u.is_staff AND u.is_active)) THEN
                {refuse("stage_is_of_organisers", "only organisers act on stage")}
            END IF;
            IF TG_OP = 'UPDATE' THEN
                IF (NEW.ceremony_id, NEW.signatory_id) <> (OLD.ceremony_id, OLD.signatory_id)
                        OR NEW.version <= OLD.version THEN
                    {refuse("stage_signing_follows", "a step on stage follows the last one")}
                END IF;
                -- Who was cleared changes with a new clearing alone, and who signed instead with a new record.
                IF ({_NEW} IS DISTINCT FROM {_OLD} AND OLD.cleared_by_id IS NOT NULL
                            AND (NEW.cleared_by_id IS NOT NULL OR OLD.signed_at IS NOT NULL)
                        OR (NEW.stood_in_name, NEW.stood_in_office) <> (OLD.stood_in_name, OLD.stood_in_office)
                            AND OLD.signed_at IS NOT NULL AND NEW.signed_at IS NOT NULL)
                        AND NOT ({_STRUCK_OUT}
                            AND (NEW.basis, NEW.decided_on, NEW.ratify_until)
                                IS NOT DISTINCT FROM (OLD.basis, OLD.decided_on, OLD.ratify_until)
                            AND (EXISTS (SELECT FROM declarations_signature
                                    WHERE signatory_id = NEW.signatory_id AND person_erased_at IS NOT NULL)
                                OR EXISTS (SELECT FROM declarations_ceremony WHERE id = NEW.ceremony_id
                                    AND ended_at < clock_timestamp() - interval '60 days'))) THEN
                    {refuse("cleared_stays_as_cleared", "what was cleared is changed only by clearing it anew")}
                END IF;
                IF OLD.signature_id IS NOT NULL AND (NEW.signature_id, NEW.signed_at, NEW.recorded_by_id,
                            NEW.confirmed_by_id, NEW.confirmed_at)
                        IS DISTINCT FROM (OLD.signature_id, OLD.signed_at, OLD.recorded_by_id,
                            OLD.confirmed_by_id, OLD.confirmed_at)
                        AND NOT (NEW.signature_id IS NULL AND EXISTS (SELECT FROM declarations_signature
                            WHERE id = OLD.signature_id
                            -- What was withdrawn before it was public may be recorded anew.
                            AND (state = 'undone' OR state = 'withdrawn' AND decided_at IS NULL))) THEN
                    {refuse("confirmed_is_undone_first", "what was confirmed is undone first")}
                END IF;
            END IF;
            SELECT opened_at IS NOT NULL AND ended_at IS NULL INTO is_on
                FROM declarations_ceremony WHERE id = NEW.ceremony_id FOR SHARE;
            IF (NEW.signed_at IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.signed_at IS DISTINCT FROM NEW.signed_at))
                    AND (NOT is_on OR NEW.signed_at > clock_timestamp() + interval '1 minute') THEN
                {refuse("signed_while_the_ceremony_is_on", "signatures are recorded while the ceremony is on")}
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="stage_signing_is_kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        condition=pgtrigger.Condition("OLD.signature_id IS NOT NULL OR OLD.version > 0"),
        func=refuse("stage_signing_is_kept", "who was cleared for the stage is kept"),
    ),
]
