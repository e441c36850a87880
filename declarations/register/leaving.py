"""What the register says of a signature that it showed and shows no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from declarations.models import Declaration, Signature, SignatureEvent
from declarations.register.entries import Entry

Kind = SignatureEvent.Kind


@dataclass(frozen=True)
class Leaving:
    """Who took a signature back, and when; nothing of the person who had signed."""

    entry: Entry
    on: date

    @property
    def name(self) -> str:
        return self.entry.name


def ever_shown() -> QuerySet[Signature]:
    """Signatures under published declarations that the register shows, or of which it says that they were withdrawn."""
    withdrawn = Q(state=Signature.State.WITHDRAWN, pk__in=_stood_for_certain())
    return Signature.objects.filter(
        withdrawn | Q(pk__in=Signature.objects.public().values("pk")),
        signatory__declaration__in=Declaration.objects.public(),
    )


def _stood_for_certain() -> QuerySet[SignatureEvent, Any]:
    return SignatureEvent.objects.filter(kind__in=[Kind.VERIFIED, Kind.HISTORICAL]).values("signature")


def leaving_of(declaration: Declaration, slug: str) -> Leaving | None:
    """The last withdrawal by the organisation of that address.

    Only of a signature that stood in the register for certain: verified, or historical. Whether an office took
    back what nobody had checked is its own business.
    """
    event = (
        SignatureEvent.objects.filter(
            kind=Kind.WITHDRAWN,
            signature__state=Signature.State.WITHDRAWN,
            signature__signatory__declaration=declaration,
            signature__signatory__organisation__slug=slug,
            signature__in=_stood_for_certain(),
        )
        .select_related("signature__signatory__organisation", "signature__signatory__declaration")
        .order_by("-at", "-pk")
        .first()
    )
    if event is None:
        return None
    return Leaving(Entry(event.signature), timezone.localdate(event.at))
