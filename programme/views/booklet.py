from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from efus_conference.models import Edition
from programme.booklet import booklet as made_booklet
from programme.views.feeds import Refused, feed


@feed()
def booklet(request: HttpRequest, edition: Edition, language: str) -> HttpResponse:
    """The whole programme as a PDF to print and hand out."""
    try:
        content = made_booklet(edition, language)
    except LookupError:
        raise Refused(_("No programme of this edition is public yet.")) from None
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{edition.slug}-programme-{language}.pdf"'},
    )
