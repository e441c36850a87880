"""Pages of a declaration's campaign, hung into the admin of declarations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.cache import never_cache
from openpyxl import Workbook
from unfold.decorators import action

from declarations.actions import Refusal, begin_round
from declarations.admin import campaign_rounds, campaign_sheet
from declarations.admin.steps import officer
from declarations.campaign import Campaign, Office, Stage, campaign_of, chosen
from declarations.campaign_plots import plots_of
from declarations.languages import OFFICE_LANGUAGES
from declarations.models import Declaration, InvitationRun
from efus_conference.admin_base import ids_in, number
from efus_conference.admin_lists import XLSX, cell
from efus_conference.exports import safe_cell, sheet_title
from efus_conference.models.organisations import country_name

OFFICES_ON_A_PAGE = 100
FILTERS = ("stage", "came", "country", "language", "needs", "q")
READ = ("declarations.view_signatory", "declarations.view_invitation", "declarations.view_signature")
RUN = "declarations.change_signatory"
What = InvitationRun.What


def declaration_for(request: HttpRequest, pk: int, *, to_run: bool = False) -> Declaration:
    """The declaration, for those who may read its campaign, or run it."""
    if not request.user.has_perms(READ) or (to_run and not request.user.has_perm(RUN)):
        raise PermissionDenied
    return get_object_or_404(Declaration, pk=number(pk))


class CampaignPages:
    """Mixed into the admin of declarations, which adds “campaign” to its buttons."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[Any]:
        def page(route: str, view: Any, name: str) -> Any:
            wrapped = self.admin_site.admin_view(never_cache(view))
            return path(f"<int:pk>/campaign/{route}", wrapped, {"admin": self}, name=f"declarations_{name}")

        return [
            page("", campaign_page, "campaign"),
            page("round/", ask_page, "campaign_ask"),
            page("round/<uuid:run>/", campaign_rounds.round_page, "campaign_round"),
            page("sheet/", campaign_sheet.sheet_page, "campaign_sheet"),
            page("sheet/template/", campaign_sheet.template, "campaign_template"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def has_campaign_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perms(READ))

    @action(description=gettext_lazy("Campaign"), url_path="to-campaign", permissions=["campaign"])
    def to_campaign(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:declarations_campaign", pk=number(object_id))


def asked(query: Mapping[str, str]) -> dict[str, str]:
    """The filters of an address that say something."""
    return {name: query[name][:200] for name in FILTERS if query.get(name)}


def campaign_page(request: HttpRequest, pk: int, admin: Any) -> HttpResponse:
    """How far the offices have come; `?as=xlsx` gives those that the filters leave."""
    declaration = declaration_for(request, pk)
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    campaign = campaign_of(declaration)
    filters = asked(request.GET)
    offices = chosen(campaign, filters)
    if request.GET.get("as") == "xlsx":
        return _sheet(declaration, offices)
    pages = Paginator(offices, OFFICES_ON_A_PAGE)
    query = request.GET.copy()
    query.pop("p", None)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("Campaign"),
        "original": declaration,
        "subtitle": str(declaration),
        "declaration": declaration,
        "is_over": declaration.is_over(),
        "figures": campaign.figures(),
        "countries": campaign.by_country(),
        "plots": plots_of(campaign),
        "bounced": [office for office in campaign.offices if office.bounce],
        "declined": [office for office in campaign.offices if office.stage == Stage.DECLINED],
        "withdrawn": [office for office in campaign.offices if office.stage == Stage.WITHDRAWN],
        "takes_signatures": declaration.takes_signatures and not declaration.is_over(),
        "to_remind": sum(bool(office.reminder) for office in campaign.offices),
        "to_invite": sum(office.needs_invitation for office in campaign.offices),
        "without_mailbox": sum(office.stage == Stage.NO_MAILBOX for office in campaign.offices),
        "runs": declaration.runs.select_related("by__user")[:5],
        "page": pages.get_page(request.GET.get("p")),
        "count": len(offices),
        "filters": filters,
        "query": query.urlencode(),
        "choices": _choices(campaign),
        "may_run": request.user.has_perm(RUN),
        "may_enter": request.user.has_perm("declarations.add_signatory"),
    }
    return render(request, "admin/declarations/campaign.html", context)


def _choices(campaign: Campaign) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(name, label, choices) of the selects: what is there, and nothing that would leave no office."""
    offices = campaign.offices
    stages = {office.stage for office in offices}
    languages = {office.signatory.language for office in offices}
    codes = {office.signatory.organisation.country for office in offices}
    return [
        ("stage", _("Stands at"), [(str(one), str(one.label)) for one in Stage if one in stages]),
        (
            "country",
            _("Country"),
            sorted(
                ((code or "-", country_name(code) or _("No country")) for code in codes), key=lambda c: c[1]
            ),
        ),
        ("language", _("Language"), [(code, name) for code, name in OFFICE_LANGUAGES if code in languages]),
        (
            "needs",
            _("Needs"),
            [
                ("reminder", _("a reminder")),
                ("invitation", _("an invitation")),
                ("address", _("another address")),
            ],
        ),
    ]


def _sheet(declaration: Declaration, offices: Sequence[Office]) -> HttpResponse:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_title(_("Campaign"), "Campaign"))
    languages = dict(OFFICE_LANGUAGES)
    headings = [
        pgettext("mayor's office", "Office"),
        _("Country"), _("Kind"), _("Mailbox"), _("Language"), _("Stands at"), _("Last written to"),
        _("Reminders"), _("First opened"), _("Link works until"), _("Needs a reminder because"),
        _("E-mails come back"), _("Why it was declined"),
    ]  # fmt: skip
    sheet.append([safe_cell(heading) for heading in headings])
    for office in offices:
        last, organisation = office.invitation, office.signatory.organisation
        values = [
            organisation.name, organisation.country_name, organisation.get_kind_display(), office.mailbox,
            languages.get(office.signatory.language, ""), office.stage.label, office.written_at,
            last.reminders if last else 0, last.opened_at if last else None,
            last.expires_at if last and office.has_open_link else None, office.reminder, office.bounce,
            office.decline_reason,
        ]  # fmt: skip
        sheet.append([cell(value) for value in values])
    kept = BytesIO()
    book.save(kept)
    name = f"campaign-{declaration.slug}-{timezone.localdate().isoformat()}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(kept.getvalue(), content_type=XLSX, headers=headers)


def ask_page(request: HttpRequest, pk: int, admin: Any) -> HttpResponse:
    """Says who would be invited or reminded, and who would not and why; on POST begins the round."""
    declaration = declaration_for(request, pk, to_run=True)
    given = request.POST if request.method == "POST" else request.GET
    what = given.get("what") or request.GET.get("what", "")
    if what not in What.values:
        raise Http404
    if request.method == "POST":
        insists = "insists" in given
        ids = ids_in(given.get("chosen", "")) + (ids_in(given.get("lately", "")) if insists else [])
        # Who declined or withdrew since the page was shown is left in peace too.
        over = {
            office.pk
            for office in campaign_of(declaration).offices
            if office.stage in (Stage.DECLINED, Stage.WITHDRAWN)
        }
        try:
            run = begin_round(
                declaration=declaration,
                what=what,
                signatory_ids=[pk for pk in ids if pk not in over],
                by=officer(request),
                insists=insists,
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:declarations_campaign", pk=declaration.pk)
        return redirect("admin:declarations_campaign_round", pk=declaration.pk, run=run.pk)
    filters = asked(request.GET)
    return ask(
        request, admin, declaration, what, chosen(campaign_of(declaration), filters), given.urlencode()
    )


def ask(
    request: HttpRequest,
    admin: Any,
    declaration: Declaration,
    what: str,
    offices: Sequence[Office],
    query: str = "",
) -> HttpResponse:
    """The page between a list and a round; also shown by the list of signatories for what was ticked there."""
    is_invitation = what == What.INVITE
    able = [
        office for office in offices if (office.needs_invitation if is_invitation else office.can_be_reminded)
    ]
    # Those that only a second button reminds stand apart: the first does what it says.
    ready = able if is_invitation else [office for office in able if office.reminder]
    lately = [office for office in able if office not in ready]
    left = [office for office in offices if office not in able]
    back = reverse("admin:declarations_campaign", args=[declaration.pk])
    context = {
        **admin.admin_site.each_context(request),
        "opts": Declaration._meta,
        "title": _("Invite these offices?") if is_invitation else _("Remind these offices?"),
        "original": declaration,
        "subtitle": str(declaration),
        "declaration": declaration,
        "what": what,
        "is_invitation": is_invitation,
        "ready": ready,
        "lately": lately,
        "lately_ids": ",".join(str(office.pk) for office in lately),
        "ids": ",".join(str(office.pk) for office in ready),
        "left_out": [(office, why_not(office, what)) for office in left],
        "back": f"{back}?{query}" if query else back,
        "address": reverse("admin:declarations_campaign_ask", args=[declaration.pk]),
    }
    return TemplateResponse(request, "admin/declarations/campaign_ask.html", context)


def why_not(office: Office, what: str) -> str:
    """Why a round would leave it out."""
    if office.stage in (Stage.RECORDED, Stage.VERIFIED, Stage.HISTORICAL):
        return _("It has signed already.")
    if office.bounce:
        return _("E-mails to its mailbox come back: find the right address first.")
    if not office.mailbox:
        return _("It has no mailbox yet.")
    if office.stage == Stage.DECLINED:
        return _("It declined. Invite it on its own page, if it asks for it.")
    if office.stage == Stage.WITHDRAWN and not office.has_open_link:
        return _("It withdrew its signature. Invite it on its own page, if it asks for it.")
    if what == What.INVITE and office.has_open_link:
        return _("It has an open link already: remind it instead.")
    if what == What.INVITE:
        return _("It was asked for information. Its answer is all that is needed.")
    return _("It has no open link: invite it instead.")
