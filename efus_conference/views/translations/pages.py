"""What lacks a translation, page by page; a sheet for a translator; and the sheet that comes back."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.cache import cache
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe
from unfold.widgets import UnfoldAdminFileFieldWidget

from efus_conference.models import Edition
from efus_conference.sheets import MOST_BYTES, SheetRefused, too_large
from efus_conference.views.translations.entering import Read, enter, read
from efus_conference.views.translations.places import (
    EVERY_EDITION,
    NO_EDITION,
    PARTS,
    PLACES,
    PageOfTexts,
    Text,
    follow,
    languages_wanted,
    texts,
)
from efus_conference.views.translations.rights import Rights, address
from efus_conference.views.translations.sheets import (
    LONGEST_CELL,
    MOST_TEXTS,
    Line,
    file_name,
    lines_of,
    sheet_of,
)
from registration.requests import reader

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEPT = 60 * 60  # seconds between the two steps of a sheet that comes back


class SheetForm(forms.Form):
    sheet = forms.FileField(
        label=gettext_lazy("The sheet that came back"),
        help_text=gettext_lazy("Excel (.xlsx) or CSV, at most 5 MB."),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("This file is empty."),
            "missing": gettext_lazy("Choose a file."),
            "invalid": gettext_lazy("Choose a file."),
        },
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".xlsx,.csv"}),
    )


@dataclass
class Asked:
    """Of which language and edition the list speaks; what an address asks otherwise is read as the first."""

    language: str
    edition: Edition | str
    editions: list[Edition]

    @property
    def slug(self) -> str:
        return self.edition.slug if isinstance(self.edition, Edition) else self.edition

    @property
    def query(self) -> str:
        return urlencode({"language": self.language, "edition": self.slug})


@dataclass
class Part:
    """A heading of the list, with the pages below it that lack something."""

    name: str
    pages: list[PageOfTexts] = field(default_factory=list)
    complete: int = 0

    @property
    def missing(self) -> int:
        return sum(len(page.missing) for page in self.pages)


def asked(request: HttpRequest) -> Asked:
    codes = [code for code, _name in languages_wanted()]
    language = request.GET.get("language", "")
    editions = list(Edition.objects.order_by("-number", "-pk"))
    named: dict[str, Edition | str] = {NO_EDITION: NO_EDITION, EVERY_EDITION: EVERY_EDITION}
    named |= {edition.slug: edition for edition in editions}
    otherwise = next((edition for edition in editions if edition.is_current), EVERY_EDITION)
    return Asked(
        language if language in codes else codes[0],
        named.get(request.GET.get("edition", ""), otherwise),
        editions,
    )


def pages_of(wanted: Asked, rights: Rights) -> list[PageOfTexts]:
    """The pages with texts, in the order of the parts; within them in that of the models and their rows."""
    pages: dict[tuple[str, Any], PageOfTexts] = {}
    for part, _name in PARTS:
        for place in PLACES.values():
            if place.part != part or not rights.may_read(place):
                continue
            for text in texts(place, wanted.edition, wanted.language):
                owner = follow(text.row, place.page)
                key = (part, owner.pk if isinstance(owner, Model) else None)
                page = pages.setdefault(key, PageOfTexts(part, owner))
                page.texts += 1
                if not text.present:
                    page.missing.append(text)
    return list(pages.values())


def _parts(pages: Sequence[PageOfTexts]) -> list[Part]:
    parts = {key: Part(str(name)) for key, name in PARTS}
    for page in pages:
        if page.missing:
            parts[page.part].pages.append(page)
        else:
            parts[page.part].complete += 1
    return [part for part in parts.values() if part.pages or part.complete]


def _to_translate(pages: Sequence[PageOfTexts]) -> list[tuple[str, Text]]:
    names = dict(PARTS)
    return [
        (str(page.row or names[page.part]), text)
        for page in pages
        for text in page.missing
        if len(text.source) <= LONGEST_CELL
    ]


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    return _overview(request, SheetForm())


def _overview(request: HttpRequest, form: SheetForm) -> HttpResponse:
    wanted, rights = asked(request), Rights(request)
    pages = pages_of(wanted, rights)
    missing = sum(len(page.missing) for page in pages)
    in_sheet = len(_to_translate(pages))
    context = {
        **admin.site.each_context(request),
        "guide_word": "translations",
        "title": _("Translations"),
        "asked": wanted,
        "languages": languages_wanted(),
        "language": dict(settings.LANGUAGES)[wanted.language],
        "parts": [
            (part, [(page, [(text, address(text.row)) for text in page.missing]) for page in part.pages])
            for part in _parts(pages)
        ],
        "missing": missing,
        "texts": sum(page.texts for page in pages),
        "in_sheet": min(in_sheet, MOST_TEXTS),
        "later": max(in_sheet - MOST_TEXTS, 0),
        "too_long": missing - in_sheet,
        "form": form,
        "left_out": _left_out(request),
    }
    return render(request, "admin/translations/overview.html", context, status=422 if form.errors else 200)


@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """What lacks the language, for a translator."""
    wanted = asked(request)
    rows = _to_translate(pages_of(wanted, Rights(request)))[:MOST_TEXTS]
    if not rows:
        messages.info(request, _("Nothing is missing here in this language."))
        return redirect(f"{reverse('translations')}?{wanted.query}")
    name = file_name(wanted.language, wanted.slug)
    return HttpResponse(
        sheet_of(rows, wanted.language),
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@require_http_methods(["POST"])
def sheet_back(request: HttpRequest) -> HttpResponse:
    """First shown as it was read; who confirms enters what has no problem."""
    if "key" in request.POST:
        return _confirmed(request)
    form = SheetForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["sheet"]
        try:
            if upload.size > MOST_BYTES:
                raise too_large()
            content = upload.read()
            result = read(lines_of(content), Rights(request))
        except SheetRefused as refusal:
            form.add_error("sheet", str(refusal))
        else:
            return _preview(request, content, result)
    return _overview(request, form)


def _preview(request: HttpRequest, content: bytes, result: Read) -> HttpResponse:
    key = ""
    if result.entries:
        key = secrets.token_hex(16)
        # In the cache, which all processes share, under the account it was read for.
        cache.set(_kept_at(request, key), b64encode(content).decode(), KEPT)
    context = {
        **admin.site.each_context(request),
        "guide_word": "translations",
        "title": _("Translations that came back"),
        "result": result,
        "languages": dict(settings.LANGUAGES),
        "key": key,
        "asked": asked(request),
    }
    return render(request, "admin/translations/preview.html", context)


def _confirmed(request: HttpRequest) -> HttpResponse:
    back = redirect(f"{reverse('translations')}?{asked(request).query}")
    key = _kept_at(request, request.POST["key"][:64])
    kept = cache.get(key)
    # Of a double click the second finds nothing.
    if kept is None or not cache.delete(key):
        messages.warning(
            request,
            _("This sheet was entered already, or lay here too long. Look at the list, and send it again."),
        )
        return back
    result = enter(lines_of(b64decode(kept)), Rights(request), by=reader(request))
    if result.entries:
        sentence = ngettext(
            "%(count)d translation is entered.", "%(count)d translations are entered.", len(result.entries)
        )
        messages.success(request, sentence % {"count": len(result.entries)})
    if result.problems:
        sentence = ngettext(
            "%(count)s row has a problem, and is left out.",
            "%(count)s rows have a problem, and are left out.",
            len(result.problems),
        )
        messages.warning(request, sentence % {"count": len(result.problems)})
        left_out = secrets.token_hex(16)
        cache.set(_kept_at(request, left_out), result.problems, KEPT)
        back = redirect(f"{back['Location']}&left_out={left_out}")
    if any(entry.text.place.part == "session" for entry in result.entries):
        messages.info(
            request, _("Texts of sessions reach the public with the next release of the programme.")
        )
    if any(entry.text.place.model == "archive.Block" for entry in result.entries):
        messages.info(request, _("Texts of pages are entered into their drafts: publish those next."))
    return back


def _left_out(request: HttpRequest) -> list[tuple[Line, str]]:
    """The rows of the sheet that was just entered, as far as they had a problem."""
    key = request.GET.get("left_out", "")[:64]
    kept = cache.get(_kept_at(request, key)) if key else None
    return kept if isinstance(kept, list) else []


def _kept_at(request: HttpRequest, key: str) -> str:
    """What a cache takes as a key, whatever was posted."""
    digits = "".join(character for character in key if character in "0123456789abcdef")
    return f"translations-sheet:{reader(request).pk}:{digits}"
