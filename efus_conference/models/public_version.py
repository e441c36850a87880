from __future__ import annotations

import pgtrigger
from django.db import models


class PublicVersion(models.Model):
    """One row for the whole site: a number that rises with every transaction that changes what anyone may read.

    The database raises it, at the end of the transaction, by the triggers that `raises_public_version` makes: no
    view, action, command or SQL can forget it. Drafts, bookings and registrations leave it alone. The functions
    behind them are in the migration `public_version`.
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
