"""Lets go what is kept no longer (see `declarations.retention`): in small steps, each by itself.

A step that breaks off is done the next night, and holds up no other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import F, QuerySet

from declarations.models import Evidence, Invitation, LogOpening, MailboxCode, Signature, StageSigning
from declarations.retention import (
    codes_that_are_over,
    drafts_that_are_over,
    evidence_that_is_over,
    mails_that_are_over,
    not_signing,
    openings_that_are_over,
    reasons_that_are_over,
    stage_names_that_are_over,
)
from declarations.triggers import ERASED
from efus_conference.erased_accounts import forget_in_log
from efus_conference.models import Mail
from efus_conference.private_files import private_storage

BATCH = 200
EVIDENCE_FOLDER = "evidence"  # see `declarations.models.signatures.evidence_path`
ROW_COMES_WITHIN = timedelta(days=1)
# More files without a row than these, and than this share of all: the folder or the database is not the right one.
MOST_LEFT = 10
MOST_LEFT_SHARE = 0.1
logger = logging.getLogger(__name__)


def forget_what_is_over(*, at: datetime) -> dict[str, int]:
    """How many rows of each kind went. Not to be called within a transaction: every batch is one."""
    gone = {what: _all_of(what, rows(at), take) for what, (rows, take) in KINDS.items()}
    return {**gone, "files": _files_without_a_row(at)}


def _files_without_a_row(at: datetime) -> int:
    """How many files went of which no row came to be: they are written before the transaction ends that names them."""
    storage = private_storage()
    try:
        _folders, names = storage.listdir(EVIDENCE_FOLDER)
    except FileNotFoundError:  # nobody sent anything yet
        return 0
    try:
        stored = {f"{EVIDENCE_FOLDER}/{name}" for name in names}
        # The rows after the folder: what came in between is in none of the two, or in both.
        named = {name for pair in Evidence.objects.values_list("file", "preview") for name in pair}
        over = at - ROW_COMES_WITHIN
        left = [name for name in stored - named if _is_older(storage, name, over)]
        if len(left) > MOST_LEFT and len(left) > len(stored) * MOST_LEFT_SHARE:
            logger.error(
                "Of %s files of evidence, %s have no row: none was deleted, as rows of another database may name them.",
                len(stored),
                len(left),
            )
            return 0
        _delete_stored(left)
    except Exception:
        logger.exception("Forgetting files without a row broke off.")
        return 0
    return len(left)


def _is_older(storage: Storage, name: str, moment: datetime) -> bool:
    try:
        return storage.get_modified_time(name) <= moment
    except FileNotFoundError:  # somebody else deleted it meanwhile
        return False


def _all_of(what: str, rows: QuerySet[Any], take: Callable[[Sequence[Any]], None]) -> int:
    count = 0
    try:
        while keys := _some_of(rows, take):
            count += len(keys)
    except Exception:
        logger.exception("Forgetting %s broke off.", what)
    return count


@transaction.atomic
def _some_of(rows: QuerySet[Any], take: Callable[[Sequence[Any]], None]) -> list[Any]:
    # What somebody holds is waited for by nobody: it is there tomorrow.
    locked = rows.order_by("pk").select_for_update(of=("self",), skip_locked=True)
    keys = list(locked.values_list("pk", flat=True)[:BATCH])
    if keys:
        take(keys)
    return keys


def _forget_drafts(keys: Sequence[Any]) -> None:
    evidence = Evidence.objects.filter(signature__in=keys)
    _delete_files(evidence)
    forget_in_log(Evidence, list(evidence.values_list("pk", flat=True)))
    forget_in_log(Signature, keys)
    evidence.delete()
    Signature.objects.filter(pk__in=keys).delete()


def _forget_evidence(keys: Sequence[Any]) -> None:
    evidence = Evidence.objects.filter(pk__in=keys)
    _delete_files(evidence)
    forget_in_log(Evidence, keys)
    evidence.update(file="", preview="", name="", findings=[])


def _forget_reasons(keys: Sequence[Any]) -> None:
    Invitation.objects.filter(pk__in=keys).update(decline_reason="")


def _strike_out(keys: Sequence[Any]) -> None:
    rows = StageSigning.objects.filter(pk__in=keys)
    for who in StageSigning.NAMED:
        struck_out = {f"{who}_name": ERASED, f"{who}_office": ERASED, "version": F("version") + 1}
        rows.filter(not_signing(who)).update(**struck_out)


def _deletes(model: Any) -> Callable[[Sequence[Any]], None]:
    def take(keys: Sequence[Any]) -> None:
        model._default_manager.filter(pk__in=keys).delete()

    return take


def _delete_files(evidence: QuerySet[Evidence]) -> None:
    """After the transaction: a file is gone only when no row names it any more."""
    names = [name for pair in evidence.values_list("file", "preview") for name in pair if name]
    transaction.on_commit(lambda: _delete_stored(names))


def _delete_stored(names: Iterable[str]) -> None:
    storage = private_storage()
    for name in names:
        storage.delete(name)


# What the job's result and the log call them; the rows at a moment, and what becomes of a batch of their keys.
KINDS: dict[str, tuple[Callable[[datetime], QuerySet[Any]], Callable[[Sequence[Any]], None]]] = {
    "drafts": (drafts_that_are_over, _forget_drafts),
    "codes": (codes_that_are_over, _deletes(MailboxCode)),
    "evidence": (evidence_that_is_over, _forget_evidence),
    "openings": (openings_that_are_over, _deletes(LogOpening)),
    "stage": (stage_names_that_are_over, _strike_out),
    "reasons": (reasons_that_are_over, _forget_reasons),
    "mails": (mails_that_are_over, _deletes(Mail)),
}
