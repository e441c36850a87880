"""Documents of editions, with their files."""

from __future__ import annotations

from functools import partial

from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction

from archive.documents import CheckedPdf
from archive.models import Document


@transaction.atomic
def save_document(*, document: Document, pdf: CheckedPdf | None) -> Document:
    """Saves a document; with a new PDF its file, its cover and what is known of it, in place of the former ones."""
    if pdf is not None:
        _delete_files(document)
        name = pdf.sha256[:20]
        document.file.save(f"{name}.pdf", ContentFile(pdf.content), save=False)
        document.cover.save(f"{name}.webp", ContentFile(pdf.cover), save=False)
        document.size, document.pages, document.sha256 = len(pdf.content), pdf.pages, pdf.sha256
    try:
        document.save()
    except DatabaseError:
        if pdf is not None:  # the same file, given twice at once
            for file in (document.file, document.cover):
                file.storage.delete(file.name or "")
        raise
    return document


@transaction.atomic
def delete_document(*, document: Document) -> None:
    """Deletes a document with its files."""
    _delete_files(document)
    document.delete()


def _delete_files(document: Document) -> None:
    """When the transaction stands; those of the row as it is stored."""
    for former in Document.objects.filter(pk=document.pk):
        for file in (former.file, former.cover):
            if file.name:
                transaction.on_commit(partial(file.storage.delete, file.name))
