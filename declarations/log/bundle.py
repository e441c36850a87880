"""The bundle: all that is needed to check a declaration and its signatures, in one file (docs/log.md).

Everything but the fingerprint of the key, which has to come from elsewhere: who could forge the one could write the
other beside it.
"""

from __future__ import annotations

from typing import Any

from django.utils import translation

from declarations.log.reading import keys, last_checkpoint
from declarations.log.receipts import shown_openings, written
from declarations.models import Declaration

FORMAT = "efus-declaration-bundle/1"


def bundle_of(declaration: Declaration) -> dict[str, Any]:
    """As it is under the last checkpoint, the same whoever asks and in whatever language. NothingLoggedError.

    A handful of queries, however many entries there are. The checkpoint is read first: entries only ever follow.
    """
    checkpoint = last_checkpoint(declaration)
    # Of a historical declaration whose original is not held there is no text, and nothing of one in the log.
    texts = declaration.texts.order_by("language") if declaration.text_hash else []
    entries = checkpoint.log.entries.filter(index__lt=checkpoint.size).order_by("index")
    with translation.override("en"):
        title = declaration.title
    return {
        "format": FORMAT,
        "origin": checkpoint.log.origin,
        "declaration": {
            "slug": declaration.slug,
            "title": title,
            "is_demonstration": declaration.is_demonstration,
        },
        "texts": [{"language": each.language, "status": each.status, "body": each.body} for each in texts],
        "entries": list(entries.values_list("body", flat=True)),
        "openings": {
            str(number): {name: written(opening) for name, opening in its.items()}
            for number, its in shown_openings(declaration).items()
            if number < checkpoint.size
        },
        "checkpoint": checkpoint.note,
        "keys": [key.public_key for key in keys()],
        "receipts": [],
    }
