"""The signing on stage as everybody may see it: what two officers confirmed there, and nothing before that.

The register, the log and the feeds follow once the time to undo is over; the stage alone shows a name from its
confirmation on, and takes it back when that is undone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from unicodedata import combining, normalize

from django.db.models import Max, TextField
from django.db.models.expressions import Func
from django.utils.translation import get_language

from declarations.models import (
    Ceremony,
    Checkpoint,
    Declaration,
    LogEntry,
    Signature,
    SignatureEvent,
)
from declarations.register.entries import Entry, shown_name
from declarations.register.places import maps_of
from efus_conference.maps import Map

FEW, MANY = 16, 40  # names: up to here they are set large, from here on small


@dataclass(frozen=True)
class Stage:
    """`checkpoint` holds all that was signed on stage; None until the ceremony is over and it is there."""

    ceremony: Ceremony
    entries: Sequence[Entry]
    others: int  # who stands in the register and did not sign on this stage
    checkpoint: Checkpoint | None

    @property
    def declaration(self) -> Declaration:
        return self.ceremony.declaration

    @property
    def phase(self) -> str:
        """before · on · settling (ended, and something is not in the log yet) · over"""
        if self.ceremony.opened_at is None:
            return "before"
        if self.ceremony.ended_at is None:
            return "on"
        return "over" if self.checkpoint or not self.entries else "settling"

    @cached_property
    def maps(self) -> list[Map]:
        return maps_of(self.entries)

    @property
    def is_few(self) -> bool:
        return len(self.entries) <= FEW

    @property
    def is_many(self) -> bool:
        return len(self.entries) > MANY

    @cached_property
    def version(self) -> str:
        """The sum of what is shown, the same in every language: another one means another page."""
        shown = [
            [
                entry.organisation.slug,
                *(entry.signature.names, entry.country, entry.signature.state),
                *(entry.signer_name, entry.signer_office, entry.signature.stage_signing.precedence),
            ]
            for entry in sorted(self.entries, key=lambda each: each.signature.pk)
        ]
        size = self.checkpoint.size if self.checkpoint else 0
        said = json.dumps([self.phase, shown, self.others, size], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def stage_of(declaration: Declaration) -> Stage | None:
    """The signing on stage of a declaration; None where none is planned."""
    ceremony = Ceremony.objects.filter(declaration=declaration).first()
    if ceremony is None:
        return None
    ceremony.declaration = declaration
    if ceremony.opened_at is None:
        # The page then shows nobody, and may not change with anything that is prepared.
        return Stage(ceremony, [], 0, None)
    listed = _in_protocol_s_order(ceremony)
    others = (
        Signature.objects.public()
        .filter(signatory__declaration=declaration)
        .exclude(pk__in=[entry.signature.pk for entry in listed])
        .count()
    )
    return Stage(ceremony, listed, others, _checkpoint_of(ceremony))


def _in_protocol_s_order(ceremony: Ceremony) -> list[Entry]:
    """By precedence, then country, then name, both as the reader calls them; who is of no country comes last."""
    language = (get_language() or "en")[:2]
    signatures = (
        Signature.objects.on_stage()
        .filter(stage_signing__ceremony=ceremony)
        .select_related("signatory__organisation", "signatory__declaration", "mandate", "stage_signing")
        .order_by(Func(shown_name(language), function="sort_key", output_field=TextField()), "pk")
    )
    entries = [Entry(signature, language) for signature in signatures]
    return sorted(
        entries,
        key=lambda each: (
            each.signature.stage_signing.precedence,
            not each.country,
            _plain(each.country_name),
        ),
    )


def _plain(text: str) -> str:
    return "".join(each for each in normalize("NFKD", text) if not combining(each)).casefold()


def _checkpoint_of(ceremony: Ceremony) -> Checkpoint | None:
    """The first checkpoint that holds every signature of the evening: it stays the same however the log grows."""
    if ceremony.ended_at is None:
        return None
    given = Signature.objects.filter(stage_signing__ceremony=ceremony)
    if given.filter(state=Signature.State.CONFIRMED).exists():
        return None
    # One that was withdrawn since was published too, and stands in the log.
    published = SignatureEvent.objects.filter(signature__in=given, kind=SignatureEvent.Kind.VERIFIED)
    logged = LogEntry.objects.filter(event__in=published)
    last = logged.aggregate(last=Max("index"))["last"]
    if last is None or logged.count() < published.count():
        return None
    return (
        Checkpoint.objects.filter(log__declaration=ceremony.declaration_id, size__gt=last)
        .order_by("size")
        .first()
    )
