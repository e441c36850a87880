"""Differences between two states of a session as lines an organiser reads: what it is, before, after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext_lazy

from efus_conference.models import Edition
from programme.actions import changed_fields
from programme.changelog import FIELD_NAMES
from programme.languages import language_list
from programme.models import Appearance, ReleasedSession, Speaker, Theme
from programme.models.releases import TEXTS
from programme.wording import at_venue

SHOWN = 300  # characters of a text
OF_A_NEW_ONE = ["during", "room", "speakers"]


@dataclass(frozen=True)
class FieldLine:
    name: str
    before: str
    after: str


class Names:
    """What stands behind the ids of released rows, read at once. For organisers: consent is no matter here."""

    def __init__(self, rows: Sequence[ReleasedSession], edition: Edition) -> None:
        self.edition = edition
        people = {one["speaker"] for row in rows for one in row.appearances}
        self.speakers = dict(Speaker.objects.filter(pk__in=people).values_list("pk", "name"))
        themes = {pk for row in rows for pk in row.theme_ids}
        self.themes = {theme.pk: theme.name for theme in Theme.objects.filter(pk__in=themes)}

    def value(self, name: str, row: ReleasedSession) -> str:
        if name == "during":
            end = row.ends_at.astimezone(self.edition.zone)
            return f"{self._moment(row.starts_at)}–{end:%H:%M}"
        if name in ("departs_at", "returns_at", "identity_by"):
            return self._moment(getattr(row, name))
        if name.endswith("_languages"):
            return language_list(getattr(row, name))
        if name == "wheelchair_places":
            return "" if row.wheelchair_places is None else str(row.wheelchair_places)
        values = {
            "room": str(row.room or ""),
            "status": str(row.get_status_display()),
            "kind": str(row.kind),
            "themes": ", ".join(self.themes.get(pk, "?") for pk in row.theme_ids),
            "speakers": ", ".join(self._person(one) for one in row.appearances),
        }
        return values[name]

    def _person(self, appearance: dict[str, object]) -> str:
        name = self.speakers.get(int(str(appearance["speaker"])), "?")
        role = str(appearance["role"])
        return name if role == Appearance.Role.SPEAKER else f"{name} ({Appearance.Role(role).label})"

    def _moment(self, moment: datetime | None) -> str:
        return "" if moment is None else str(capfirst(at_venue(moment, self.edition.zone)))


def field_lines(before: ReleasedSession | None, after: ReleasedSession, names: Names) -> list[FieldLine]:
    """Field by field, texts language by language; of a new session where and when it is and who speaks."""
    lines: list[FieldLine] = []
    for name in changed_fields(before, after) if before else OF_A_NEW_ONE:
        if name in TEXTS:
            lines += _text_lines(name, before, after)
            continue
        was, now = names.value(name, before) if before else "", names.value(name, after)
        if was or now:
            lines.append(FieldLine(label_of(name), was, now))
    return lines


def label_of(name: str) -> str:
    return str(capfirst(str(FIELD_NAMES.get(name, gettext_lazy("status")))))


def _text_lines(name: str, before: ReleasedSession | None, after: ReleasedSession) -> list[FieldLine]:
    lines = []
    for code, language in settings.LANGUAGES:
        was = before.texts.get(code, {}).get(name, "") if before else ""
        now = after.texts.get(code, {}).get(name, "")
        if was != now:
            shortened = (Truncator(text).chars(SHOWN) for text in (was, now))
            lines.append(FieldLine(f"{label_of(name)} ({language})", *shortened))
    return lines
