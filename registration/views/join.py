"""Joining a delegation by a secret link: who invites to what, then an account, then one's own part.

Opening the link changes nothing, so a mail program that looks at it first does no harm. The secret waits in the
session while its owner logs in or makes an account, so that it stands in no further address.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from efus_conference.secret_links import language_choices, private
from efus_conference.templatetags.dates import days_of, moment_at
from registration.actions.invitations import ask_for_new_invitation
from registration.models import PlaceInvitation, Registration
from registration.requests import reader
from registration.views.drafts import Draft, set_aside

KEY = "join"


def _invitation(token: str) -> PlaceInvitation | None:
    return (
        PlaceInvitation.objects.usable()
        .by_token(token)
        .filter(place__closed_at=None)
        .select_related("place__delegation__organisation", "place__delegation__edition", "made_by")
        .first()
    )


@csrf_exempt  # its form on an expired link asks for a new one: who knows the address needs no forgery
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Who invites to what. A link that does not work gets one and the same answer, and an offer to ask again."""
    invitation = _invitation(token)
    if invitation is None:
        taken = _taken_by_reader(request, token)
        return private(_taken(request, taken) if taken else _not_usable(request, token))
    if request.POST.get("as") in ("login", "signup", "me"):
        return private(_begin(request, token))
    response = private(render(request, "registration/join.html", _facts(invitation)))
    # Its form is sent to this site with an Origin, which browsers leave out under “no-referrer”; others learn nothing.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@csrf_protect  # another site may not lead into a registration, and take the place of the one that is being written
def _begin(request: HttpRequest, token: str) -> HttpResponse:
    request.session[KEY] = token
    there = reverse("registration:join_details")
    if request.user.is_authenticated:
        return redirect(there)
    account = reverse("account_signup" if request.POST["as"] == "signup" else "account_login")
    return redirect(f"{account}?{urlencode({'next': there})}")


def _taken_by_reader(request: HttpRequest, token: str) -> Registration | None:
    """What the link was used for, if that is the reader's: to them it is no secret that the link once worked."""
    if not request.user.is_authenticated:
        return None
    used = PlaceInvitation.objects.by_token(token).filter(used_at__isnull=False).values("place_id")
    mine = Registration.objects.live().managed_by(reader(request)).filter(place__in=used)
    return mine.select_related("edition", "place__delegation__organisation").first()


def _taken(request: HttpRequest, registration: Registration) -> HttpResponse:
    context = {
        "registration": registration,
        "edition": registration.edition,
        "delegation": registration.place.delegation,
    }
    return render(request, "registration/join_taken.html", context)


def _facts(invitation: PlaceInvitation) -> dict[str, Any]:
    delegation = invitation.place.delegation
    assert delegation is not None
    edition = delegation.edition
    return {
        "invitation": invitation,
        "delegation": delegation,
        "edition": edition,
        "days": days_of(edition),
        "inviter": str(invitation.made_by or delegation.organisation),
        "until": moment_at(invitation.expires_at, edition),
        "languages": language_choices(),
    }


def _not_usable(request: HttpRequest, token: str) -> HttpResponse:
    is_asked = request.method == "POST" and "new_link" in request.POST
    if is_asked:
        ask_for_new_invitation(token=token, address=get_adapter().get_client_ip(request))
    context = {"is_asked": is_asked, "languages": []}
    return render(request, "registration/join_not_usable.html", context, status=200 if is_asked else 404)


@login_required
@never_cache
@require_safe
def join_details(request: HttpRequest) -> HttpResponse:
    """To the pages of a registration, for oneself or (`?who=other`) for someone one assists."""
    token = str(request.session.get(KEY, ""))
    invitation = _invitation(token)
    if invitation is None and (taken := _taken_by_reader(request, token)):
        return _taken(request, taken)
    if invitation is None:
        return render(request, "registration/join_gone.html", status=404)
    facts, user = _facts(invitation), reader(request)
    edition, delegation = facts["edition"], facts["delegation"]
    is_own = request.GET.get("who") != "other"
    own = Registration.objects.live().managed_by(user).filter(edition=edition, is_own=True).first()
    if is_own and own is not None:
        return render(request, "registration/join_already.html", {**facts, "own": own})
    draft = Draft.of(request, edition)
    if draft is None or (draft.invitation_id, draft.is_own) != (invitation.pk, is_own):
        # The organisation is the one that invites, whatever one came from before.
        came_from = {
            "organisation_name": str(delegation.organisation),
            "country": delegation.organisation.country,
        }
        if draft is not None and draft.invitation_id is None:
            set_aside(request)
        Draft(edition.pk, is_own, answers=came_from, invitation_id=invitation.pk).keep(request)
    return redirect("registration:register_details")
