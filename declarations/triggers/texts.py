"""What keeps the text of a declaration as it was frozen, to the byte, whoever writes to the database."""

from __future__ import annotations

import pgtrigger

from declarations.triggers.refusing import refuse
from efus_conference.languages import in_every_language

_FILLED_TITLE_CHANGES = " OR ".join(
    f"(COALESCE(OLD.{column}, '') <> '' AND NEW.{column} IS DISTINCT FROM OLD.{column})"
    for column in in_every_language("title")
)

FROZEN_DECLARATION = [
    pgtrigger.Trigger(
        name="frozen_stays_frozen",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__text_hash__gt="")
        & (
            pgtrigger.Q(old__text_hash__df=pgtrigger.F("new__text_hash"))
            | pgtrigger.Q(old__published_at__df=pgtrigger.F("new__published_at"))
            | pgtrigger.Q(old__published_by__df=pgtrigger.F("new__published_by"))
            | pgtrigger.Q(old__proposed_by__df=pgtrigger.F("new__proposed_by"))
            | pgtrigger.Q(old__proposed_at__df=pgtrigger.F("new__proposed_at"))
            | pgtrigger.Q(old__is_historical__df=pgtrigger.F("new__is_historical"))
        ),
        func="RAISE EXCEPTION 'a published text stays as it was published' "
        "USING ERRCODE = 'check_violation', CONSTRAINT = 'frozen_stays_frozen';",
    ),
    pgtrigger.Trigger(
        name="hash_is_of_the_texts",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__text_hash__gt=""),
        declare=[("computed", "text")],
        # The same sum as `hash_of_texts`, made by the database from the bytes that it stores.
        func="""
            SELECT encode(sha256(convert_to(string_agg(line, '' ORDER BY line COLLATE "C"), 'UTF8')), 'hex')
                INTO computed FROM (
                    SELECT language || ' ' || status || ' '
                        || encode(sha256(convert_to(body, 'UTF8')), 'hex') || E'\\n' AS line
                    FROM declarations_textversion WHERE declaration_id = NEW.id
                ) AS lines;
            IF computed IS DISTINCT FROM NEW.text_hash THEN
                RAISE EXCEPTION 'the hash is not that of the texts'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'hash_is_of_the_texts';
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="frozen_title_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        # It stands above the text that is signed. A language that had none may still get one.
        condition=pgtrigger.Condition(f"OLD.text_hash <> '' AND ({_FILLED_TITLE_CHANGES})"),
        func=refuse("frozen_stays_frozen", "a published title stays as it was published"),
    ),
    pgtrigger.Trigger(
        name="frozen_is_kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        condition=pgtrigger.Condition("OLD.text_hash <> ''"),
        # Foreign keys are looked at when all is over: without this, a text would belong to no frozen one meanwhile.
        func=f"""
            IF TG_OP = 'DELETE' OR NEW.id <> OLD.id THEN
                {refuse("frozen_stays_frozen", "a published text is kept")}
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="frozen_by_officers",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__text_hash__gt=""),
        # Who lost the right between the two steps counts for nothing; what is frozen stays, whoever leaves later.
        func=f"""
            IF TG_OP = 'UPDATE' AND OLD.text_hash <> '' THEN
                RETURN NEW;
            END IF;
            IF (SELECT count(*) FROM declarations_actor a JOIN efus_conference_user u ON u.id = a.user_id
                    WHERE a.id IN (NEW.proposed_by_id, NEW.published_by_id)
                    AND a.kind = 'person' AND u.is_staff AND u.is_active) <> 2
                    AND NEW.proposed_by_id <> NEW.published_by_id THEN
                {refuse("frozen_by_officers", "two organisers freeze a text")}
            END IF;
            RETURN NEW;
        """,
    ),
]

FROZEN_TEXT = [
    pgtrigger.Trigger(
        name="published_text_is_fixed",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("frozen", "boolean")],
        func="""
            IF TG_OP <> 'INSERT' THEN
                SELECT text_hash <> '' INTO frozen FROM declarations_declaration
                    WHERE id = OLD.declaration_id FOR SHARE;
            END IF;
            IF TG_OP <> 'DELETE' AND NOT COALESCE(frozen, false) THEN
                SELECT text_hash <> '' INTO frozen FROM declarations_declaration
                    WHERE id = NEW.declaration_id FOR SHARE;
            END IF;
            IF frozen THEN
                RAISE EXCEPTION 'the text of a published declaration is fixed'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'published_text_is_fixed';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="texts_are_kept",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=refuse("texts_are_kept", "texts are not taken out all at once"),
    ),
]
