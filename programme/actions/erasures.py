"""What becomes of a speaker who has their data erased: a row that public pages name nobody by."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from efus_conference.erased_accounts import forget_in_log, forget_loaded
from efus_conference.models import FormerAddress, User
from efus_conference.traces import Masking, Traces, in_columns, mask, mask_json, raw
from programme.actions.portraits import set_portrait
from programme.actions.speaking import delete_material
from programme.models import (
    Appearance,
    ConsentEvent,
    Material,
    Release,
    ReleasedSession,
    Session,
    Speaker,
    SpeakerLink,
)
from programme.models.releases import TEXTS


def speakers_of(user: User, *, addresses: Iterable[str]) -> QuerySet[Speaker]:
    """Those whose account or e-mail address is the person's."""
    theirs = Q(user=user)
    for address in addresses:
        theirs |= Q(email__iexact=address)
    return Speaker.objects.filter(theirs)


def names_of(speaker: Speaker) -> list[str]:
    return [speaker.name, speaker.sort_name]


@transaction.atomic
def erase_speaker(*, speaker: Speaker) -> None:
    """Leaves of the person a row without a name, so that a session keeps how many spoke in it; once is enough.

    The consent ends at once with its history; portrait, links and what they handed in go. The functions they had
    go from the draft and from what was released, without a release: nobody is asked to publish an erasure.
    """
    fresh = Speaker.objects.select_for_update().get(pk=speaker.pk)
    traces = Traces.of(names=names_of(fresh), addresses=[fresh.email])
    set_portrait(speaker=fresh, squares=None)
    for material in Material.objects.filter(handed_in_by=fresh):
        delete_material(material=material)
    links = list(SpeakerLink.objects.filter(speaker=fresh).values_list("pk", flat=True))
    SpeakerLink.objects.filter(speaker=fresh).delete()
    ConsentEvent.objects.filter(speaker=fresh).delete()
    # A row that says so in no language: it is shown nowhere but to organisers, by its number.
    fresh.name = fresh.sort_name = f"– {fresh.pk}"
    fresh.slug = f"erased-{fresh.pk}"
    fresh.email, fresh.user, fresh.organisation = "", None, None
    fresh.basis = Speaker.Basis.CONSENT
    now = timezone.now()
    fresh.consent_withdrawn_at = max(now, fresh.consented_at or now)
    fresh.save()
    raw(Speaker.objects.filter(pk=fresh.pk)).update(
        **dict.fromkeys((*in_columns("function"), *in_columns("biography")), "")
    )
    # The address had the name in it.
    FormerAddress.objects.filter(kind=FormerAddress.Kind.SPEAKER, target_id=fresh.pk).delete()
    appearances = Appearance.objects.filter(speaker=fresh)
    ids = list(appearances.values_list("pk", flat=True))
    # For which organisation somebody spoke is the organisation's too; as what, is the person's.
    raw(appearances).update(answer_note="", **dict.fromkeys(in_columns("function"), ""))
    _forget_released(fresh)
    for model, gone in ((Speaker, [fresh.pk]), (Appearance, ids), (SpeakerLink, links)):
        forget_in_log(model, gone)
        forget_loaded(model, gone)
    _mask_in_texts(traces)
    masking = Masking(traces)
    seek_in_notes(masking)
    masking.mask()


def _forget_released(speaker: Speaker) -> None:
    rows = ReleasedSession.objects.select_for_update().filter(appearances__contains=[{"speaker": speaker.pk}])
    for row in rows.order_by("pk"):
        row.appearances = [
            {**one, "function": {}} if one["speaker"] == speaker.pk else one for one in row.appearances
        ]
        row.save(update_fields=["appearances"])


def _mask_in_texts(traces: Traces) -> None:
    """In what organisers published: only for a name that organisers gave, since people choose their own."""
    fields = [column for name in TEXTS for column in in_columns(name)]
    mask(Session.objects.all(), *fields, traces=traces)
    mask_json(ReleasedSession.objects.all(), "texts", traces=traces)
    mask(Release.objects.all(), *in_columns("note"), traces=traces)
    mask(Material.objects.all(), *in_columns("title"), traces=traces)


def seek_in_notes(masking: Masking) -> None:
    """In what is no part of the programme."""
    masking.seek(Session.objects.all(), "note")
    masking.seek(Appearance.objects.all(), "answer_note")
