"""What a list of the admin shows, with its filters and its search, as a spreadsheet.

It holds what the list itself shows to this reader, all its pages in one: no field more, and no row more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from openpyxl import Workbook

from efus_conference.exports import safe_cell, sheet_title

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 20_000  # written in some seconds; what is more is narrowed by a filter
AT_ONCE = 2000
_TAG = re.compile(r"<[^>]*>")


def is_asked_for(request: HttpRequest) -> bool:
    """`?as=xlsx`, beside the list's own filters."""
    return request.method == "GET" and request.GET.get("as") == "xlsx"


def list_as_sheet(request: HttpRequest, admin: Any) -> HttpResponse:
    """The list of `admin` that the address asks for, for those who may see it."""
    if not admin.has_view_or_change_permission(request):
        raise PermissionDenied
    query = request.GET.copy()
    for name in ("as", "p", "all"):
        query.pop(name, None)
    request.GET = query  # type: ignore[assignment]
    try:
        shown = admin.get_changelist_instance(request)
    except IncorrectLookupParameters:
        return redirect(f"{request.path}?e=1")
    if shown.result_count > MOST_ROWS:
        sentence = _(
            "This list has more than %(count)d rows. Choose a filter first, then take it as a spreadsheet."
        )
        messages.error(request, sentence % {"count": MOST_ROWS})
        return redirect(f"{request.path}?{query.urlencode()}")
    names = [name for name in shown.list_display if name != "action_checkbox"]
    book = Workbook(write_only=True)
    title = str(capfirst(str(admin.opts.verbose_name_plural)))
    sheet = book.create_sheet(sheet_title(title, _("List")))
    sheet.append([safe_cell(_heading(name, admin)) for name in names])
    for row in shown.queryset.iterator(chunk_size=AT_ONCE):
        sheet.append(list(_cells(row, names, admin)))
    kept = BytesIO()
    book.save(kept)
    name = f"{admin.opts.model_name}-{timezone.localdate().isoformat()}.xlsx"
    return HttpResponse(
        kept.getvalue(),
        content_type=XLSX,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def _heading(name: str, admin: Any) -> str:
    label = label_for_field(name, admin.model, admin)
    return str(capfirst(_plain(label)))


def _cells(row: Any, names: list[str], admin: Any) -> Iterator[Any]:
    for name in names:
        try:
            field, attribute, value = lookup_field(name, row, admin)
        except ObjectDoesNotExist:
            yield None
            continue
        choices = dict(getattr(field, "flatchoices", None) or ())
        if field is not None and field.remote_field:
            value = getattr(row, field.name)
        elif choices:
            value = choices.get(value, value)
        elif isinstance(value, tuple) and getattr(attribute, "label", None):
            value = value[-1]  # the theme's labels: what colours it, and what it says
        yield cell(value)


def cell(value: Any) -> Any:
    """A value as it may stand in a sheet: numbers and days stay what they are, all else is text that does nothing."""
    if value is None:
        return None
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        # Spreadsheets know no time zones.
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return local.replace(tzinfo=None, microsecond=0)
    if isinstance(value, int | float) or hasattr(value, "isoformat"):
        return value
    if isinstance(value, list | tuple | set):
        value = ", ".join(_plain(each) for each in value)
    return safe_cell(_plain(value))


def _plain(value: Any) -> str:
    """Text as it is read: what is markup loses its tags, and nothing else does."""
    if not hasattr(value, "__html__"):
        return str(value)
    return " ".join(unescape(_TAG.sub(" ", str(value))).split())
