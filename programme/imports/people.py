"""The people of a schedule. A name in a file is no consent: who is made here is not shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.utils.text import slugify
from django.utils.translation import gettext as _

from programme.actions.consents import give_consent
from programme.imports.places import checked, free_slug, key_of
from programme.imports.reading import ReadEvent, ReadPerson
from programme.imports.reports import Report
from programme.models import Appearance, ConsentEvent, Session, Speaker

LONGEST_SLUG = 100


class People:
    """The speakers of all editions, found by their guid, or by a name that only one has here and in the file."""

    def __init__(self, events: Iterable[ReadEvent], report: Report) -> None:
        self._report = report
        self._by_guid: dict[UUID, Speaker] = {}
        self._by_name: defaultdict[str, list[Speaker]] = defaultdict(list)
        self._slugs: set[str] = set()
        for speaker in Speaker.objects.order_by("pk"):
            self._add(speaker)
        self._guids: defaultdict[str, set[UUID]] = defaultdict(set)
        for event in events:
            for person in event.persons:
                if person.guid:
                    self._guids[key_of(person.name)].add(person.guid)
        self.met: dict[int, Speaker] = {}

    def appear(self, session: Session, event: ReadEvent) -> bool:
        """Adds who is missing in a draft, in the file's order; whether anyone was. Nobody is taken out."""
        appearances = list(session.appearances.all())
        there = {appearance.speaker_id: appearance.speaker for appearance in appearances}
        order = max((appearance.order for appearance in appearances), default=0)
        added = False
        for person in event.persons:
            speaker = self._find(person, there, event)
            if speaker is None:
                continue
            self.met[speaker.pk] = speaker
            if speaker.pk not in there:
                order += 1
                Appearance.objects.create(session=session, speaker=speaker, order=order)
                there[speaker.pk] = speaker
                added = True
        return added

    def give_consents(self, wording: str, language: str) -> None:
        """For those who neither agreed nor withdrew so far: a withdrawal is stronger than any file."""
        for speaker in self.met.values():
            if speaker.consent_withdrawn_at is not None:
                sentence = _("%(name)s withdrew the consent to be named, and stays unnamed")
                self._report.not_placed.setdefault(sentence % {"name": speaker.name})
            elif speaker.consented_at is None:
                give_consent(
                    speaker=speaker,
                    through=ConsentEvent.Through.IMPORT,
                    wording=wording,
                    language=language,
                )
                self._report.made.setdefault(_("consent of %(name)s") % {"name": speaker.name})

    def _find(self, person: ReadPerson, there: dict[int, Speaker], event: ReadEvent) -> Speaker | None:
        if person.guid in self._by_guid:
            return self._by_guid[person.guid]
        if not person.name:
            sentence = _("someone without a name in “%(session)s”")
            self._report.not_placed.setdefault(sentence % {"session": event.texts["title"]})
            return None
        key = key_of(person.name)
        here = [speaker for speaker in there.values() if key_of(speaker.name) == key]
        everywhere = self._by_name[key]
        if person.guid and len(self._guids[key]) > 1:
            return self._make(person)  # the file has several people of this name, and tells them apart
        if len(here) == 1:
            return here[0]
        if len(everywhere) == 1:
            if everywhere[0].pk not in self.met:
                self._report.known_by_name.setdefault(everywhere[0].name)
            return everywhere[0]
        if everywhere:
            sentence = _("%(name)s in “%(session)s”: several people here have this name")
            self._report.not_placed.setdefault(
                sentence % {"name": person.name, "session": event.texts["title"]}
            )
            return None
        return self._make(person)

    def _make(self, person: ReadPerson) -> Speaker:
        wanted = person.slug or slugify(person.name) or "speaker"
        speaker = Speaker(name=person.name, slug=free_slug(wanted, self._slugs, LONGEST_SLUG))
        if person.guid:
            speaker.guid = person.guid
        checked(speaker)
        speaker.save()
        self._add(speaker)
        self._report.made.setdefault(f"{speaker._meta.verbose_name}: {speaker.name}")
        return speaker

    def _add(self, speaker: Speaker) -> None:
        self._by_guid[speaker.guid] = speaker
        self._by_name[key_of(speaker.name)].append(speaker)
        self._slugs.add(speaker.slug)
