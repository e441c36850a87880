from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from declarations.actions.refusals import (
    AlreadyPublished,
    HistoricalWithText,
    NoAuthenticText,
    TitleMissing,
)
from declarations.models import Declaration, TextVersion
from declarations.models.texts import hash_of_texts
from efus_conference.models import User


def check_publication(declaration: Declaration) -> list[TextVersion]:
    """The texts that publication would freeze; raises the refusal that stands against it."""
    texts = list(declaration.texts.order_by("language"))
    if declaration.is_published:
        raise AlreadyPublished
    site_languages = dict(settings.LANGUAGES)
    needed = {"en"} | {text.language for text in texts if text.language in site_languages}
    if not all(getattr(declaration, f"title_{language}") for language in needed):
        raise TitleMissing
    if declaration.is_historical and texts:
        raise HistoricalWithText
    if not declaration.is_historical and not any(text.status == "authentic" for text in texts):
        raise NoAuthenticText
    return texts


@transaction.atomic
def publish_declaration(*, declaration: Declaration, by: User | None) -> Declaration:
    """Publishes a declaration and with it freezes its texts, to the byte, for ever.

    A historical one has no text and nothing of it is hashed. `by` is None where a command publishes.
    """
    # Whoever changes a text takes a share of this lock first, so none slips in beside the hash.
    locked = Declaration.objects.select_for_update().get(pk=declaration.pk)
    texts = check_publication(locked)
    locked.text_hash = "" if locked.is_historical else hash_of_texts(texts)
    locked.is_published = True
    locked.published_at = timezone.now()
    locked.published_by = by
    locked.save(update_fields=["text_hash", "is_published", "published_at", "published_by"])
    declaration.refresh_from_db()
    return declaration
