"""The organisers' admin: one login with the rest of the site, and a second factor outside the demonstration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from efus_conference.accounts import has_second_factor

# The theme's Alpine evaluates attributes and its widgets carry style attributes; no public page does.
THEME_NEEDS = {
    "script-src": ["'self'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:"],
}


class OrganisersSite(UnfoldAdminSite):
    site_title = _("Security, Democracy & Cities")
    site_header = _("Security, Democracy & Cities")
    index_title = _("Organisers")

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        if not (user.is_active and user.is_staff):
            return False
        return settings.DEMONSTRATION or has_second_factor(user)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sends on to the site's own login, or to the set-up of a second factor; never Django's login form."""
        asked = request.GET.get(REDIRECT_FIELD_NAME, "")
        target = (
            asked
            if url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure())
            else reverse("admin:index")
        )
        if self.has_permission(request):
            return redirect(target)
        if not request.user.is_authenticated:
            return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: target})}")
        if request.user.is_staff:
            messages.warning(
                request, _("Organisers need a second factor. Set one up here, then open the admin.")
            )
            return redirect("mfa_index")
        raise PermissionDenied(
            _("This part of the site is for organisers. You are logged in as someone else.")
        )

    def admin_view(
        self, view: Callable[..., HttpResponse], cacheable: bool = False
    ) -> Callable[..., HttpResponse]:
        wrapped: Callable[..., HttpResponse] = csp_update(THEME_NEEDS)(super().admin_view(view, cacheable))
        return wrapped
