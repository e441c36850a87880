"""The public pages: the same bytes for every visitor, so no session, no token of a form, no clock."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language, get_language_info
from django.views.decorators.http import require_safe

from declarations import markup, parallel, register
from declarations.models import Declaration, DeclarationPoint, TextVersion
from efus_conference.kept import do_not_keep, same_for_everyone

ALL = "all"


def language_name(code: str) -> str:
    """The language under the name it gives itself; its code where we know none."""
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code


@dataclass(frozen=True)
class Text:
    """A version of the text, ready for its page."""

    version: TextVersion
    name: str
    title: str

    @property
    def code(self) -> str:
        return self.version.language

    @property
    def is_authentic(self) -> bool:
        return self.version.status == TextVersion.Status.AUTHENTIC


def texts_of(declaration: Declaration) -> list[Text]:
    """The versions of a frozen declaration, authentic ones first; none where we hold no text."""
    if not declaration.text_hash:
        return []
    return [
        Text(
            version=version,
            name=language_name(version.language),
            title=getattr(declaration, f"title_{version.language}", "") or declaration.title,
        )
        for version in declaration.texts.order_by("status", "language")
    ]


def text_for_reader(texts: list[Text], *wanted: str) -> Text | None:
    """The first of the languages that there is a text in, else the first authentic text."""
    by_code = {text.code: text for text in texts}
    return next((by_code[code] for code in wanted if code in by_code), texts[0] if texts else None)


@same_for_everyone()
@require_safe
def declarations(request: HttpRequest) -> HttpResponse:
    listed = (
        Declaration.objects.public()
        .annotate(signature_count=register.signature_count())
        .order_by("is_demonstration", "order", "-adopted_on", "pk")
    )
    return render(request, "declarations/declarations.html", {"declarations": listed})


@same_for_everyone("text")
@require_safe
def declaration(request: HttpRequest, slug: str) -> HttpResponse:
    shown = _published(slug)
    texts = texts_of(shown)
    asked = request.GET.get("text", "")
    text = text_for_reader(texts, asked, get_language() or "")
    points = list(shown.points.all())
    entries = register.entries(shown)
    context = {
        "declaration": shown,
        "texts": texts,
        "text": text,
        "entries": entries,
        "counted": register.counted(entries),
        "maps": register.maps_of(entries),
        "principles": [point for point in points if point.kind == DeclarationPoint.Kind.PRINCIPLE],
        "calls": [point for point in points if point.kind == DeclarationPoint.Kind.CALL],
    }
    if asked == ALL and len(texts) > 1:
        # Three columns are what a page has room for; the others are one click away.
        beside = texts[:3]
        context["beside"] = beside
        context["rows"] = [
            list(zip(beside, row, strict=True))
            for row in parallel.side_by_side([each.version.body for each in beside])
        ]
    elif text:
        context["body"] = markup.render(text.version.body)
    response = render(request, "declarations/declaration.html", context)
    known = {"", ALL, *(each.version.language for each in texts)}
    return response if asked in known else do_not_keep(response)


def _published(slug: str) -> Declaration:
    return get_object_or_404(
        Declaration.objects.public().select_related("adopted_at_edition", "project", "based_on"), slug=slug
    )
