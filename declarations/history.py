"""What happened to a signature, for the office that reads its receipt: in order, and with what it may read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from declarations.models import Actor, Signature, SignatureEvent, Withdrawal

# What organisers write to each other with the other events is not for the office.
NOTES_FOR_THE_OFFICE = (
    SignatureEvent.Kind.NEEDS_INFORMATION,
    SignatureEvent.Kind.REFUSED,
    SignatureEvent.Kind.WITHDRAWN,
)

# What these events mean of a signature given on stage.
ON_STAGE = {"submitted": "recorded_on_stage", "verified": "published_from_stage"}


@dataclass(frozen=True)
class Happened:
    """`what` is the kind of an event, or `submitted_again` by the office; of a withdrawal `asked`, `asked_on_paper`,
    `dropped` or `taken_back`; of the stage those of `ON_STAGE`.
    """

    at: datetime
    what: str
    note: str = ""
    is_by_office: bool = False


def of_signature(signature: Signature) -> list[Happened]:
    happened: list[Happened] = []
    is_from_stage = False
    for event in signature.events.select_related("actor").order_by("at", "pk"):
        each = _event(event)
        is_from_stage = is_from_stage or event.kind == SignatureEvent.Kind.CONFIRMED
        is_again = each.is_by_office and any(before.what == each.what for before in happened)
        happened.append(replace(each, what="submitted_again") if is_again else each)
    for withdrawal in signature.withdrawals.select_related("entered_by", "decided_by"):
        happened += _withdrawal(withdrawal)
    if is_from_stage:
        happened = [replace(each, what=ON_STAGE.get(each.what, each.what)) for each in happened]
    return sorted(happened, key=lambda each: each.at)


def _event(event: SignatureEvent) -> Happened:
    return Happened(
        at=timezone.localtime(event.at),
        what=event.kind,
        note=event.note if event.kind in NOTES_FOR_THE_OFFICE else "",
        is_by_office=event.actor.kind == Actor.Kind.INVITATION,
    )


def _withdrawal(withdrawal: Withdrawal) -> list[Happened]:
    asked = Happened(
        at=timezone.localtime(withdrawal.entered_at),
        what="asked_on_paper" if withdrawal.is_from_paper else "asked",
        note=withdrawal.reason,
    )
    if withdrawal.outcome != Withdrawal.Outcome.DROPPED or withdrawal.decided_at is None:
        return [asked]  # carried out, it stands among the events
    is_by_office = withdrawal.decided_by is not None and withdrawal.decided_by.kind == Actor.Kind.INVITATION
    return [
        asked,
        Happened(
            at=timezone.localtime(withdrawal.decided_at),
            what="taken_back" if is_by_office else "dropped",
            note=withdrawal.note,
        ),
    ]
