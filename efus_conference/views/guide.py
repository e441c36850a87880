"""The organisers' guide: the pages of `docs/` that are for them, opened from the admin beside what they explain."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from urllib.parse import urldefrag

from django.conf import settings
from django.contrib import admin
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = settings.BASE_DIR / "docs"
PICTURES = FOLDER / "pictures"
TYPES = {".png": "image/png", ".svg": "image/svg+xml"}
# In this order; each is a file of docs/.
PAGES = {
    "organiser": _("For organisers"),
    "tour": _("A tour in pictures"),
    "desk": _("At the desk"),
    "declarations-officer": _("For declarations officers"),
    "declarations": _("Texts of declarations"),
    "ceremony": _("A signing on stage"),
    "coordinator": _("What coordinators read"),
    "participant": _("What participants read"),
    "secretary": _("What mayors’ offices read"),
    "speaker": _("What speakers read"),
    "erasing": _("When somebody’s data are erased"),
    "privacy": _("What is kept of people"),
    "translating": _("Translating"),
}


@dataclass(frozen=True)
class Section:
    anchor: str
    name: str


@dataclass(frozen=True)
class Chapter:
    html: SafeString
    sections: tuple[Section, ...]


@require_safe
def guide(request: HttpRequest, name: str = "organiser") -> HttpResponse:
    if name not in PAGES:
        raise Http404
    context = {
        **admin.site.each_context(request),
        "title": PAGES[name],
        "chapter": chapter(name),
        "pages": [(reverse("guide", args=[key]), title, key == name) for key, title in PAGES.items()],
    }
    return render(request, "admin/guide.html", context)


@require_safe
def guide_picture(request: HttpRequest, name: str) -> FileResponse:
    file = pictures().get(name)
    if file is None:
        raise Http404
    response = FileResponse(file.open("rb"), content_type=TYPES[file.suffix])
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@cache
def pictures() -> dict[str, Path]:
    """The files of the guide's pictures by their names."""
    return {file.name: file for file in [*PICTURES.glob("*.png"), *FOLDER.glob("*.svg")]}


@cache
def chapter(name: str) -> Chapter:
    """A page of the guide as HTML, its links and pictures led to where they are here; read once."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse((FOLDER / f"{name}.md").read_text("utf-8"))
    sections: list[Section] = []
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            words = tokens[place + 1].content
            token.attrSet("id", anchor_of(words))
            if token.tag == "h2":
                sections.append(Section(anchor_of(words), words))
        _lead(token.children or [])
    html = markdown.renderer.render(tokens, markdown.options, {})
    return Chapter(mark_safe(html), tuple(sections))  # noqa: S308  our own documentation, its HTML escaped


def anchor_of(heading: str) -> str:
    return slugify(heading)


def _lead(tokens: list[Token]) -> None:
    """The links and pictures of a line to where they are in the admin."""
    ends: list[bool] = []  # of the links that are open, whether each leads somewhere
    for token in tokens:
        if token.type == "image":
            token.attrSet(
                "src", reverse("guide_picture", args=[PurePosixPath(str(token.attrGet("src"))).name])
            )
            token.attrSet("loading", "lazy")
        elif token.type == "link_open":
            address = _address(str(token.attrGet("href")))
            ends.append(bool(address))
            if address:
                token.attrSet("href", address)
            else:
                token.tag, token.attrs = "span", {}
        elif token.type == "link_close" and not ends.pop():
            token.tag = "span"


def _address(written: str) -> str:
    """Where a link of the documentation leads here; "" for a file that only the repository has."""
    page, anchor = urldefrag(written)
    stem = PurePosixPath(page).stem
    if not page or "://" in page or page.startswith("/"):
        return written
    if page == f"{stem}.md" and stem in PAGES:
        return reverse("guide", args=[stem]) + (f"#{anchor}" if anchor else "")
    return ""
