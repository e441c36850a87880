"""The keeper logs who signs at the very moment at which they are erased."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pgtrigger
from django.db import connection, transaction

from declarations.actions.erasures import forget_signer
from declarations.log import entries, tree
from declarations.models import Log, Signature, SignatureEvent
from efus_conference.models import User
from tests import searching
from tests.declarations.log.test_erasing import NAME, OFFICE, signed
from tests.declarations.making import officer
from tests.declarations.test_race import at_once


def test_the_keeper_and_the_erasing_wait_for_each_other(fresh_db: str) -> None:
    """Whichever comes first: afterwards nothing in the database opens who signed."""
    for erases_first in (True, False):
        signature = signed()
        log = Log.objects.create(
            declaration=signature.signatory.declaration, origin=f"trial.example/{erases_first}/log"
        )
        drafts = [entries.of_event(SignatureEvent.objects.get(signature=signature, kind="verified"))]
        by, is_open = officer(), Event()

        def append(log: Log = log, drafts: list[entries.Draft] = drafts) -> None:
            tree.append(log, drafts)

        def erase(signature: Signature = signature, by: User = by) -> None:
            forget_signer(signature=Signature.objects.get(pk=signature.pk), by=by, reason="Asked.")

        first, second = (erase, append) if erases_first else (append, erase)

        def holds(first: Callable[[], None] = first, is_open: Event = is_open) -> None:
            with transaction.atomic():
                first()
                is_open.set()
                waited_for()

        def follows(second: Callable[[], None] = second, is_open: Event = is_open) -> None:
            is_open.wait()
            second()

        outcomes = at_once(holds, follows)
        assert outcomes == [None, "IntegrityError" if erases_first else None]
        assert searching.columns_with([NAME, OFFICE]) == []


def waited_for() -> None:
    """Until another connection waits for a lock of ours."""
    with connection.cursor() as cursor:
        for _attempt in range(10_000):
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("Nobody waits.")


def test_without_the_rule_a_name_would_stay_open(fresh_db: str) -> None:
    """The same, where the database does not ask: the race is there, and the test above would find it."""
    signature = signed()
    log = Log.objects.create(declaration=signature.signatory.declaration, origin="trial.example/log")
    drafts = [entries.of_event(SignatureEvent.objects.get(signature=signature, kind="verified"))]
    forget_signer(signature=signature, by=officer(), reason="Asked.")
    with pgtrigger.ignore("declarations.LogOpening:opening_opens_its_commitment"):
        tree.append(log, drafts)
    assert searching.columns_with([NAME]) == ["declarations_logopening.value"]
