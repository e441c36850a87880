from __future__ import annotations

import logging
import sys

import pytest

from efus_conference.logs import WithoutSecrets


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Not Found: /sign/4C1nAI-x_9/record/", "Not Found: /sign/•••/record/"),
        ("Not Found: /en/sign/4C1nAI-x_9", "Not Found: /en/sign/•••"),
        ("Method Not Allowed (PUT): /sign/receipt/4C1nAI/", "Method Not Allowed (PUT): /sign/receipt/•••/"),
        ("Method Not Allowed (PUT): /my/agenda/4C1nAI.ics", "Method Not Allowed (PUT): /my/agenda/•••.ics"),
        (
            "Not Found: /en/accounts/password/reset/key/3-abc/",
            "Not Found: /en/accounts/password/reset/key/•••/",
        ),
        ("Not Found: /en/editions/nice-2021/", "Not Found: /en/editions/nice-2021/"),
    ],
)
def test_the_log_masks_addresses_that_open_something(said: str, kept: str) -> None:
    status, path = said.rsplit(" ", 1)
    record = logging.LogRecord("django.request", logging.WARNING, __file__, 1, "%s %s", (status, path), None)
    WithoutSecrets().filter(record)
    assert record.getMessage() == kept


def test_the_log_masks_tracebacks_too() -> None:
    try:
        raise ValueError("/sign/4C1nAI-x_9")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    WithoutSecrets().filter(record)
    text = logging.Formatter().format(record)
    assert "/sign/•••" in text
    assert "4C1nAI" not in text
