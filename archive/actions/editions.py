"""Editions that go again, with the files of what they would have left."""

from __future__ import annotations

from django.db import transaction

from archive.actions.documents import delete_document
from archive.actions.videos import delete_video
from archive.models import Document, Video
from efus_conference.models import Edition


@transaction.atomic
def delete_edition(*, edition: Edition) -> None:
    """Deletes an edition with what hangs on it. Raises ProtectedError where people or questions do."""
    for document in Document.objects.filter(edition=edition):
        delete_document(document=document)
    for video in Video.objects.filter(edition=edition):
        delete_video(video=video)
    edition.delete()
