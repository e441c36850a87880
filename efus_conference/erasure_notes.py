"""What was erased, noted outside the database too: a restored backup knows nothing of what came after it.

A note has numbers and a moment, no name. It lies among the private files, which are kept apart from the database.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from efus_conference.models import Erasure
from efus_conference.private_files import private_storage

FOLDER = "erasures"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Note:
    erased_at: datetime
    user: int | None = None
    registrations: list[int] = field(default_factory=list)
    speakers: list[int] = field(default_factory=list)
    # Of signatures, by the name that the public log has for them: who signed.
    signers: list[str] = field(default_factory=list)
    with_mandate: bool = False
    with_files: bool = False


def note_erasure(
    *,
    user: int | None = None,
    registrations: Iterable[int] = (),
    speakers: Iterable[int] = (),
    signers: Iterable[str] = (),
    with_mandate: bool = False,
    with_files: bool = False,
) -> None:
    """After the transaction."""
    note = Note(
        timezone.now(),
        user,
        list(registrations),
        list(speakers),
        list(signers),
        with_mandate,
        with_files,
    )
    transaction.on_commit(partial(_write, note))


def _write(note: Note) -> None:
    values = {**asdict(note), "erased_at": note.erased_at.isoformat()}
    name = f"{FOLDER}/{note.erased_at:%Y%m%d-%H%M%S}-{secrets.token_hex(8)}.json"
    try:
        private_storage().save(name, ContentFile(json.dumps(values).encode()))
    except OSError:
        # The person is erased all the same; the row in the database says so too.
        logger.exception("The note of an erasure could not be written.")


def notes() -> Iterator[Note]:
    """All there are, of the files and of the database's own rows, the oldest first; some stand in both."""
    found = [
        Note(row.erased_at, user=row.user_id) for row in Erasure.objects.order_by("erased_at").iterator()
    ]
    storage = private_storage()
    try:
        _folders, names = storage.listdir(FOLDER)
    except FileNotFoundError:
        names = []
    for name in names:
        with storage.open(f"{FOLDER}/{name}") as file:
            values = json.load(file)
        found.append(Note(**{**values, "erased_at": datetime.fromisoformat(values["erased_at"])}))
    yield from sorted(found, key=lambda note: note.erased_at)
