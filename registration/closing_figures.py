"""The figures of a closed edition in words: tables of days, categories, countries and sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from efus_conference.models.organisations import country_name
from efus_conference.templatetags.dates import in_full
from programme.models import Session
from registration.models import Category, EditionClosing


@dataclass(frozen=True)
class Figures:
    """One table: `heads` name its columns; the first of each row is a name."""

    heads: list[str]
    rows: list[list[str]]


def tables_of(closing: EditionClosing) -> list[Figures]:
    """As `EditionClosing.figures` holds them, with the names of today; a code whose row is gone stays a code."""
    figures, edition = closing.figures, closing.edition_id
    categories = {one.slug: str(one) for one in Category.objects.filter(edition=edition)}
    sessions = {one.code: str(one) for one in Session.objects.filter(edition=edition)}
    seats = figures.get("sessions", {})
    registered, there = figures.get("registered", 0), figures.get("there", 0)
    return [
        Figures([_("People"), ""], [[_("registered"), str(registered)], [_("were there"), str(there)]]),
        _counted(_("Day"), figures.get("days", {}), _day, in_order=True),
        _counted(_("Takes part as"), figures.get("categories", {}), lambda slug: categories.get(slug, slug)),
        _counted(_("Country"), figures.get("countries", {}), country_name),
        Figures(
            [_("Session"), _("Seats"), _("were there")],
            sorted(
                [sessions.get(code, code), str(one.get("seats", 0)), str(one.get("there", 0))]
                for code, one in seats.items()
            ),
        ),
        _counted(_("Registered on"), figures.get("registered_on", {}), _day, in_order=True),
    ]


def _counted(
    head: str, counts: dict[str, int], name: Callable[[str], str], *, in_order: bool = False
) -> Figures:
    """The most first, or by the keys where these are days."""
    ordered = sorted(counts.items(), key=lambda one: one[0] if in_order else (-one[1], name(one[0])))
    return Figures([head, _("People")], [[name(key), str(count)] for key, count in ordered])


def _day(iso: str) -> str:
    return in_full(date.fromisoformat(iso))
