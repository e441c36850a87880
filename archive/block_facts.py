"""What the site itself knows and shows where a page has a block of that kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from archive.editions import kinds_of_sessions, side_by_side, topics
from archive.models import Block, NewsItem, Page, Partner
from archive.organisations import in_reader_s_language
from archive.timeline import line
from archive.venue_plan import plan_of
from declarations import register
from declarations.models import Declaration
from efus_conference.languages import language_shown
from efus_conference.models import Edition
from programme.models import ReleasedSession, SessionKind, Speaker

SPEAKERS_SHOWN = 8
FIGURES_SHOWN = 4
NEWS_SHOWN = 3


@dataclass(frozen=True)
class Facts:
    """Of the edition a page belongs to; of none, only what is true of all."""

    edition: Edition | None

    def programme(self) -> dict[str, Any]:
        if self.edition is None:
            return {}
        kinds = kinds_of_sessions(self.edition)
        return {
            "kinds": [counted for counted in kinds if is_told(counted.kind)],
            "topics": topics(self.edition),
        }

    def speakers(self) -> dict[str, Any]:
        return {"speakers": some_speakers(self.edition)} if self.edition else {}

    def partners(self) -> dict[str, Any]:
        """Those that carry it, and those under whose auspices it stands."""
        if self.edition is None:
            return {}
        rows = list(self.edition.partners.select_related("organisation", "logo"))
        return {
            "partners": [row for row in rows if row.kind == Partner.Kind.PARTNER],
            "patrons": [row for row in rows if row.kind == Partner.Kind.AUSPICES],
            "auspices": self.edition.auspices,  # in words, where no organisation is named
        }

    def figures(self) -> dict[str, Any]:
        return {"last": last_with_figures(self.edition)}

    def declaration(self) -> dict[str, Any]:
        adopted = adopted_last()
        return who_signed(adopted) if adopted else {}

    def news(self) -> dict[str, Any]:
        return {"items": list(NewsItem.objects.public().select_related("picture")[:NEWS_SHOWN])}

    def editions(self) -> dict[str, Any]:
        return {"stops": line(Edition.objects.published().in_order())}

    def venues(self) -> dict[str, Any]:
        plan = plan_of(self.edition) if self.edition else None
        return {"plan": plan} if plan else {}

    def practical(self) -> dict[str, Any]:
        if self.edition is None:
            return {}
        pages = Page.objects.public().filter(edition=self.edition, is_in_menu=True)
        return {"pages": list(pages.exclude(kind=Page.Kind.HOME).select_related("edition"))}


facts_of: Mapping[Block.Kind, Callable[[Facts], dict[str, Any]]] = {
    Block.Kind.PROGRAMME: Facts.programme,
    Block.Kind.SPEAKERS: Facts.speakers,
    Block.Kind.PARTNERS: Facts.partners,
    Block.Kind.FIGURES: Facts.figures,
    Block.Kind.DECLARATION: Facts.declaration,
    Block.Kind.NEWS: Facts.news,
    Block.Kind.EDITIONS: Facts.editions,
    Block.Kind.VENUES: Facts.venues,
    Block.Kind.PRACTICAL: Facts.practical,
}


def is_told(kind: SessionKind) -> bool:
    """Receptions and breaks are part of the timetable, not of what one comes for."""
    return kind.colour != SessionKind.Colour.QUIET


def last_with_figures(current: Edition | None) -> dict[str, Any] | None:
    """The latest edition before the current one of which figures are known, with the first few of them."""
    known = Edition.objects.published().filter(figures__isnull=False).order_by("-number").distinct()
    if current is not None:
        known = known.filter(number__lt=current.number)
    edition = known.prefetch_related("hosting__organisation", "figures").first()
    if edition is None:
        return None
    return {"edition": edition, "figures": side_by_side(list(edition.figures.all()))[:FIGURES_SHOWN]}


def adopted_last() -> Declaration | None:
    """The latest declaration that is no demonstration."""
    known = Declaration.objects.public().filter(is_demonstration=False, adopted_on__isnull=False)
    return known.order_by("-adopted_on").first()


def who_signed(adopted: Declaration) -> dict[str, Any]:
    """How many, how sure the register is of them, and where they are."""
    entries = register.entries(adopted)
    return {
        "adopted": adopted,
        "entries": entries,
        "counted": register.counted(entries),
        "maps": register.maps_of(entries),
    }


@dataclass(frozen=True)
class Heard:
    """A speaker, in the function of the session we found them in."""

    speaker: Speaker
    function: str
    function_language: str


def some_speakers(edition: Edition) -> list[Heard]:
    """A handful who may be named, those of the plenaries first."""
    sessions = (
        ReleasedSession.objects.filter(edition=edition, status=ReleasedSession.Status.CONFIRMED)
        .order_by("kind__order", "during__startswith", "session__code")
        .values_list("appearances", flat=True)
    )
    functions: dict[int, dict[str, str]] = {}
    for appearances in sessions:
        for appearance in appearances:
            if not appearance.get("is_to_be_confirmed"):
                functions.setdefault(appearance["speaker"], appearance.get("function") or {})
    shown = Speaker.objects.shown().in_bulk(functions)
    named = [(shown[pk], function) for pk, function in functions.items() if pk in shown][:SPEAKERS_SHOWN]
    return [_heard(speaker, function) for speaker, function in named]


def _heard(speaker: Speaker, functions: dict[str, str]) -> Heard:
    function, language = in_reader_s_language(functions)
    if function:
        return Heard(speaker, function, language)
    return Heard(speaker, speaker.function, language_shown(speaker, "function"))
