"""What one person takes away: a zip with all of their data as JSON, their files, and a sheet that explains both."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

import declarations.personal
import programme.personal
import registration.personal
from efus_conference import personal
from efus_conference.models import User
from efus_conference.personal import Data, PersonalFile

SCHEMA = settings.BASE_DIR / "efus_conference" / "content" / "my-data.schema.json"
VERSION = 1  # of the schema; it rises when something in it gets another name or meaning
CHUNK = 1 << 16  # bytes


class NothingLeft(Exception):  # noqa: N818 - no error: an answer
    """The account was erased, perhaps while its person waited for this."""


@transaction.atomic
def take_data(target: IO[bytes], *, user: User) -> None:
    """Writes the zip into `target`, in the language of the page. Raises NothingLeft.

    The account's lock is the one an erasure takes first: what is taken away is all of it, or nothing.
    """
    fresh = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if fresh.erased_at is not None:
        raise NothingLeft
    now = timezone.now()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        files = [_written(archive, file) for file in files_of(fresh)]
        data = {**data_of(fresh, at=now), "files": files}
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1))
        archive.writestr("data.schema.json", SCHEMA.read_bytes())
        context = {
            "user": fresh,
            "data": data,
            "at": now,
            "missing": [file["path"] for file in files if file["is_missing"]],
        }
        archive.writestr("README.txt", render_to_string("my_data/readme.txt", context))


def data_of(user: User, *, at: datetime) -> Data:
    speakers = registration.personal.speakers_in(user)
    return {
        "schema": "data.schema.json",
        "version": VERSION,
        "made_at": personal.moment(at),
        "site": settings.SITE_URL,
        "language": get_language() or settings.LANGUAGE_CODE,
        "account": personal.data_of(user),
        **registration.personal.data_of(user),
        "speaker": programme.personal.data_of(user, also=speakers),
        "declarations": declarations.personal.data_of(user),
        "mails": personal.mails_of(
            user,
            about=registration.personal.mails_concern(user),
            theirs=registration.personal.addresses_in(user),
        ),
    }


def files_of(user: User) -> Iterable[PersonalFile]:
    yield from registration.personal.files_of(user)
    yield from programme.personal.files_of(user, also=registration.personal.speakers_in(user))


def _written(archive: ZipFile, file: PersonalFile) -> dict[str, Any]:
    """Its bytes, as they are kept; one that the disk has lost is named, and stops nothing."""
    size = 0
    try:
        with file.stored.open("rb") as stored, archive.open(file.path, "w") as written:
            for chunk in stored.chunks(CHUNK):
                written.write(chunk)
                size += len(chunk)
    except FileNotFoundError:
        return {"path": file.path, "bytes": None, "is_missing": True}
    finally:
        file.stored.close()
    return {"path": file.path, "bytes": size, "is_missing": False}
