"""What this site counted of an edition itself, told apart from the figures that others recorded.

Of an edition that is closed its record is read, which stands whoever is forgotten afterwards; of any other the
released programme alone. Of participants nothing is counted in public before the edition is closed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import ngettext

from archive.models import EditionRecord
from declarations.models import Declaration
from efus_conference.former_addresses import Kind, latest_slug
from efus_conference.models import Edition
from programme.models import ReleasedSession, SessionKind, Speaker


@dataclass(frozen=True)
class Counted:
    """One number with what it counts: “214”, “sessions”."""

    value: int
    label: str


@dataclass(frozen=True)
class KindCount:
    kind: SessionKind
    count: int

    @property
    def name(self) -> str:
        name: str = getattr(self.kind, self.shown_field)
        return name

    @property
    def shown_field(self) -> str:
        """Which of the kind's texts is the name."""
        return "name_plural" if self.count != 1 and self.kind.name_plural else "name"


@dataclass(frozen=True)
class CountedFigures:
    """`closed_on` is None while the programme is read live. `signatories` are those of the day of the closing."""

    people: list[Counted]  # from the register
    programme: list[Counted]
    kinds: list[KindCount]
    signatories: list[tuple[str, int]]  # a declaration's title and how many
    closed_on: date | None  # by the edition's own calendar

    @property
    def is_empty(self) -> bool:
        return not (self.people or self.programme or self.signatories)


def counted_figures(edition: Edition) -> CountedFigures:
    """In a fixed number of queries."""
    record = EditionRecord.objects.filter(edition=edition).first()
    if record is None:
        return _live(edition)
    figures = record.figures
    kinds = _kinds_by_slug(figures.get("sessions", {}))
    return CountedFigures(
        people=_told(_people(figures)),
        programme=_told(_programme(sum(figures.get("sessions", {}).values()), figures.get("speakers", 0))),
        kinds=kinds,
        signatories=_by_title(figures.get("signatories", {})),
        closed_on=record.closed_at.astimezone(edition.zone).date(),
    )


def _live(edition: Edition) -> CountedFigures:
    rows = list(
        ReleasedSession.objects.filter(edition=edition, status=ReleasedSession.Status.CONFIRMED)
        .select_related("kind")
        .only("kind", "appearances")
    )
    speakers = {appearance["speaker"] for row in rows for appearance in row.appearances}
    shown = Speaker.objects.shown().filter(pk__in=speakers).count()
    kinds = in_order(Counter(row.kind for row in rows))
    return CountedFigures(
        people=[],
        programme=_told(_programme(len(rows), shown)),
        kinds=kinds,
        signatories=[],
        closed_on=None,
    )


def _people(figures: dict[str, Any]) -> list[Counted]:
    registered, there = figures.get("registered", 0), figures.get("there", 0)
    organisations, countries = figures.get("organisations", 0), figures.get("countries", 0)
    return [
        Counted(registered, ngettext("person registered", "people registered", registered)),
        Counted(there, ngettext("person was there", "people were there", there)),
        Counted(organisations, ngettext("organisation took part", "organisations took part", organisations)),
        Counted(countries, ngettext("country", "countries", countries)),
    ]


def _programme(sessions: int, speakers: int) -> list[Counted]:
    # Not “sessions”: receptions and visits are among them.
    return [
        Counted(sessions, ngettext("item on the programme", "items on the programme", sessions)),
        Counted(speakers, ngettext("speaker", "speakers", speakers)),
    ]


def _told(figures: list[Counted]) -> list[Counted]:
    """Without zeros: what is not on this site was not counted."""
    return [figure for figure in figures if figure.value]


def _kinds_by_slug(counts: dict[str, int]) -> list[KindCount]:
    """With the names of today; a kind that was deleted is in the sum of all only."""
    by_slug = {kind.slug: kind for kind in SessionKind.objects.all()}
    found: Counter[SessionKind] = Counter()
    for slug, count in counts.items():
        kind = by_slug.get(slug) or by_slug.get(latest_slug(Kind.SESSION_KIND, slug) or "")
        if kind is not None:
            found[kind] += count
    return in_order(found)


def in_order(counts: Counter[SessionKind]) -> list[KindCount]:
    return [
        KindCount(kind, count)
        for kind, count in sorted(counts.items(), key=lambda item: (item[0].order, item[0].pk))
    ]


def _by_title(counts: dict[str, int]) -> list[tuple[str, int]]:
    """With the titles of today; of a declaration that is not public any more nothing is told."""
    told = {slug: count for slug, count in counts.items() if count}
    if not told:
        return []
    titles = {declaration.slug: declaration.title for declaration in Declaration.objects.public()}
    found = [(titles.get(slug) or _title_since(slug, titles), count) for slug, count in told.items()]
    return [(title, count) for title, count in found if title]


def _title_since(slug: str, titles: dict[str, str]) -> str:
    return titles.get(latest_slug(Kind.DECLARATION, slug) or "", "")
