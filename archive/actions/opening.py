"""“Open the next edition”: what was set up for the last one, once more, for new days and nobody yet."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from archive.actions.pages import make_page
from archive.models import Block, Page, PageVersion
from efus_conference.models import Edition, EditionHost, Organisation, User
from registration.actions.opening import copy_setup, moved

ADD, CHANGE = "efus_conference.add_edition", "efus_conference.change_edition"


class OpeningRefusal(Exception):  # noqa: N818 - no error: an answer
    """Why an edition was not opened or not made current; `message` is for the organiser."""

    class Kind(StrEnum):
        NOT_ALLOWED = "not allowed"
        TAKEN = "taken"
        HIDDEN = "hidden"

    MESSAGES: dict[str, Promise | str] = {
        Kind.NOT_ALLOWED: _("Opening an edition is for organisers who may add one."),
        Kind.TAKEN: _("Another edition has this number or address already: somebody opened it meanwhile."),
        Kind.HIDDEN: _(
            "This edition is not published, so the home page could not show it. Publish it first."
        ),
    }

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind)
        self.kind = kind

    @property
    def message(self) -> str:
        return str(self.MESSAGES[self.kind])


Refused = OpeningRefusal.Kind


def open_next_edition(
    *,
    source: Edition,
    year: int,
    number: int,
    slug: str,
    starts_on: date,
    ends_on: date,
    host: Organisation,
    by: User,
    timezone: str = "",
) -> Edition:
    """An edition with the setup and the pages of another, and no people; not published and not current at first.

    Its pages are drafts that say what is public of the other's, or else what is drafted there. Partners, speakers,
    sessions, rooms and figures are not copied. Without a time zone it has the other's. Raises OpeningRefusal.
    """
    if not by.has_perm(ADD):
        raise OpeningRefusal(Refused.NOT_ALLOWED)
    edition = Edition(
        year=year,
        number=number,
        slug=slug,
        starts_on=starts_on,
        ends_on=ends_on,
        timezone=timezone or source.timezone,
        is_published=False,
        is_current=False,
        is_demonstration=source.is_demonstration,
    )
    edition.registration_opens_at = moved(source.registration_opens_at, source, edition)
    edition.registration_closes_at = moved(source.registration_closes_at, source, edition)
    try:
        with transaction.atomic():
            edition.save(force_insert=True)
            EditionHost.objects.create(edition=edition, organisation=host)
            copy_setup(source=source, target=edition, by=by)
            for page, blocks in pages_to_copy(source):
                make_page(page=_copied(page, edition), by=by, blocks=blocks)
    except IntegrityError as error:
        if Edition.objects.filter(number=number).exists() or Edition.objects.filter(slug=slug).exists():
            raise OpeningRefusal(Refused.TAKEN) from error
        raise
    return edition


def pages_to_copy(source: Edition) -> list[tuple[Page, list[Block]]]:
    """The pages of an edition, each with the blocks that are public, or those of its draft while nothing is."""
    pages = list(Page.objects.filter(edition=source).order_by("order", "pk"))
    made = PageVersion.objects.filter(page__in=pages).order_by("page", "-publishes_at", "-number")
    versions = dict(made.filter(publishes_at=None).values_list("page", "pk"))
    versions |= dict(made.public().distinct("page").values_list("page", "pk"))
    blocks: dict[int, list[Block]] = {}
    for block in Block.objects.filter(version__in=versions.values()).order_by("order", "pk"):
        blocks.setdefault(block.version_id, []).append(block)
    return [(page, blocks.get(versions.get(page.pk, 0), [])) for page in pages]


def _copied(page: Page, edition: Edition) -> Page:
    copy = Page(edition=edition)
    for field in Page._meta.concrete_fields:
        if field.name not in ("id", "edition"):
            setattr(copy, field.attname, getattr(page, field.attname))
    return copy


@transaction.atomic
def make_current(*, edition: Edition, by: User) -> Edition | None:
    """Gives an edition the mark that the home page follows; the one that had it before. Raises OpeningRefusal."""
    if not by.has_perm(CHANGE):
        raise OpeningRefusal(Refused.NOT_ALLOWED)
    # All of them, in one order: whoever comes second waits here, and then sees whom the first one chose.
    rows = {row.pk: row for row in Edition.objects.select_for_update(no_key=True).order_by("pk")}
    if not rows[edition.pk].is_published:
        raise OpeningRefusal(Refused.HIDDEN)
    before = next((row for row in rows.values() if row.is_current), None)
    if before is None or before.pk != edition.pk:
        Edition.objects.filter(is_current=True).update(is_current=False)
        Edition.objects.filter(pk=edition.pk).update(is_current=True)
    return before
