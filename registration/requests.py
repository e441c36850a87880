"""Who is reading a private page."""

from __future__ import annotations

from django.http import HttpRequest

from efus_conference.models import User


def reader(request: HttpRequest) -> User:
    """The logged-in account; only behind a login, where there is one."""
    assert isinstance(request.user, User)
    return request.user
