"""Rooms, kinds of session and themes by the names that a file gives them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Max, Model
from django.utils.text import slugify
from django.utils.translation import gettext as _

from efus_conference.models import Edition
from programme.imports.refusals import ScheduleRefused
from programme.imports.reports import Report
from programme.models import Room, SessionKind, Theme

LANGUAGES = [code for code, _name in settings.LANGUAGES]
Row = TypeVar("Row", Room, SessionKind, Theme)


class Names(Generic[Row]):
    """The rows of one model, found by an address or by a name in any language; made where that is wanted."""

    def __init__(
        self,
        rows: Iterable[Row],
        *,
        slugs: Mapping[str, str],
        language: str,
        report: Report,
        make: Callable[[str, str], Row] | None,
        missing: str,
    ) -> None:
        """`slugs` are the file's own addresses by name; `make` takes a name and an address that is free;
        `missing` is the sentence about what is not there, with %(name)s in it."""
        self._slugs = slugs
        self._language = language
        self._report = report
        self._make: Callable[[str, str], Row] | None = make
        self._missing = missing
        self._by_slug: dict[str, Row] = {}
        self._by_name: dict[str, Row] = {}
        for row in rows:
            self._add(row)

    def find(self, name: str) -> Row | None:
        """The row, or None where there is none of that name and none is made; the report says so."""
        row = self.known(name)
        if row is None and self._make is not None:
            row = self._make(name, self._free_slug(name))
            self._add(row)
            self._report.made.setdefault(f"{row._meta.verbose_name}: {name}")
        if row is None:
            self._report.not_placed.setdefault(self._missing % {"name": name})
        elif self._make is not None:
            self._name(row, name)
        return row

    def known(self, name: str) -> Row | None:
        slug = self._slugs.get(name, "")
        return self._by_slug.get(slug) or self._by_name.get(key_of(name)) or self._by_slug.get(slugify(name))

    def learn(self, name: str, row: Row) -> None:
        """That a name of the file is this row's."""
        self._by_name.setdefault(key_of(name), row)

    def _name(self, row: Row, name: str) -> None:
        """Gives a row the name that the file has for it in its language, where it has none yet."""
        field = f"name_{self._language}"
        if not getattr(row, field) and name not in (row.name, row.slug):
            setattr(row, field, name)
            checked(row)
            row.save()
            self._report.made.setdefault(f"{row._meta.verbose_name}: {row.slug} → {name}")

    def _add(self, row: Row) -> None:
        self._by_slug[row.slug] = row
        for code in LANGUAGES:
            if name := getattr(row, f"name_{code}"):
                self._by_name.setdefault(key_of(name), row)

    def _free_slug(self, name: str) -> str:
        wanted = self._slugs.get(name) or slugify(name) or "unnamed"
        return free_slug(wanted, self._by_slug)


def key_of(name: str) -> str:
    """What is compared of a name: case and spaces say nothing."""
    return " ".join(name.casefold().split())


def free_slug(wanted: str, taken: Iterable[str], longest: int = 40) -> str:
    taken, number = set(taken), 1
    base = wanted[:longest].strip("-")
    slug = base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def checked(row: Model) -> None:
    """Refuses a row whose columns would not hold it, in a sentence."""
    # English is what the forms ask for; a file may be in another language first.
    others = [field.name for field in row._meta.fields if field.is_relation or field.name.endswith("_en")]
    try:
        row.clean_fields(exclude=others)
        for field in row._meta.concrete_fields:
            if field.name.endswith("_en") and (value := getattr(row, field.attname)):
                field.run_validators(value)
    except ValidationError as error:
        raise ScheduleRefused(
            f"{row._meta.verbose_name} “{str(row)[:80]}”: {' '.join(error.messages)}"
        ) from None


def rooms_of(edition: Edition, **options: Any) -> Names[Room]:
    rows = list(Room.objects.filter(edition=edition))
    make = options.pop("make_missing")
    language = options["language"]

    def room(name: str, slug: str) -> Room:
        last = Room.objects.filter(edition=edition).aggregate(last=Max("order"))["last"] or 0
        made = Room(edition=edition, slug=slug, order=last + 10, **{f"name_{language}": name})
        checked(made)
        made.save()
        return made

    missing = _("the room “%(name)s”: there is none of that name, so its sessions have no room")
    return Names(rows, make=room if make else None, missing=missing, **options)


def kinds(**options: Any) -> Names[SessionKind]:
    rows = list(SessionKind.objects.all())
    make = options.pop("make_missing")
    language = options["language"]

    def kind(name: str, slug: str) -> SessionKind:
        last = SessionKind.objects.aggregate(last=Max("order"))["last"] or 0
        made = SessionKind(slug=slug, order=last + 10, **{f"name_{language}": name})
        checked(made)
        made.save()
        return made

    missing = _("the kind “%(name)s”: there is none of that name, so no session of it was made")
    return Names(rows, slugs={}, make=kind if make else None, missing=missing, **options)


def themes(**options: Any) -> Names[Theme]:
    rows = list(Theme.objects.all())
    make = options.pop("make_missing")
    language = options["language"]

    def theme(name: str, slug: str) -> Theme:
        made = Theme(slug=slug, **{f"name_{language}": name})
        checked(made)
        made.save()
        return made

    missing = _("the theme “%(name)s”: there is none of that name, so its sessions go without")
    return Names(rows, make=theme if make else None, missing=missing, **options)


def same_by_their_sessions(
    names: Names[Row], by_name: Mapping[str, Iterable[Row | None]], language: str
) -> None:
    """Learns names in another language of what is here: those whose sessions all have one room or theme now.

    So the second and third language of a programme find what the first one made, in a format without addresses.
    """
    owners: defaultdict[int, set[str]] = defaultdict(set)
    found: dict[str, Row] = {}
    for name, rows in by_name.items():
        distinct = {row.pk: row for row in rows if row is not None}
        if names.known(name) is None and len(distinct) == 1 and None not in list(rows):
            [row] = distinct.values()
            if not getattr(row, f"name_{language}"):
                found[name] = row
                owners[row.pk].add(name)
    for name, row in found.items():
        if len(owners[row.pk]) == 1:
            names.learn(name, row)
