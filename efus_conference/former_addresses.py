"""Where an address leads that is no more because a slug in it was changed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.http import escape_leading_slashes

from efus_conference.models import Edition, FormerAddress

Kind = FormerAddress.Kind
# Which rows of a kind the public may be led to; each app adds its own in its `AppConfig.ready()`. What is
# hidden is not led to, because its new slug may tell what is hidden: a person's name.
public_rows: dict[Kind, Callable[[], QuerySet[Any]]] = {
    Kind.EDITION: Edition.objects.published,
}
# The part of a path after which a slug comes, and the parameters that are one.
FOLDERS = {
    "editions": Kind.EDITION,
    "organisations": Kind.ORGANISATION,
    "speakers": Kind.SPEAKER,
    "venues": Kind.VENUE,
    "rooms": Kind.ROOM,
    "kinds": Kind.SESSION_KIND,
    "themes": Kind.THEME,
    "declarations": Kind.DECLARATION,
    "signatories": Kind.ORGANISATION,
    "pages": Kind.PAGE,
    "news": Kind.NEWS,
}
PARAMETERS = {
    "edition": Kind.EDITION,
    "kind": Kind.SESSION_KIND,
    "theme": Kind.THEME,
    "room": Kind.ROOM,
    "venue": Kind.VENUE,
}
OF_AN_EDITION = {Kind.ROOM, Kind.VENUE, Kind.PAGE}


def moved(request: HttpRequest) -> str | None:
    """The address as it is today, its query kept; None where nothing in it was ever called so.

    Only for an address that has a view: so it cannot lead to another site.
    """
    match = request.resolver_match
    if request.method not in {"GET", "HEAD"} or match is None or match.namespaces[:1] in ([], ["admin"]):
        return None
    parts = request.path.split("/")
    edition = ""
    changed = False
    for place, (folder, part) in enumerate(pairwise(parts), start=1):
        kind = FOLDERS.get(folder)
        # What a feed is called may end with its kind: door.pdf, workshop.ics.
        slug, dot, ending = part.partition(".")
        if kind is None or not slug:
            continue
        if latest := latest_slug(kind, slug, edition=edition):
            parts[place] = latest + dot + ending
            changed = True
        if kind == Kind.EDITION:
            edition = latest or slug
    query = request.GET.copy()
    changed = _rename_parameters(query, edition=edition) or changed
    if not changed:
        return None
    path = escape_leading_slashes("/".join(parts))
    return f"{path}?{query.urlencode()}" if query else path


def latest_slug(kind: Kind, slug: str, *, edition: str = "") -> str | None:
    """What a former slug is today; None where it is none, or where the public is not led to its row.

    Rooms, venues and pages are looked for in the edition with a slug (pages without one: in the site's own), the
    others everywhere.
    """
    if "\0" in slug or "\0" in edition:  # refused already; the database could not even be asked for it
        return None
    former = FormerAddress.objects.filter(kind=kind, slug__in={slug, slug.lower()})
    if kind in OF_AN_EDITION and not edition:
        former = former.filter(scope_id=0)
    elif kind in OF_AN_EDITION:
        former = former.filter(scope_id__in=Edition.objects.filter(slug=edition.lower()).values("pk"))
    if kind not in public_rows:
        return None
    rows = public_rows[kind]().filter(pk__in=former.values("target_id"))
    found: str | None = rows.values_list("slug", flat=True).first()
    return found


def _rename_parameters(query: QueryDict, *, edition: str) -> bool:
    renamed = False
    for name, kind in PARAMETERS.items():
        values = [value.strip() for value in query.getlist(name)]
        # Each costs a query, and nobody writes more by hand.
        latest = [latest_slug(kind, value, edition=edition) if value else None for value in values[:5]]
        if any(latest):
            query.setlist(
                name, [new or old for new, old in zip(latest, values, strict=False)] + values[len(latest) :]
            )
            renamed = True
    return renamed
