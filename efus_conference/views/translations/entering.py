"""Translations that came back in a sheet: which may be entered, and entering them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, models, transaction
from django.utils.translation import gettext as _

from archive.links import check_links_of
from efus_conference.models import User
from efus_conference.rich_text import tidied
from efus_conference.views.translations.drafts import Drafts, is_public
from efus_conference.views.translations.places import (
    PLACES,
    Text,
    column_of,
    fields_of,
    follow,
    text_of,
    with_owners,
)
from efus_conference.views.translations.rights import Rights
from efus_conference.views.translations.sheets import Line
from efus_conference.writing import only_line_breaks, without_control_characters

# Texts in Markdown, as their forms take them.
RICH = {("archive.Block", "text"), ("archive.NewsItem", "text")}
LONGEST_KEY = 18  # digits


@dataclass(frozen=True)
class Entry:
    """A translation that may be entered."""

    line: Line
    text: Text
    translation: str

    @property
    def page(self) -> str:
        owner = follow(self.text.row, self.text.place.page or ".")
        return str(owner)


@dataclass
class Read:
    """A sheet as it was understood: what may be entered, what is there already, and what not, each with a sentence."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[tuple[Line, str]] = field(default_factory=list)
    empty: int = 0
    there: int = 0


def read(lines: Sequence[Line], rights: Rights, *, for_update: bool = False) -> Read:
    """Compares a sheet with the texts as they are now; `for_update` holds their rows until the transaction ends."""
    result = Read()
    rows = _rows(lines, for_update=for_update)
    seen: set[str] = set()
    for line in lines:
        if not line.translation:
            result.empty += 1
            continue
        try:
            entry = _entry(line, rows, rights)
            if entry is not None and line.reference in seen:
                raise ValidationError(_("This text stands in the sheet twice; the first one counts."))
        except ValidationError as problem:
            result.problems.append((line, " ".join(problem.messages)))
            continue
        seen.add(line.reference)
        if entry is None:
            result.there += 1
        else:
            result.entries.append(entry)
    return result


def enter(lines: Sequence[Line], rights: Rights, *, by: User) -> Read:
    """Enters what may be entered, row by row: one that the database refuses leaves the others as they are."""
    with transaction.atomic():
        result = read(lines, rights, for_update=True)
        by_row: defaultdict[tuple[str, object], list[Entry]] = defaultdict(list)
        drafts = Drafts(by)
        for entry in result.entries:
            text = drafts.text_in(entry.text) if is_public(entry.text) else entry.text
            if text is None:
                result.problems.append(
                    (entry.line, _("The page has a draft by now that says something else."))
                )
            else:
                by_row[text.row._meta.label, text.row.pk].append(replace(entry, text=text))
        result.entries = []
        for entries in by_row.values():
            row = entries[0].text.row
            try:
                with transaction.atomic():
                    for entry in entries:
                        setattr(row, entry.text.column, entry.translation)
                    row.save()
                    rights.log(row, [entry.text.column for entry in entries])
            except DatabaseError:  # a trigger: agreed, answered, signed or published words stand
                sentence = _("This text is fixed by now, in all its languages, and was left as it is.")
                result.problems += [(entry.line, sentence) for entry in entries]
            else:
                result.entries += entries
        drafts.discard_those_without(entry.text for entry in result.entries)
    return result


def _parsed(reference: str) -> tuple[str, int, str, str] | None:
    """(model, key, field, language), or None for what this site never wrote."""
    parts = reference.split(":")
    if len(parts) != 4:
        return None
    label, key, name, language = parts
    if label not in PLACES or not (key.isascii() and key.isdecimal() and len(key) <= LONGEST_KEY):
        return None
    if language not in dict(settings.LANGUAGES) or name not in fields_of(apps.get_model(label)):
        return None
    return label, int(key), name, language


def _rows(lines: Sequence[Line], *, for_update: bool) -> dict[tuple[str, int], models.Model]:
    """The rows that a sheet speaks of: one query for each model, locked in the order of their keys."""
    keys: defaultdict[str, set[int]] = defaultdict(set)
    for line in lines:
        if line.translation and (parsed := _parsed(line.reference)) is not None:
            keys[parsed[0]].add(parsed[1])
    found: dict[tuple[str, int], models.Model] = {}
    for label in sorted(keys):
        rows = with_owners(PLACES[label]).filter(pk__in=keys[label])
        if for_update:
            rows = rows.select_for_update(of=("self",))
        found |= {(label, row.pk): row for row in rows}
    return found


def _entry(line: Line, rows: dict[tuple[str, int], models.Model], rights: Rights) -> Entry | None:
    """None where the translation is there already. Raises ValidationError with the sentence to show."""
    parsed = _parsed(line.reference)
    if parsed is None:
        raise ValidationError(_("The reference of this row was changed, so its text is not known."))
    label, key, name, language = parsed
    row = rows.get((label, key))
    if row is None or not rights.may_read(PLACES[label]):
        raise ValidationError(_("This text is there no more."))
    text = text_of(row, name, language)
    if text is None or text.mark != line.mark:
        raise ValidationError(
            _("The text was changed since the sheet was made: take a new sheet for this one.")
        )
    translation = written(line.translation, column_of(row, name))
    if text.present == translation:
        return None
    if text.present:
        raise ValidationError(_("Somebody entered another translation meanwhile, and that one stays."))
    if not rights.may_write(row, text.column):
        raise ValidationError(_("You may not change this text, or it is fixed by now."))
    check(row, text.column, translation)
    return Entry(line, text, translation)


def written(translation: str, column: models.Field) -> str:
    """As a field takes it: what Word made of it tidied, and without line breaks where the text has one line."""
    text = tidied(translation.replace("\r\n", "\n").replace("_x000D_", ""))
    return text.strip() if isinstance(column, models.TextField) else " ".join(text.split())


def check(row: models.Model, column: str, translation: str) -> None:
    """What the field in the admin would refuse. Raises ValidationError."""
    target = column_of(row, column)
    if isinstance(target, models.TextField):
        only_line_breaks(translation)
    else:
        without_control_characters(translation)
    if "\0" in translation:
        raise ValidationError(
            _("This has a character that cannot be printed. Type it again instead of pasting it.")
        )
    if (row._meta.label, column.rpartition("_")[0]) in RICH:
        check_links_of(translation)
    target.clean(translation, row)
