"""Offices from a spreadsheet: shown as they were read, and entered and invited only when that is confirmed."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from unfold.widgets import UnfoldAdminFileFieldWidget

from declarations.actions import Refusal, begin_round, enter_offices
from declarations.admin.steps import officer
from declarations.campaign_columns import COLUMNS, sheet_to_fill_in
from declarations.campaign_sheets import SheetRow, rows_of
from declarations.models import Declaration, InvitationRun
from efus_conference.admin_lists import XLSX, cell
from efus_conference.exports import safe_cell, sheet_title
from efus_conference.sheets import MOST_BYTES, SheetRefused, too_large

KEPT = 60 * 60  # seconds between the two steps
ENTER = ("declarations.view_signatory", "declarations.add_signatory", "declarations.change_signatory")


class SheetForm(forms.Form):
    sheet = forms.FileField(
        label=gettext_lazy("Spreadsheet"),
        help_text=gettext_lazy("Excel (.xlsx) or CSV, at most 5 MB."),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty."),
            "missing": gettext_lazy("Choose a file."),
            "invalid": gettext_lazy("Choose a file."),
        },
    )


def sheet_page(request: HttpRequest, pk: int, admin: Any) -> HttpResponse:
    """A sheet is chosen, then shown as it was read; who confirms enters and invites those without a problem."""
    declaration = _declaration(request, pk)
    form = SheetForm()
    if request.method == "POST" and "to_mend" in request.POST:
        return _rows_to_mend(request, declaration)
    if request.method == "POST" and "key" in request.POST:
        return _confirmed(request, declaration, admin)
    if request.method == "POST":
        form = SheetForm(request.POST, request.FILES)
        if form.is_valid():
            upload = form.cleaned_data["sheet"]
            try:
                if upload.size > MOST_BYTES:
                    raise too_large()
                content = upload.read()
                rows = rows_of(content, declaration)
            except SheetRefused as refusal:
                form.add_error("sheet", str(refusal))
            else:
                return _preview(request, declaration, admin, rows, content)
    context = {**_context(request, declaration, admin), "title": _("Invite from a spreadsheet"), "form": form}
    return render(request, "admin/declarations/campaign_sheet.html", context)


def template(request: HttpRequest, pk: int, admin: Any) -> HttpResponse:
    """The sheet to fill in, in the officer's language."""
    _declaration(request, pk)
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    headers = {"Content-Disposition": 'attachment; filename="offices.xlsx"'}
    return HttpResponse(sheet_to_fill_in(), content_type=XLSX, headers=headers)


def _declaration(request: HttpRequest, pk: int) -> Declaration:
    if not request.user.has_perms(ENTER):
        raise PermissionDenied
    return get_object_or_404(Declaration, pk=pk)


def _context(request: HttpRequest, declaration: Declaration, admin: Any) -> dict[str, Any]:
    return {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "original": declaration,
        "subtitle": str(declaration),
        "declaration": declaration,
    }


def _preview(
    request: HttpRequest, declaration: Declaration, admin: Any, rows: list[SheetRow], content: bytes
) -> HttpResponse:
    ready = _ready(rows)
    key = secrets.token_hex(16)
    # In the cache, which all processes share, under the account and the declaration it was read for.
    cache.set(_kept_at(request, declaration, key), b64encode(content).decode(), KEPT)
    may_confirm = bool(ready) and declaration.takes_signatures and not declaration.is_over()
    doubtful = sum(bool(row.doubts) for row in ready)
    context = {
        **_context(request, declaration, admin),
        "title": _("Check the offices"),
        # What is to be mended first, then what somebody has to look at.
        "rows": sorted(rows, key=lambda row: (not row.problems, not row.doubts)),
        "ready": len(ready),
        "doubtful": doubtful,
        "sure": len(ready) - doubtful,
        "is_new": sum(row.office.organisation_id is None for row in ready if row.office),
        "wrong": sum(bool(row.problems) for row in rows),
        "there": sum(row.is_invited for row in rows),
        "key": key,
        "may_confirm": may_confirm,
    }
    return render(request, "admin/declarations/campaign_preview.html", context)


def _ready(rows: list[SheetRow]) -> list[SheetRow]:
    return [row for row in rows if row.office is not None and not row.is_invited]


def _confirmed(request: HttpRequest, declaration: Declaration, admin: Any) -> HttpResponse:
    key = _kept_at(request, declaration, request.POST["key"][:64])
    kept = cache.get(key)
    # Of a double click the second finds nothing.
    if kept is None or not cache.delete(key):
        messages.warning(
            request, _("This sheet was taken over already, or lay here too long. Look at the campaign first.")
        )
        return redirect("admin:declarations_campaign", pk=declaration.pk)
    content = b64decode(kept)
    try:
        # Read again: what was sound when it was shown may not be any more.
        rows = rows_of(content, declaration)
        if str(len(_ready(rows))) != request.POST.get("ready"):
            messages.error(
                request, _("Something changed since this sheet was checked. Nothing was entered yet.")
            )
            return _preview(request, declaration, admin, rows, content)
        ticked = request.POST.getlist("doubtful")
        offices = [
            row.office
            for row in _ready(rows)
            if row.office is not None and (not row.doubts or str(row.number) in ticked)
        ]
        has_new = any(office.organisation_id is None for office in offices)
        if has_new and not request.user.has_perm("efus_conference.add_organisation"):
            raise PermissionDenied
        with transaction.atomic():
            signatories = enter_offices(declaration=declaration, offices=offices, by=officer(request))
            run = begin_round(
                declaration=declaration,
                what=InvitationRun.What.INVITE,
                signatory_ids=[signatory.pk for signatory in signatories],
                by=officer(request),
            )
    except (SheetRefused, Refusal) as refusal:
        messages.error(request, str(refusal))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        return redirect("admin:declarations_campaign_round", pk=declaration.pk, run=run.pk)
    return redirect("admin:declarations_campaign_sheet", pk=declaration.pk)


def _rows_to_mend(request: HttpRequest, declaration: Declaration) -> HttpResponse:
    """The rows with a problem as a sheet that can be mended and sent again; the last column is not read."""
    kept = cache.get(_kept_at(request, declaration, request.POST.get("key", "")[:64]))
    if kept is None:
        messages.warning(
            request, _("This sheet was taken over already, or lay here too long. Look at the campaign first.")
        )
        return redirect("admin:declarations_campaign_sheet", pk=declaration.pk)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_title(_("Offices"), "Offices"))
    sheet.append([safe_cell(str(heading)) for heading in COLUMNS.values()] + [safe_cell(_("To mend"))])
    for row in rows_of(b64decode(kept), declaration):
        if row.problems:
            cells = [row.shown[name] for name in COLUMNS]
            sheet.append([cell(value) for value in [*cells, " ".join(row.problems)]])
    out = BytesIO()
    book.save(out)
    headers = {
        "Content-Disposition": 'attachment; filename="offices-to-mend.xlsx"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(out.getvalue(), content_type=XLSX, headers=headers)


def _kept_at(request: HttpRequest, declaration: Declaration, key: str) -> str:
    return f"declarations:offices:{officer(request).pk}:{declaration.pk}:{key}"
