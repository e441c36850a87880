"""What one organisation did across the editions: hosted, carried, came, spoke, signed. Of who came, numbers alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import get_language

from archive.coming import FEWEST, Coming, comings_of
from archive.models import Part, Partner, Video, Voice
from declarations import register
from efus_conference.languages import language_shown
from efus_conference.models import Edition, EditionHost, Organisation, OrganisationQuerySet
from programme.models import ReleasedSession, Speaker
from programme.people import on_the_programme


@dataclass(frozen=True)
class Spoken:
    """Someone who spoke for it, in the function they had then: in a session, a video message, or on record only."""

    speaker: Speaker
    function: str
    function_language: str
    session: ReleasedSession | None = None
    is_video: bool = False
    has_page: bool = True


@dataclass
class Chapter:
    """Its part in one edition."""

    edition: Edition
    host: EditionHost | None = None
    partner: Partner | None = None
    spoken: list[Spoken] = field(default_factory=list)
    part: Part | None = None  # what was counted when the edition was closed
    coming: Coming | None = None

    @property
    def is_over(self) -> bool:
        return self.edition.phase() == "over"

    @property
    def has_only_numbers(self) -> bool:
        """Whether people spoke for it of whom none is named any more."""
        return not self.spoken and self.part is not None and self.part.speakers > 0


def has_begun(edition: Edition) -> bool:
    """Whether it took place or does so today; kept pages know the moment at which that changes."""
    return edition.phase() in ("under_way", "over")


def on_record() -> OrganisationQuerySet:
    """Those of whom something is public, in one query: only they have a page, and are found.

    The others are here because somebody of theirs registered, or because they were invited to sign: that is nobody
    else's business. What was taken back in public stays on record (see docs/decisions/0025).
    """
    editions = Edition.objects.published()
    shown = Speaker.objects.shown()
    on_stage = _who_appears("speaker")
    heard = {"speaker__in": shown, "edition__in": editions}
    # What was counted stands, whoever is forgotten since; that few of it came makes no page (docs/decisions/0027).
    counted = Q(hosted=True) | Q(supported=True) | Q(speakers__gt=0) | Q(signed__gt=0) | Q(there__gte=FEWEST)
    return Organisation.objects.filter(
        Q(is_organiser=True)
        | Q(pk__in=EditionHost.objects.filter(edition__in=editions).values("organisation"))
        | Q(pk__in=Partner.objects.filter(edition__in=editions).values("organisation"))
        | Q(pk__in=_who_appears("organisation"))
        | Q(pk__in=shown.filter(pk__in=on_stage, organisation__isnull=False).values("organisation"))
        | Q(pk__in=_of_speakers(Voice.objects.filter(**heard)))
        | Q(pk__in=_of_speakers(Video.objects.filter(**heard)))
        | Q(pk__in=Part.objects.filter(counted, edition__in=editions).values("organisation"))
        | Q(pk__in=register.ever_shown().values("signatory__organisation"))
    )


def _of_speakers(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(speaker__organisation__isnull=False).values("speaker__organisation")


def _who_appears(key: str) -> RawSQL:
    """The ids under a key of all appearances of those who may be named, in what is released and published."""
    shown, parameters = Speaker.objects.shown().order_by().values("pk").query.sql_with_params()
    table = ReleasedSession._meta.db_table
    editions = Edition._meta.db_table
    return RawSQL(  # noqa: S611 - as below
        f"""
        SELECT (one->>'{key}')::bigint FROM {table} AS released
            JOIN {editions} AS edition ON edition.id = released.edition_id AND edition.is_published,
            jsonb_array_elements(released.appearances) AS one
            WHERE one->>'{key}' IS NOT NULL AND (one->>'speaker')::bigint IN ({shown})
        """,  # noqa: S608 - made of our own tables and one of our own queries
        parameters,
        BigIntegerField(),
    )


def in_reader_s_language(texts: dict[str, str]) -> tuple[str, str]:
    """The text in the reader's language, else in English, else in any; and which of them it is."""
    order = ((get_language() or "en")[:2], "en", *texts)
    return next(((texts[code], code) for code in order if texts.get(code)), ("", ""))


def chapters(organisation: Organisation) -> list[Chapter]:
    """The latest edition first; only published editions, and of people only those who may be named."""
    hosts = list(EditionHost.objects.filter(organisation=organisation))
    partners = list(Partner.objects.filter(organisation=organisation))
    spoken = [*_in_sessions(organisation), *_on_record(organisation)]
    parts = list(Part.objects.filter(organisation=organisation))
    comings = comings_of(organisation)
    editions = Edition.objects.published().in_order().reverse()
    numbers = {host.edition_id for host in hosts} | {partner.edition_id for partner in partners}
    numbers |= {edition_id for edition_id, _ in spoken} | comings.keys() | {part.edition_id for part in parts}
    story = {edition.pk: Chapter(edition) for edition in editions.filter(pk__in=numbers)}
    for host in hosts:
        if host.edition_id in story:
            story[host.edition_id].host = host
    for partner in partners:
        if partner.edition_id in story:
            story[partner.edition_id].partner = partner
    for edition_id, said in spoken:
        if edition_id in story:
            story[edition_id].spoken.append(said)
    for part in parts:
        if part.edition_id in story:
            story[part.edition_id].part = part
    for edition_id, coming in comings.items():
        if edition_id in story:
            story[edition_id].coming = coming
    return [chapter for chapter in story.values() if any(_says(chapter))]


def _says(chapter: Chapter) -> list[object]:
    """What its lines are made of; a part in which all is nought says nothing."""
    return [chapter.host, chapter.partner, chapter.spoken, chapter.coming, chapter.has_only_numbers]


def _in_sessions(organisation: Organisation) -> list[tuple[int, Spoken]]:
    sessions = (
        ReleasedSession.objects.filter(
            status=ReleasedSession.Status.CONFIRMED,
            appearances__contains=[{"organisation": organisation.pk}],
        )
        .select_related("session", "edition")
        .order_by("during__startswith", "session__code")
    )
    found = [
        (session, appearance)
        for session in sessions
        for appearance in session.appearances
        if appearance.get("organisation") == organisation.pk
    ]
    shown = Speaker.objects.shown().in_bulk({appearance["speaker"] for _, appearance in found})
    return [
        (
            session.edition_id,
            Spoken(
                shown[appearance["speaker"]], *in_reader_s_language(appearance.get("function") or {}), session
            ),
        )
        for session, appearance in found
        if appearance["speaker"] in shown
    ]


def _on_record(organisation: Organisation) -> list[tuple[int, Spoken]]:
    """Voices and video messages say no organisation: that of their speaker counts."""
    theirs = {"speaker__organisation": organisation, "speaker__in": Speaker.objects.shown()}
    rows: list[Voice | Video] = [
        *Voice.objects.filter(**theirs).select_related("speaker"),
        *Video.objects.filter(**theirs).select_related("speaker"),
    ]
    with_page = on_the_programme(row.speaker for row in rows if row.speaker is not None)
    return [
        (
            row.edition_id,
            Spoken(
                row.speaker,
                row.function,
                language_shown(row, "function"),
                is_video=isinstance(row, Video),
                has_page=row.speaker.pk in with_page,
            ),
        )
        for row in rows
        if row.speaker is not None
    ]
