"""The home page: the current edition, or what comes next. The same bytes for every visitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_safe

from archive.editions import kinds_of_sessions, side_by_side, topics
from archive.organisations import in_reader_s_language
from archive.timeline import line
from declarations import register
from declarations.models import Declaration
from efus_conference.conference import about
from efus_conference.kept import same_for_everyone
from efus_conference.models import Edition, EditionHost
from programme.models import ReleasedSession, SessionKind, Speaker

SPEAKERS_SHOWN = 8
FIGURES_SHOWN = 4


@require_safe
def to_the_reader_s_language(request: HttpRequest) -> HttpResponse:
    """`/` has no language: sends on to the home page in the reader's."""
    with translation.override(translation.get_language_from_request(request)):
        response = redirect("home")
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


@same_for_everyone()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    published = list(Edition.objects.published().in_order())
    edition = next((listed for listed in published if listed.is_current), None)
    context: dict[str, Any] = {
        "edition": edition,
        "stops": line(published),
        "about": about(),
        "last": last_with_figures(edition),
        **who_signed(adopted_last()),
    }
    if edition is not None:
        kinds = kinds_of_sessions(edition)
        context |= {
            "phase": edition.phase(),
            "co_hosts": [host for host in edition.hosting.all() if host.role == EditionHost.Role.CO_HOST],
            "partners": edition.partners.select_related("organisation"),
            "has_programme": bool(kinds),
            "kinds": [counted for counted in kinds if is_told(counted.kind)],
            "topics": topics(edition),
            "speakers": some_speakers(edition),
        }
    return render(request, "home.html", context)


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


def who_signed(adopted: Declaration | None) -> dict[str, Any]:
    """How many, how sure the register is of them, and where they are."""
    entries = register.entries(adopted) if adopted else []
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
    return [Heard(speaker, in_reader_s_language(function) or speaker.function) for speaker, function in named]
