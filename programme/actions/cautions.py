"""What is allowed in a programme and yet likely a mistake, as sentences for organisers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus_conference.models import Edition
from programme.actions.clashes import Pair, hurried_ways, room_clashes, speaker_clashes
from programme.actions.comparison import LANGUAGES
from programme.actions.refusals import RoomTaken
from programme.models import Appearance, ReleasedSession, Session, SessionKind, Speaker
from programme.release_hooks import Concern, ReleaseWarning
from programme.walking import Ways

Rows = Iterable[ReleasedSession]


def two_places_at_once(
    programmes: Iterable[Sequence[ReleasedSession]],
    changed: Collection[int],
    *,
    zone: ZoneInfo,
    ways: Ways,
    names: Mapping[int, str],
) -> Iterator[ReleaseWarning]:
    """Rooms and speakers asked twice, and ways too long, wherever one of the changed sessions is part of it.

    `names` are those of the speakers, by id.
    """
    rooms: dict[tuple[int, int], Pair] = {}
    speakers: dict[tuple[int, int, int], Pair] = {}
    hurried: dict[tuple[int, int, int], tuple[Pair, int]] = {}
    for rows in programmes:
        for _room, pair in room_clashes(rows):
            rooms.setdefault((pair[0].pk, pair[1].pk), pair)
        for speaker, pair in speaker_clashes(rows):
            speakers.setdefault((speaker, pair[0].pk, pair[1].pk), pair)
        for speaker, pair, minutes in hurried_ways(rows, ways):
            hurried.setdefault((speaker, pair[0].pk, pair[1].pk), (pair, minutes))

    def concerns(pair: Pair) -> bool:
        return any(row.pk in changed for row in pair)

    for pair in rooms.values():
        if concerns(pair):
            yield _warning(Concern.ROOM, RoomTaken(pair, zone).message, pair)
    for (speaker, *_sessions), pair in speakers.items():
        if concerns(pair):
            sentence = _("%(name)s is in “%(first)s” and “%(second)s” at one time, %(when)s.")
            yield _warning(Concern.SPEAKER, sentence % _facts(pair, names.get(speaker, "?"), zone), pair)
    for (speaker, *_sessions), (pair, minutes) in hurried.items():
        if concerns(pair):
            gap = int((pair[1].starts_at - pair[0].ends_at) / timedelta(minutes=1))
            sentence = _(
                "%(name)s has %(gap)d minutes from “%(first)s” to “%(second)s”, %(when)s; the way from %(from)s to "
                "%(to)s takes %(minutes)d."
            )
            facts = _facts(pair, names.get(speaker, "?"), zone) | {"gap": gap, "minutes": minutes}
            facts |= {"from": pair[0].room, "to": pair[1].room}
            yield _warning(Concern.WALKING, sentence % facts, pair)


def outside_the_days(rows: Rows, edition: Edition) -> Iterator[ReleaseWarning]:
    if edition.starts_on is None or edition.ends_on is None:
        return
    for row in rows:
        day = row.starts_at.astimezone(edition.zone).date()
        if not row.is_cancelled and not edition.starts_on <= day <= edition.ends_on:
            sentence = _("“%(title)s” is outside the days of the edition, %(when)s.") % {
                "title": row.title,
                "when": when(row.starts_at, edition.zone),
            }
            yield ReleaseWarning(sentence, row.pk, Concern.DAYS)


def missing_translations(rows: Rows) -> Iterator[ReleaseWarning]:
    for row in rows:
        used = {name for texts in row.texts.values() for name in texts}
        if missing := [code for code in LANGUAGES if used - row.texts.get(code, {}).keys()]:
            sentence = _("“%(title)s” is not fully translated: %(languages)s.") % {
                "title": row.title,
                "languages": ", ".join(missing),
            }
            yield ReleaseWarning(sentence, row.pk, Concern.TRANSLATION)


def without_interpretation(rows: Rows) -> Iterator[ReleaseWarning]:
    for row in rows:
        # From and into the same languages is interpretation too: two are spoken, and each follows in their own.
        has_some = row.interpretation_languages or row.caption_languages
        if not row.is_cancelled and row.kind.is_interpreted and not has_some:
            sentence = _("“%(title)s” has neither interpretation nor captions, which its kind has: %(kind)s.")
            yield ReleaseWarning(
                sentence % {"title": row.title, "kind": row.kind}, row.pk, Concern.INTERPRETATION
            )


def visits_to_complete(rows: Rows, zone: ZoneInfo) -> Iterator[ReleaseWarning]:
    now = timezone.now()
    for row in rows:
        if row.is_cancelled:
            continue
        if row.kind.colour == SessionKind.Colour.VISIT and not row.text("meeting_point"):
            sentence = _("“%(title)s” has no meeting point.") % {"title": row.title}
            yield ReleaseWarning(sentence, row.pk, Concern.VISIT)
        if row.identity_by is None:
            continue
        facts = {"title": row.title, "when": when(row.identity_by, zone)}
        if row.identity_by > row.starts_at:
            sentence = _("“%(title)s” asks for an identity document until %(when)s, after it has begun.")
            yield ReleaseWarning(sentence % facts, row.pk, Concern.VISIT)
        elif row.identity_by <= now:
            sentence = _("“%(title)s” asks for an identity document until %(when)s, which has passed.")
            yield ReleaseWarning(sentence % facts, row.pk, Concern.VISIT)


def speakers_who_declined(drafts: Iterable[Session]) -> Iterator[ReleaseWarning]:
    for draft in drafts:
        for appearance in draft.appearances.all():
            if appearance.answer == Appearance.Answer.DECLINED and not draft.is_cancelled:
                sentence = _("%(name)s declined to take part in “%(title)s” and still stands in it.")
                yield ReleaseWarning(
                    sentence % {"name": appearance.speaker.name, "title": draft.title},
                    draft.pk,
                    Concern.DECLINED,
                )


def speakers_not_named(drafts: Iterable[Session]) -> Iterator[ReleaseWarning]:
    """One for each speaker, with all their sessions among these."""
    theirs: dict[int, list[Session]] = {}
    people: dict[int, Speaker] = {}
    for draft in drafts:
        for appearance in draft.appearances.all():
            if not appearance.speaker.is_shown and draft not in theirs.get(appearance.speaker_id, []):
                people[appearance.speaker_id] = appearance.speaker
                theirs.setdefault(appearance.speaker_id, []).append(draft)
    for speaker_id, sessions in theirs.items():
        sentence = ngettext(
            "%(name)s has not agreed to be named, or withdrew it: their session is shown without them: %(titles)s.",
            "%(name)s has not agreed to be named, or withdrew it: their sessions are shown without them: %(titles)s.",
            len(sessions),
        )
        titles = "; ".join(f"“{session.title}”" for session in sessions)
        yield ReleaseWarning(
            sentence % {"name": people[speaker_id].name, "titles": titles},
            sessions[0].pk,
            Concern.CONSENT,
            tuple(session.pk for session in sessions[1:]),
        )


def still_waiting(drafts: Sequence[Session]) -> Iterator[ReleaseWarning]:
    if drafts:
        sentence = ngettext(
            "%(count)d session has no time yet and stays a draft: %(titles)s.",
            "%(count)d sessions have no time yet and stay drafts: %(titles)s.",
            len(drafts),
        )
        titles = "; ".join(draft.title for draft in drafts)
        yield ReleaseWarning(sentence % {"count": len(drafts), "titles": titles}, None, Concern.WAITING)


def when(moment: datetime, zone: ZoneInfo) -> str:
    """Day and time at the venue, in the reader's language."""
    return formats.date_format(moment.astimezone(zone), "j F Y, H:i")


def _warning(concern: Concern, message: str, pair: Pair) -> ReleaseWarning:
    return ReleaseWarning(message, pair[1].pk, concern, (pair[0].pk,))


def _facts(pair: Pair, name: str, zone: ZoneInfo) -> dict[str, object]:
    return {
        "name": name,
        "first": pair[0].title,
        "second": pair[1].title,
        "when": when(pair[1].starts_at, zone),
    }
