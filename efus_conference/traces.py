"""Finding a person in words that others wrote: by full names and addresses, in columns, sessions and files."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
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
MOST = 100


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

    def is_of(self, name: str, address: str) -> bool:
        """Whether these are a whole name or an address of the person."""
        whole = " ".join(name.split()).casefold()
        return whole in {one.casefold() for one in self.names} or address.strip().lower() in self.addresses

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


@dataclass
class Masking:
    """Takes names and addresses out of texts that others wrote, and leaves the rest as it is.

    Searching whole tables takes its time, so it is done first, before anything is locked; `mask` then goes to the
    rows that were found.
    """

    traces: Traces
    _found: list[Callable[[], object]] = field(default_factory=list)

    def seek(self, rows: QuerySet[Any], *columns: str) -> None:
        rows = raw(rows)
        for column in columns if self.traces else ():
            found = rows.filter(**{f"{column}__iregex": self.traces.pattern})
            keys = list(found.order_by().values_list("pk", flat=True)[: MOST + 1])
            if keys and len(keys) <= MOST:
                replaced = Func(
                    F(column),
                    Value(self.traces.pattern),
                    Value(MASK),
                    Value("gi"),
                    function="regexp_replace",
                    output_field=TextField(),
                )
                self._found.append(partial(rows.filter(pk__in=keys).update, **{column: replaced}))

    def seek_json(self, rows: QuerySet[Any], column: str) -> None:
        """The same in every text within a column of JSON."""
        if self.traces:
            texts = rows.annotate(as_text=Cast(column, TextField()))
            found = texts.filter(as_text__iregex=self.traces.pattern).order_by()
            keys = list(found.values_list("pk", flat=True)[: MOST + 1])
            if keys and len(keys) <= MOST:
                self._found.append(partial(self._mask_json, rows.filter(pk__in=keys), column))

    def _mask_json(self, rows: QuerySet[Any], column: str) -> None:
        for row in rows.order_by("pk"):
            rows.filter(pk=row.pk).update(**{column: _masked_within(getattr(row, column), self.traces)})

    def mask(self) -> None:
        for do in self._found:
            do()


def mask(rows: QuerySet[Any], *columns: str, traces: Traces) -> None:
    """At once, in tables that are small."""
    masking = Masking(traces)
    masking.seek(rows, *columns)
    masking.mask()


def mask_json(rows: QuerySet[Any], column: str, *, traces: Traces) -> None:
    masking = Masking(traces)
    masking.seek_json(rows, column)
    masking.mask()


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
