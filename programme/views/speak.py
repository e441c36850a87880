"""A speaker's way, behind a secret address: what we ask, and each part of it. Opening any of it changes nothing.

The secret in the address is the whole authority (`efus_conference.secret_links`): speakers and those who assist
them use the same one, without an account.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from efus_conference.secret_links import in_the_same_language, language_choices, language_of, private
from programme.actions import ask_for_new_speaker_link, finish
from programme.languages import reader
from programme.models import SpeakerLink
from programme.portraits import picture_of
from programme.speaking import asked_sessions, parts

P = ParamSpec("P")
SpeakView = Callable[Concatenate[HttpRequest, SpeakerLink, str, P], HttpResponse]


def speaker_page(view: SpeakView[P]) -> Callable[..., HttpResponse]:
    """For `view(request, link, token, …)`; a link that does not work gets one and the same answer."""

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def wrapped(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        link = (
            SpeakerLink.objects.usable()
            .by_token(token)
            .select_related("speaker__organisation", "edition")
            .first()
        )
        language = language_of(request, link.language if link else None)
        with translation.override(language):
            response = view(request, link, token, *args, **kwargs) if link else not_usable(request, token)
        response.headers["Content-Language"] = language
        return private(response)

    return wrapped


def not_usable(request: HttpRequest, token: str) -> HttpResponse:
    """The same for a link that was replaced, taken back, expired or invented."""
    is_asked = request.method == "POST" and "new_link" in request.POST
    if is_asked:
        ask_for_new_speaker_link(token=token, address=get_adapter().get_client_ip(request))
    context = {"is_asked": is_asked, "languages": language_choices()}
    return render(request, "programme/speak_not_usable.html", context, status=200 if is_asked else 404)


def page_context(request: HttpRequest, link: SpeakerLink, token: str, here: str) -> dict[str, Any]:
    """What each of the pages shows beside its own part."""
    found = parts(link)
    return {
        "link": link,
        "speaker": link.speaker,
        "edition": link.edition,
        "languages": language_choices(),
        "overview_url": address(request, "speak", token),
        "parts": [(part, address(request, f"speak_{part.key}", token)) for part in found],
        "missing": [sentence for part in found for sentence in part.missing],
        "part": next((part for part in found if part.key == here), None),
        "here": here,
        "is_saved": "saved" in request.GET,
    }


def address(request: HttpRequest, name: str, token: str) -> str:
    return in_the_same_language(request, reverse(f"programme_machine:{name}", args=[token]))


def back_to(request: HttpRequest, name: str, token: str) -> HttpResponse:
    """After something was saved: the page again, saying so."""
    there = address(request, name, token)
    return redirect(f"{there}{'&' if '?' in there else '?'}saved=1")


@speaker_page
def speak(request: HttpRequest, link: SpeakerLink, token: str) -> HttpResponse:
    """What we ask, what we have and what is missing; also what stays as the receipt."""
    if request.method == "POST":
        finish(link=link, language=reader())
        return back_to(request, "speak", token)
    picture = picture_of(link.speaker)
    context = {
        **page_context(request, link, token, ""),
        "sessions": asked_sessions(link),
        "has_portrait": picture is not None,
        "portrait_url": reverse("programme_machine:speak_picture", args=[token]),
    }
    return render(request, "programme/speak.html", context)
