"""What is true of every edition: why it exists, for whom, and whom the press calls."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

FILE = Path(__file__).parent / "content" / "conference.json"


@cache
def _facts() -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return facts


def about() -> dict[str, Any]:
    """`introduction`, `audience` (a list) and `press` (name, function, phone) in the reader's language."""
    facts = _facts()
    contact = facts["press_contact"]
    return {
        "introduction": _in_reader_s_language(facts["introduction"]),
        "audience": [_in_reader_s_language(group) for group in facts["audience"]],
        "press": {
            "name": contact["name"],
            "function": _in_reader_s_language(contact["function"]),
            "phone": contact["phone"],
            "call": "tel:" + contact["phone"].replace(" ", ""),
        },
    }


def _in_reader_s_language(texts: dict[str, str]) -> str:
    return texts.get((get_language() or "en")[:2]) or texts["en"]
