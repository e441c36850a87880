from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def organisers_first_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    return context
