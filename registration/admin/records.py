from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action

from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin
from registration.actions import revoke_agenda_link
from registration.admin.base import SessionEditionFilter
from registration.models import (
    FeedLink,
    RegistrationEvent,
    SensitiveReading,
    Star,
)


@admin.register(Star)
class StarAdmin(ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["session", "registration", "starred_at"]
    list_filter = [SessionEditionFilter]
    list_select_related = ["session", "registration"]
    search_fields = ["session__title_en__unaccent", "session__code"]


@admin.register(FeedLink)
class FeedLinkAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """Whose calendar has an address; the address itself opens the agenda and is shown to nobody here."""

    list_display = ["registration", "purpose", "made_at", "revoked_at"]
    list_select_related = ["registration"]
    fields = ["registration", "purpose", "made_at", "revoked_at"]
    search_fields = ["registration__family_name__unaccent"]
    actions = ["revoke"]

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("registration.change_registration")

    @action(description=_("Revoke the address"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[FeedLink]) -> None:
        links = list(queryset.filter(revoked_at=None).select_related("registration"))
        for link in links:
            revoke_agenda_link(registration=link.registration, purpose=FeedLink.Purpose(link.purpose))
        done = ngettext("%(count)d address is revoked.", "%(count)d addresses are revoked.", len(links))
        messages.success(request, done % {"count": len(links)})


@admin.register(RegistrationEvent)
class RegistrationEventAdmin(ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["at", "registration", "verb", "actor", "detail"]
    list_filter = ["verb", "at"]
    list_select_related = ["registration", "actor"]
    search_fields = ["registration__family_name__unaccent", "registration__given_name__unaccent"]


@admin.register(SensitiveReading)
class SensitiveReadingAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """Who read whose sensitive answers: what was read stands nowhere here."""

    list_display = ["at", "reader", "registration", "what", "how", "session"]
    list_filter = ["what", "how", "at"]
    list_select_related = ["reader", "registration", "session"]
    search_fields = [
        "registration__family_name__unaccent",
        "registration__given_name__unaccent",
        "reader__email",
    ]
