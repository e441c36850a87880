"""What other programs read. No language in the address: `?lang=` says which, English otherwise.

Any site may read them, refusals included, and they are the same bytes for everyone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from efus_conference.kept import same_for_everyone
from efus_conference.mail import site_address
from efus_conference.models import Edition, EditionHost
from programme.atom import changes_of_edition, changes_of_session
from programme.calendars import calendar, event_for
from programme.models import ReleasedSession, Theme
from programme.schedule import schedule, schedule_json
from programme.schedule_xml import MEDIA_TYPE, schedule_xml
from programme.sessions_sheet import sessions_sheet

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Edition, str, P], HttpResponse]
LANGUAGES = [code for code, _name in settings.LANGUAGES]


class Refused(Exception):  # noqa: N818 - no error
    """What is asked for is not there (404), or is not asked for in a way that could be (400)."""

    def __init__(self, sentence: str, *, status: int = 404) -> None:
        super().__init__(sentence)
        self.sentence, self.status = sentence, status


def feed(*parameters: str) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """For a feed of a published edition: `view(request, edition, language, …)`, in the language asked for.

    `parameters` are those it knows beside `?lang=`. The edition has been read with its hosts, in two queries.
    Every answer may be read by any site; one that did not change is answered with 304.
    """

    def decorated(view: View[P]) -> Callable[..., HttpResponse]:
        @same_for_everyone("lang", *parameters)
        @require_safe
        @wraps(view)
        def wrapped(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            asked = request.GET.get("lang", "")
            language = asked if asked in LANGUAGES else settings.LANGUAGE_CODE
            with translation.override(language):
                try:
                    if asked not in ("", language):
                        raise _no_language(asked)
                    response = view(request, _edition(slug), language, *args, **kwargs)
                except Refused as refused:
                    response = HttpResponse(
                        f"{refused.sentence}\n",
                        content_type="text/plain; charset=utf-8",
                        status=refused.status,
                    )
            if response.status_code == 200:
                set_response_etag(response)
                response = get_conditional_response(request, response["ETag"], response=response) or response
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Content-Language"] = language
            return response

        return wrapped

    return decorated


@feed("day", "kind", "session")
def schedule_ics(request: HttpRequest, edition: Edition, language: str) -> HttpResponse:
    """An edition's programme as a calendar to subscribe to: all, or of a `?day=`, a `?kind=` or one `?session=`.

    It blocks no time of its reader's.
    """
    rows = _chosen(request, edition)
    for row in rows:
        row.edition = edition
    themes = Theme.objects.in_bulk({theme for row in rows for theme in row.theme_ids})
    names = {key: theme.name for key, theme in themes.items()}
    content = calendar(
        f"{_('Security, Democracy & Cities')}, {edition.name}",
        [event_for(row, language=language, transparency="TRANSPARENT", themes=names) for row in rows],
    )
    return _file(content, "text/calendar; charset=utf-8", f"{edition.slug}.ics", inline=True)


@feed()
def schedule_as_json(request: HttpRequest, edition: Edition, language: str) -> HttpResponse:
    try:
        content = schedule_json(schedule(edition, language))
    except LookupError:
        raise _without_days(edition) from None
    return HttpResponse(content, content_type="application/json")


@feed()
def schedule_as_xml(request: HttpRequest, edition: Edition, language: str) -> HttpResponse:
    address = site_address(reverse("programme_machine:schedule_xml", args=[edition.slug]))
    try:
        content = schedule_xml(schedule(edition, language), f"{address}?lang={language}")
    except LookupError:
        raise _without_days(edition) from None
    return HttpResponse(content, content_type=MEDIA_TYPE)


@feed()
def sessions_csv(request: HttpRequest, edition: Edition, language: str) -> HttpResponse:
    content = sessions_sheet(edition)
    return _file(content, "text/csv; charset=utf-8", f"{edition.slug}-sessions.csv")


@feed("session")
def changes_atom(request: HttpRequest, edition: Edition, language: str) -> HttpResponse:
    """The changelog, release by release, or of one `?session=`."""
    if code := request.GET.get("session", ""):
        row = found_session(code, ReleasedSession.objects.of(edition))
        content = changes_of_session(row, edition, language)
    else:
        content = changes_of_edition(edition, language)
    return HttpResponse(content, content_type="application/atom+xml; charset=utf-8")


def _no_language(asked: str) -> Refused:
    return Refused(
        _("There is no language “%(asked)s” here. Use one of these: %(known)s.")
        % {"asked": _short(asked), "known": ", ".join(LANGUAGES)}
    )


def _edition(slug: str) -> Edition:
    hosts = Prefetch("hosting", EditionHost.objects.select_related("organisation"))
    found = Edition.objects.published().filter(slug=slug.lower()).prefetch_related(hosts).first()
    if found is None:
        raise Refused(_("There is no edition “%(asked)s” here.") % {"asked": _short(slug)})
    return found


def _chosen(request: HttpRequest, edition: Edition) -> list[ReleasedSession]:
    """Those of the session, day and kind asked for, which combine; an empty parameter asks for nothing."""
    everything = rows = list(ReleasedSession.objects.of(edition))
    if code := request.GET.get("session", ""):
        rows = [found_session(code, rows)]
    if asked := request.GET.get("day", ""):
        day = _day(asked)
        days = [row.starts_at.astimezone(edition.zone).date() for row in everything]
        if day not in {*days, *(midnight.date() for midnight in edition.days())}:
            raise Refused(_("This programme has no day “%(asked)s”.") % {"asked": _short(asked)})
        of_it = {row.pk for row, its in zip(everything, days, strict=True) if its == day}
        rows = [row for row in rows if row.pk in of_it]
    if kind := request.GET.get("kind", "").lower():
        if kind not in {row.kind.slug for row in everything}:
            raise Refused(_("This programme has no kind of session “%(asked)s”.") % {"asked": _short(kind)})
        rows = [row for row in rows if row.kind.slug == kind]
    return rows


def found_session(code: str, rows: Iterable[ReleasedSession]) -> ReleasedSession:
    for row in rows:
        if row.session.code == code.upper():
            return row
    raise Refused(_("This programme has no session “%(asked)s”.") % {"asked": _short(code)})


def _day(asked: str) -> date:
    try:
        return date.fromisoformat(asked)
    except ValueError:
        raise Refused(
            _("“%(asked)s” is no day; write it as 2027-05-20.") % {"asked": _short(asked)}, status=400
        ) from None


def _without_days(edition: Edition) -> Refused:
    return Refused(
        _("The programme of %(edition)s has not been published on this site.") % {"edition": edition.name}
    )


def _file(content: bytes, media_type: str, name: str, *, inline: bool = False) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    return response


def _short(asked: str) -> str:
    return Truncator(asked).chars(40)
