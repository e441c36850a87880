"""All public pages for search engines (sitemaps.org): a list for each language, which names each page's siblings in
the others (xhtml:link), and an index of the lists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import Max, OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe
from lxml import etree

from archive import news
from archive.countries import address, countries
from archive.models import NewsItem, Page, PageVersion
from archive.organisations import on_record
from declarations.models import Declaration, Signature
from efus_conference.kept import same_for_everyone
from efus_conference.mail import site_address
from efus_conference.models import Edition
from programme.models import ReleasedSession, Speaker

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
LANGUAGES = [code for code, _name in settings.LANGUAGES]

Listed = tuple[str, datetime | None]


@same_for_everyone()
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    root = _root("sitemapindex")
    for code in LANGUAGES:
        one = etree.SubElement(root, f"{{{SITEMAP}}}sitemap")
        etree.SubElement(one, f"{{{SITEMAP}}}loc").text = site_address(reverse("sitemap_of", args=[code]))
    return _answer(root)


@same_for_everyone()
@require_safe
def sitemap_of(request: HttpRequest, language: str) -> HttpResponse:
    if language not in LANGUAGES:
        raise Http404("The site has no pages in this language.")
    with translation.override(settings.LANGUAGE_CODE):
        pages = [*_fixed(), *_editions(), *_declarations(), *_organisations(), *_composed(), *_news()]
    root = _root("urlset", xhtml=XHTML)
    for path, changed_at in pages:
        _add(root, language, path, changed_at)
    return _answer(root)


def _root(name: str, **others: str) -> Any:
    without_prefix: Any = {None: SITEMAP, **others}
    return etree.Element(f"{{{SITEMAP}}}{name}", nsmap=without_prefix)


def _answer(root: Any) -> HttpResponse:
    content = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return HttpResponse(content, content_type="application/xml")


def _add(root: Any, language: str, path: str, changed_at: datetime | None) -> None:
    """The page of a path in English, in a language, with what it is in all of them."""
    first = f"/{settings.LANGUAGE_CODE}/"
    assert path.startswith(first)
    addresses = {code: site_address(f"/{code}/{path.removeprefix(first)}") for code in LANGUAGES}
    url = etree.SubElement(root, f"{{{SITEMAP}}}url")
    etree.SubElement(url, f"{{{SITEMAP}}}loc").text = addresses[language]
    if changed_at:
        last = etree.SubElement(url, f"{{{SITEMAP}}}lastmod")
        last.text = changed_at.astimezone(UTC).isoformat(timespec="seconds")
    for code, other in {**addresses, "x-default": addresses[settings.LANGUAGE_CODE]}.items():
        etree.SubElement(url, f"{{{XHTML}}}link", rel="alternate", hreflang=code, href=other)


def _fixed() -> Iterator[Listed]:
    for name in (
        "home",
        "archive:editions",
        "declarations:declarations",
        "archive:countries",
        "archive:news",
        "archive:press",
        "archive:accessibility",
    ):
        yield reverse(name), None


def _editions() -> Iterator[Listed]:
    """Each with its programme, its sessions and those who speak and may be named."""
    rows = ReleasedSession.objects.filter(edition__is_published=True).order_by("session__code")
    sessions = defaultdict(list)
    speakers: defaultdict[int, set[int]] = defaultdict(set)
    for edition_id, code, changed_at, appearances in rows.values_list(
        "edition_id", "session__code", "changed_at", "appearances"
    ):
        sessions[edition_id].append((code, changed_at))
        speakers[edition_id].update(one["speaker"] for one in appearances)
    wanted = {key for its in speakers.values() for key in its}
    slugs = dict(Speaker.objects.shown().filter(pk__in=wanted).values_list("pk", "slug"))
    listed = Edition.objects.published().order_by("-number").annotate(last=Max("releases__released_at"))
    for edition in listed:
        yield edition.get_absolute_url(), None
        if edition.pk not in sessions:
            continue
        for name in ("programme:timetable", "programme:changes"):
            yield reverse(name, args=[edition.slug]), edition.last
        for code, changed_at in sessions[edition.pk]:
            yield reverse("programme:session", args=[edition.slug, code]), changed_at
        yield reverse("programme:speakers", args=[edition.slug]), None
        for slug in sorted(slugs[key] for key in speakers[edition.pk] if key in slugs):
            yield reverse("programme:speaker", args=[edition.slug, slug]), None


def _declarations() -> Iterator[Listed]:
    for declaration in Declaration.objects.public().order_by("slug"):
        for name in ("declarations:declaration", "declarations:signatories", "declarations:verify"):
            yield reverse(name, args=[declaration.slug]), None
    signed = Signature.objects.public().filter(signatory__declaration__in=Declaration.objects.public())
    slugs = signed.values_list("signatory__declaration__slug", "signatory__organisation__slug")
    for declaration_slug, organisation_slug in sorted(slugs):
        yield reverse("declarations:signatory", args=[declaration_slug, organisation_slug]), None


def _organisations() -> Iterator[Listed]:
    for slug in on_record().order_by("slug").values_list("slug", flat=True):
        yield reverse("archive:organisation", args=[slug]), None
    for line in countries():
        yield address(line.code), None


def _composed() -> Iterator[Listed]:
    """What organisers composed, but for homes: those are the pages of their editions."""
    pages = Page.objects.public().exclude(kind=Page.Kind.HOME).select_related("edition").order_by("pk")
    shown = PageVersion.objects.filter(pk=OuterRef("shown_id"))
    for page in pages.annotate(since=Subquery(shown.values("publishes_at")[:1])):
        yield page.get_absolute_url(), page.since


def _news() -> Iterator[Listed]:
    for item in NewsItem.objects.public():
        yield item.get_absolute_url(), news.changed_at(item)
