"""The signings of one ceremony as its officers see them: where each stands, and what keeps it from going on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from declarations.actions.clearing import is_complete
from declarations.actions.refusals import SENTENCES
from declarations.actions.stage import was_withdrawn_unpublished
from declarations.conflicts import parts_on_stage
from declarations.models import Ceremony, Evidence, Signature, StageEvent, StageSigning, Withdrawal
from efus_conference.models import User


class Place(TextChoices):
    """In the order in which the operator's screen shows them."""

    RECORDED = "recorded", _("Signed, to be confirmed")
    TO_SIGN = "to_sign", _("To be called")
    CONFIRMED = "confirmed", _("On stage, not in the register yet")
    PUBLISHED = "published", _("In the register")
    ABSENT = "absent", _("Absent")
    TO_CLEAR = "to_clear", _("Not cleared: cannot sign yet")
    OVER = "over", _("Withdrawn or replaced since")


@dataclass
class OnStage:
    """One signing; `obstacles` are the sentences why the officer who reads this may not confirm it."""

    signing: StageSigning
    place: Place
    is_complete: bool
    has_scan: bool
    is_withdrawing: bool
    sent_back: StageEvent | None = None  # where the last record of it was taken back or undone
    obstacles: list[Any] = field(default_factory=list)
    files: list[Evidence] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Another one means that the row on somebody's screen is stale."""
        state = self.signing.signature.state if self.signing.signature else ""
        return f"{self.signing.version}-{state}-{self.is_withdrawing:d}"

    @property
    def is_due(self) -> bool:
        until = self.signing.published_from
        return until is not None and until <= timezone.now()

    @property
    def needs_scan(self) -> bool:
        return not self.has_scan and not self.signing.scan_follows

    @property
    def may_be_called_again(self) -> bool:
        """Its signature was withdrawn within the time to undo, so that it may sign anew."""
        signature = self.signing.signature
        return signature is not None and was_withdrawn_unpublished(signature)

    @property
    def may_get_a_scan(self) -> bool:
        return self.place in (Place.RECORDED, Place.CONFIRMED, Place.PUBLISHED) and not (
            self.has_scan and self.signing.signature_id
        )


def signings_of(ceremony: Ceremony) -> list[OnStage]:
    """All of them in the order of protocol: precedence, country, name, as the reader calls these."""
    pages = Evidence.objects.filter(
        Q(signature=OuterRef("signature")) | Q(signature=OuterRef("draft")), kind=Evidence.Kind.SIGNED_PAGE
    )
    wishes = Withdrawal.objects.open().filter(signature__signatory=OuterRef("signatory"))
    last = StageEvent.objects.filter(signing=OuterRef("pk")).order_by("-pk")
    rows: QuerySet[Any] = (
        StageSigning.objects.filter(ceremony=ceremony)
        .select_related(
            "signatory__organisation",
            "signature",
            *(f"{who}_by__user" for who in ("entered", "cleared", "recorded", "confirmed")),
        )
        .annotate(
            has_scan=Exists(pages),
            is_withdrawing=Exists(wishes),
            last_event=Subquery(last.values("pk")[:1]),
        )
    )
    undone = StageEvent.objects.filter(
        pk__in=[row.last_event for row in rows],
        kind__in=[StageEvent.Kind.TAKEN_BACK, StageEvent.Kind.UNDONE],
    )
    sent_back = {event.signing_id: event for event in undone.select_related("actor__user")}
    found = []
    for row in rows:
        row.ceremony = ceremony
        found.append(
            OnStage(
                row,
                _place_of(row),
                is_complete(row),
                row.has_scan,
                row.is_withdrawing,
                sent_back=sent_back.get(row.pk),
            )
        )
    return sorted(found, key=_in_protocol)


def with_obstacles(rows: Iterable[OnStage], *, by: User) -> list[OnStage]:
    """Those that wait for a second officer, with what this one has to know of them."""
    waiting = [row for row in rows if row.place == Place.RECORDED]
    parts = parts_on_stage([row.signing for row in waiting], by=by)
    ids = [row.signing.draft_id for row in waiting if row.signing.draft_id]
    files = list(Evidence.objects.filter(signature__in=ids).order_by("pk"))
    for row in waiting:
        row.obstacles = [SENTENCES[name] for name in parts.get(row.signing.pk, [])]
        row.files = [file for file in files if file.signature_id == row.signing.draft_id]
    return waiting


def version_of(ceremony: Ceremony, rows: Iterable[OnStage]) -> str:
    """The sum of what the officers' screens show; another one means that a screen is stale."""
    state: list[Any] = [str(ceremony.opened_at), str(ceremony.ended_at), ceremony.undo_seconds]
    said = json.dumps([state, sorted((row.signing.pk, row.key) for row in rows)])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def seconds_left(signing: StageSigning, at: datetime) -> int:
    until = signing.published_from
    return max(0, round((until - at).total_seconds())) if until else 0


def _place_of(signing: StageSigning) -> Place:
    signature = signing.signature
    if signature is not None:
        if signature.state == Signature.State.CONFIRMED:
            return Place.CONFIRMED
        return Place.PUBLISHED if signature.state == Signature.State.VERIFIED else Place.OVER
    if signing.signed_at is not None:
        return Place.RECORDED
    if signing.absent_at is not None:
        return Place.ABSENT
    return Place.TO_SIGN if signing.cleared_by_id else Place.TO_CLEAR


def _in_protocol(row: OnStage) -> tuple[int, bool, str, str, int]:
    organisation = row.signing.signatory.organisation
    country = organisation.country_name
    return (row.signing.precedence, not country, country, str(organisation).casefold(), row.signing.pk)
