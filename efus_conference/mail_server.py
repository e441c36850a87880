"""Hands mails to the mail server, many over one connection: a digest for everyone is 800 of them."""

from __future__ import annotations

import threading
import time
from smtplib import SMTPServerDisconnected

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend

# A server closes what is idle, and says so only when one writes: after so many seconds, a new connection.
LONGEST_PAUSE = 5
MOST_OVER_ONE = 100  # mails


class _Kept(threading.local):
    connection: EmailBackend | None = None
    sent = 0
    used_at = 0.0


_kept = _Kept()


def deliver(message: EmailMessage) -> None:
    """Raises what the server refuses. Other backends than SMTP's keep nothing open."""
    fresh = get_connection()
    if not isinstance(fresh, EmailBackend):
        fresh.send_messages([message])
        return
    connection = _open_one(fresh)
    try:
        connection.send_messages([message])
    except SMTPServerDisconnected:
        _close()
        if connection is fresh:
            raise
        # The one that was kept had gone meanwhile.
        connection = _open_one(fresh)
        connection.send_messages([message])
    except BaseException:
        _close()
        raise
    _kept.sent, _kept.used_at = _kept.sent + 1, time.monotonic()


def _open_one(fresh: EmailBackend) -> EmailBackend:
    kept = _kept.connection
    is_usable = (
        kept is not None
        and (kept.host, kept.port) == (fresh.host, fresh.port)
        and _kept.sent < MOST_OVER_ONE
        and time.monotonic() - _kept.used_at < LONGEST_PAUSE
    )
    if kept is not None and is_usable:
        return kept
    _close()
    fresh.open()
    _kept.connection, _kept.sent = fresh, 0
    return fresh


def _close() -> None:
    if _kept.connection is not None:
        _kept.connection.close()
        _kept.connection = None
