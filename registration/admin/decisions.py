"""What organisers decide from a list: approve, refuse with a reason, take a refusal back, move, cancel."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextareaWidget

from efus_conference.admin_base import ids_in
from registration.actions import begin_run, go_on
from registration.admin.category_form import CategoryForm
from registration.admin.decision_page import decision_page
from registration.models import Category, DecisionRun, Registration
from registration.reason_form import ReasonForm
from registration.requests import reader
from registration.states import ENDED, Status

What = DecisionRun.What
TO_BE_DECIDED = (Status.SUBMITTED, Status.WAITING, Status.APPROVED)
LIVE = tuple(status for status in Status if status not in ENDED)


class Decisions:
    """Mixed into the admin of registrations and of the press; the actions say who may decide on which."""

    admin_site: Any
    opts: Any

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        raise NotImplementedError

    @action(description=_("Approve"), permissions=["decide"])
    def approve_chosen(self, request: HttpRequest, queryset: QuerySet[Registration]) -> HttpResponse:
        return self._begin(request, What.APPROVE, in_turn(queryset))

    @action(description=_("Refuse, with a reason"), permissions=["decide"])
    def refuse_chosen(self, request: HttpRequest, queryset: QuerySet[Registration]) -> HttpResponse:
        """Asks for the reason first: each of them reads it."""
        chosen = self._chosen(request, queryset)
        is_answered = "confirmed" in request.POST
        form = reason_form(request if is_answered else None, is_needed=True)
        if is_answered and form.is_valid():
            rows = in_turn(chosen).filter(status__in=TO_BE_DECIDED)
            return self._begin(request, What.REFUSE, rows, reason=form.cleaned_data["reason"])
        return self._ask(
            request,
            chosen,
            form,
            statuses=TO_BE_DECIDED,
            action="refuse_chosen",
            title=gettext("Refuse these registrations?"),
            lead=gettext(
                "Each of them gets an e-mail with the reason. A refusal can be taken back afterwards."
            ),
            button=gettext("Refuse them"),
        )

    @action(description=_("Take the refusal back"), permissions=["decide"])
    def reopen_chosen(self, request: HttpRequest, queryset: QuerySet[Registration]) -> HttpResponse:
        return self._begin(request, What.REOPEN, in_turn(queryset))

    @action(description=_("Move to another category"), permissions=["change"])
    def move_chosen(self, request: HttpRequest, queryset: QuerySet[Registration]) -> HttpResponse:
        """Asks for the category first, and says how many places are free in each."""
        chosen = self._chosen(request, queryset)
        is_answered = "confirmed" in request.POST
        form = CategoryForm(request.POST if is_answered else None, registrations=chosen)
        if is_answered and form.is_valid():
            rows = in_turn(chosen).filter(status__in=LIVE)
            return self._begin(request, What.MOVE, rows, category=form.cleaned_data["category"])
        return self._ask(
            request,
            chosen,
            form,
            statuses=LIVE,
            action="move_chosen",
            is_grave=False,
            title=gettext("Move these registrations to another category?"),
            lead=gettext(
                "Each stands there as anyone who comes into it, in the order of their arrival: where no place is "
                "free it goes on the waiting list, and who was not approved yet still waits for that. Who has seats "
                "and would not be confirmed at once stays where they are. Each of them gets an e-mail."
            ),
            button=gettext("Move them"),
        )

    @action(description=_("Cancel, and free the seats"), permissions=["change"])
    def cancel_chosen(self, request: HttpRequest, queryset: QuerySet[Registration]) -> HttpResponse:
        """Asks first: it cannot be undone, and each of them gets a mail."""
        chosen = self._chosen(request, queryset)
        is_answered = "confirmed" in request.POST
        form = reason_form(request if is_answered else None, is_needed=False)
        if is_answered and form.is_valid():
            rows = in_turn(chosen).filter(status__in=LIVE)
            return self._begin(request, What.CANCEL, rows, reason=form.cleaned_data["reason"].strip())
        return self._ask(
            request,
            chosen,
            form,
            statuses=LIVE,
            action="cancel_chosen",
            title=gettext("Cancel these registrations?"),
            lead=gettext(
                "Their seats become free for others at once, and each of them gets an e-mail. This can’t be undone."
            ),
            button=gettext("Yes, cancel them"),
        )

    def get_urls(self) -> list[Any]:
        name = f"registration_{self.opts.model_name}_decided"
        page = self.admin_site.admin_view(lambda request, pk: decision_page(request, self, pk))
        return [path("decided/<uuid:pk>/", page, name=name), *super().get_urls()]  # type: ignore[misc]

    def _begin(
        self,
        request: HttpRequest,
        what: str,
        rows: QuerySet[Registration],
        *,
        reason: str = "",
        category: Category | None = None,
    ) -> HttpResponse:
        """The first of them at once; of many, the others on the page it leads to."""
        by = reader(request)
        ids = list(rows.values_list("pk", flat=True))
        run = begin_run(what=what, registration_ids=ids, by=by, reason=reason, category=category)
        go_on(run=run, by=by)
        address = reverse(f"admin:registration_{self.opts.model_name}_decided", args=[run.pk])
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{address}?{query}" if query else address)

    def _chosen(self, request: HttpRequest, queryset: QuerySet[Registration]) -> QuerySet[Registration]:
        """Those of the list, or those that were asked about: a form has room for few fields and many numbers."""
        if "chosen" not in request.POST:
            return queryset
        rows: QuerySet[Registration] = self.get_queryset(request)  # type: ignore[attr-defined]
        return rows.filter(pk__in=ids_in(request.POST["chosen"]))

    def _ask(
        self,
        request: HttpRequest,
        queryset: QuerySet[Registration],
        form: forms.Form,
        *,
        statuses: Collection[str],
        is_grave: bool = True,
        **words: str,
    ) -> HttpResponse:
        """Shows those concerned as the list shows them, and why the others of those chosen are not."""
        rows = list(queryset.select_related("category", "organisation"))
        chosen = [row for row in rows if row.status in statuses]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "chosen": chosen,
            "ids": ",".join(str(row.pk) for row in chosen),
            "left_out": [left_out(row) for row in rows if row.status not in statuses],
            "form": form,
            "back_url": request.get_full_path(),
            "is_grave": is_grave,
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


def in_turn(queryset: QuerySet[Registration]) -> QuerySet[Registration]:
    """In the order in which they came, whatever the list is sorted by: the first of them gets the last place."""
    return Registration.objects.filter(pk__in=queryset.values("pk")).order_by("submitted_at", "pk")


def reason_form(request: HttpRequest | None, *, is_needed: bool) -> ReasonForm:
    hint = gettext("Those concerned read it, in the e-mail and on their page.")
    form = ReasonForm(request.POST if request else None, is_needed=is_needed, hint=hint)
    form.fields["reason"].widget = UnfoldAdminTextareaWidget(attrs={"rows": 4})
    return form
