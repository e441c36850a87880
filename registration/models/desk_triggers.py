"""What the database itself refuses of the desk: triggers of its models, for what reads other tables or older rows."""

from __future__ import annotations

import pgtrigger

OF_DEVICES = [
    pgtrigger.Trigger(
        name="devices_stay_who_they_are",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func="""
            IF TG_OP = 'INSERT' THEN
                IF NEW.link_id IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM registration_desklink l
                    WHERE l.id = NEW.link_id AND l.edition_id = NEW.edition_id
                ) THEN
                    RAISE EXCEPTION 'a device is of the edition of its link'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'devices_stay_who_they_are';
                END IF;
                RETURN NEW;
            END IF;
            IF (NEW.id, NEW.edition_id, NEW.link_id) IS DISTINCT FROM (OLD.id, OLD.edition_id, OLD.link_id)
                -- An account that is deleted leaves nobody.
                OR NEW.user_id IS DISTINCT FROM OLD.user_id AND NEW.user_id IS NOT NULL
                OR OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at
            THEN
                RAISE EXCEPTION 'a device is closed, never made another one'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'devices_stay_who_they_are';
            END IF;
            RETURN NEW;
        """,
    ),
]

OF_CHECK_INS = [
    pgtrigger.Trigger(
        name="check_ins_are_of_who_takes_part",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func="""
            IF NOT EXISTS (
                SELECT 1 FROM registration_registration r
                WHERE r.id = NEW.registration_id AND r.place_id = NEW.place_id
                  AND r.edition_id = NEW.edition_id AND r.status = 'confirmed'
                  -- A device may tell late of somebody who was there before they were erased.
                  AND (r.erased_at IS NULL OR NEW.at < r.erased_at)
            ) OR (NEW.session_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM programme_session s WHERE s.id = NEW.session_id AND s.edition_id = NEW.edition_id
            )) THEN
                RAISE EXCEPTION 'only who takes part in the edition is checked in'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'check_ins_are_of_who_takes_part';
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="check_ins_are_not_rewritten",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="""
            IF (NEW.id, NEW.edition_id, NEW.place_id, NEW.registration_id, NEW.day, NEW.session_id)
                IS DISTINCT FROM
                (OLD.id, OLD.edition_id, OLD.place_id, OLD.registration_id, OLD.day, OLD.session_id)
            THEN
                RAISE EXCEPTION 'a check-in is taken back, never made another one'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'check_ins_are_not_rewritten';
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="check_ins_are_on_days_of_the_edition",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func="""
            -- A demonstration, whose days never come nearer, is tried on any day.
            IF EXISTS (
                SELECT 1 FROM efus_conference_edition e
                WHERE e.id = NEW.edition_id AND NOT e.is_demonstration
                  AND NEW.day NOT BETWEEN e.starts_on AND e.ends_on
            ) THEN
                RAISE EXCEPTION 'people are checked in on the days of the edition'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'check_ins_are_on_days_of_the_edition';
            END IF;
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="check_ins_are_by_the_person_s_own_ticket",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__ticket__isnull=False),
        func="""
            IF NOT EXISTS (
                SELECT 1 FROM registration_ticket t
                WHERE t.id = NEW.ticket_id AND t.registration_id = NEW.registration_id
            ) THEN
                RAISE EXCEPTION 'people are checked in by their own ticket'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'check_ins_are_by_the_person_s_own_ticket';
            END IF;
            RETURN NEW;
        """,
    ),
]

OF_HEADSETS = [
    pgtrigger.Trigger(
        name="headsets_are_lent_to_who_takes_part",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func="""
            IF TG_OP = 'INSERT' THEN
                IF NOT EXISTS (
                    SELECT 1 FROM registration_registration r
                    WHERE r.id = NEW.registration_id AND r.edition_id = NEW.edition_id
                      AND r.status = 'confirmed' AND r.erased_at IS NULL
                ) THEN
                    RAISE EXCEPTION 'headsets are lent to those who take part in the edition'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'headsets_are_lent_to_who_takes_part';
                END IF;
                RETURN NEW;
            END IF;
            IF (NEW.id, NEW.edition_id, NEW.registration_id, NEW.number)
                    IS DISTINCT FROM (OLD.id, OLD.edition_id, OLD.registration_id, OLD.number)
                OR OLD.returned_at IS NOT NULL AND NEW.returned_at IS DISTINCT FROM OLD.returned_at
            THEN
                RAISE EXCEPTION 'a loan ends, and is never made another one'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'headsets_are_not_lent_on';
            END IF;
            RETURN NEW;
        """,
    ),
]
