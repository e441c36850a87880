"""Finding a person in words that others wrote: by full names and addresses, in columns, sessions and files."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast

MASK = "•••"
# A name of one word, or a very short one, is many people's: by it nobody is found.
SHORTEST = 5
# People choose their names: one that stands in more rows of a table than this is a phrase of ours.
MOST = 1000


@dataclass(frozen=True)
class Traces:
    """The full names and the e-mail addresses of one person, by which texts of others speak of them."""

    names: frozenset[str]
    addresses: frozenset[str]

    @classmethod
    def of(cls, *, names: Iterable[str], addresses: Iterable[str]) -> Traces:
        whole = (" ".join(name.split()) for name in names)
        return cls(
            frozenset(name for name in whole if " " in name and len(name) >= SHORTEST),
            frozenset(address.strip().lower() for address in addresses if "@" in address),
        )

    def __bool__(self) -> bool:
        return bool(self.names or self.addresses)

    @cached_property
    def pattern(self) -> str:
        """A regular expression that Python and PostgreSQL read alike; to be used without regard to case."""
        # The longest first: of “anna.li@…” and “li@…” the whole one is taken.
        names = [
            r"[[:space:]]+".join(re.escape(word) for word in name.split())
            for name in sorted(self.names, key=len, reverse=True)
        ]
        addresses = [re.escape(one) for one in sorted(self.addresses, key=len, reverse=True)]
        return rf"(?<![[:alnum:]])(?:{'|'.join([*addresses, *names])})(?![[:alnum:]])"

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        pattern = self.pattern.replace("[[:space:]]", r"\s").replace("[[:alnum:]]", r"[^\W_]")
        return re.compile(pattern, re.IGNORECASE)

    def are_in(self, text: str) -> bool:
        return bool(self) and self._expression.search(text) is not None

    def masked(self, text: str) -> str:
        return self._expression.sub(MASK, text) if self else text


def both_ways(given: str, family: str) -> list[str]:
    """A name as people write it: “Ada Example”, “Example Ada”, “Example, Ada”."""
    if not (given.strip() and family.strip()):
        return []
    return [f"{given} {family}", f"{family} {given}", f"{family}, {given}"]


def raw(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The columns by their own names: a translated field has one of its own beside those of the languages."""
    return rows.rewrite(False) if hasattr(rows, "rewrite") else rows


def in_columns(field: str) -> list[str]:
    """The columns of a translated field."""
    return [field, *(f"{field}_{code}" for code, _name in settings.LANGUAGES)]


def mask(rows: QuerySet[Any], *fields: str, traces: Traces) -> int:
    """Takes names and addresses out of texts that others wrote, and leaves the rest as it is; how many rows."""
    rows, count = raw(rows), 0
    for field in fields if traces else ():
        replaced = Func(
            F(field),
            Value(traces.pattern),
            Value(MASK),
            Value("gi"),
            function="regexp_replace",
            output_field=TextField(),
        )
        found = rows.filter(**{f"{field}__iregex": traces.pattern})
        if found[: MOST + 1].count() <= MOST:
            count += found.update(**{field: replaced})
    return count


def mask_json(rows: QuerySet[Any], field: str, *, traces: Traces) -> int:
    """The same in every text within a column of JSON."""
    if not traces:
        return 0
    found = rows.annotate(as_text=Cast(field, TextField())).filter(as_text__iregex=traces.pattern)
    for row in found:
        rows.filter(pk=row.pk).update(**{field: _masked_within(getattr(row, field), traces)})
    return len(found)


def _masked_within(value: Any, traces: Traces) -> Any:
    if isinstance(value, str):
        return traces.masked(value)
    if isinstance(value, list):
        return [_masked_within(part, traces) for part in value]
    if isinstance(value, dict):
        return {key: _masked_within(part, traces) for key, part in value.items()}
    return value


def delete_mail_files(traces: Traces) -> None:
    """After the transaction: of the files that stand for a mailbox in the demonstration, those that name the person."""
    folder = Path(settings.EMAIL_FILE_PATH)
    if traces and folder.is_dir():
        transaction.on_commit(partial(_delete_mail_files, folder, traces))


def _delete_mail_files(folder: Path, traces: Traces) -> None:
    for file in folder.glob("*.eml"):
        try:
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        except FileNotFoundError:
            continue
        if any(traces.are_in(text) for text in (file.name, *_texts(message))):
            file.unlink(missing_ok=True)


def _texts(message: EmailMessage) -> Iterable[str]:
    for part in message.walk():
        yield from (str(value) for value in part.values())
        if part.get_content_maintype() == "text":
            # A calendar file folds its lines (RFC 5545, 3.1), also in the middle of a name.
            yield re.sub(r"\r?\n[ \t]", "", str(part.get_content()))
            yield str(part.get_content())
