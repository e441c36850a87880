from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings

FOLDER = Path(__file__).resolve().parents[2] / "content"

Record = dict[str, Any]
Text = dict[str, str]


def records(name: str) -> list[Record]:
    """The records of one file of the content, each with a key of its own that never changes."""
    found: list[Record] = _read(name)
    return found


def record(name: str) -> Record:
    """The one record of a file of the content."""
    found: Record = _read(name)
    return found


def _read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def translated(field: str, text: Text | None) -> dict[str, str]:
    """A text as the values of a translated field: {"en": "Nice"} gives {"name_en": "Nice", "name_fr": "", …}."""
    text = text or {}
    return {f"{field}_{language}": text.get(language, "") for language, _name in settings.LANGUAGES}
