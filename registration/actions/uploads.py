"""Files of forms that are not sent yet, and the files of answers that went."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from efus_conference.models import User
from efus_conference.private_files import private_storage
from efus_conference.secret_links import is_within_limit
from efus_conference.uploads import sound_document
from registration.models import Answer, Certificate, PendingFile, PressCard

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
MOST_FILES = 20  # of one account at a time, in all its forms; the oldest go first
MOST_AN_HOUR = 60  # also those that are refused: reading them is the work
TOO_OFTEN = _("You sent very many files within an hour. Wait a while, then send this one again.")
FOLDER = "answers"
CERTIFICATES = "certificates"
# A file whose row is not committed yet may be an hour old at most.
SWEPT_AFTER = timedelta(hours=6)


def keep_file(*, upload: UploadedFile, by: User) -> PendingFile:
    """Keeps what was chosen in a form until the form is sent.

    ValidationError for what is no sound document, and past `MOST_AN_HOUR` files of one account within an hour: each
    is read, written and perhaps deleted again.
    """
    if not is_within_limit("registration.keep_file", str(by.pk), per_hour=MOST_AN_HOUR):
        raise ValidationError(TOO_OFTEN, code="too_often")
    content, content_type = sound_document(upload)
    ending = ENDINGS[content_type]
    name = "".join(letter for letter in PurePath(upload.name or "").stem if letter.isprintable())[
        :150
    ].strip()
    kept = PendingFile(kept_by=by, name=f"{name or 'file'}.{ending}")
    with transaction.atomic():
        kept.file.save(f"file.{ending}", ContentFile(content), save=True)
        # The account's row serialises its windows, so that together they keep no more.
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        mine = PendingFile.objects.filter(kept_by=by).order_by("-kept_at", "-pk")
        drop_files(mine.filter(pk__in=list(mine.values_list("pk", flat=True)[MOST_FILES:])))
    return kept


@transaction.atomic
def drop_files(rows: Iterable[PendingFile]) -> int:
    """Deletes files of forms, with what is on the disk; how many."""
    gone = list(rows)
    PendingFile.objects.filter(pk__in=[row.pk for row in gone]).delete()
    delete_stored(row.file.name or "" for row in gone)
    return len(gone)


def delete_stored(names: Iterable[str]) -> None:
    """After the transaction: a file is gone only when its row is."""
    storage = private_storage()
    for name in names:
        if name:
            transaction.on_commit(lambda name=name: storage.delete(name))  # type: ignore[misc]


def drop_abandoned(*, at: datetime) -> int:
    return drop_files(PendingFile.objects.abandoned(at))


def sweep_files(*, at: datetime) -> int:
    """Deletes what no row names any more: a person was erased, or a process died between row and file."""
    storage = private_storage()
    stored = [path for folder in (FOLDER, CERTIFICATES) for path in _files_in(storage, folder)]
    known = {
        str(name)
        for rows, field in (
            # Those of forms first: what is sent between two queries is then in the later one.
            (PendingFile.objects, "file"),
            (Answer.objects, "file"),
            (PressCard.objects, "card"),
            (Certificate.objects, "file"),
        )
        for name in rows.exclude(**{field: ""}).values_list(field, flat=True)
    }
    count = 0
    for name in stored:
        if name not in known and storage.get_modified_time(name) <= at - SWEPT_AFTER:
            storage.delete(name)
            count += 1
    return count


def _files_in(storage: Storage, folder: str) -> list[str]:
    try:
        _folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [f"{folder}/{name}" for name in names]
