"""Whether the document for a secured visit was given, and until when it can be: never what stands in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from efus_conference.templatetags.dates import moment_at
from programme.models import ReleasedSession
from registration.models import IdentityDocument


@dataclass(frozen=True)
class IdentityState:
    is_given: bool
    is_open: bool
    deadline: str


def identity_state(row: ReleasedSession, *, is_given: bool) -> IdentityState | None:
    """None where none is asked for. The row has been read with its edition."""
    if row.identity_by is None or row.is_cancelled:
        return None
    return IdentityState(is_given, timezone.now() < row.identity_by, moment_at(row.identity_by, row.edition))


def given(registration_ids: Iterable[int], rows: Iterable[ReleasedSession]) -> set[tuple[int, int]]:
    """Which registration gave one for which session; without a query where no session asks for any."""
    asking = [row.pk for row in rows if row.identity_by is not None]
    if not asking:
        return set()
    return set(
        IdentityDocument.objects.filter(
            registration__in=list(registration_ids), booking__session__in=asking
        ).values_list("registration_id", "booking__session_id")
    )
