"""Closing an edition: what was counted of it is kept, for a page that outlives the people who were there."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction

from archive.models import EditionRecord, Part, Partner, Video, Voice
from declarations import register
from declarations.models import Declaration
from efus_conference.models import Edition, EditionHost, Organisation, User
from programme.models import ReleasedSession, Speaker
from registration.actions import retention
from registration.actions.retention import are_names_deleted
from registration.models import EditionClosing, Participation


@transaction.atomic
def close_edition(*, edition: Edition, by: User | None, at: datetime | None = None) -> EditionRecord:
    """Counts an edition that is over: who took part, what the programme held, who signed.

    May be repeated until names were deleted; from then on the record stands. Raises NotYours and EditionNotOver of
    `registration.actions`.
    """
    retention.close_edition(edition=edition, by=by, at=at)
    return EditionRecord.objects.get(edition=edition)


def keep_record(closing: EditionClosing) -> None:
    """Writes the record beside a closing, in the closing's transaction: also where the clock closes an edition."""
    edition = closing.edition
    if EditionRecord.objects.filter(edition=edition).exists() and are_names_deleted(edition):
        return
    parts = parts_of(edition)
    EditionRecord.objects.update_or_create(
        edition=edition, defaults={"figures": figures_of(closing, parts), "closed_by": closing.closed_by}
    )
    Part.objects.filter(edition=edition).delete()
    Part.objects.bulk_create(parts)


def figures_of(closing: EditionClosing, parts: list[Part]) -> dict[str, Any]:
    """As `EditionRecord` holds them."""
    edition = closing.edition
    sessions = confirmed_sessions(edition)
    return {
        "registered": closing.figures.get("registered", 0),
        "there": closing.figures.get("there", 0),
        "organisations": sum(part.registered > 0 for part in parts),
        "countries": len(closing.figures.get("countries", {})),
        "sessions": dict(sorted(Counter(session.kind.slug for session in sessions).items())),
        "speakers": len(speakers_of(sessions)),
        "signatories": {
            declaration.slug: len(register.entries(declaration)) for declaration in adopted_at(edition)
        },
    }


def confirmed_sessions(edition: Edition) -> list[ReleasedSession]:
    return list(
        ReleasedSession.objects.filter(
            edition=edition, status=ReleasedSession.Status.CONFIRMED
        ).select_related("kind")
    )


def speakers_of(sessions: list[ReleasedSession]) -> set[int]:
    """The ids of those who may be named, each once, however often they speak."""
    ids = {appearance["speaker"] for session in sessions for appearance in session.appearances}
    return set(Speaker.objects.shown().filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()


def adopted_at(edition: Edition) -> list[Declaration]:
    return list(Declaration.objects.public().filter(adopted_at_edition=edition))


def parts_of(edition: Edition) -> list[Part]:
    """Of every organisation that had a part in it, by their ids; not saved."""
    parts: dict[int, Part] = {}

    def part(organisation_id: int) -> Part:
        return parts.setdefault(organisation_id, Part(edition=edition, organisation_id=organisation_id))

    for host in EditionHost.objects.filter(edition=edition):
        part(host.organisation_id).hosted = True
    for partner in Partner.objects.filter(edition=edition):
        part(partner.organisation_id).supported = True
    for took_part in Participation.objects.filter(edition=edition):
        part(took_part.organisation_id).registered = took_part.registered
        part(took_part.organisation_id).there = took_part.there
    spoke, in_sessions = _who_spoke(edition)
    for organisation, speakers in spoke.items():
        part(organisation).speakers = len(speakers)
        part(organisation).sessions = len(in_sessions.get(organisation, ()))
    for declaration in adopted_at(edition):
        for entry in register.entries(declaration):
            part(entry.organisation.pk).signed += 1
    # A released session may name an organisation that is no more.
    there = set(Organisation.objects.filter(pk__in=parts).values_list("pk", flat=True))
    return [parts[organisation] for organisation in sorted(there)]


def _who_spoke(edition: Edition) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """By organisation: the speakers who may be named, and the sessions they were in, by their ids.

    In sessions people spoke for the organisation they appeared for; of voices and video messages, for their own.
    """
    speakers: dict[int, set[int]] = {}
    in_sessions: dict[int, set[int]] = {}
    sessions = confirmed_sessions(edition)
    shown = speakers_of(sessions)
    for session in sessions:
        for appearance in session.appearances:
            organisation = appearance.get("organisation")
            if organisation is not None and appearance["speaker"] in shown:
                speakers.setdefault(organisation, set()).add(appearance["speaker"])
                in_sessions.setdefault(organisation, set()).add(session.pk)
    on_record = {"edition": edition, "speaker__in": Speaker.objects.shown()}
    for rows in (Voice.objects.filter(**on_record), Video.objects.filter(**on_record)):
        found = rows.exclude(speaker__organisation=None).values_list("speaker__organisation", "speaker")
        for organisation, speaker in found:
            speakers.setdefault(organisation, set()).add(speaker)
    return speakers, in_sessions
