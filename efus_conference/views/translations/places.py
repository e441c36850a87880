"""On which page each translated text of the site stands, and which texts lack a language.

A model with translated fields stands in `PLACES`, or a test fails.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Exists, Field, Model, OuterRef, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modeltranslation.translator import translator

from archive.models import PageVersion
from efus_conference.models import Edition

# The parts of the list, in its order: (key, name).
PARTS: list[tuple[str, Any]] = [
    ("edition", _("The edition and its figures")),
    ("page", _("Pages")),
    ("news", _("News")),
    ("programme", _("Rooms, venues, kinds and themes")),
    ("session", _("Sessions")),
    ("speaker", _("Speakers")),
    ("document", _("Documents and pictures")),
    ("registration", _("Registration: categories, questions, consents")),
    ("message", _("E-mails to participants")),
    ("declaration", _("Declarations")),
    ("organisation", _("Organisations and projects")),
]
NO_EDITION = "none"
EVERY_EDITION = "all"


@dataclass(frozen=True)
class Place:
    """Where the texts of a model stand; the paths are attributes joined by “__”, "" for none, "." for the row itself.

    `page` leads to the row whose page it is, `edition` to its edition, `parent` to the row on whose page in the admin
    it is edited where it has none of its own.
    """

    model: str
    part: str
    page: str = "."
    edition: str = ""
    parent: str = ""


PLACES = {
    place.model: place
    for place in [
        Place("efus_conference.Edition", "edition", edition="."),
        Place("archive.KeyFigure", "edition", page="edition", edition="edition"),
        Place("archive.EditionNote", "edition", page="edition", edition="edition"),
        Place("archive.Voice", "edition", page="edition", edition="edition"),
        Place("archive.Video", "edition", page="edition", edition="edition"),
        Place("archive.Partner", "edition", page="edition", edition="edition"),
        Place("archive.Page", "page", edition="edition"),
        Place(
            "archive.Block",
            "page",
            page="version__page",
            edition="version__page__edition",
            parent="version",
        ),
        Place("archive.NewsItem", "news", edition="edition"),
        Place("programme.Room", "programme", page="", edition="edition"),
        Place("programme.Venue", "programme", page="", edition="edition"),
        Place("programme.Release", "programme", page="", edition="edition"),
        Place("programme.SessionKind", "programme", page=""),
        Place("programme.Theme", "programme", page=""),
        Place("programme.Session", "session", edition="edition"),
        Place("programme.Appearance", "session", page="session", edition="session__edition"),
        Place("programme.Material", "session", page="session", edition="session__edition"),
        Place("programme.Speaker", "speaker", edition="appearances__session__edition"),
        Place("archive.Document", "document", page="", edition="edition"),
        Place("archive.Picture", "document", page=""),
        Place("registration.Category", "registration", page="", edition="edition"),
        Place("registration.Question", "registration", page="", edition="edition"),
        Place(
            "registration.QuestionChoice",
            "registration",
            page="",
            edition="question__edition",
            parent="question",
        ),
        Place("registration.ConsentText", "registration", page="", edition="edition"),
        Place("registration.Message", "message", edition="edition"),
        Place("declarations.Declaration", "declaration", edition="adopted_at_edition"),
        Place(
            "declarations.DeclarationPoint",
            "declaration",
            page="declaration",
            edition="declaration__adopted_at_edition",
            parent="declaration",
        ),
        Place("efus_conference.Project", "organisation"),
        Place("efus_conference.Organisation", "organisation", page=""),
    ]
}


@dataclass(frozen=True)
class Text:
    """One text in the language it is written in; `present` is what the language wanted has, "" where it is missing."""

    row: Model
    field: str
    source_language: str
    source: str
    language: str
    present: str

    @property
    def place(self) -> Place:
        return PLACES[self.row._meta.label]

    @property
    def column(self) -> str:
        return f"{self.field}_{self.language}"

    @property
    def reference(self) -> str:
        """What a sheet calls it by."""
        return f"{self.row._meta.label}:{self.row.pk}:{self.field}:{self.language}"

    @property
    def mark(self) -> str:
        """Another one as soon as the text that was translated is another."""
        return hashlib.sha256(f"{self.source_language}\n{self.source}".encode()).hexdigest()[:16]

    @property
    def name(self) -> str:
        """What the text is: “Session · Abstract”."""
        kind = capfirst(str(self.row._meta.verbose_name))
        return f"{kind} · {capfirst(str(column_of(self.row, self.field).verbose_name))}"


@dataclass
class PageOfTexts:
    """A page of the site, or a part of the list without pages of its own: its texts in one language."""

    part: str
    row: Model | None
    texts: int = 0
    missing: list[Text] = field(default_factory=list)


def column_of(row: Model, name: str) -> Field:
    found = row._meta.get_field(name)
    assert isinstance(found, Field)
    return found


def follow(row: Model, path: str) -> Any:
    """The row at the end of a path; the row itself for ".", None for "" and where the path ends before."""
    if path in ("", "."):
        return row if path else None
    found: Any = row
    for name in path.split("__"):
        found = getattr(found, name, None)
    return found


def languages_wanted() -> list[tuple[str, str]]:
    """Those that texts are translated into: all but the one that each text must have."""
    return [(code, name) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def text_of(row: Model, name: str, language: str) -> Text | None:
    """A field's text, from the first language that has it; None where no other language has."""
    for code in settings.MODELTRANSLATION_FALLBACK_LANGUAGES:
        if code != language and (source := getattr(row, f"{name}_{code}", None) or ""):
            return Text(row, name, code, source, language, getattr(row, f"{name}_{language}") or "")
    return None


def fields_of(model: type[Model]) -> list[str]:
    """The translated fields, in the order of the model's own."""
    translated = translator.get_options_for_model(model).fields
    return [each.name for each in model._meta.fields if each.name in translated]


def with_owners(place: Place) -> QuerySet[Any]:
    """All rows of a place, with those that its paths lead to."""
    rows = apps.get_model(place.model)._default_manager.order_by("pk")
    paths = [path for path in (place.page, place.parent, place.edition) if path not in ("", ".")]
    # A speaker has many editions.
    return rows if place.model == "programme.Speaker" or not paths else rows.select_related(*paths)


def rows_of(place: Place, edition: Edition | str) -> QuerySet[Any]:
    """The rows of one edition, of none (`NO_EDITION`) or all."""
    rows = with_owners(place)
    if place.model == "archive.Block":
        rows = rows.filter(version__in=_versions_to_translate())
    if edition == EVERY_EDITION:
        return rows
    if isinstance(edition, Edition):
        if not place.edition:
            return rows.none()
        wanted = {"pk": edition.pk} if place.edition == "." else {place.edition: edition}
        return rows.filter(**wanted).distinct()
    if place.edition == ".":
        return rows.none()
    return rows.filter(**{f"{place.edition}__isnull": True}) if place.edition else rows


def _versions_to_translate() -> QuerySet[PageVersion]:
    """Of each page the draft, or where there is none what it would be made from: the older ones are history."""
    better = PageVersion.objects.filter(page=OuterRef("page")).filter(
        Q(publishes_at=None)
        | Q(publishes_at__gt=OuterRef("publishes_at"))
        | Q(publishes_at=OuterRef("publishes_at"), number__gt=OuterRef("number"))
    )
    return PageVersion.objects.filter(Q(publishes_at=None) | ~Exists(better))


def texts(place: Place, edition: Edition | str, language: str) -> Iterator[Text]:
    """Those of a place that are written in some language, whether or not the one wanted has them."""
    names = fields_of(apps.get_model(place.model))
    for row in rows_of(place, edition):
        for name in names:
            if (text := text_of(row, name, language)) is not None:
                yield text
