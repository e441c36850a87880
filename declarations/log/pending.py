"""What became public and is not logged yet, in the order in which it is logged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects

from declarations.log import entries
from declarations.log.entries import KIND_OF_EVENT, Draft
from declarations.models import Declaration, Log, LogEntry, SignatureEvent

BEGINS = (SignatureEvent.Kind.HISTORICAL, SignatureEvent.Kind.VERIFIED)
AT_ONCE = 1000  # events that one round takes up of one declaration


def events(declaration: Declaration | None = None) -> QuerySet[SignatureEvent]:
    """Events of published declarations that made a signature public, or ended a public one.

    Told by what is missing in the log, and not by a last number: events become visible in another order than that of
    their numbers.
    """
    was_public = SignatureEvent.objects.filter(signature=OuterRef("signature"), kind__in=BEGINS)
    found = SignatureEvent.objects.filter(
        Q(kind__in=BEGINS) | Exists(was_public),
        log_entry=None,
        kind__in=list(KIND_OF_EVENT),
        signature__signatory__declaration__is_published=True,
    )
    return found if declaration is None else found.filter(signature__signatory__declaration=declaration)


def texts() -> QuerySet[Declaration]:
    """Published declarations whose text is not logged."""
    logged = LogEntry.objects.filter(log__declaration=OuterRef("pk"), kind=LogEntry.Kind.TEXT)
    return Declaration.objects.public().exclude(text_hash="").filter(~Exists(logged))


def declarations() -> set[int]:
    """The ids of the declarations of which something is to be logged."""
    of_events = events().values_list("signature__signatory__declaration", flat=True).distinct()
    return set(texts().values_list("pk", flat=True)) | set(of_events)


def drafts(log: Log) -> list[Draft]:
    """The text first, then what happened to signatures, at most `AT_ONCE` of them."""
    declaration = Declaration.objects.get(pk=log.declaration_id)
    found = []
    if declaration.text_hash and not log.entries.filter(kind=LogEntry.Kind.TEXT).exists():
        found.append(entries.of_text(declaration))
    waiting = (
        events(declaration)
        .select_related("signature__mandate", "signature__stage_signing")
        .order_by("at", "pk")
    )
    taken = in_order(waiting)[:AT_ONCE]
    prefetch_related_objects(taken, "signature__evidence")  # a query for each took most of the time
    return found + [entries.of_event(event) for event in taken]


def in_order(waiting: Iterable[SignatureEvent]) -> list[SignatureEvent]:
    """By moment, then by number; what ended a signature never before what began it, whatever the hosts' clocks said."""
    by_number = sorted(waiting, key=lambda event: event.pk)
    not_before: dict[int, datetime] = {}
    keyed = []
    for event in by_number:
        at = max(event.at, not_before.get(event.signature_id, event.at))
        not_before[event.signature_id] = at
        keyed.append((at, event.pk, event))
    return [event for _at, _pk, event in sorted(keyed, key=lambda each: each[:2])]
