"""What keeps a log a log: entries follow each other, hashes are of what is stored, and nothing changes or goes."""

from __future__ import annotations

import pgtrigger

from declarations.triggers.refusing import refuse

# The class of the advisory locks, one per log, under which it is added to: a row's lock takes the right to update it.
LOCKS_OF_LOGS = 6962


def kept_for_ever(name: str) -> list[pgtrigger.Trigger]:
    """Rows that are inserted and read, and nothing else."""
    return [
        pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name=f"{name}_whole",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func=refuse(name, "what was logged is kept"),
        ),
    ]


# The fields of a key entry, and what stands in them: a reader's program takes a log with another one for none.
_IS_KEY_ENTRY = """(
    ARRAY(SELECT jsonb_object_keys(said) ORDER BY 1) = ARRAY['at', 'is_stolen', 'new', 'old', 'size', 'type', 'v']
    AND jsonb_typeof(said -> 'at') = 'string' AND said ->> 'at' ~ '^[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}[0-9]{2}Z$'
    AND jsonb_typeof(said -> 'is_stolen') = 'boolean'
    AND jsonb_typeof(said -> 'new') = 'string' AND said ->> 'new' ~ '^[0-9a-f]{64}$'
    AND jsonb_typeof(said -> 'old') = 'string' AND said ->> 'old' ~ '^[0-9a-f]{64}$'
    AND said ->> 'old' <> said ->> 'new'
    AND jsonb_typeof(said -> 'size') = 'number' AND said ->> 'size' ~ '^(0|[1-9][0-9]{0,8})$'
    AND (said ->> 'size')::int <= NEW.index
)"""

LOG_ENTRY = [
    pgtrigger.Trigger(
        name="log_entry_follows",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[
            ("of_declaration", "bigint"),
            ("event_kind", "text"),
            ("of_signature", "text"),
            ("said", "jsonb"),
        ],
        # The first lock makes two who append follow each other; the hash is of the bytes as they are stored.
        func=f"""
            PERFORM pg_advisory_xact_lock({LOCKS_OF_LOGS}, NEW.log_id::int);
            IF NEW.index <> COALESCE(
                    (SELECT max(index) + 1 FROM declarations_logentry WHERE log_id = NEW.log_id), 0) THEN
                {refuse("log_entry_follows", "an entry follows the last one")}
            END IF;
            IF NEW.leaf_hash <> sha256('\\x00'::bytea || convert_to(NEW.body, 'UTF8')) THEN
                {refuse("log_entry_has_its_hash", "the hash is not that of the entry")}
            END IF;
            said := NEW.body::jsonb;
            IF said ->> 'type' IS DISTINCT FROM NEW.kind THEN
                {refuse("log_entry_says_its_kind", "an entry says what it is")}
            END IF;
            IF jsonb_typeof(said -> 'v') IS DISTINCT FROM 'number' OR said ->> 'v' <> '1' THEN
                {refuse("log_entry_says_its_version", "an entry says by which version of the format it is")}
            END IF;
            IF NEW.kind = 'key' AND {_IS_KEY_ENTRY} IS NOT TRUE THEN
                {refuse("log_entry_is_of_two_keys", "an entry about a key has its fields and no others")}
            END IF;
            IF NEW.event_id IS NOT NULL THEN
                SELECT s.declaration_id, e.kind, g.log_id::text INTO of_declaration, event_kind, of_signature
                    FROM declarations_signatureevent e
                    JOIN declarations_signature g ON g.id = e.signature_id
                    JOIN declarations_signatory s ON s.id = g.signatory_id WHERE e.id = NEW.event_id;
                IF of_declaration IS DISTINCT FROM (SELECT declaration_id FROM declarations_log WHERE id = NEW.log_id)
                        OR event_kind IS DISTINCT FROM
                        (CASE NEW.kind WHEN 'published' THEN 'verified' ELSE NEW.kind END)
                        OR said ->> 'signature' IS DISTINCT FROM of_signature THEN
                    {refuse("log_entry_is_of_its_event", "an entry tells of an event of its declaration")}
                END IF;
            END IF;
            -- A log that is begun stays one: its key may change, and what was signed be put back.
            IF NEW.kind <> 'key' AND NOT NEW.is_readmitted AND NOT EXISTS (
                    SELECT FROM declarations_declaration d JOIN declarations_log l ON l.declaration_id = d.id
                    WHERE l.id = NEW.log_id AND d.is_published) THEN
                {refuse("log_is_of_what_is_public", "what is not published is not logged")}
            END IF;
            RETURN NEW;
        """,
    ),
]

LOG_NODE = [
    pgtrigger.Trigger(
        name="log_node_is_of_its_children",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("on_the_left", "bytea"), ("on_the_right", "bytea")],
        func=f"""
            IF NEW.level = 1 THEN
                SELECT leaf_hash INTO on_the_left FROM declarations_logentry
                    WHERE log_id = NEW.log_id AND index = NEW.index * 2;
                SELECT leaf_hash INTO on_the_right FROM declarations_logentry
                    WHERE log_id = NEW.log_id AND index = NEW.index * 2 + 1;
            ELSE
                SELECT hash INTO on_the_left FROM declarations_lognode
                    WHERE log_id = NEW.log_id AND level = NEW.level - 1 AND index = NEW.index * 2;
                SELECT hash INTO on_the_right FROM declarations_lognode
                    WHERE log_id = NEW.log_id AND level = NEW.level - 1 AND index = NEW.index * 2 + 1;
            END IF;
            IF NEW.hash IS DISTINCT FROM sha256('\\x01'::bytea || on_the_left || on_the_right) THEN
                {refuse("log_node_is_of_its_children", "a node is the hash of the two below it")}
            END IF;
            RETURN NEW;
        """,
    ),
]

# Who signed may be erased while their entry is appended: whoever comes second waits for the first, and sees it.
_OPENS_NOBODY_ERASED = f"""
    IF NEW.field IN ('person', 'office') THEN
        SELECT s.person_erased_at INTO erased FROM declarations_signature s
            JOIN declarations_signatureevent e ON e.signature_id = s.id
            JOIN declarations_logentry l ON l.event_id = e.id
            WHERE l.id = NEW.entry_id FOR SHARE OF s;
        IF erased IS NOT NULL THEN
            {refuse("opening_is_of_nobody_erased", "who signed was erased")}
        END IF;
    END IF;
"""

LOG_OPENING = [
    pgtrigger.Trigger(
        name="opening_opens_its_commitment",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("erased", "timestamptz")],
        func=f"""
            IF (SELECT body::jsonb -> 'commitments' ->> NEW.field FROM declarations_logentry WHERE id = NEW.entry_id)
                    IS DISTINCT FROM
                    encode(sha256(decode(NEW.salt, 'hex') || convert_to(NEW.value, 'UTF8')), 'hex') THEN
                {refuse("opening_opens_its_commitment", "this opens nothing in the entry")}
            END IF;
            {_OPENS_NOBODY_ERASED}
            RETURN NEW;
        """,
    ),
    pgtrigger.Protect(name="opening_stays_or_goes", operation=pgtrigger.Update),
]

CHECKPOINT = [
    pgtrigger.Trigger(
        name="checkpoint_goes_on",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
            PERFORM pg_advisory_xact_lock({LOCKS_OF_LOGS}, NEW.log_id::int);
            IF NEW.size <= (SELECT max(size) FROM declarations_checkpoint WHERE log_id = NEW.log_id)
                    OR NOT EXISTS (SELECT FROM declarations_logentry
                        WHERE log_id = NEW.log_id AND index = NEW.size - 1) THEN
                {refuse("checkpoint_goes_on", "a checkpoint is of more entries than the last one, and of no others")}
            END IF;
            IF NOT starts_with(NEW.note, (SELECT origin FROM declarations_log WHERE id = NEW.log_id)
                    || E'\\n' || NEW.size || E'\\n' || encode(NEW.root, 'base64') || E'\\n\\n') THEN
                {refuse("checkpoint_says_its_root", "a checkpoint says its log, its size and its root")}
            END IF;
            RETURN NEW;
        """,
    ),
]

LOG_KEY = [
    pgtrigger.Trigger(
        name="log_key_is_kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        # A key that was retired comes back from nowhere; one that was retired in good order may turn out stolen.
        func=f"""
            IF TG_OP = 'DELETE' OR (NEW.public_key, NEW.fingerprint, NEW.first_used_at)
                    IS DISTINCT FROM (OLD.public_key, OLD.fingerprint, OLD.first_used_at)
                    OR (OLD.retired_at IS NOT NULL AND NEW.retired_at IS DISTINCT FROM OLD.retired_at)
                    OR (OLD.is_stolen AND NOT NEW.is_stolen) THEN
                {refuse("log_key_is_kept", "a key is kept, and retired once")}
            END IF;
            -- Readers follow from one key to the next by the entries of the logs.
            IF NEW.retired_at IS NOT NULL AND OLD.retired_at IS NULL
                    AND EXISTS (SELECT FROM declarations_checkpoint) AND NOT EXISTS (
                        SELECT FROM declarations_logentry
                        WHERE kind = 'key' AND body::jsonb ->> 'old' = OLD.fingerprint) THEN
                {refuse("log_key_is_followed", "a key is retired with an entry that names the next one")}
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="log_key_has_its_fingerprint",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
            IF NEW.fingerprint <> encode(sha256(decode(NEW.public_key, 'hex')), 'hex') THEN
                {refuse("log_key_has_its_fingerprint", "the fingerprint is not that of the key")}
            END IF;
            RETURN NEW;
        """,
    ),
]

LOG_ALARM = [
    pgtrigger.Trigger(
        name="log_alarm_is_kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'DELETE' AND OLD.settled_at IS NOT NULL THEN
                RETURN OLD;
            END IF;
            IF TG_OP = 'DELETE' OR OLD.settled_at IS NOT NULL
                    OR (NEW.log_id, NEW.reason, NEW.details, NEW.keeper, NEW.raised_at)
                    IS DISTINCT FROM (OLD.log_id, OLD.reason, OLD.details, OLD.keeper, OLD.raised_at) THEN
                {refuse("log_alarm_is_kept", "an alarm is kept until it is settled, once")}
            END IF;
            RETURN NEW;
        """,
    ),
]
