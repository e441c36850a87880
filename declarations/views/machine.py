"""What machines read: the exact text, and the public register as a spreadsheet and as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.views.decorators.http import require_safe

from declarations import register
from declarations.models import Declaration, TextVersion
from efus_conference.exports import safe_cell
from efus_conference.kept import do_not_keep, same_for_everyone

View = Callable[..., HttpResponse]
COLUMNS = [
    "name",
    "own_name",
    "country",
    "kind",
    "person",
    "office",
    "signed_on",
    "mandate",
    "assurance",
    "is_demonstration",
]


def for_machines(view: View) -> View:
    """Any site may read it, in the language of `?lang=` (English otherwise)."""

    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("lang", "")
        language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            response = view(request, *args, **kwargs)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Content-Language"] = language
        return response if asked in ("", language) else do_not_keep(response)

    return wrapped


@same_for_everyone("lang")
@for_machines
def text(request: HttpRequest, slug: str, lang: str) -> HttpResponse:
    """The bytes that the published hash is over."""
    version = get_object_or_404(
        TextVersion.objects.exclude(declaration__text_hash=""),
        declaration__in=Declaration.objects.public(),
        declaration__slug=slug,
        language=lang,
    )
    return HttpResponse(version.body.encode(), content_type="text/plain; charset=utf-8")


@same_for_everyone("lang")
@for_machines
def signatories_csv(request: HttpRequest, slug: str) -> HttpResponse:
    declaration = get_object_or_404(Declaration.objects.public(), slug=slug)
    # Spreadsheet programs take a file for UTF-8 when it begins with this mark.
    sheet = io.StringIO("\ufeff")
    sheet.seek(0, io.SEEK_END)
    writer = csv.DictWriter(sheet, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for row in _rows(declaration):
        writer.writerow({column: safe_cell(row[column]) for column in COLUMNS})
    response = HttpResponse(sheet.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{declaration.slug}-signatories.csv"'
    return response


@same_for_everyone("lang")
@for_machines
def signatories_json(request: HttpRequest, slug: str) -> HttpResponse:
    declaration = get_object_or_404(Declaration.objects.public(), slug=slug)
    body = {
        "declaration": {
            "slug": declaration.slug,
            "title": declaration.title,
            "adopted_on": declaration.adopted_on,
            "is_historical": declaration.is_historical,
            "is_demonstration": declaration.is_demonstration,
            "text_hash": declaration.text_hash or None,
        },
        "signatories": [
            {key: value for key, value in row.items() if key != "is_demonstration"}
            for row in _rows(declaration)
        ],
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})


def _rows(declaration: Declaration) -> list[dict[str, Any]]:
    return [
        {
            "name": entry.organisation.name,
            "own_name": entry.organisation.shown_endonym,
            "country": entry.organisation.country,
            "kind": entry.organisation.kind,
            "person": entry.signer_name,
            "office": entry.signer_office,
            "signed_on": entry.signed_on.isoformat() if entry.signed_on else "",
            "mandate": entry.mandate.basis if entry.mandate else "",
            "assurance": "evidence_checked" if entry.is_verified else "historical_record",
            "is_demonstration": "yes" if declaration.is_demonstration else "no",
        }
        for entry in register.entries(declaration)
    ]
