"""What of the programme moves when two organisations become one: drafts, and what is released."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext

from efus_conference.merging import Column, add
from efus_conference.models import Organisation
from programme.models import Appearance, ReleasedSession, Session, Speaker


def register() -> None:
    add(Column(Speaker), Column(Appearance, lock=_hold_sessions), InReleases())


def _hold_sessions(kept: Organisation, gone: Organisation) -> None:
    """A release reads drafts and writes what is public while it holds their sessions."""
    theirs = Q(appearances__organisation=gone) | Q(
        released__appearances__contains=[{"organisation": gone.pk}]
    )
    wanted = Session.objects.filter(theirs).values("pk")
    list(Session.objects.locked().filter(pk__in=wanted).values_list("pk", flat=True))


@dataclass(frozen=True)
class InReleases:
    """Released sessions name organisations by their ids within a JSON column."""

    @property
    def title(self) -> str:
        return gettext("released sessions")

    def count(self, gone: Organisation) -> int:
        return ReleasedSession.objects.filter(appearances__contains=[{"organisation": gone.pk}]).count()

    def conflicts(self, kept: Organisation, gone: Organisation) -> list[str]:
        return []

    def move(self, kept: Organisation, gone: Organisation) -> None:
        rows = ReleasedSession.objects.filter(appearances__contains=[{"organisation": gone.pk}])
        for row in rows.select_for_update(of=("self",), no_key=True).order_by("pk"):
            for one in row.appearances:
                if one.get("organisation") == gone.pk:
                    one["organisation"] = kept.pk
            row.save(update_fields=["appearances"])
