from __future__ import annotations

from functools import partial

from django.db import transaction

from programme.models import Speaker
from programme.portraits import Squares, delete_files, store


@transaction.atomic
def set_portrait(*, speaker: Speaker, squares: Squares | None) -> None:
    """Replaces a portrait, or removes it with None. The former picture's files are deleted for good."""
    locked = Speaker.objects.select_for_update().get(pk=speaker.pk)
    former = locked.portrait.name or ""
    storage = locked.portrait.storage
    name = store(squares, storage) if squares else ""
    Speaker.objects.filter(pk=speaker.pk).update(portrait=name)
    speaker.portrait = name
    if former and former != name:
        # Nobody asks for it any more, and the person may have asked that it go.
        transaction.on_commit(partial(delete_files, former, storage))
