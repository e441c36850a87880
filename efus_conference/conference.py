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
    language = (get_language() or "en")[:2]
    facts = _facts()
    contact = facts["press_contact"]
    return {
        "introduction": facts["introduction"][language],
        "audience": [group[language] for group in facts["audience"]],
        "press": {
            "name": contact["name"],
            "function": contact["function"][language],
            "phone": contact["phone"],
            "call": "tel:" + contact["phone"].replace(" ", ""),
        },
    }
