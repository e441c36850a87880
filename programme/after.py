"""What remains of sessions, as public pages list it: recordings, slides, documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlsplit

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.text import slugify

from efus_conference.languages import language_shown
from efus_conference.models import Edition
from programme.languages import language_name, reader
from programme.models import Material, ReleasedSession

TYPES = {
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}


@dataclass(frozen=True)
class MaterialLine:
    """`host` is where an address leads; files of ours say their format and size instead."""

    title: str
    title_language: str
    kind: str
    url: str
    language: str
    language_code: str
    host: str
    form: str
    size: str


def public_name(material: Material) -> str:
    """The file's name as readers save it, made from its English title: the same in every language."""
    stem = slugify(material.title_en or material.title)[:80] or material.kind  # type: ignore[attr-defined]
    return f"{stem}.{material.ending}"


def material_lines(materials: Iterable[Material]) -> list[MaterialLine]:
    return [_line(material) for material in materials]


def _line(material: Material) -> MaterialLine:
    is_file = bool(material.file)
    return MaterialLine(
        title=material.title,
        title_language=language_shown(material, "title"),
        kind=str(material.get_kind_display()),
        url=reverse("programme_machine:material", args=[material.pk, public_name(material)])
        if is_file
        else material.address,
        language=language_name(material.language, reader()) if material.language else "",
        language_code=material.language,
        host="" if is_file else (urlsplit(material.address).hostname or "").removeprefix("www."),
        form=material.ending.upper(),
        size=_size(material) if is_file else "",
    )


def _size(material: Material) -> str:
    try:
        return filesizeformat(material.file.size)
    except FileNotFoundError:
        return ""


def materials_of(row: ReleasedSession) -> list[MaterialLine]:
    return material_lines(Material.objects.public().filter(session=row.pk))


def materials_by_session(edition: Edition) -> list[tuple[ReleasedSession, list[MaterialLine]]]:
    """The edition's sessions of which something is published, in the order of the programme."""
    published = (
        Material.objects.public().filter(session__edition=edition).order_by("session", "kind", "order", "pk")
    )
    lines = {pk: material_lines(group) for pk, group in groupby(published, key=lambda each: each.session_id)}
    return [(row, lines[row.pk]) for row in ReleasedSession.objects.of(edition) if row.pk in lines]


def material_counts(edition: Edition) -> dict[str, int]:
    """How many recordings, slides and documents are published, by kind; kinds without any are left out."""
    kinds = list(Material.objects.public().filter(session__edition=edition).values_list("kind", flat=True))
    return {kind: kinds.count(kind) for kind in Material.Kind.values if kind in kinds}
