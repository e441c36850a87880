"""One signature after the other: the record beside its evidence, what may be decided, and how many are left."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from declarations.actions import Refusal, ask_for_information, refuse, take_under_review, verify
from declarations.admin.records import NoteForm, may_follow, record_of
from declarations.admin.steps import officer
from declarations.conflicts import parts_in
from declarations.models import Declaration, Signature
from efus_conference.admin_base import number
from efus_conference.models import User
from efus_conference.models.organisations import country_name

QUEUES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "waiting": (_("waiting for a decision"), ("submitted", "under_review")),
    "asked": (_("asked for information"), ("needs_information",)),
    "decided": (_("verified or refused"), ("verified", "refused")),
}


CAMPAIGN = ("declarations.view_signatory", "declarations.view_invitation", "declarations.view_signature")


@dataclass(frozen=True)
class Decision:
    """What an officer may do with the signature on the screen; `key` opens its form and decides nothing."""

    name: str
    leads_to: str
    act: Callable[..., Signature]
    key: str
    opens: Any
    explanation: Any
    button: Any
    done: Any
    is_for_the_office: bool = False
    takes_nobody_with_a_part: bool = False
    is_danger: bool = False


DECISIONS = [
    Decision(
        "verify",
        "verified",
        verify,
        "v",
        _("Verify"),
        _(
            "The evidence shows this person, office, day and mandate. It becomes public at once and the office gets "
            "a mail."
        ),
        _("Verify this signature"),
        _("The signature of %(office)s is verified and public."),
        takes_nobody_with_a_part=True,
    ),
    Decision(
        "ask",
        "needs_information",
        ask_for_information,
        "i",
        _("Ask for information"),
        _("The office gets your note and a link with which it can change the record."),
        _("Ask the office"),
        _("%(office)s was asked."),
        is_for_the_office=True,
    ),
    Decision(
        "refuse",
        "refused",
        refuse,
        "r",
        _("Refuse"),
        _("The office gets your note and can be invited again. The record is kept."),
        _("Refuse this signature"),
        _("The signature of %(office)s is refused."),
        is_for_the_office=True,
        takes_nobody_with_a_part=True,
        is_danger=True,
    ),
    Decision(
        "take",
        "under_review",
        take_under_review,
        "",
        _("Take under review"),
        _("The others see that you read this one. You need not be the one who decides."),
        _("Take it under review"),
        _("The signature of %(office)s is under review."),
    ),
]


@dataclass(frozen=True)
class Queue:
    """The signatures of one declaration that the address asks for, the one that waits longest first."""

    state: str
    country: str
    only_mine_to_decide: bool
    ids: list[int]

    @property
    def query(self) -> dict[str, str]:
        asked = {"state": self.state, "country": self.country, "may": "1" if self.only_mine_to_decide else ""}
        return {name: value for name, value in asked.items() if value}

    def beside(self, pk: int) -> tuple[int, int]:
        """The one before and the one after, 0 where there is none; of one that left the queue, the first."""
        if pk not in self.ids:
            return 0, self.ids[0] if self.ids else 0
        at = self.ids.index(pk)
        return (self.ids[at - 1] if at else 0), (self.ids[at + 1] if at + 1 < len(self.ids) else 0)


def queue_asked_for(declaration: Declaration, request: HttpRequest, by: User) -> Queue:
    state = request.GET.get("state", "")
    state = state if state in QUEUES else "waiting"
    country = request.GET.get("country", "")
    country = country if re.fullmatch("[A-Z]{2}", country) else ""
    rows = Signature.objects.filter(signatory__declaration=declaration, state__in=QUEUES[state][1])
    if country:
        rows = rows.filter(country=country)
    found = list(rows.order_by("made_at", "pk").only("pk"))
    only_mine = request.GET.get("may") == "1"
    if only_mine:
        parts = parts_in(found, by=by)
        found = [one for one in found if not parts[one.pk]]
    return Queue(state, country, only_mine, [one.pk for one in found])


class ReviewPages(ModelAdmin):
    """Mixed into the admin of declarations."""

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.review_page)
        return [path("<int:pk>/review/", page, name="declarations_declaration_review"), *super().get_urls()]

    def review_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        by = officer(request)
        signatures = admin.site._registry[Signature]
        if not signatures.has_view_permission(request):
            raise PermissionDenied
        declaration = get_object_or_404(Declaration, pk=pk)
        queue = queue_asked_for(declaration, request, by)
        shown = _shown(request, declaration, queue)
        may_decide = bool(by.has_perm("declarations.change_signature"))
        forms_of: dict[str, forms.Form] = {}
        if request.method == "POST":
            if not may_decide:
                raise PermissionDenied
            decision = next((one for one in DECISIONS if one.name == request.POST.get("what")), None)
            if shown is None or decision is None:
                raise Http404
            form = _note_form(shown, decision, request.POST)
            if form.is_valid() and _is_done(request, shown, decision, form.cleaned_data["note"], by):
                return redirect(_address(declaration, queue, queue.beside(shown.pk)[1]))
            forms_of[decision.name] = form
            shown.refresh_from_db()
        before, after = queue.beside(shown.pk) if shown else (0, 0)
        record = record_of(shown, by=by) if shown else {}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Review of signatures"),
            "original": declaration,
            "subtitle": str(declaration),
            "declaration": declaration,
            "signature": shown,
            "queue": queue,
            "place": queue.ids.index(shown.pk) + 1 if shown and shown.pk in queue.ids else 0,
            "left": len(queue.ids),
            "queues": [(name, title) for name, (title, _states) in QUEUES.items()],
            "countries": _countries_of(declaration),
            "before": _address(declaration, queue, before) if before else "",
            "after": _address(declaration, queue, after) if after else "",
            "has_campaign": by.has_perms(CAMPAIGN),
            "decisions": _offered(shown, record, forms_of) if shown and may_decide else [],
            "history": shown.events.select_related("actor__user").order_by("pk") if shown else [],
            **record,
        }
        return TemplateResponse(request, "admin/declarations/review.html", context)


def _shown(request: HttpRequest, declaration: Declaration, queue: Queue) -> Signature | None:
    """The one that is asked for, else the first that waits; 404 for one of another declaration."""
    asked = request.POST.get("signature") or request.GET.get("signature")
    rows = Signature.objects.filter(signatory__declaration=declaration).exclude(state=Signature.State.NEW)
    rows = rows.select_related("signatory__organisation", "signatory__declaration", "replaces")
    if asked:
        found: Signature = get_object_or_404(rows, pk=number(asked))
        return found
    return rows.filter(pk=queue.ids[0]).first() if queue.ids else None


def _is_done(request: HttpRequest, signature: Signature, decision: Decision, note: str, by: User) -> bool:
    try:
        decision.act(signature=signature, by=by, note=note, seen=number(request.POST.get("seen")))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return False
    # The page that follows is already that of another office.
    messages.success(request, str(decision.done) % {"office": signature.signatory.organisation})
    return True


def _offered(
    signature: Signature, record: dict[str, Any], forms_of: dict[str, forms.Form]
) -> list[dict[str, Any]]:
    """Those that follow from the state; without the ones that the database would refuse this officer."""
    possible = may_follow(signature)
    return [
        {
            "is": decision,
            "form": forms_of.get(decision.name) or _note_form(signature, decision),
            "is_open": decision.name in forms_of,
        }
        for decision in DECISIONS
        if decision.leads_to in possible and not (decision.takes_nobody_with_a_part and record["conflicts"])
    ]


def _note_form(signature: Signature, decision: Decision, data: Any = None) -> NoteForm:
    return NoteForm(
        data,
        is_for_the_office=decision.is_for_the_office,
        language=signature.signatory.get_language_display(),
        prefix=decision.name,
    )


def _countries_of(declaration: Declaration) -> list[tuple[str, str]]:
    rows = Signature.objects.filter(signatory__declaration=declaration).exclude(country="")
    codes = rows.order_by().values_list("country", flat=True).distinct()
    return sorted(((code, country_name(code)) for code in codes), key=lambda one: one[1])


def _address(declaration: Declaration, queue: Queue, pk: int) -> str:
    query = urlencode({**queue.query, **({"signature": str(pk)} if pk else {})})
    return reverse("admin:declarations_declaration_review", args=[declaration.pk]) + (
        f"?{query}" if query else ""
    )
