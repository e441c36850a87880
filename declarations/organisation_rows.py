"""What of the declarations moves when two organisations become one. Signatures, the log and the words of then stay."""

from __future__ import annotations

from django.utils.translation import gettext

from declarations.models import Signatory
from efus_conference.merging import Column, add
from efus_conference.models import Organisation


def register() -> None:
    add(
        Column(
            Signatory,
            scope="declaration",
            join=_one_signatory,
            conflict=_why_not_one_signatory,
            lock=_hold_signatories,
        )
    )


def _hold_signatories(kept: Organisation, gone: Organisation) -> None:
    """Whole, so that who invites or signs meanwhile is waited for: one of each two may be deleted."""
    both = Signatory.objects.filter(organisation__in=[kept, gone]).order_by("pk")
    list(both.select_for_update(of=("self",)).values_list("pk", flat=True))


def _is_untouched(signatory: Signatory) -> bool:
    """Whether nothing was sent to it, and nothing signed."""
    return not any(
        relation.related_model._base_manager.filter(**{relation.field.name: signatory}).exists()
        for relation in signatory._meta.related_objects
    )


def _why_not_one_signatory(kept: Signatory, gone: Signatory) -> str:
    if _is_untouched(kept) or _is_untouched(gone):
        return ""
    return gettext(
        "Both are signatories of “%(declaration)s”, invited or signed already. A register keeps what was signed, and "
        "an organisation signs a declaration once: so they stay two."
    ) % {"declaration": kept.declaration.title}


def _one_signatory(kept: Signatory, gone: Signatory) -> None:
    if _is_untouched(gone):
        gone.delete()
        return
    organisation = kept.organisation_id
    kept.delete()
    Signatory.objects.filter(pk=gone.pk).update(organisation=organisation)
