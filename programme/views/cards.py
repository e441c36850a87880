"""The pictures beside a link to us on other sites."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from efus_conference.models import Edition
from programme.cards import edition_card, session_card
from programme.models import ReleasedSession
from programme.views.feeds import feed, found_session


@feed()
def card_of_session(request: HttpRequest, edition: Edition, language: str, code: str) -> HttpResponse:
    row = found_session(code, ReleasedSession.objects.of(edition).filter(session__code=code.upper()))
    row.edition = edition
    return HttpResponse(session_card(row, edition), content_type="image/png")


@feed()
def card_of_edition(request: HttpRequest, edition: Edition, language: str) -> HttpResponse:
    return HttpResponse(edition_card(edition), content_type="image/png")
