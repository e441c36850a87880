"""Sealed declarations: made anew when what they would say has changed, stamped later where nobody stamped them yet.

The worker does it, each minute at most, so that however many signatures come at once make one document. Nothing has
to remember to ask for it: what a document says is compared with what the register says now.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from declarations.models import Declaration, SealedDocument
from declarations.sealed.contents import Contents, contents_of, erased_of
from efus_conference.kept import read_number
from efus_conference.private_files import private_storage
from efus_conference.seal import SealError, examined, sealed, usable_key

FOLDER = "sealed"  # see `declarations.models.sealed.sealed_path`
ROW_COMES_WITHIN = timedelta(hours=6)
SEEN = "declarations:sealed-as-of"
LOOK_AGAIN_AFTER = 3600  # seconds, also where nothing public changed: files may be gone
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=6), timedelta(hours=12)  # before a stamp is asked for again
LOCK = "declarations.sealing"  # one at a time, whichever worker
logger = logging.getLogger(__name__)


def seal_what_changed(*, at: datetime) -> int:
    """Makes those documents that would say something else by now, or are missing; how many.

    Not to be called within a transaction. One that fails is logged and holds up no other.
    """
    try:
        as_of = _as_of()
        if cache.get(SEEN) == as_of:
            return 0
        made, is_complete = 0, True
        for declaration in sealable():
            for language in dict(settings.LANGUAGES):
                try:
                    made += seal_declaration(declaration=declaration, language=language, at=at)
                except SealError:
                    raise
                except Exception:
                    logger.exception("“%s” was not sealed in “%s”.", declaration.slug, language)
                    is_complete = False
    except SealError as error:
        logger.error("No declaration is sealed: %s", error)
        return 0
    if is_complete and not made:
        # Not where some were made: what happened meanwhile is looked at in a minute.
        cache.set(SEEN, as_of, timeout=LOOK_AGAIN_AFTER)
    return made


def sealable() -> list[Declaration]:
    """Published ones of which we hold the words: nothing of a historical one is sealed."""
    rows = Declaration.objects.public().exclude(text_hash="").select_related("based_on", "supersedes")
    return list(rows.order_by("pk"))


def _as_of() -> str:
    """What all documents together depend on, their files on the disk too. Raises SealError."""
    rows = SealedDocument.objects.order_by("pk").only("sha256", "file")
    files = [(document.pk, document.sha256, _of_file(document)) for document in rows]
    parts = (read_number(), files, usable_key().fingerprint, settings.SITE_URL, settings.TSA_URL)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _of_file(document: SealedDocument) -> tuple[int, datetime] | None:
    """By which one that was lost or altered is mostly known without being read; all are read each hour."""
    storage, name = private_storage(), str(document.file.name)
    try:
        return storage.size(name), storage.get_modified_time(name)
    except FileNotFoundError:
        return None


def seal_declaration(*, declaration: Declaration, language: str, at: datetime, is_anew: bool = False) -> bool:
    """Makes the document of one language where it is missing or says what is not so any more; whether it did.

    `is_anew`: in any case. Raises SealError, PdfError.
    """
    with translation.override(language):
        contents = contents_of(declaration)
        now = SealedDocument.objects.filter(declaration=declaration, language=language).first()
        if now is not None and not is_anew and now.shows == contents.sum and content_of(now) is not None:
            if now.stamped_at is None and settings.TSA_URL:
                _ask_for_stamp_later(now, attempt=0)
            return False
        made = _sealed(declaration, contents, at=at)
    return _keep(made, contents)


def content_of(document: SealedDocument) -> bytes | None:
    """Its bytes, as they were sealed. None where the disk holds others, as after a folder was restored, or none."""
    try:
        with document.file.open("rb") as file:
            content = bytes(file.read())
    except FileNotFoundError:
        return None
    return content if hashlib.sha256(content).hexdigest() == document.sha256 else None


def _sealed(declaration: Declaration, contents: Contents, *, at: datetime) -> SealedDocument:
    """A row that is not saved yet, with its content. Raises SealError, PdfError."""
    content = sealed(contents.pdf(at=at), reason=_("Record of the register of signatures"))
    verdict = examined(content)
    if not verdict.holds:
        raise SealError("A seal that was just made does not hold.")
    made = SealedDocument(
        declaration=declaration,
        language=contents.language,
        sha256=hashlib.sha256(content).hexdigest(),
        shows=contents.sum,
        signatures=contents.signatures,
        checkpoint=contents.checkpoint,
        sealed_at=at,
        # By the authority's clock or not at all: ours is no witness.
        stamped_at=verdict.signed_at if verdict.is_stamped else None,
    )
    made.file = ContentFile(content, name="declaration.pdf")
    return made


def _keep(made: SealedDocument, contents: Contents) -> bool:
    """In the place of the older one, whose file goes once no row names it. A newer one stays.

    Whether this one did: it does not where somebody was erased since its contents were read, and the next look makes
    another one.
    """
    with transaction.atomic():
        _lock([made.declaration_id])
        if erased_of(made.declaration) != contents.erased:
            return False
        old = SealedDocument.objects.filter(declaration=made.declaration_id, language=made.language).first()
        if old is not None and old.sealed_at > made.sealed_at:
            return True
        if old is not None:
            _drop(old)
        made.save()
    if made.stamped_at is None and settings.TSA_URL:
        _ask_for_stamp_later(made, attempt=0)
    return True


def _lock(declaration_ids: Iterable[int]) -> None:
    """Who seals and who erases follow each other; whatever else refers to the declarations is not kept waiting."""
    rows = Declaration.objects.select_for_update(no_key=True).filter(pk__in=declaration_ids)
    list(rows.order_by("pk").values_list("pk", flat=True))


def _drop(document: SealedDocument) -> None:
    name = str(document.file.name)
    document.delete()
    transaction.on_commit(lambda: private_storage().delete(name))


@transaction.atomic
def forget_sealed(*, declaration_ids: Iterable[int]) -> None:
    """Takes sealed documents of declarations away at once, as when a name in them is erased; new ones follow."""
    declaration_ids = list(declaration_ids)
    # Who seals this one right now either comes before, and theirs goes too, or learns of the erasure after.
    _lock(declaration_ids)
    for document in SealedDocument.objects.select_for_update().filter(declaration__in=declaration_ids):
        _drop(document)


# --- the time stamp ----------------------------------------------------------------------------------


@app.task(name="declarations.stamp", queue="mail", lock=LOCK)
def stamp(declaration_id: int, language: str, attempt: int) -> None:
    """Seals a document again that has no stamp yet; where the authority fails once more, it stays, and waits longer."""
    document = (
        SealedDocument.objects.select_related("declaration__based_on", "declaration__supersedes")
        .filter(declaration=declaration_id, language=language, stamped_at=None)
        .first()
    )
    if document is None or not settings.TSA_URL:
        return
    try:
        with translation.override(language):
            contents = contents_of(document.declaration)
            made = _sealed(document.declaration, contents, at=timezone.now())
    except Exception:
        logger.exception("“%s” was not sealed again in “%s”.", document.declaration.slug, language)
        _ask_for_stamp_later(document, attempt=attempt + 1)
        return
    if made.stamped_at is not None:
        _keep(made, contents)
    else:
        _ask_for_stamp_later(document, attempt=attempt + 1)


def pause_before(attempt: int) -> timedelta:
    """Twice as long each time: six minutes at first, twelve hours at last."""
    return min(FIRST_PAUSE * 2 ** min(attempt, 20), LONGEST_PAUSE)


def _ask_for_stamp_later(document: SealedDocument, *, attempt: int) -> None:
    of = {"declaration_id": document.declaration_id, "language": document.language}
    waiting = stamp.configure(
        queueing_lock=f"declarations.stamp/{document.declaration_id}/{document.language}",
        schedule_in={"seconds": int(pause_before(attempt).total_seconds())},
    )
    try:
        with transaction.atomic():
            waiting.defer(**of, attempt=attempt)
    except AlreadyEnqueued:
        pass  # one that waits is enough


@app.task(name="declarations.seal_anew", queue="mail", lock=LOCK)
def seal_anew(declaration_id: int) -> None:
    """All languages of a declaration once more, whatever they say: an officer asked for it. One holds up no other."""
    for declaration in sealable():
        if declaration.pk == declaration_id:
            for language in dict(settings.LANGUAGES):
                at = timezone.now()
                try:
                    seal_declaration(declaration=declaration, language=language, at=at, is_anew=True)
                except Exception:
                    logger.exception("“%s” was not sealed anew in “%s”.", declaration.slug, language)


def ask_to_seal_anew(*, declaration: Declaration) -> None:
    """Has the worker do it; asked twice, it is done once."""
    waiting = seal_anew.configure(queueing_lock=f"declarations.seal_anew/{declaration.pk}")
    try:
        with transaction.atomic():
            waiting.defer(declaration_id=declaration.pk)
    except AlreadyEnqueued:
        pass


# --- files that no row names -------------------------------------------------------------------------


def sweep_sealed(*, at: datetime) -> int:
    """Deletes files that no row names: left by a worker that stopped in between. They may hold erased names.

    Each can be made again from the register, so that a wrong folder loses nothing.
    """
    storage = private_storage()
    try:
        _folders, names = storage.listdir(FOLDER)
    except FileNotFoundError:  # nothing was sealed yet
        return 0
    stored = {f"{FOLDER}/{name}" for name in names}
    # The rows after the folder: what came in between is in none of the two, or in both.
    left = stored - set(SealedDocument.objects.values_list("file", flat=True))
    count = 0
    for name in left:
        try:
            if storage.get_modified_time(name) <= at - ROW_COMES_WITHIN:
                storage.delete(name)
                count += 1
        except FileNotFoundError:  # somebody else deleted it meanwhile
            continue
    return count
