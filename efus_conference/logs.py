"""What the log must never hold: addresses that open something by themselves, and pages of text for a refusal."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus

SECRET = re.compile(
    r"(?P<before>/sign/(?:receipt/)?|/speak/|/my/agenda/(?:shared/)?|/my/join/|/my/tickets/|/desk/enter/|/check/|/password/reset/key/|/confirm-email/)(?!receipt/)[^/\s'\"<>?#.]+"
)


def masked(text: str) -> str:
    """The text with the tokens of such addresses taken out."""
    return SECRET.sub(r"\g<before>•••", text)


class WithoutSecrets(logging.Filter):
    """Masks tokens in a record, its traceback included, whoever logs it and for whatever reason."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = masked(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = masked(record.exc_text)
        return True


class RefusalsInOneLine(logging.Filter):
    """A refused request (4xx) is a line: a traceback tells of a mistake of ours, or anyone could fill the log.

    A page that answers 409 did its work, and said who came too late for a seat: in the hour in which booking opens
    these are most answers, so they are no lines at all.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", 0)
        if status == HTTPStatus.CONFLICT and record.levelno <= logging.WARNING:
            return False
        if 400 <= status < 500:
            record.exc_info = record.exc_text = None
        return True
