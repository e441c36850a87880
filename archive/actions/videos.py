"""Videos and their captions, with their files."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction

from archive.models import Captions, Video


@transaction.atomic
def delete_video(*, video: Video) -> None:
    """Deletes a video with its file, its captions and theirs."""
    for captions in Captions.objects.filter(video=video):
        delete_captions(captions=captions)
    file = video.file
    video.delete()
    _delete_later(file)


@transaction.atomic
def delete_captions(*, captions: Captions) -> None:
    file = captions.file
    captions.delete()
    _delete_later(file)


def _delete_later(file: Any) -> None:
    if file:
        transaction.on_commit(partial(file.storage.delete, file.name))
