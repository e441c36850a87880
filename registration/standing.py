"""How a registration stands, in the words of its pages: its state, its turn on the waiting list, its offer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from efus_conference.templatetags.dates import moment_at
from registration.models import Registration, RegistrationEvent
from registration.states import Status

TAGS = {
    Status.DRAFT: "",
    Status.SUBMITTED: "tag-info",
    Status.APPROVED: "tag-action",
    Status.REFUSED: "tag-error",
    Status.WAITING: "tag-warning",
    Status.CONFIRMED: "tag-success",
    Status.CANCELLED: "tag-error",
}


@dataclass(frozen=True)
class Standing:
    status: str
    label: str
    tag: str
    # On the waiting list: from 1, and how many there are.
    position: int = 0
    waiting: int = 0
    together_with: list[str] = field(default_factory=list)
    wants_all: bool = False
    # Of an offer: up to, not at, which moment it can be accepted, in words.
    until: str = ""
    is_over: bool = False
    reason: str = ""


def standings_of(registrations: Iterable[Registration]) -> dict[int, Standing]:
    """By their ids, in one query more where some wait, however many."""
    rows = list(registrations)
    lists = _lists({row.category_id for row in rows if row.status == Status.WAITING})
    standings = {}
    for row in rows:
        status = Status(row.status)
        more: dict[str, object] = {}
        if status == Status.WAITING:
            queue = lists[row.category_id]
            more = {"position": queue.index(row.pk) + 1 if row.pk in queue else 0, "waiting": len(queue)}
        elif status == Status.APPROVED and row.offer_until is not None:
            more = {
                "until": moment_at(row.offer_until, row.edition),
                "is_over": row.offer_until <= timezone.now(),
            }
        elif status == Status.REFUSED:
            more = {"reason": row.refusal}
        standings[row.pk] = Standing(status, _label(status), TAGS[status], **more)  # type: ignore[arg-type]
    return standings


def standing_of(registration: Registration) -> Standing:
    """The same of one, with those it waits together with and why it was cancelled."""
    standing = standings_of([registration])[registration.pk]
    values = dict(standing.__dict__)
    if standing.status == Status.WAITING and registration.party is not None:
        others = Registration.objects.filter(party=registration.party_id, status=Status.WAITING)
        values["together_with"] = [str(other) for other in others.exclude(pk=registration.pk)]
        values["wants_all"] = registration.party.wants_all
    if standing.status == Status.CANCELLED:
        ended = RegistrationEvent.objects.filter(registration=registration, after=Status.CANCELLED)
        values["reason"] = ended.values_list("reason", flat=True).first() or ""
    return Standing(**values)


def _lists(category_ids: set[int]) -> dict[int, list[int]]:
    """The ids of those who wait, in their order, by category."""
    if not category_ids:
        return {}
    lists = defaultdict(list)
    waiting = Registration.objects.filter(category__in=category_ids, status=Status.WAITING)
    pairs = waiting.order_by("waiting_since", "pk").values_list("category_id", "pk")
    for category_id, pk in pairs:
        lists[category_id].append(pk)
    return lists


def _label(status: str) -> str:
    return {
        Status.DRAFT: _("Not sent"),
        Status.SUBMITTED: _("Awaiting approval"),
        Status.APPROVED: _("Place offered"),
        Status.REFUSED: _("Refused"),
        Status.WAITING: _("On the waiting list"),
        Status.CONFIRMED: _("Confirmed"),
        Status.CANCELLED: _("Cancelled"),
    }[Status(status)]
