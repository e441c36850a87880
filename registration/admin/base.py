from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from efus_conference.admin_base import OrganisersAdmin
from registration.actions import Refusal

Row = TypeVar("Row")


class RefusingAdmin(OrganisersAdmin):
    """A form whose saving is one of our actions: what it refuses at the last moment is said above the form."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(request.get_full_path())


def for_each(request: HttpRequest, rows: Iterable[Row], act: Callable[[Row], object]) -> int:
    """Does it for each row by itself, says what was refused, and counts what was done."""
    done = 0
    for row in rows:
        try:
            act(row)
        except Refusal as refusal:
            messages.error(request, f"{row}: {refusal}")
        else:
            done += 1
    return done
