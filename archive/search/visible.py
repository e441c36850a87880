"""Which entries anyone may find. Asked of the sources at each search: what is hidden is hidden at once."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from archive.models import Partner, SearchEntry, Video, Voice
from archive.organisations import on_record
from declarations.models import Declaration, Signature
from efus_conference.models import Edition, EditionHost
from programme.models import ReleasedSession, Speaker

Kind = SearchEntry.Kind


def entries(published: Iterable[Edition]) -> QuerySet[SearchEntry]:
    """Released sessions of published editions, whom of their speakers the site may name, organisations of
    which something is public, and published declarations."""
    of_published = Q(editions__overlap=[edition.pk for edition in published])
    return SearchEntry.objects.filter(
        (Q(kind=Kind.SESSION) & of_published)
        | (Q(kind=Kind.SPEAKER, object_id__in=Speaker.objects.shown().values("pk")) & of_published)
        | Q(kind=Kind.ORGANISATION, object_id__in=on_record().values("pk"))
        | Q(kind=Kind.DECLARATION, object_id__in=Declaration.objects.public().values("pk"))
    )


def of_edition(edition: Edition) -> Q:
    """What belongs to one edition: its sessions and who was heard in them, what it adopted, who took part."""
    return Q(editions__contains=[edition.pk]) | Q(
        kind=Kind.ORGANISATION, object_id__in=_organisations_of(edition)
    )


def _organisations_of(edition: Edition) -> set[int]:
    """Those that carried it, that someone who may be named spoke for, or that signed what it adopted."""
    rows = ReleasedSession.objects.filter(edition=edition).values_list("appearances", flat=True)
    spoken = [each for appearances in rows for each in appearances if each.get("organisation")]
    shown = set(
        Speaker.objects.shown()
        .filter(pk__in={each["speaker"] for each in spoken})
        .values_list("pk", flat=True)
    )
    signed = Signature.objects.public().filter(
        signatory__declaration__in=Declaration.objects.public().filter(adopted_at_edition=edition)
    )
    on_record = {"edition": edition, "speaker__in": Speaker.objects.shown()}
    found = {
        *(each["organisation"] for each in spoken if each["speaker"] in shown),
        *Voice.objects.filter(**on_record).values_list("speaker__organisation", flat=True),
        *Video.objects.filter(**on_record).values_list("speaker__organisation", flat=True),
        *EditionHost.objects.filter(edition=edition).values_list("organisation", flat=True),
        *Partner.objects.filter(edition=edition).values_list("organisation", flat=True),
        *signed.values_list("signatory__organisation", flat=True),
    }
    return found - {None}


def newest_first(published: Iterable[Edition]) -> Case:
    """How many published editions are newer than the newest an entry belongs to; organisations come last."""
    newest = sorted(published, key=lambda edition: -edition.number)
    return Case(
        *(When(editions__contains=[edition.pk], then=Value(place)) for place, edition in enumerate(newest)),
        default=Value(len(newest)),
        output_field=IntegerField(),
    )
