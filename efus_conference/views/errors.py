"""The pages of statuses 400 to 500: what happened, and where to go from there."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language_from_path


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    reason = str(exception) if exception and str(exception) else ""
    return render(request, "403.html", {"reason": reason}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", {"words": words_of(request.path_info)}, status=404)


def words_of(path: str) -> str:
    """The words of a page's address, to be looked for: those of its last part that has any.

    Pages begin with their language; what does not may be a secret, which no form shall carry on.
    """
    if get_language_from_path(path) is None or path.split("/")[2:3] == ["my"]:
        return ""
    parts = [re.findall(r"[^\W\d_]{3,}|\d{4}", part.rsplit(".", 1)[0]) for part in path.split("/")]
    told = [words for words in parts if words]
    return " ".join(told[-1])[:100] if told else ""


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that lay open too long, or a browser without cookies: a page that says what to do."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the request, so that no context processor asks a database that may be the very fault."""
    return render(None, "500.html", status=500)
