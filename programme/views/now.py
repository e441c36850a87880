"""What changes by the minute: happening now, and the screens at the doors. No answer of these is kept."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from programme.doors import door
from programme.models import ReleasedSession, Room
from programme.now import by_room, next_after
from programme.places import place_of
from programme.views.editions import EditionPages, Elsewhere, NotThere, on_edition
from programme.wording import session_lines


@never_cache
@on_edition
def now(request: HttpRequest, pages: EditionPages) -> HttpResponse:
    """By room, by the server's clock: for readers without JavaScript, and to open by itself."""
    at = timezone.now().astimezone(pages.edition.zone)
    lines = session_lines(ReleasedSession.objects.of(pages.edition), pages.edition)
    rooms = by_room(lines, pages.edition, at)
    context = {
        **pages.context,
        "iso": at.isoformat(timespec="minutes"),
        "clock": f"{at:%H:%M}",
        "phase": pages.edition.phase(at),
        "rooms": rooms,
        "coming": [] if rooms else next_after(lines, at),
    }
    return render(request, "programme/now.html", context)


@never_cache
@on_edition
def room(request: HttpRequest, pages: EditionPages, room_slug: str) -> HttpResponse:
    """The screen at a room's door, which is also a plain page for whoever stands there with a telephone."""
    rooms = Room.objects.filter(edition=pages.edition, slug=room_slug.lower()).select_related("venue")
    found = rooms.first()
    if found is None:
        raise NotThere(room_slug=room_slug)
    if found.slug != room_slug:
        raise Elsewhere("programme:room", pages.edition.slug, found.slug)
    at = timezone.now().astimezone(pages.edition.zone)
    context = {
        **pages.context,
        "room": found,
        "place": place_of(found, pages.edition),
        "door": door(found, pages.edition, at),
        "iso": at.isoformat(timespec="minutes"),
        "clock": f"{at:%H:%M}",
    }
    return render(request, "programme/room.html", context)
