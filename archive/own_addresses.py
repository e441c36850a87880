"""Whether an address of this site leads to something that is public now."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import ResolverMatch

from archive.models import NewsItem, Page
from archive.organisations import on_record
from declarations.models import Declaration
from efus_conference.former_addresses import Kind, latest_slug
from efus_conference.models import Edition
from programme.models import ReleasedSession, Speaker


def is_public(match: ResolverMatch) -> bool:
    """Of what has rows: the edition, and the page, news, declaration, organisation, session, room or speaker that the
    address names, by its former address too. Any other page of the site is there.
    """
    kwargs = {name: str(value) for name, value in match.kwargs.items()}
    slug = kwargs.get("slug", "")
    if slug and match.namespaces[:1] in (["declarations"], ["declarations_machine"]):
        return _is_there(Declaration.objects.public(), Kind.DECLARATION, slug)
    match match.view_name:
        case "archive:site_page":
            return _is_there(Page.objects.public().filter(edition=None), Kind.PAGE, slug)
        case "archive:news_item":
            return _is_there(NewsItem.objects.public(), Kind.NEWS, slug)
        case "archive:organisation":
            return _is_there(on_record(), Kind.ORGANISATION, slug)
        case "archive:country":
            return on_record().filter(country=kwargs["code"].upper()).exists()
        case "archive:page":
            return _is_of_an_edition(kwargs["edition_slug"], kwargs)
    return "editions/<" not in match.route or _is_of_an_edition(slug, kwargs)


def _is_of_an_edition(slug: str, kwargs: dict[str, str]) -> bool:
    slug = latest_slug(Kind.EDITION, slug) or slug
    edition = Edition.objects.published().filter(slug=slug).first()
    if edition is None:
        return False
    if "edition_slug" in kwargs:
        pages = Page.objects.public().filter(edition=edition)
        return _is_there(pages, Kind.PAGE, kwargs["slug"], edition=slug)
    if "code" in kwargs:
        sessions = ReleasedSession.objects.filter(edition__is_published=True)
        return sessions.filter(session__code=kwargs["code"].upper()).exists()
    if "room_slug" in kwargs:
        return _is_there(edition.rooms.all(), Kind.ROOM, kwargs["room_slug"], edition=slug)
    if "speaker_slug" in kwargs:
        return _is_there(Speaker.objects.shown(), Kind.SPEAKER, kwargs["speaker_slug"].lower())
    return True


def _is_there(rows: QuerySet, kind: Kind, slug: str, *, edition: str = "") -> bool:
    return rows.filter(slug=slug).exists() or bool(latest_slug(kind, slug, edition=edition))
