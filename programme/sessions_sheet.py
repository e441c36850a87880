"""The released programme as a sheet: a session a row, what is translated in a column per language."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse

from efus_conference.exports import safe_cell
from efus_conference.mail import site_address
from efus_conference.models import Edition
from programme.models import ReleasedSession, Theme
from programme.models.releases import TEXTS
from programme.people import shown_speakers

LANGUAGES = [code for code, _name in settings.LANGUAGES]
BETWEEN = "; "  # several values in one cell


def sessions_sheet(edition: Edition) -> bytes:
    """CSV (RFC 4180) in UTF-8, in three queries; cancelled sessions are in it, and say so.

    The columns keep their names in every language, and a text that is not translated is empty there. Moments
    are at the venue, with their offset. Addresses are those of the reader's language.
    """
    rows = list(ReleasedSession.objects.of(edition))
    themes = Theme.objects.in_bulk({theme for row in rows for theme in row.theme_ids})
    names = {speaker.pk: speaker.name for speaker in shown_speakers(rows)}
    page = site_address(reverse("programme:session", args=[edition.slug, "000000"]))
    # Spreadsheet programs take a file for UTF-8 when it begins with this mark.
    sheet = io.StringIO("\ufeff")
    sheet.seek(0, io.SEEK_END)
    writer = csv.DictWriter(sheet, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        cells = _cells(row, edition, themes, names, page)
        writer.writerow({name: safe_cell(value) for name, value in cells.items()})
    return sheet.getvalue().encode()


def _per_language(name: str) -> list[str]:
    return [f"{name}_{code}" for code in LANGUAGES]


COLUMNS = [
    "code", "guid", "status", "starts_at", "ends_at", "kind", *_per_language("kind"),
    "room", *_per_language("room"), *(column for text in TEXTS for column in _per_language(text)),
    "floor_languages", "interpretation_languages", "caption_languages", "themes", *_per_language("themes"),
    "speakers", "departs_at", "returns_at", "wheelchair_places", "url",
]  # fmt: skip


def _cells(
    row: ReleasedSession,
    edition: Edition,
    themes: Mapping[int, Theme],
    names: Mapping[int, str],
    page: str,
) -> dict[str, Any]:
    its_themes = sorted(
        (themes[key] for key in row.theme_ids if key in themes), key=lambda theme: str(theme.slug)
    )
    speakers = dict.fromkeys(one["speaker"] for one in row.appearances)
    moments = {
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "departs_at": row.departs_at,
        "returns_at": row.returns_at,
    }
    cells: dict[str, Any] = {
        "code": row.session.code,
        "guid": str(row.session.guid),
        "status": row.status,
        "kind": row.kind.slug,
        "room": row.room.slug if row.room else "",
        "floor_languages": BETWEEN.join(row.floor_languages),
        "interpretation_languages": BETWEEN.join(row.interpretation_languages),
        "caption_languages": BETWEEN.join(row.caption_languages),
        "themes": BETWEEN.join(theme.slug for theme in its_themes),
        "speakers": BETWEEN.join(names[key] for key in speakers if key in names),
        "wheelchair_places": row.wheelchair_places,
        "url": page.replace("000000", row.session.code),
    }
    for name, moment in moments.items():
        cells[name] = moment.astimezone(edition.zone).isoformat(timespec="seconds") if moment else ""
    for code in LANGUAGES:
        cells[f"kind_{code}"] = _translated(row.kind, "name", code)
        cells[f"room_{code}"] = _translated(row.room, "name", code)
        cells[f"themes_{code}"] = BETWEEN.join(
            filter(None, (_translated(theme, "name", code) for theme in its_themes))
        )
        for text in TEXTS:
            cells[f"{text}_{code}"] = row.texts.get(code, {}).get(text, "")
    return cells


def _translated(thing: object, name: str, code: str) -> str:
    return getattr(thing, f"{name}_{code}", None) or ""
