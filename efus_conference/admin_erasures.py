"""Erasures in the admin: the way there from an account's page, and the numbers that are left."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin, number
from efus_conference.models import Erasure, User


class LeadsToErasure:
    """Mixed into the page of an account; name the button in `actions_detail`."""

    @action(
        description=_("Erase the person"), url_path="to-erasure", icon="person_remove", permissions=["erase"]
    )
    def open_erasure(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        # By its name alone: the page is the roof's, since all apps are in it.
        return redirect("erase_account", pk=number(object_id))

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[Any]:
        """Nothing to erase on an account that was."""
        erased = User.objects.filter(pk=number(object_id), erased_at__isnull=False).exists()
        return [] if erased else list(super().get_actions_detail(request, object_id))  # type: ignore[misc]

    def has_erase_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.is_superuser)


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """Who asked to be forgotten is a number here."""

    list_display = ["erased_at", "user_id", "registrations", "by_organiser"]
    list_filter = ["by_organiser", "erased_at"]
