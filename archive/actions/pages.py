"""What organisers do with the pages they compose: draft, publish, and put back what was there before.

Each locks its page first, so that two who publish at once make one version after the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from archive.models import Block, Page, PageVersion
from efus_conference.models import User
from efus_conference.moments import LATEST


class PageRefusal(Exception):  # noqa: N818 - a refusal is no error
    """Why an action on a page was not done; `message` is for the organiser."""

    class Kind(StrEnum):
        NO_DRAFT = "no draft"
        DRAFT_THERE = "draft there"
        IN_THE_PAST = "in the past"
        PUBLIC_ALREADY = "public already"
        NEVER_PUBLIC = "never public"
        EMPTY = "empty"

    MESSAGES: dict[str, Promise | str] = {
        Kind.NO_DRAFT: _("This page has no draft: somebody published or discarded it meanwhile."),
        Kind.DRAFT_THERE: _("This page has a draft already. Publish or discard that one first."),
        Kind.IN_THE_PAST: _("This moment has passed. Choose one ahead, or publish now."),
        Kind.PUBLIC_ALREADY: _("This version is public already. Put an earlier one back instead."),
        Kind.NEVER_PUBLIC: _("This version was never public."),
        Kind.EMPTY: _("The draft has no block yet: there is nothing to read."),
    }

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind)
        self.kind = kind

    @property
    def message(self) -> str:
        return str(self.MESSAGES[self.kind])


Refused = PageRefusal.Kind
# Of a version while its blocks are copied: none is added to what is public, and a draft is another's.
SOON = LATEST - timedelta(days=1)


@transaction.atomic
def make_page(*, page: Page, by: User | None, blocks: Iterable[Block] = ()) -> PageVersion:
    """Stores a new page, with a draft of these blocks; the draft."""
    page.save()
    draft = PageVersion.objects.create(page=page, number=1, made_by=by)
    _copy(blocks, draft)
    return draft


@transaction.atomic
def draft_of(*, page: Page, by: User | None) -> PageVersion:
    """The draft; where there is none, a new one that says what is public now, or what is to be public next."""
    _lock(page)
    draft = page.versions.filter(publishes_at=None).first()
    if draft is not None:
        return draft
    latest = page.versions.order_by("-publishes_at", "-number").first()
    return _version(page, by, latest.blocks.all() if latest else [])


@transaction.atomic
def publish(*, page: Page, by: User | None, at: datetime | None = None) -> PageVersion:
    """Makes the draft public, now or at a moment ahead; PageRefusal where there is none, or the moment has passed."""
    _lock(page)
    now = timezone.now()
    if at is not None and at <= now:
        raise PageRefusal(Refused.IN_THE_PAST)
    draft = page.versions.filter(publishes_at=None).first()
    if draft is None:
        raise PageRefusal(Refused.NO_DRAFT)
    if not draft.blocks.exists():
        raise PageRefusal(Refused.EMPTY)
    draft.publishes_at, draft.made_by = at or now, by or draft.made_by
    draft.save(update_fields=["publishes_at", "made_by"])
    return draft


@transaction.atomic
def unschedule(*, version: PageVersion) -> PageVersion:
    """Takes back that a version will be public: it is the draft again."""
    _lock(version.page)
    version.refresh_from_db()
    if version.state() != "scheduled":
        raise PageRefusal(Refused.PUBLIC_ALREADY if version.publishes_at else Refused.NO_DRAFT)
    if version.page.versions.filter(publishes_at=None).exists():
        raise PageRefusal(Refused.DRAFT_THERE)
    version.publishes_at = None
    version.save(update_fields=["publishes_at"])
    return version


@transaction.atomic
def put_back(*, version: PageVersion, by: User | None) -> PageVersion:
    """Makes what an earlier version said public again, as a new one. A draft stays as it is."""
    _lock(version.page)
    version.refresh_from_db()
    if version.state() != "public":
        raise PageRefusal(Refused.NEVER_PUBLIC)
    made = _version(version.page, by, version.blocks.all(), publishes_at=SOON)
    made.publishes_at = timezone.now()
    made.save(update_fields=["publishes_at"])
    return made


@transaction.atomic
def discard_draft(*, page: Page) -> None:
    """Gives up the draft; what is public stays."""
    _lock(page)
    draft = page.versions.filter(publishes_at=None).first()
    if draft is None:
        raise PageRefusal(Refused.NO_DRAFT)
    draft.delete()


def _lock(page: Page) -> None:
    Page.objects.select_for_update(of=("self",), no_key=True).get(pk=page.pk)


def _version(
    page: Page, by: User | None, blocks: Iterable[Block], publishes_at: datetime | None = None
) -> PageVersion:
    last = page.versions.aggregate(last=Max("number"))["last"] or 0
    made = PageVersion.objects.create(page=page, number=last + 1, made_by=by, publishes_at=publishes_at)
    _copy(blocks, made)
    return made


def _copy(blocks: Iterable[Block], version: PageVersion) -> None:
    names = [field.attname for field in Block._meta.concrete_fields if field.name not in ("id", "version")]
    copies = []
    for block in blocks:
        copy = Block(version=version)
        for name in names:
            setattr(copy, name, getattr(block, name))
        copies.append(copy)
    Block.objects.bulk_create(copies)
