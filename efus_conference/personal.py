"""What the ground keeps of one account, as its person takes it away; the apps have a `personal` of their own.

`data_of(user)` is made of texts, numbers and lists that JSON can hold: moments in UTC and days as ISO 8601 writes
them. `files_of(user)` are the files that the data names by their paths. Nothing in either opens anything: no
password, token, code or hash; and nothing is of anybody else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import reduce
from operator import or_
from pathlib import PurePath
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.db.models import Q
from django.db.models.fields.files import FieldFile

from efus_conference.models import Mail, User

Data = dict[str, Any]

# Most file systems take names of 255 bytes, and folders come before them.
LONGEST_NAME = 120  # bytes
# Control and format characters (those that turn the direction of writing too), and what some systems refuse.
NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*]')


@dataclass(frozen=True)
class PersonalFile:
    """One file: where it lies in what is taken away, and where we keep it."""

    path: str
    stored: FieldFile


def moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None


def day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def file_name(wanted: str, stored: str) -> str:
    """The name its owner knows a file by, in any alphabet, as every system can save it; the ending is ours."""
    ending = PurePath(stored).suffix.lower()
    name = unicodedata.normalize("NFC", wanted)
    if ending and name.lower().endswith(ending):
        name = name[: -len(ending)]
    name = "".join(each for each in name if unicodedata.category(each)[0] != "C")
    name = NOT_IN_NAMES.sub("-", name)
    short = name.encode()[: LONGEST_NAME - len(ending.encode())].decode(errors="ignore").strip(" .")
    return f"{short or 'file'}{ending}"


def addresses_of(user: User) -> list[str]:
    """The addresses that are proved to be theirs, in lower case."""
    proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return sorted({address.lower() for address in proved})


def data_of(user: User) -> Data:
    """The account itself."""
    return {
        "number": user.pk,
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "organisation": str(user.organisation or ""),
        "is_organiser": user.is_staff,
        "groups": list(user.groups.order_by("name").values_list("name", flat=True)),
        "joined_at": moment(user.date_joined),
        "logged_in_at": moment(user.last_login),
        "addresses": [
            {"email": row.email, "is_proved": row.verified, "is_first": row.primary}
            for row in EmailAddress.objects.filter(user=user).order_by("pk")
        ],
        # What they are, never what they hold.
        "second_factors": [
            {"kind": row.type, "made_at": moment(row.created_at), "used_at": moment(row.last_used_at)}
            for row in Authenticator.objects.filter(user=user).order_by("pk")
        ],
        # Of an organiser; what was worked on is named after other people, so only its kind is told.
        "work_in_the_admin": [
            {
                "at": moment(row.action_time),
                "what": {1: "added", 2: "changed", 3: "deleted"}.get(row.action_flag, ""),
                "kind": row.content_type.model if row.content_type else "",
            }
            for row in LogEntry.objects.filter(user=user)
            .select_related("content_type")
            .order_by("action_time", "pk")
        ],
    }


def mails_of(user: User, *, about: Sequence[dict[str, int]], theirs: Iterable[str] = ()) -> list[Data]:
    """The kept copies of what was sent to them, or about these rows: `about=[{"registration_id": 7}]`.

    Links and codes in them are masked since they were sent. An address is told where it is one of `theirs` or the
    account's own: a mail about them may have gone to whoever kept their registration before.
    """
    own = addresses_of(user)
    known = {*own, *(address.lower() for address in theirs)}
    wanted = [Q(user=user), *(Q(to__iexact=address) for address in own)]
    wanted += [Q(subject_ids__contains=ids) for ids in about]
    return [
        {
            "sent_at": moment(mail.sent_at),
            "kind": mail.kind,
            "to": mail.to if mail.to.lower() in known else "",
            "language": mail.language,
            "subject": mail.subject,
            "text": mail.text,
            "not_delivered": mail.bounce,
        }
        for mail in Mail.objects.filter(reduce(or_, wanted)).order_by("sent_at", "pk")
    ]
