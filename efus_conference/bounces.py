"""Mails that come back: the address of return carries the mail's id, and a report sent there is read.

The reports are those of RFC 3464 (multipart/report with a message/delivery-status), their codes those of RFC 3463.
The id stands beside a code made with the site's key, so that nobody can report what was never sent to them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses, parseaddr

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from efus_conference.models import Mail

CODE_LENGTH = 16  # hexadecimal digits: 64 bits
RETURN = re.compile(rf"\+(?P<id>[0-9]{{1,18}})-(?P<code>[0-9a-f]{{{CODE_LENGTH}}})@", re.IGNORECASE)
STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
# Where a mail server writes down to whom it delivers a report.
RECIPIENT_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
LONGEST_DIAGNOSTIC = 1000  # characters


class NotAReport(Exception):  # noqa: N818 - no error: an answer
    """Something else than a delivery report: somebody's automatic answer, or rubbish."""


class NotOurs(Exception):  # noqa: N818
    """Sent to an address that no mail of ours carries."""


@dataclass(frozen=True)
class Outcome:
    """What a report says of one mail; `bounce` is "" when it was delivered after all."""

    bounce: str
    status: str
    diagnostic: str


def return_address(mail_id: int) -> str:
    """“conference+7-0123456789abcdef@example.org”: where a mail server reports that it could not deliver."""
    local, _at, domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")
    return f"{local}+{mail_id}-{_code(mail_id)}@{domain}"


def record_bounce(content: bytes, *, recipient: str = "") -> Mail | None:
    """Records on its mail what a report says, and returns it.

    None when there is nothing to record: it tells of a delivery, or the mail's copy is kept no longer. A delay never
    overwrites a failure. `recipient` is the address the report was sent to, when the mail server tells. Raises
    NotOurs, NotAReport.
    """
    try:
        message = message_from_bytes(content)
        mail_id = _mail_id(message, recipient)
        outcome = _outcome(message)
    except RecursionError:  # parts within parts, deeper than any mail server writes
        raise NotAReport
    if not outcome.bounce:
        return None
    with transaction.atomic():
        mail = Mail.objects.select_for_update(no_key=True).filter(pk=mail_id).first()
        if mail is None:
            return None
        if not mail.is_failed:
            mail.bounce, mail.bounced_at = outcome.bounce, timezone.now()
            mail.bounce_status, mail.bounce_diagnostic = outcome.status, outcome.diagnostic
            mail.save(update_fields=["bounce", "bounced_at", "bounce_status", "bounce_diagnostic"])
        return mail


def _code(mail_id: int) -> str:
    return salted_hmac("mail.return", str(mail_id), algorithm="sha256").hexdigest()[:CODE_LENGTH]


def _mail_id(message: Message, recipient: str) -> int:
    written = [str(value) for name in RECIPIENT_HEADERS for value in message.get_all(name, [])]
    for _name, address in [("", recipient), *getaddresses(written)]:
        found = RETURN.search(address)
        if found and constant_time_compare(found["code"].lower(), _code(int(found["id"]))):
            return int(found["id"])
    raise NotOurs


def _outcome(message: Message) -> Outcome:
    """The gravest of what the report says of its recipients; ours have one each."""
    if message.get_content_type() != "multipart/report":
        raise NotAReport
    parts = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    blocks = [block for part in parts for block in _blocks(part)]
    outcomes = [outcome for block in blocks if (outcome := _of_recipient(block)) is not None]
    if not outcomes:
        raise NotAReport
    graveness = [Mail.Bounce.FAILED, Mail.Bounce.DELAYED, ""]
    return min(outcomes, key=lambda one: graveness.index(one.bounce))


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _of_recipient(block: Message) -> Outcome | None:
    """None for the fields that tell of the whole message."""
    if block.get("Final-Recipient") is None and block.get("Original-Recipient") is None:
        return None
    diagnostic = _plain(block.get("Diagnostic-Code"))
    codes = STATUS.findall(f"{_plain(block.get('Status'))} {diagnostic}")
    status = codes[0] if codes else ""
    action = _plain(block.get("Action")).lower()
    if action not in ("failed", "delayed", "delivered", "relayed", "expanded"):
        action = {"5": "failed", "4": "delayed", "2": "delivered"}.get(status[:1], "")
    if not action:
        return None
    bounce = {"failed": Mail.Bounce.FAILED.value, "delayed": Mail.Bounce.DELAYED.value}.get(action, "")
    return Outcome(bounce, status or ("5.0.0" if bounce == Mail.Bounce.FAILED else "4.0.0"), diagnostic)


def _plain(value: object) -> str:
    """One line without anything that cannot be kept or shown."""
    words = " ".join(str(value or "").split())
    return "".join(character for character in words if character.isprintable())[:LONGEST_DIAGNOSTIC]
