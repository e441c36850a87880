"""Erasing the person of one registration, from its page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from efus_conference.admin_base import number
from registration.actions.erasures import OfAnAccount, erase_registration
from registration.admin.base import asked_first
from registration.models import Registration
from registration.powers import DESK
from registration.requests import reader


class ErasesOne:
    """Mixed into the page of a registration; name the button in `actions_detail`."""

    @action(description=_("Erase the person"), url_path="erase", icon="person_remove", permissions=["erase"])
    def erase_this(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        """Of an account's own registration the account is erased: by administrators, with all that is its person's."""
        row = get_object_or_404(
            Registration.objects.select_related("managed_by", "organisation", "category", "edition"),
            pk=number(object_id),
        )
        by = reader(request)
        if row.is_own and row.erased_at is None and row.managed_by.erased_at is None:
            if by.is_superuser:
                return redirect("erase_account", pk=row.managed_by_id)
            messages.error(request, str(OfAnAccount()))
            return redirect("admin:registration_registration_change", row.pk)
        return asked_first(
            request,
            row,
            admin=self,  # type: ignore[arg-type]
            title=gettext("Erase %(person)s?") % {"person": row.name},
            sentences=[
                " · ".join(
                    str(fact) for fact in (row.shown_organisation, row.category, row.edition.name) if fact
                ),
                str(
                    _(
                        "Name, addresses, answers, files, e-mails and certificates are deleted. This can’t be undone."
                    )
                ),
                str(
                    _(
                        "If the person was not at the conference yet, the registration is cancelled first, and seats "
                        "and offers go to others. Otherwise it still counts, without a name."
                    )
                ),
                str(_("A page of theirs as a speaker, or an account, is erased by itself.")),
            ],
            button=str(_("Erase for ever")),
            act=lambda one: erase_registration(registration=one, by=by),
            done=str(_("The person is erased.")),
            typed="" if row.erased_at else row.family_name or row.given_name,
        )

    def has_erase_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm(DESK))
