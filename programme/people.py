"""The speakers of released sessions whom the site may name, read live: a withdrawn consent acts at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from efus_conference.models import Edition, Organisation
from programme.models import ReleasedSession, Speaker
from programme.wording import PersonLine, person_line


def shown_speakers(rows: Iterable[ReleasedSession]) -> list[Speaker]:
    """Those of the sessions who may be named, by name."""
    wanted = {appearance["speaker"] for row in rows for appearance in row.appearances}
    return list(Speaker.objects.filter(pk__in=wanted).shown().by_name().select_related("organisation"))


def on_the_programme(speakers: Iterable[Speaker]) -> set[int]:
    """The ids of those who have a page: the ones in a released session of a published edition."""
    ids = {speaker.pk for speaker in speakers}
    if not ids:
        return set()
    theirs = Q()
    for speaker_id in ids:
        theirs |= Q(appearances__contains=[{"speaker": speaker_id}])
    rows = ReleasedSession.objects.filter(theirs, edition__is_published=True).values_list(
        "appearances", flat=True
    )
    return ids & {appearance["speaker"] for appearances in rows for appearance in appearances}


def organisations_of(
    appearances: Iterable[Mapping[str, Any]], speakers: Iterable[Speaker] = ()
) -> dict[int, Organisation]:
    """By id; most people appear for their own organisation, which was read with the speakers."""
    known = {speaker.organisation.pk: speaker.organisation for speaker in speakers if speaker.organisation}
    wanted = {appearance["organisation"] for appearance in appearances} - {None} - known.keys()
    return known | Organisation.objects.in_bulk(wanted)


def people_of(row: ReleasedSession, edition: Edition) -> list[PersonLine]:
    """Who is in a session, in its order."""
    speakers = {speaker.pk: speaker for speaker in shown_speakers([row])}
    shown = [appearance for appearance in row.appearances if appearance["speaker"] in speakers]
    organisations = organisations_of(shown, speakers.values())
    return [
        person_line(speakers[appearance["speaker"]], appearance, organisations, edition=edition)
        for appearance in shown
    ]


def people_at(rows: Iterable[ReleasedSession], edition: Edition) -> list[PersonLine]:
    """Everyone who speaks in an edition, by name, with the function and organisation of their first session."""
    rows = [row for row in rows if not row.is_cancelled]
    first: dict[int, Mapping[str, Any]] = {}
    for row in rows:
        for appearance in row.appearances:
            first.setdefault(appearance["speaker"], appearance)
    speakers = shown_speakers(rows)
    organisations = organisations_of((first[speaker.pk] for speaker in speakers), speakers)
    return [
        # Someone's role is that of one session, not of the edition.
        person_line(speaker, {**first[speaker.pk], "role": ""}, organisations, edition=edition)
        for speaker in speakers
    ]
