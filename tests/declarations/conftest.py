from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A request to /fr/ leaves its language with the thread; the next test begins in English again."""
    with translation.override("en"):
        yield
