"""Codes to an office's registered mailbox: who types one in reads what is written there.

A link alone opens the text, also where it was forwarded. Whatever records, declines or withdraws asks for the proof
that a code gives, and a signed cookie keeps it for two hours, below `/sign/` alone.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from declarations.actions.refusals import Refusal
from declarations.models import Mailbox, MailboxCode
from efus_conference.mail import queue
from efus_conference.secret_links import is_used_up, is_within_limit

DIGITS = 6
VALID_FOR = timedelta(minutes=30)
# Wrong ones that end a code for the network address that typed them, and those that end it for all: a link that was
# forwarded to one place does not end the codes of the office in another.
MOST_WRONG_OF_ADDRESS = 5
MOST_WRONG = 10
PROOF_LASTS = timedelta(hours=2)
SECOND_CLICK = timedelta(seconds=15)  # within which a button was clicked twice, rather than asked twice
# By the mailbox, by who asks, and by both: from one address nobody uses up what the office itself may ask. Two can;
# what they had sent is good for the office too.
CODES_PER_HOUR = {"mailbox": 10, "address": 60, "both": 5}
COOKIE = "office"
COOKIE_PATH = "/sign/"
MOST_PROOFS = 6  # offices that one browser records for beside each other
_SALT = "declarations.mailbox_codes"
_WRONG, _USED = "declarations:code:wrong", "declarations:code:used"


class WrongCode(Refusal):
    message = _("This is not the code that was sent. Look at the mail again and type its six digits.")


class CodeOver(Refusal):
    message = _(
        "This code is over: it is older than half an hour, was used already, or was typed wrong too often. "
        "Have a new one sent."
    )


class TooManyCodes(Refusal):
    message = _("Too many codes were asked for. Use one that has arrived, or try again in an hour.")


@transaction.atomic
def send_code(*, mailbox: Mailbox, purpose: str, language: str, address: str) -> MailboxCode:
    """Queues the mail with a code of six digits; the code itself is made when the mail is.

    `address` is the asker's network address, for the limits. TooManyCodes when they are reached. A second click gets
    the code of the first.
    """
    # The lock makes two clicks follow each other.
    mailbox = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    just_sent = open_code(mailbox, purpose)
    if (
        just_sent
        and just_sent.made_at > timezone.now() - SECOND_CLICK
        and not _is_over_at(just_sent, address)
    ):
        return just_sent
    limits = {"both": f"{mailbox.pk} {address}", "address": address, "mailbox": str(mailbox.pk)}
    if not all(
        is_within_limit(f"declarations:code:{of}", who, per_hour=CODES_PER_HOUR[of])
        for of, who in limits.items()
    ):
        raise TooManyCodes
    code = MailboxCode.objects.create(
        mailbox=mailbox, purpose=purpose, language=language, expires_at=timezone.now() + VALID_FOR
    )
    queue("declarations/code", code_id=code.pk)
    return code


def new_digits(code: MailboxCode) -> str:
    """Makes the digits of a code and keeps their keyed hash alone; those made for it before are void."""
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    code.code_hash = _hash_of(code, digits)
    code.save(update_fields=["code_hash"])
    return digits


def open_code(mailbox: Mailbox, purpose: str) -> MailboxCode | None:
    """The latest code that can still be typed in, mailed or about to be."""
    return (
        MailboxCode.objects.filter(
            mailbox=mailbox,
            purpose=purpose,
            used_at=None,
            wrong__lt=MOST_WRONG,
            expires_at__gt=timezone.now(),
        )
        .order_by("-pk")
        .first()
    )


def prove(*, mailbox: Mailbox, purpose: str, typed: str, address: str = "") -> MailboxCode:
    """The code that was typed at this network address, used up by this.

    WrongCode for other digits, CodeOver where none is open: used, older than half an hour, or typed wrong five
    times at this address, or ten times at any. Several may be open when one mail was slow and another was asked
    for; a wrong one counts against each. The second click on the same button gets what the first one got.
    """
    digits = "".join(character for character in typed[:100] if character.isdecimal())
    with transaction.atomic():
        # The lock makes guesses follow each other: five at once are five.
        now = timezone.now()
        sent = (
            MailboxCode.objects.select_for_update()
            .filter(mailbox=mailbox, purpose=purpose, expires_at__gt=now)
            .filter(Q(used_at=None, wrong__lt=MOST_WRONG) | Q(used_at__gt=now - SECOND_CLICK))
            .exclude(code_hash="")
            .order_by("pk")
        )
        of_address = [code for code in sent if not _is_over_at(code, address)]
        still_open = [code for code in of_address if code.used_at is None]
        right = [code for code in of_address if constant_time_compare(code.code_hash, _hash_of(code, digits))]
        for code in right:
            used = f"{code.pk} {address}"
            if code.used_at is None:
                code.used_at = now
                code.save(update_fields=["used_at"])
                is_within_limit(_USED, used, per_hour=1)
            # A second click comes from where the first did.
            elif not is_used_up(_USED, used, per_hour=1):
                continue
            return code
        for code in still_open:
            code.wrong += 1
            code.save(update_fields=["wrong"])
            is_within_limit(_WRONG, f"{code.pk} {address}", per_hour=MOST_WRONG_OF_ADDRESS)
        left = [code for code in still_open if code.wrong < MOST_WRONG and not _is_over_at(code, address)]
    # Raised out of the transaction: the wrong one stays counted.
    raise WrongCode if left else CodeOver


def give_proof(response: HttpResponse, code: MailboxCode, *, beside: HttpRequest | None = None) -> None:
    """Lets the browser show for two hours that it typed the code; `beside` what the request showed already."""
    earlier = [pk for pk in _shown(beside) if pk != code.pk] if beside else []
    response.set_signed_cookie(
        COOKIE,
        ".".join(str(pk) for pk in [code.pk, *earlier][:MOST_PROOFS]),
        salt=_SALT,
        max_age=int(PROOF_LASTS.total_seconds()),
        path=COOKIE_PATH,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def proof_of(request: HttpRequest, mailbox: Mailbox, purpose: str) -> MailboxCode | None:
    """The code by which this browser proved within the last two hours that it reads the mailbox."""
    shown = _shown(request)
    if not shown:
        return None
    return (
        MailboxCode.objects.filter(
            pk__in=shown, mailbox=mailbox, purpose=purpose, used_at__gt=timezone.now() - PROOF_LASTS
        )
        .order_by("-used_at")
        .first()
    )


def proven_mailboxes(request: HttpRequest, purpose: str) -> list[int]:
    """The ids of all mailboxes that this browser proved within the last two hours to read."""
    shown = _shown(request)
    if not shown:
        return []
    codes = MailboxCode.objects.filter(
        pk__in=shown, purpose=purpose, used_at__gt=timezone.now() - PROOF_LASTS
    )
    return list(codes.values_list("mailbox", flat=True))


def _shown(request: HttpRequest) -> list[int]:
    try:
        value = request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=PROOF_LASTS)
    except signing.BadSignature:
        return []
    return [int(pk) for pk in (value or "").split(".") if pk]


def _is_over_at(code: MailboxCode, address: str) -> bool:
    return is_used_up(_WRONG, f"{code.pk} {address}", per_hour=MOST_WRONG_OF_ADDRESS)


def _hash_of(code: MailboxCode, digits: str) -> str:
    return salted_hmac(_SALT, f"{code.pk}:{digits}", algorithm="sha256").hexdigest()
