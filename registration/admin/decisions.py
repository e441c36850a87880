"""What organisers decide from a list: approve, refuse with a reason, take a refusal back, cancel."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextareaWidget

from registration.actions import (
    approve_registration,
    cancel_registration,
    refuse_registration,
    reopen_registration,
)
from registration.admin.base import for_each
from registration.models import Registration
from registration.reason_form import ReasonForm
from registration.requests import reader
from registration.states import ENDED, Status

TO_BE_DECIDED = (Status.SUBMITTED, Status.WAITING, Status.APPROVED)
LIVE = tuple(status for status in Status if status not in ENDED)


class Decisions:
    """Mixed into the admin of registrations and of the press; the actions say who may decide on which."""

    admin_site: Any
    opts: Any

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        raise NotImplementedError

    @action(description=_("Approve"), permissions=["decide"])
    def approve_chosen(self, request: HttpRequest, queryset: QuerySet[Registration]) -> None:
        by = reader(request)
        count = for_each(
            request, _in_turn(queryset), lambda row: approve_registration(registration=row, by=by)
        )
        if count:
            done = ngettext(
                "%(count)d registration is approved.", "%(count)d registrations are approved.", count
            )
            messages.success(request, done % {"count": count})

    @action(description=_("Refuse, with a reason"), permissions=["decide"])
    def refuse_chosen(self, request: HttpRequest, queryset: QuerySet[Registration]) -> HttpResponse | None:
        """Asks for the reason first: each of them reads it."""
        chosen = _in_turn(queryset).filter(status__in=TO_BE_DECIDED)
        is_answered = "confirmed" in request.POST
        form = reason_form(request if is_answered else None, is_needed=True)
        if not (is_answered and form.is_valid()):
            return self._ask(
                request,
                queryset,
                form,
                statuses=TO_BE_DECIDED,
                action="refuse_chosen",
                title=gettext("Refuse these registrations?"),
                lead=gettext(
                    "Each of them gets an e-mail with the reason. A refusal can be taken back afterwards."
                ),
                button=gettext("Refuse them"),
            )
        by, reason = reader(request), form.cleaned_data["reason"]
        count = for_each(
            request, chosen, lambda row: refuse_registration(registration=row, by=by, reason=reason)
        )
        done = ngettext("%(count)d registration is refused.", "%(count)d registrations are refused.", count)
        messages.success(request, done % {"count": count})
        return None

    @action(description=_("Take the refusal back"), permissions=["decide"])
    def reopen_chosen(self, request: HttpRequest, queryset: QuerySet[Registration]) -> None:
        by = reader(request)
        count = for_each(
            request, _in_turn(queryset), lambda row: reopen_registration(registration=row, by=by)
        )
        if count:
            done = ngettext(
                "%(count)d registration waits for a decision again.",
                "%(count)d registrations wait for a decision again.",
                count,
            )
            messages.success(request, done % {"count": count})

    @action(description=_("Cancel, and free the seats"), permissions=["change"])
    def cancel_chosen(self, request: HttpRequest, queryset: QuerySet[Registration]) -> HttpResponse | None:
        """Asks first: it cannot be undone, and each of them gets a mail."""
        chosen = Registration.objects.live().filter(pk__in=queryset.values("pk"))
        is_answered = "confirmed" in request.POST
        form = reason_form(request if is_answered else None, is_needed=False)
        if not (is_answered and form.is_valid()):
            return self._ask(
                request,
                queryset,
                form,
                statuses=LIVE,
                action="cancel_chosen",
                title=gettext("Cancel these registrations?"),
                lead=gettext(
                    "Their seats become free for others at once, and each of them gets an e-mail. This can’t be undone."
                ),
                button=gettext("Yes, cancel them"),
            )
        by, reason = reader(request), form.cleaned_data["reason"].strip()
        count = for_each(
            request, chosen, lambda row: cancel_registration(registration=row, by=by, reason=reason)
        )
        done = ngettext(
            "%(count)d registration is cancelled.", "%(count)d registrations are cancelled.", count
        )
        messages.success(request, done % {"count": count})
        return None

    def _ask(
        self,
        request: HttpRequest,
        queryset: QuerySet[Registration],
        form: ReasonForm,
        *,
        statuses: Collection[str],
        **words: str,
    ) -> HttpResponse:
        """Shows those concerned as the list shows them, and why the others of those chosen are not."""
        rows = list(queryset.select_related("category", "organisation"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "chosen": [row for row in rows if row.status in statuses],
            "left_out": [left_out(row) for row in rows if row.status not in statuses],
            "form": form,
            "back_url": request.get_full_path(),
            "is_grave": True,
            **words,
        }
        return TemplateResponse(request, "admin/registration/decide_chosen.html", context)


def left_out(row: Registration) -> str:
    """Why nothing is decided on it."""
    sentence = {
        Status.CONFIRMED: gettext("%(name)s is confirmed already; cancel the registration instead."),
        Status.REFUSED: gettext("The registration of %(name)s was refused already."),
        Status.CANCELLED: gettext("The registration of %(name)s is cancelled already."),
    }.get(Status(row.status), gettext("The registration of %(name)s was not sent yet."))
    return sentence % {"name": row.name}


def _in_turn(queryset: QuerySet[Registration]) -> QuerySet[Registration]:
    """In the order in which they came, whatever the list is sorted by: the first of them gets the last place."""
    return Registration.objects.filter(pk__in=queryset.values("pk")).order_by("submitted_at", "pk")


def reason_form(request: HttpRequest | None, *, is_needed: bool) -> ReasonForm:
    hint = gettext("Those concerned read it, in the e-mail and on their page.")
    form = ReasonForm(request.POST if request else None, is_needed=is_needed, hint=hint)
    form.fields["reason"].widget = UnfoldAdminTextareaWidget(attrs={"rows": 4})
    return form
