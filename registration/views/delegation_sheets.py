"""People of a delegation from a spreadsheet and into one: read and shown first, and named only when confirmed."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from efus_conference.sheets import SheetRefused
from registration.actions.delegation_refusals import PeopleRefused, TooFewPlaces
from registration.actions.delegations import name_places
from registration.actions.refusals import Refusal
from registration.delegation_forms import SheetForm
from registration.delegation_sheets import MOST_BYTES, SheetRow, people_of, rows_of, sheet_to_fill_in
from registration.delegations import Overview, overview
from registration.models import Delegation
from registration.requests import reader
from registration.views.delegations import coordinated_by_reader

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEPT = 60 * 60  # seconds between the two steps


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """A sheet is chosen, then shown as it was read; who confirms names all of its people or none."""
    mine = coordinated_by_reader(request, pk)
    shown = overview(mine)
    form = SheetForm()
    if request.method == "POST" and "key" in request.POST:
        return _confirmed(request, mine, shown)
    if request.method == "POST":
        form = SheetForm(request.POST, request.FILES)
        if form.is_valid():
            upload = form.cleaned_data["sheet"]
            try:
                if upload.size > MOST_BYTES:
                    raise SheetRefused(_("This file is larger than 5 MB. A sheet of people is much smaller."))
                content = upload.read()
                rows = rows_of(content, shown, language=_language())
            except SheetRefused as refusal:
                form.add_error("sheet", str(refusal))
            else:
                return _preview(request, mine, shown, rows, content)
    context = {"delegation": mine, "edition": mine.edition, "shown": shown, "form": form}
    return render(request, "registration/delegation_people.html", context)


def _language() -> str:
    return (get_language() or "en")[:2]


def _preview(
    request: HttpRequest,
    mine: Delegation,
    shown: Overview,
    rows: list[SheetRow],
    content: bytes,
    problem: str = "",
) -> HttpResponse:
    new = [row for row in rows if not row.is_there]
    wrong = [row for row in rows if row.problems]
    if not problem and len(new) > len(shown.free):
        problem = str(TooFewPlaces(len(new), len(shown.free)))
    key = ""
    if new and not wrong and not problem:
        key = secrets.token_hex(16)
        # In the cache, which all processes share, under the account and the delegation it was read for.
        cache.set(_kept_at(request, mine, key), b64encode(content).decode(), KEPT)
    context = {
        "delegation": mine,
        "edition": mine.edition,
        "shown": shown,
        "rows": rows,
        "new": new,
        "wrong": wrong,
        "problem": problem,
        "key": key,
    }
    return render(request, "registration/delegation_preview.html", context)


def _confirmed(request: HttpRequest, mine: Delegation, shown: Overview) -> HttpResponse:
    key = _kept_at(request, mine, request.POST["key"][:64])
    kept = cache.get(key)
    # Of a double click the second finds nothing.
    if kept is None or not cache.delete(key):
        messages.warning(
            request,
            _(
                "This sheet was taken over already, or lay here too long. Look at the places, and send it again."
            ),
        )
        return redirect("registration:delegation_people", mine.pk)
    content = b64decode(kept)
    try:
        rows = rows_of(content, shown, language=_language())
    except SheetRefused as refusal:  # what it was read for is gone: places, or a column's category
        messages.error(request, str(refusal))
        return redirect("registration:delegation_people", mine.pk)
    new = [row for row in rows if not row.is_there]
    wanted = [row.person for row in new if row.person is not None]
    if len(wanted) < len(new):
        return _preview(request, mine, shown, rows, content)
    try:
        made = name_places(delegation=mine, by=reader(request), people=wanted)
    except PeopleRefused as refusal:
        for number, problem in refusal.problems.items():
            new[number].problems.append(problem)
        return _preview(request, mine, shown, rows, content)
    except Refusal as refusal:
        return _preview(request, mine, shown, rows, content, str(refusal))
    sentence = ngettext("%(count)d person is named.", "%(count)d people are named.", len(made))
    messages.success(request, sentence % {"count": len(made)})
    return redirect(f"{reverse('registration:delegation')}#delegation-{mine.pk}")


def _kept_at(request: HttpRequest, mine: Delegation, key: str) -> str:
    return f"delegation-sheet:{reader(request).pk}:{mine.pk}:{hexadecimal(key)}"


def hexadecimal(key: str) -> str:
    """What a cache takes as a key, whatever was posted."""
    return "".join(character for character in key if character in "0123456789abcdef")


@login_required
@never_cache
@require_safe
def template(request: HttpRequest, pk: int) -> HttpResponse:
    mine = coordinated_by_reader(request, pk)
    return _file(sheet_to_fill_in(mine.edition), "people", "xlsx")


@login_required
@never_cache
@require_safe
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """`?as=csv`, else a workbook."""
    mine = coordinated_by_reader(request, pk)
    wanted = "csv" if request.GET.get("as") == "csv" else "xlsx"
    return _file(people_of(overview(mine), as_format=wanted), f"delegation-{mine.organisation.slug}", wanted)


def _file(content: bytes, name: str, ending: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=XLSX if ending == "xlsx" else "text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'},
    )
