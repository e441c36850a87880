"""Which addresses of the site belong to the copy of an edition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.http import Http404
from django.urls import NoReverseMatch, ResolverMatch, resolve, reverse
from django.utils import translation
from django.utils.translation import get_language_from_path

from archive.models import NewsItem, Page
from declarations.models import Declaration
from efus_conference.models import Edition
from programme.models import ReleasedSession

Kind = Literal["page", "file", "static"]

OF_THE_EDITION = {
    "archive:edition",
    "archive:page",
    "programme:timetable",
    "programme:changes",
    "programme:session",
    "programme:materials",
    "programme:speakers",
    "programme:speaker",
    "programme_machine:schedule_ics",
    "programme_machine:schedule_json",
    "programme_machine:schedule_xml",
    "programme_machine:booklet",
    "programme_machine:sessions_csv",
    "programme_machine:changes_atom",
}
OF_ITS_DECLARATIONS = {
    "declarations:declaration",
    "declarations:signatories",
    "declarations:signatory",
    "declarations_machine:text",
    "declarations_machine:signatories_csv",
    "declarations_machine:signatories_json",
    "declarations_machine:signatories_jsonld",
    "declarations_machine:pdf",
    "declarations_machine:checkpoint",
    "declarations_machine:entries",
    "declarations_machine:bundle",
    "declarations_machine:proof",
}
# What such a page shows or offers, whatever the edition: the pages alone lead there.
WHEREVER = {
    "declarations_machine:verify_py",
    "declarations_machine:check_html",
    "programme_machine:portrait",
    "programme_machine:portrait_in_size",
    "programme_machine:material",
    "archive_machine:picture",
    "archive_machine:document",
    "archive_machine:document_cover",
    "archive_machine:video",
    "archive_machine:captions",
}
ORGANISATION = "archive:organisation"
# Of a query, what leads to more of a page; filters and searches are the site's own.
FOLLOWED = {"lang", "page", "text", "session"}


class Scope:
    """What belongs to the copy of one edition in some languages, read from the database once."""

    def __init__(self, edition: Edition, languages: Sequence[str]) -> None:
        self.edition, self.languages = edition, list(languages)
        self.host = urlsplit(settings.SITE_URL).netloc
        self._declarations = set(
            Declaration.objects.public().filter(adopted_at_edition=edition).values_list("slug", flat=True)
        )
        self._news = set(NewsItem.objects.public().filter(edition=edition).values_list("slug", flat=True))

    def seeds(self) -> Iterator[str]:
        """Where to begin, in each language, the edition's own page first; the rest is found from there."""
        for language in self.languages:
            with translation.override(language):
                yield self.edition.get_absolute_url()
                if self.edition.is_current:
                    yield reverse("home")
                yield from self._addresses()

    def _addresses(self) -> Iterator[str]:
        """Every page of its own, whether another leads there or not. One that has nothing to show answers 404."""
        slug = self.edition.slug
        for name in ("timetable", "changes", "speakers", "materials"):
            yield reverse(f"programme:{name}", args=[slug])
        codes = ReleasedSession.objects.filter(edition=self.edition).order_by("session__code")
        for code in codes.values_list("session__code", flat=True):
            yield reverse("programme:session", args=[slug, code])
        for declaration in sorted(self._declarations):
            yield reverse("declarations:declaration", args=[declaration])
            yield reverse("declarations:signatories", args=[declaration])
        for page in Page.objects.public().filter(edition=self.edition).exclude(kind=Page.Kind.HOME):
            yield from _if_there("archive:page", slug, page.slug)
        for item in sorted(self._news):
            yield from _if_there("archive:news_item", item)

    def kind(self, address: str, *, found_on: str | None) -> Kind | None:
        """What an address of the site (path and query) is to the copy; None where it stays with the site.

        `found_on` is the page that leads there: a city's page is taken where the edition's own pages name it, and
        leads to no further cities.
        """
        path, _mark, query = address.partition("?")
        if path.startswith(settings.STATIC_URL):
            return "static"
        match = match_of(path)
        if match is None or {name for name, _value in parse_qsl(query)} - FOLLOWED:
            return None
        if (language := get_language_from_path(path)) and language not in self.languages:
            return None
        if not self._belongs(match, found_on):
            return None
        return "page" if language else "file"

    def _belongs(self, match: ResolverMatch, found_on: str | None) -> bool:
        name, slug = match.view_name, match.kwargs.get("slug")
        if name == "home":
            return self.edition.is_current
        if name == ORGANISATION:
            before = match_of(found_on.partition("?")[0]) if found_on else None
            return before is not None and before.view_name != ORGANISATION
        if name == "archive:news_item":
            return slug in self._news
        return (
            name in WHEREVER
            or (name in OF_THE_EDITION and match.kwargs.get("edition_slug", slug) == self.edition.slug)
            or (name in OF_ITS_DECLARATIONS and slug in self._declarations)
        )


def match_of(path: str) -> ResolverMatch | None:
    """The view of a path, whatever the language it begins with."""
    with translation.override(get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            return resolve(path)
        except Http404:
            return None


def _if_there(name: str, *args: str) -> Iterator[str]:
    try:
        yield reverse(name, args=args)
    except NoReverseMatch:
        return
