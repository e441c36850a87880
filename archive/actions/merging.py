"""Making one of two organisations that are the same: all rows of all apps move, and the old address leads on."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import OperationalError, connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from psycopg.errors import DeadlockDetected

from efus_conference.merging import InTheWayError, shares
from efus_conference.models import FormerAddress, LoadedItem, Organisation, OrganisationMerge, User

LANGUAGES = [code for code, _name in settings.LANGUAGES]
PERMISSION = "efus_conference.delete_organisation"  # one of the two is no more afterwards
LONGEST_NAME = 200  # of another spelling
# What the one that stays takes over where it has nothing of its own. Those of a line go together.
FILLED = [
    *([f"full_name_{language}"] for language in LANGUAGES),
    ["endonym", "endonym_language"],
    ["country"],
    ["latitude", "longitude"],
    ["wikidata"],
    ["website"],
    ["is_efus_member"],
]
TRIES = 3


class MergeRefused(Exception):  # noqa: N818 - no error: an answer
    """Nothing was changed; `sentences` say why, in the reader's language."""

    message: str | Promise = ""

    @property
    def sentences(self) -> list[str]:
        return [str(self.message)]

    def __str__(self) -> str:
        return " ".join(self.sentences)


class NotYours(MergeRefused):
    message = _("Only who may delete organisations may merge them.")


class SameOne(MergeRefused):
    message = _("This is the organisation itself. Choose another one.")


class NoLongerThere(MergeRefused):
    message = _("One of the two is no longer there. Somebody may have merged or deleted it meanwhile.")


class IsTheOrganiser(MergeRefused):
    message = _(
        "The organiser of the conference can’t be merged into another organisation, only another into it."
    )


class OneIsInvented(MergeRefused):
    message = _("One of the two is invented for the demonstration and the other one is not.")


class InTheWay(MergeRefused):
    def __init__(self, sentences: list[str]) -> None:
        super().__init__()
        self._sentences = sentences

    @property
    def sentences(self) -> list[str]:
        return self._sentences


@dataclass(frozen=True)
class Preview:
    """What merging would do, for somebody to look at before."""

    moves: list[tuple[str, int]]  # what, and how many
    names: list[str]  # by which it will be found too
    filled: list[tuple[str, str]]  # a field that is empty, and what will stand there
    refusals: list[str]
    doubts: list[str]  # why they may not be the same


def preview(*, kept: Organisation, gone: Organisation) -> Preview:
    refusals = [str(refusal.message) for refusal in _refusals(kept, gone)]
    if kept.pk == gone.pk:
        return Preview([], [], [], refusals, [])
    for share in shares:
        refusals += share.conflicts(kept, gone)
    moves = [(share.title, count) for share in shares if (count := share.count(gone))]
    label = Organisation._meta.get_field
    filled = [
        (str(label(name).verbose_name), str(getattr(gone, name)))  # type: ignore[union-attr]
        for group in _to_fill(kept, gone)
        for name in group
        if getattr(gone, name) not in (None, "")
    ]
    return Preview(moves, _new_names(kept, gone), filled, list(dict.fromkeys(refusals)), _doubts(kept, gone))


def merge_organisations(*, kept: Organisation, gone: Organisation, by: User) -> Organisation:
    """Moves everything of one organisation to another and deletes it. There is no way back.

    Answers with the one that stays. Raises NotYours, SameOne, NoLongerThere, IsTheOrganiser, OneIsInvented, InTheWay.
    """
    for attempt in range(TRIES):
        try:
            return _merge(kept_id=kept.pk, gone_id=gone.pk, by=by)
        except OperationalError as error:
            # It holds what belongs to many others; who comes across each other tries again.
            is_deadlock = isinstance(error.__cause__, DeadlockDetected)
            if not is_deadlock or attempt == TRIES - 1 or connection.in_atomic_block:
                raise
    raise AssertionError("The last try returns or raises.")


@transaction.atomic
def _merge(*, kept_id: int, gone_id: int, by: User) -> Organisation:
    if not by.has_perm(PERMISSION):
        raise NotYours
    rows = Organisation.objects.select_for_update().order_by("pk").in_bulk([kept_id, gone_id])
    if kept_id not in rows or gone_id not in rows:
        raise NoLongerThere
    kept, gone = rows[kept_id], rows[gone_id]
    for refusal in _refusals(kept, gone):
        raise refusal
    if sentences := [sentence for share in shares for sentence in share.conflicts(kept, gone)]:
        raise InTheWay(list(dict.fromkeys(sentences)))
    OrganisationMerge.objects.create(
        gone_id=gone.pk,
        gone_slug=gone.slug,
        gone_name=getattr(gone, "name_en", "") or gone.name,
        kept_id=kept.pk,
        kept_name=getattr(kept, "name_en", "") or kept.name,
        merged_by=by,
    )
    try:
        for share in shares:
            share.move(kept, gone)
    except InTheWayError as error:
        raise InTheWay([str(error)]) from error
    _take_over(kept, gone)
    said = gettext("Took in “%(name)s” (%(slug)s), which was the same.")
    values = {"name": gone.name, "slug": gone.slug}
    LogEntry.objects.log_actions(by.pk, [kept], CHANGE, said % values, single_object=True)
    return kept


def _refusals(kept: Organisation, gone: Organisation) -> list[MergeRefused]:
    if kept.pk == gone.pk:
        return [SameOne()]
    found: list[MergeRefused] = []
    if gone.is_organiser:
        found.append(IsTheOrganiser())
    if kept.is_demonstration != gone.is_demonstration:
        found.append(OneIsInvented())
    return found


def _take_over(kept: Organisation, gone: Organisation) -> None:
    """Names, what was empty, and the addresses; then the other one goes."""
    kept.other_names = [*kept.other_names, *_new_names(kept, gone)]
    for group in _to_fill(kept, gone):
        for name in group:
            setattr(kept, name, getattr(gone, name))
    gone_id, gone_slug = gone.pk, gone.slug
    # Before the row goes, whose trigger takes away what still leads to it.
    kind = FormerAddress.Kind.ORGANISATION
    FormerAddress.objects.filter(kind=kind, target_id=gone_id).update(target_id=kept.pk)
    # What the content loads for the one that is gone finds the one that stays.
    label = Organisation._meta.label
    LoadedItem.objects.filter(model=label, object_id=str(gone_id)).update(object_id=str(kept.pk))
    gone.delete()
    kept.save()
    FormerAddress.objects.update_or_create(
        kind=kind, scope_id=0, slug=gone_slug, defaults={"target_id": kept.pk}
    )


def all_names(organisation: Organisation) -> list[str]:
    """By which it is known: in the site's languages, in full, its own, other spellings; each once."""
    names = [getattr(organisation, f"{part}_{code}") for part in ("name", "full_name") for code in LANGUAGES]
    given = (name for name in [*names, organisation.endonym, *organisation.other_names] if name)
    return list(dict.fromkeys(given))


def _new_names(kept: Organisation, gone: Organisation) -> list[str]:
    known = {name.casefold() for name in all_names(kept)}
    taken = {getattr(gone, name) for group in _to_fill(kept, gone) for name in group}
    return [
        name
        for name in all_names(gone)
        if name.casefold() not in known and name not in taken and len(name) <= LONGEST_NAME
    ]


def _to_fill(kept: Organisation, gone: Organisation) -> list[list[str]]:
    return [
        group
        for group in FILLED
        if getattr(kept, group[0]) in (None, "") and getattr(gone, group[0]) not in (None, "")
    ]


def _doubts(kept: Organisation, gone: Organisation) -> list[str]:
    doubts = []
    if kept.wikidata and gone.wikidata and kept.wikidata != gone.wikidata:
        doubts.append(
            gettext("Wikidata has them as two: %(one)s and %(other)s.") % _both(kept, gone, "wikidata")
        )
    if kept.country and gone.country and kept.country != gone.country:
        doubts.append(
            gettext("They are in two countries: %(one)s and %(other)s.") % _both(kept, gone, "country_name")
        )
    if kept.kind != gone.kind:
        doubts.append(
            gettext("They are of two kinds: %(one)s and %(other)s.")
            % {"one": kept.get_kind_display(), "other": gone.get_kind_display()}
        )
    return doubts


def _both(kept: Organisation, gone: Organisation, name: str) -> dict[str, str]:
    return {"one": getattr(kept, name), "other": getattr(gone, name)}
