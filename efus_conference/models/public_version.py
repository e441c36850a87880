from __future__ import annotations

import pgtrigger
from django.db import models


class PublicVersion(models.Model):
    """One row for the whole site: a number that rises with every transaction that changes what anyone may read.

    The database raises it, at the end of the transaction, by the triggers that `raises_public_version` makes: no
    view, action, command or SQL can forget it. Drafts, bookings and registrations leave it alone.
    """

    number = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return str(self.number)


def raises_public_version(*, only_if: str = "") -> pgtrigger.Trigger:
    """For the `triggers` of a model that public pages read.

    `only_if` is an SQL condition on `OLD` and `NEW` that leaves drafts out; the row that an operation does not
    have, before an insertion or after a deletion, is null in all its columns there.
    """
    return pgtrigger.Trigger(
        name="raises_public_version",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        # At the end of the transaction, which holds the one row's lock no longer than its commit takes.
        timing=pgtrigger.Deferred,
        func=f"""
            IF {only_if or "true"} THEN
                PERFORM raise_public_version();
            END IF;
            RETURN NULL;
        """,
    )


# What the triggers of every table call. The row itself is changed one step later, by the trigger of
# public_version_due: what a deferred trigger sets off runs behind all that were waiting, foreign keys' checks
# included. So the row's lock is the last a transaction takes, and nobody waits in a circle for it.
FUNCTIONS = """
    INSERT INTO efus_conference_publicversion (id, number) VALUES (1, 1);

    CREATE UNLOGGED TABLE public_version_due ();

    CREATE FUNCTION raise_public_version() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        -- Once in a transaction. The setting ends with it, or with the savepoint that is rolled back.
        IF current_setting('efus.public_version', true) = 'due' THEN
            RETURN;
        END IF;
        PERFORM set_config('efus.public_version', 'due', true);
        INSERT INTO public_version_due DEFAULT VALUES;
    END $$;

    CREATE FUNCTION public_version_rises() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM public_version_due;  -- of ours: nobody else's row is ever committed
        INSERT INTO efus_conference_publicversion (id, number) VALUES (1, 1)
            ON CONFLICT (id) DO UPDATE SET number = efus_conference_publicversion.number + 1;
        RETURN NULL;
    END $$;

    CREATE CONSTRAINT TRIGGER public_version_rises AFTER INSERT ON public_version_due
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public_version_rises();
"""
FUNCTIONS_BACK = """
    DROP TABLE public_version_due;
    DROP FUNCTION public_version_rises();
    DROP FUNCTION raise_public_version();
"""
