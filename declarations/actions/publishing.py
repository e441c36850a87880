from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from declarations.actions.actors import actor_of_person
from declarations.actions.refusals import (
    AlreadyPublished,
    HistoricalWithText,
    NoAuthenticText,
    NothingToFreeze,
    NotPrintable,
    NotProposed,
    SamePerson,
    TextsChanged,
    TextsChangedSinceRead,
    TitleMissing,
    explained,
)
from declarations.models import Declaration, TextVersion
from declarations.models.texts import hash_of_texts
from efus_conference.models import User
from efus_conference.writing import only_line_breaks, without_control_characters


def check_publication(declaration: Declaration) -> list[TextVersion]:
    """The texts that publication would freeze; raises the refusal that stands against it."""
    texts = list(declaration.texts.order_by("language"))
    if declaration.is_published:
        raise AlreadyPublished
    site_languages = dict(settings.LANGUAGES)
    needed = {"en"} | {text.language for text in texts if text.language in site_languages}
    if not all(getattr(declaration, f"title_{language}") for language in needed):
        raise TitleMissing
    if not _is_writing(declaration, texts):
        raise NotPrintable
    if declaration.is_historical and texts:
        raise HistoricalWithText
    if not declaration.is_historical and not any(text.status == "authentic" for text in texts):
        raise NoAuthenticText
    return texts


def _is_writing(declaration: Declaration, texts: list[TextVersion]) -> bool:
    """Forms refuse control characters, but not every row came by a form, and this is the last moment."""
    try:
        for language in dict(settings.LANGUAGES):
            without_control_characters(getattr(declaration, f"title_{language}") or "")
        for text in texts:
            only_line_breaks(text.body)
    except ValidationError:
        return False
    return True


@transaction.atomic
def propose_freezing(*, declaration: Declaration, by: User, seen: str | None = None) -> Declaration:
    """The first of two: says that the texts are as they are to be signed. A later change of a text undoes it.

    `seen` is the hash of the texts that were read before, where somebody read them; any other is refused.
    """
    locked = Declaration.objects.select_for_update().get(pk=declaration.pk)
    texts = check_publication(locked)
    if locked.is_historical:
        raise NothingToFreeze
    _check_seen(texts, seen)
    locked.proposed_by = actor_of_person(by)
    locked.proposed_at = timezone.now()
    locked.proposed_hash = hash_of_texts(texts)
    locked.save(update_fields=["proposed_by", "proposed_at", "proposed_hash"])
    declaration.refresh_from_db()
    return declaration


@transaction.atomic
def publish_declaration(*, declaration: Declaration, by: User | None, seen: str | None = None) -> Declaration:
    """Publishes a declaration and with it freezes its texts, to the byte, for ever: the second of two people.

    A historical one has no text and nothing of it is hashed; it takes one person, or a command (`by` None).
    `seen` is the hash of the texts that were read before, where somebody read them; any other is refused.
    """
    # Whoever changes a text takes a share of this lock first, so none slips in beside the hash.
    locked = Declaration.objects.select_for_update().get(pk=declaration.pk)
    texts = check_publication(locked)
    actor = actor_of_person(by) if by else None
    if not locked.is_historical:
        _check_seen(texts, seen)
        locked.text_hash = hash_of_texts(texts)
        if locked.proposed_by_id is None or actor is None:
            raise NotProposed
        if locked.proposed_hash != locked.text_hash:
            raise TextsChanged
        if locked.proposed_by_id == actor.pk:
            raise SamePerson
    locked.is_published = True
    locked.published_at = timezone.now()
    locked.published_by = actor
    with explained():
        locked.save(update_fields=["text_hash", "is_published", "published_at", "published_by"])
    declaration.refresh_from_db()
    return declaration


def _check_seen(texts: list[TextVersion], seen: str | None) -> None:
    if seen is not None and seen != hash_of_texts(texts):
        raise TextsChangedSinceRead
