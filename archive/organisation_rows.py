"""What of the archive moves when two organisations become one."""

from __future__ import annotations

from archive.models import EditionRecord, Part, Partner
from efus_conference.merging import Column, add
from efus_conference.models import Organisation

COUNTS = ("registered", "there", "speakers", "sessions", "signed")


def register() -> None:
    add(
        Column(Partner, scope="edition", join=_one_partner),
        Column(Part, scope="edition", join=_add_up, lock=_hold_records),
    )


def _one_partner(kept: Partner, gone: Partner) -> None:
    if kept.logo_id is None and gone.logo_id is not None:
        kept.logo_id = gone.logo_id
        kept.save(update_fields=["logo"])
    gone.delete()


def _hold_records(kept: Organisation, gone: Organisation) -> None:
    """Before the parts, as a closing does."""
    editions = Part.objects.filter(organisation__in=[kept, gone]).values("edition")
    records = EditionRecord.objects.filter(edition__in=editions).order_by("pk")
    list(records.select_for_update(of=("self",)).values_list("pk", flat=True))


def _add_up(kept: Part, gone: Part) -> None:
    """A session in which people of both spoke counts twice: the record no longer says which they were."""
    if kept.registered and gone.registered:
        _count_one_less(kept.edition_id)
    kept.hosted = kept.hosted or gone.hosted
    kept.supported = kept.supported or gone.supported
    for name in COUNTS:
        setattr(kept, name, getattr(kept, name) + getattr(gone, name))
    kept.save()
    gone.delete()


def _count_one_less(edition_id: int) -> None:
    """Of the organisations that took part: two of them were one."""
    for record in EditionRecord.objects.filter(edition_id=edition_id):
        record.figures["organisations"] = max(1, record.figures.get("organisations", 0) - 1)
        record.save(update_fields=["figures"])
