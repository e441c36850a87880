"""Registering by an invitation: on a delegation's place instead of in a category's queue."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registration.models import PlaceInvitation
from registration.views.drafts import Draft


def invitation_of(draft: Draft | None) -> PlaceInvitation | None:
    """The one the draft goes by, as long as it works."""
    if draft is None or draft.invitation_id is None:
        return None
    usable = PlaceInvitation.objects.usable().filter(pk=draft.invitation_id, place__closed_at=None)
    return usable.select_related("place__delegation__organisation").first()


def is_invited(draft: Draft | None) -> bool:
    """Whether they may go on although registration is not open."""
    return invitation_of(draft) is not None


def gone(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The invitation was used or taken back while they wrote; what they typed stays for an ordinary registration."""
    draft.invitation_id = None
    draft.keep(request)
    return render(request, "registration/join_gone.html", status=404)
