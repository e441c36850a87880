"""Reads a schedule into the drafts of an edition, by guid, all or nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from efus_conference.models import Edition
from programme.imports.files import Facts, facts_of
from programme.imports.people import People
from programme.imports.places import LANGUAGES, Names, kinds, rooms_of, same_by_their_sessions, themes
from programme.imports.reading import ReadEvent, acronym_in, read
from programme.imports.refusals import ScheduleRefused, SessionRefused
from programme.imports.reports import Report
from programme.languages import SPOKEN_LANGUAGES, language_name
from programme.models import Room, Session, SessionKind, Theme
from programme.models.sessions import new_code
from programme.schedule import acronym_of, is_elsewhere


@transaction.atomic
def import_schedule(
    *,
    content: bytes,
    name: str,
    edition: str = "",
    language: str = "en",
    make_missing: bool = False,
    speakers_agreed: bool = False,
    is_dry_run: bool = False,
) -> Report:
    """What a schedule.xml or schedule.json says becomes the drafts of an edition; the public sees nothing of it.

    `name` is the file's, `edition` the address of one, else that which the file's acronym names; the texts are in
    `language`. What the file leaves empty stays as it is, and nothing is deleted. Raises ScheduleRefused; then
    nothing is written.
    """
    if language not in LANGUAGES:
        raise ScheduleRefused(
            _("There is no language “%(language)s” here. Use one of these: %(known)s.")
            % {"language": language[:20], "known": ", ".join(LANGUAGES)}
        )
    facts = facts_of(content)
    goal = _edition(edition, facts)
    # Neither a release nor another import of this edition comes between what is compared and what is written.
    Edition.objects.select_for_update(no_key=True).get(pk=goal.pk)
    with translation.override("en"):
        title = goal.name
    report = Report(edition=f"{title} ({goal.slug})", is_dry_run=is_dry_run)
    _Import(goal, facts, language, make_missing, report).run(
        consent_wording=name if speakers_agreed else None
    )
    if is_dry_run:
        transaction.set_rollback(True)
    return report


def _edition(slug: str, facts: Facts) -> Edition:
    editions = {edition.slug: edition for edition in Edition.objects.in_order()}
    known = ", ".join(editions)
    if slug:
        if slug not in editions:
            raise ScheduleRefused(
                _("There is no edition “%(edition)s”. Use one of these: %(known)s.")
                % {"edition": slug[:60], "known": known}
            )
        return editions[slug]
    acronym = acronym_in(facts)
    for edition in editions.values():
        if acronym and acronym in (edition.slug, acronym_of(edition)):
            return edition
    raise ScheduleRefused(
        _("The file's acronym “%(acronym)s” is that of no edition. Say which one it is for: %(known)s.")
        % {"acronym": acronym[:60], "known": known}
    )


@dataclass
class _Drafts:
    by_guid: dict[UUID, Session]
    codes: set[str]


class _Import:
    def __init__(
        self, edition: Edition, facts: Facts, language: str, make_missing: bool, report: Report
    ) -> None:
        self.edition = edition
        self.language = language
        self.report = report
        self.schedule = read(facts, edition.zone)
        self.drafts = self._drafts()
        options = {"language": language, "report": report, "make_missing": make_missing}
        self.rooms: Names[Room] = rooms_of(edition, slugs=self.schedule.room_slugs, **options)
        self.kinds: Names[SessionKind] = kinds(**options)
        self.themes: Names[Theme] = themes(slugs=self.schedule.track_slugs, **options)

    def run(self, *, consent_wording: str | None) -> None:
        self._learn_names()
        for name in self.schedule.rooms:
            if not is_elsewhere(name):
                self.rooms.find(name)
        people = People(self.schedule.events, self.report)
        for event in self.schedule.events:
            self._place(event, people)
        if consent_wording is not None:
            people.give_consents(consent_wording, self.language)
        in_file = {event.guid for event in self.schedule.events}
        for guid, draft in self.drafts.by_guid.items():
            if guid not in in_file:
                self.report.absent.setdefault(f"{draft.code} {draft.title}")

    def _drafts(self) -> _Drafts:
        rows = self.edition.sessions.with_draft().select_for_update(of=("self",))  # type: ignore[attr-defined]
        by_guid = {draft.guid: draft for draft in rows}
        foreign = Session.objects.filter(guid__in=[event.guid for event in self.schedule.events]).exclude(
            edition=self.edition
        )
        if other := foreign.select_related("edition").first():
            raise SessionRefused(
                other.title,
                _("Its guid %(guid)s is that of a session of another edition, %(edition)s.")
                % {"guid": other.guid, "edition": other.edition.slug},
            )
        return _Drafts(by_guid, set(Session.objects.values_list("code", flat=True)))

    def _learn_names(self) -> None:
        rooms: defaultdict[str, list[Room | None]] = defaultdict(list)
        tracks: defaultdict[str, list[Theme | None]] = defaultdict(list)
        for event in self.schedule.events:
            draft = self.drafts.by_guid.get(event.guid)
            if event.room and not is_elsewhere(event.room):
                rooms[event.room].append(draft.room if draft else None)
            if event.track:
                tracks[event.track].append(_first_theme(draft) if draft else None)
        same_by_their_sessions(self.rooms, rooms, self.language)
        same_by_their_sessions(self.themes, tracks, self.language)

    def _place(self, event: ReadEvent, people: People) -> None:
        draft = self.drafts.by_guid.get(event.guid)
        kind = self.kinds.find(event.kind) if event.kind else None
        is_new = draft is None
        if draft is None:
            if kind is None:
                sentence = _("the session “%(session)s”: its kind “%(kind)s” is not here")
                self.report.not_placed.setdefault(
                    sentence % {"session": event.texts["title"], "kind": event.kind}
                )
                return
            draft = Session(edition=self.edition, guid=event.guid, code=self._free_code(event))
        before = _state(draft)
        self._fill(draft, event, kind)
        after = _state(draft)
        if after != before:
            self._check(draft, event)
            draft.save()
        # After the draft, which they refer to.
        is_other = self._set_theme(draft, event)
        is_other |= people.appear(draft, event)
        if is_new:
            self.report.new += 1
        elif is_other or after != before:
            self.report.changed += 1
        else:
            self.report.unchanged += 1
        if draft.is_cancelled:
            sentence = _("“%(session)s” is cancelled here, and stays so though the file has it")
            self.report.not_placed.setdefault(sentence % {"session": draft.title})

    def _fill(self, draft: Session, event: ReadEvent, kind: SessionKind | None) -> None:
        if draft.starts_at is not None:
            by = event.starts_at - draft.starts_at
            # A field visit's departure and return, which the formats do not have, go along as in any other move.
            draft.departs_at = draft.departs_at and draft.departs_at + by
            draft.returns_at = draft.returns_at and draft.returns_at + by
        draft.starts_at, draft.ends_at = event.starts_at, event.ends_at
        if kind is not None:
            draft.kind = kind
        if event.room:
            draft.room = None if is_elsewhere(event.room) else self.rooms.find(event.room)
        for name, text in event.texts.items():
            # A file in one language has the text of another where it has none: that stays a fallback.
            if text and text != _shown(draft, name, self.language):
                setattr(draft, f"{name}_{self.language}", text)
        self._set_language(draft, event)

    def _set_language(self, draft: Session, event: ReadEvent) -> None:
        code = event.language.lower().replace("_", "-").partition("-")[0]
        if not code:
            return
        if code not in SPOKEN_LANGUAGES and language_name(code, "en") == code:
            sentence = _("the language “%(language)s” of “%(session)s”")
            self.report.not_placed.setdefault(
                sentence % {"language": event.language[:20], "session": event.texts["title"]}
            )
        elif draft.floor_languages[:1] != [code]:
            # The format has room for one, which is the first here.
            draft.floor_languages = [code, *(other for other in draft.floor_languages[1:] if other != code)]

    def _set_theme(self, draft: Session, event: ReadEvent) -> bool:
        theme = self.themes.find(event.track) if event.track else None
        held = list(draft.themes.all())
        if theme is None or _first_theme(draft) == theme:
            return False
        # The format has one, the first by address, as our own exports say it.
        draft.themes.remove(*[other for other in held if other.slug < theme.slug])
        draft.themes.add(theme)
        return True

    def _free_code(self, event: ReadEvent) -> str:
        code = event.code
        if code in self.drafts.codes:
            sentence = _("the code %(code)s of “%(session)s”: another session has it, so it got a new one")
            self.report.not_placed.setdefault(sentence % {"code": code, "session": event.texts["title"]})
            code = ""
        code = code or new_code()
        self.drafts.codes.add(code)
        return code

    def _check(self, draft: Session, event: ReadEvent) -> None:
        languages = [f"title_{code}" for code in LANGUAGES if code != self.language]
        try:
            draft.clean_fields(exclude=["edition", "kind", "room", "title", *languages])
            draft.clean()
            if draft.departs_at or draft.returns_at:
                # The only constraint that a checked file can break, asked of the few that it concerns.
                draft.validate_constraints()
        except ValidationError as error:
            raise SessionRefused(event.texts["title"], " ".join(error.messages)) from None


def _state(draft: Session) -> dict[str, object]:
    return {
        field.attname: list(value) if isinstance(value := draft.__dict__.get(field.attname), list) else value
        for field in Session._meta.concrete_fields
    }


def _shown(draft: Session, name: str, language: str) -> str:
    """The text that a reader in a language sees: in theirs, else in English, else in any."""
    for code in (language, "en", *LANGUAGES):
        if text := getattr(draft, f"{name}_{code}"):
            return str(text)
    return ""


def _first_theme(draft: Session) -> Theme | None:
    return min(draft.themes.all(), key=lambda theme: theme.slug, default=None)
