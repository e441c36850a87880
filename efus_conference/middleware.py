from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.cache import add_never_cache_headers

from efus_conference.former_addresses import moved
from efus_conference.logs import SECRET
from efus_conference.secret_links import private


class ControlCharactersMiddleware:
    """Refuses addresses with a null character, which PostgreSQL cannot store and no page of ours has.

    Forms refuse it by themselves; this is for paths and for the parameters of public pages.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("An address has no null character.")


class SecretAddressesMiddleware:
    """Lets no cache keep the way from a secret address to its page, for example to its language.

    The pages themselves say so of their own answers; redirects are made before any view is asked.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.has_header("Location") and SECRET.search(request.path):
            private(response)
        return response


class PersonalPagesMiddleware:
    """What was made for someone logged in is kept by no cache, the browser's own included.

    Only what looked into the session can be personal: a page that did not is the same for everyone, and stays
    free to be kept. A view that says itself how its answer may be kept is left alone. It comes last, so that no
    other middleware has looked into the session before the answer is here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            not response.has_header("Cache-Control")
            and request.session.accessed
            and request.user.is_authenticated
        ):
            add_never_cache_headers(response)
        return response


class FormerAddressesMiddleware:
    """Sends on for good who asks for an address that has changed: what was printed years ago still works.

    It comes after the middleware of languages, which has an opinion on what is not found too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code not in {400, 404} or (latest := moved(request)) is None:
            return response
        # Programs of other sites read the feeds; for all else the answer there decides who may read it.
        return HttpResponsePermanentRedirect(latest, headers={"Access-Control-Allow-Origin": "*"})
