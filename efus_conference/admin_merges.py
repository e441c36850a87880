"""The ways from organisations to the pages that merge them, which are of an app above."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from efus_conference.admin_base import number


class LeadsToMerging:
    """Mixed in first; name the buttons in `actions_detail` and `actions_list`."""

    @action(description=_("Merge into another one"), url_path="to-merge", icon="merge", permissions=["merge"])
    def open_merge(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        # By its name alone, as below.
        return redirect("admin:efus_conference_organisationmerge_merge", number(object_id))

    @action(
        description=_("Which may be the same"), url_path="to-alike", icon="join_inner", permissions=["merge"]
    )
    def open_alike(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:efus_conference_organisationmerge_alike")

    def has_merge_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """One of the two is no more afterwards."""
        return bool(request.user.has_perm("efus_conference.delete_organisation"))
