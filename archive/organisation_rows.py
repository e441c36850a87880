"""What of the archive moves when two organisations become one."""

from __future__ import annotations

from archive.models import Part, Partner
from efus_conference.merging import Column, shares

COUNTS = ("registered", "there", "speakers", "sessions", "signed")


def register() -> None:
    shares.extend(
        [
            Column(Partner, scope="edition", join=_one_partner),
            Column(Part, scope="edition", join=_add_up),
        ]
    )


def _one_partner(kept: Partner, gone: Partner) -> None:
    if kept.logo_id is None and gone.logo_id is not None:
        kept.logo_id = gone.logo_id
        kept.save(update_fields=["logo"])
    gone.delete()


def _add_up(kept: Part, gone: Part) -> None:
    """A session in which people of both spoke counts twice: the record no longer says which they were."""
    kept.hosted = kept.hosted or gone.hosted
    kept.supported = kept.supported or gone.supported
    for name in COUNTS:
        setattr(kept, name, getattr(kept, name) + getattr(gone, name))
    kept.save()
    gone.delete()
