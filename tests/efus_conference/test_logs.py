from __future__ import annotations

import io
import logging
import sys

import pytest
from django.test import Client

from efus_conference.logs import WithoutSecrets
from tests import factories


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Not Found: /sign/4C1nAI-x_9/record/", "Not Found: /sign/•••/record/"),
        ("Not Found: /en/sign/4C1nAI-x_9", "Not Found: /en/sign/•••"),
        ("Method Not Allowed (PUT): /sign/receipt/4C1nAI/", "Method Not Allowed (PUT): /sign/receipt/•••/"),
        ("Method Not Allowed (PUT): /my/agenda/4C1nAI.ics", "Method Not Allowed (PUT): /my/agenda/•••.ics"),
        ("Not Found: /en/my/agenda/shared/4C1nAI-x_9/", "Not Found: /en/my/agenda/shared/•••/"),
        (
            "Not Found: /en/accounts/password/reset/key/3-abc/",
            "Not Found: /en/accounts/password/reset/key/•••/",
        ),
        ("Gone: /en/my/tickets/7QK2M9XD4T/renew/", "Gone: /en/my/tickets/•••/renew/"),
        ("Not Found: /fr/my/tickets/7QK2M9XD4T.pdf", "Not Found: /fr/my/tickets/•••.pdf"),
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


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the site's own handler writes, as the settings made it."""
    written = io.StringIO()
    ours = [handler for handler in logging.getLogger().handlers if handler.name == "console"]
    assert len(ours) == 1
    monkeypatch.setattr(ours[0], "stream", written)
    return written


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/en/editions/?q=%00", "/admin/efus_conference/mail/?user__password__startswith=a"]
)
def test_a_refused_request_is_a_line_without_a_traceback(
    client: Client, console: io.StringIO, address: str
) -> None:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    assert client.get(address).status_code == 400
    lines = console.getvalue().splitlines()
    assert lines
    assert [line for line in lines if " django." not in line] == []


def test_a_mistake_of_ours_keeps_its_traceback(console: io.StringIO) -> None:
    for status, is_told in ((500, True), (403, False)):
        try:
            raise ValueError(f"Fault {status}")
        except ValueError:
            logging.getLogger("django.request").exception("Said", extra={"status_code": status})
        assert (f"ValueError: Fault {status}" in console.getvalue()) is is_told


def test_who_comes_too_late_for_a_seat_is_no_line(console: io.StringIO) -> None:
    log = logging.getLogger("django.request")
    for status in (409, 404):
        log.warning("Said %s", status, extra={"status_code": status})
    log.error("Failed", extra={"status_code": 409})
    assert ["Said 409" in console.getvalue(), "Said 404" in console.getvalue()] == [False, True]
    assert "Failed" in console.getvalue()
