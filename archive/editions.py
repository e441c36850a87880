"""What is on record of one edition, as its page shows it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from archive.figures import CountedFigures, KindCount, counted_figures, in_order
from archive.models import EditionNote, KeyFigure, Partner, Photo, Voice
from archive.remains import DocumentLine, VideoLine, documents_of, photos_of, videos_of
from declarations.models import Declaration
from efus_conference.models import Edition, EditionHost
from efus_conference.sorting import translated_sort_key
from programme.after import material_counts
from programme.models import ReleasedSession, Speaker, Theme
from programme.people import on_the_programme


@dataclass(frozen=True)
class Record:
    """Everything but the edition itself; what is not known is empty."""

    co_hosts: list[EditionHost]
    partners: list[Partner]
    figures: list[KeyFigure]
    counted: CountedFigures
    topics: list[Theme]
    formats: list[EditionNote]
    field_visits: list[EditionNote]
    others: list[EditionNote]
    voices: list[Voice]
    videos: list[VideoLine]
    documents: list[DocumentLine]
    photos: list[Photo]
    declarations: list[Declaration]
    materials: list[tuple[str, int]]  # what is published of its sessions: the kind's key and how many
    with_page: set[int]  # the ids of the voices who also have a page of their own

    @property
    def is_empty(self) -> bool:
        """Whether nothing but place and year has come down to us."""
        known = {**vars(self), "counted": not self.counted.is_empty}
        return not any(known.values())

    @property
    def patrons(self) -> list[Partner]:
        return [partner for partner in self.partners if partner.kind == Partner.Kind.AUSPICES]

    @property
    def carriers(self) -> list[Partner]:
        return [partner for partner in self.partners if partner.kind == Partner.Kind.PARTNER]

    @property
    def videos_held(self) -> list[VideoLine]:
        return [video for video in self.videos if video.is_held]

    @property
    def videos_named(self) -> list[VideoLine]:
        """Those that were given, and of which nothing is held."""
        return [video for video in self.videos if not video.is_held]

    @property
    def kinds(self) -> list[KindCount]:
        return self.counted.kinds


def kinds_of_sessions(edition: Edition) -> list[KindCount]:
    """How many sessions of each kind its released programme has; those that were cancelled don't count."""
    takes_place = ReleasedSession.objects.filter(
        edition=edition, status=ReleasedSession.Status.CONFIRMED
    ).select_related("kind")
    counts = Counter(released.kind for released in takes_place.only("kind"))
    return in_order(counts)


def topics(edition: Edition) -> list[Theme]:
    return list(edition.themes.order_by(translated_sort_key("name")))


def side_by_side(figures: list[KeyFigure]) -> list[KeyFigure]:
    """In their order, but what several sources count stands together."""
    first: dict[str, int] = {}
    for place, figure in enumerate(figures):
        first.setdefault(figure.counted, place)
    return sorted(figures, key=lambda figure: first[figure.counted])


def record(edition: Edition) -> Record:
    """In a fixed number of queries. Of people, only those who may be named."""
    notes = list(edition.notes.all())
    shown = Speaker.objects.shown()
    voices = list(edition.voices.filter(speaker__in=shown).select_related("speaker"))
    return Record(
        co_hosts=[host for host in edition.hosting.all() if host.role == EditionHost.Role.CO_HOST],
        partners=list(edition.partners.select_related("organisation")),
        figures=side_by_side(list(edition.figures.all())),
        counted=counted_figures(edition),
        topics=topics(edition),
        formats=[note for note in notes if note.kind == EditionNote.Kind.FORMAT],
        field_visits=[note for note in notes if note.kind == EditionNote.Kind.FIELD_VISIT],
        others=[note for note in notes if note.kind == EditionNote.Kind.OTHER],
        voices=voices,
        videos=videos_of(edition),
        documents=documents_of(edition),
        photos=photos_of(edition),
        declarations=list(Declaration.objects.public().filter(adopted_at_edition=edition)),
        materials=list(material_counts(edition).items()),
        with_page=on_the_programme(voice.speaker for voice in voices),
    )
