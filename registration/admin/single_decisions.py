"""Deciding on one registration, from the buttons of its own page: each asks first, and says what its person reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from efus_conference.admin_base import number
from efus_conference.models import User
from registration.actions import (
    Refusal,
    approve_registration,
    cancel_registration,
    refuse_registration,
    reopen_registration,
)
from registration.actions.entry import may_decide
from registration.admin.decisions import LIVE, TO_BE_DECIDED, reason_form
from registration.models import Registration
from registration.requests import reader
from registration.states import Status


@dataclass(frozen=True)
class Decision:
    """What a button asks and does; `asks_reason` is None where nothing is to be written, else whether it must be."""

    statuses: tuple[Status, ...]
    title: str | Promise
    lead: str | Promise
    button: str | Promise
    done: str | Promise
    does: Callable[[Registration, User, str], object]
    asks_reason: bool | None = None


DECISIONS = {
    "approve_this": Decision(
        (Status.SUBMITTED,),
        _("Approve this registration?"),
        _(
            "Where the category has no free place, it goes on the waiting list. An e-mail tells the person which "
            "of the two."
        ),
        _("Approve"),
        _("The registration of %(name)s is approved."),
        lambda row, by, reason: approve_registration(registration=row, by=by),
    ),
    "refuse_this": Decision(
        TO_BE_DECIDED,
        _("Refuse this registration?"),
        _("The person gets an e-mail with the reason. A refusal can be taken back afterwards."),
        _("Refuse"),
        _("The registration of %(name)s is refused."),
        lambda row, by, reason: refuse_registration(registration=row, by=by, reason=reason),
        asks_reason=True,
    ),
    "reopen_this": Decision(
        (Status.REFUSED,),
        _("Take the refusal back?"),
        _("The registration waits for a decision again, and an e-mail tells the person so."),
        _("Take the refusal back"),
        _("The registration of %(name)s waits for a decision again."),
        lambda row, by, reason: reopen_registration(registration=row, by=by),
    ),
    "cancel_this": Decision(
        LIVE,
        _("Cancel this registration?"),
        _("The seats become free for others at once, and the person gets an e-mail. This can’t be undone."),
        _("Yes, cancel it"),
        _("The registration of %(name)s is cancelled."),
        lambda row, by, reason: cancel_registration(registration=row, by=by, reason=reason),
        asks_reason=False,
    ),
}


class DecidesOnOne:
    """Mixed into the pages of a registration and of a journalist; name the buttons in `actions_detail`."""

    admin_site: Any
    opts: Any

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        raise NotImplementedError

    def has_cancel_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        raise NotImplementedError

    def get_actions_detail(self, request: HttpRequest, object_id: int | str | None = None) -> Any:
        """Only what this reader may do with it as it stands."""
        shown: list[Any] = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        row = _row(object_id)
        by = reader(request)
        return [
            one
            for one in shown
            if (name := one.method.__name__) not in DECISIONS
            or (row is not None and _is_open_to(name, row, by))
        ]

    @action(description=_("Approve"), url_path="approve", icon="check", permissions=["decide"])
    def approve_this(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        return self._decide("approve_this", request, object_id)

    @action(description=_("Refuse"), url_path="refuse", icon="block", permissions=["decide"])
    def refuse_this(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        return self._decide("refuse_this", request, object_id)

    @action(description=_("Take the refusal back"), url_path="reopen", icon="undo", permissions=["decide"])
    def reopen_this(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        return self._decide("reopen_this", request, object_id)

    @action(description=_("Cancel"), url_path="cancel", icon="event_busy", permissions=["cancel"])
    def cancel_this(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        return self._decide("cancel_this", request, object_id)

    def _decide(self, name: str, request: HttpRequest, object_id: int | str) -> HttpResponse:
        # The rows of this admin alone: the press office knows of nobody else.
        row = get_object_or_404(self.get_queryset(request), pk=number(object_id))  # type: ignore[attr-defined]
        decision = DECISIONS[name]
        page = reverse(f"admin:registration_{self.opts.model_name}_change", args=[row.pk])
        is_answered = "confirmed" in request.POST
        form = reason_form(request if is_answered else None, is_needed=bool(decision.asks_reason))
        if is_answered and (form.is_valid() or decision.asks_reason is None):
            reason = form.cleaned_data.get("reason", "").strip() if decision.asks_reason is not None else ""
            try:
                decision.does(Registration.objects.get(pk=row.pk), reader(request), reason)
            except Refusal as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, str(decision.done) % {"name": row.name})
            return redirect(page)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "chosen": [row],
            "form": None if decision.asks_reason is None else form,
            "title": decision.title,
            "lead": decision.lead,
            "button": decision.button,
            "back_url": page,
            "is_grave": name in ("refuse_this", "cancel_this"),
        }
        return TemplateResponse(request, "admin/registration/decide_chosen.html", context)


def _row(object_id: int | str | None) -> Registration | None:
    rows = Registration.objects.select_related("category").defer("needs")
    return rows.filter(pk=number(object_id)).first()


def _is_open_to(name: str, row: Registration, by: User) -> bool:
    is_decided_here = name == "cancel_this" or may_decide(row.category, by)
    return row.status in DECISIONS[name].statuses and is_decided_here
