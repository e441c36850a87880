"""What the archive holds of a speaker who has their data erased."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from archive.actions.videos import delete_video
from archive.models import EditionNote, KeyFigure, Video, Voice
from efus_conference.erased_accounts import forget_in_log, forget_loaded
from efus_conference.traces import Traces, in_columns, mask
from programme.models import Speaker


@transaction.atomic
def forget_voices(*, speakers: Iterable[Speaker], traces: Traces) -> None:
    """That they were heard at an edition and the videos of them go; in what others wrote the name is masked."""
    rows = list(speakers)
    for model in (Voice, Video):
        ids = list(model._default_manager.filter(speaker__in=rows).values_list("pk", flat=True))
        forget_in_log(model, ids)
        forget_loaded(model, ids)
    Voice.objects.filter(speaker__in=rows).delete()
    for video in Video.objects.filter(speaker__in=rows):
        delete_video(video=video)
    mask(Video.objects.all(), *in_columns("title"), *in_columns("transcript"), traces=traces)
    mask(EditionNote.objects.all(), *in_columns("text"), traces=traces)
    mask(KeyFigure.objects.all(), *in_columns("detail"), *in_columns("source"), traces=traces)
