"""What an organiser should know before releasing: warnings, and the reasons why it would be refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus_conference.models import Edition
from programme.actions.clashes import Pair, room_clashes, speaker_clashes
from programme.actions.comparison import (
    LANGUAGES,
    as_released,
    differences,
    drafts_of,
    fingerprint,
    is_waiting,
    released_of,
)
from programme.actions.refusals import ReleaseRefused, RoomTaken, SessionsWithoutTimes
from programme.models import ReleasedSession, Session, Speaker
from programme.release_hooks import ReleaseWarning, SessionChange, release_checks


@dataclass(frozen=True)
class Preview:
    """What a release would do now. `refusal` is set where it would be refused."""

    changes: list[SessionChange]
    warnings: list[ReleaseWarning]
    refusal: ReleaseRefused | None
    fingerprint: str


def preview(*, edition: Edition, sessions: Sequence[Session] | None = None) -> Preview:
    changes = differences(edition=edition, sessions=sessions)
    reason = refusal(edition=edition, changes=changes, sessions=sessions)
    found = warnings(edition=edition, changes=changes, chosen=sessions is not None)
    if reason:  # said once, as the refusal
        found = [warning for warning in found if warning.message != reason.message]
    return Preview(changes, found, reason, fingerprint(changes))


def refusal(
    *, edition: Edition, changes: Sequence[SessionChange], sessions: Sequence[Session] | None
) -> ReleaseRefused | None:
    """Why a release would be refused, or None."""
    released = released_of(edition)
    if without_times := [
        draft
        for draft in drafts_of(edition, sessions)
        # A draft that nobody chose and that was never public may wait for its time.
        if is_waiting(draft) and (sessions is not None or draft.pk in released)
    ]:
        return SessionsWithoutTimes(without_times)
    planned = {**released, **{change.after.pk: change.after for change in changes}}
    if pair := next((pair for _room, pair in room_clashes(planned.values())), None):
        return RoomTaken(pair, edition.zone)
    return None


def warnings(
    *, edition: Edition, changes: Sequence[SessionChange], chosen: bool = False
) -> list[ReleaseWarning]:
    """What is allowed and yet likely a mistake, the changed sessions against drafts and released ones."""
    changed = {change.after.pk: change.after for change in changes}
    drafts = drafts_of(edition)
    as_drafted = [as_released(draft) for draft in drafts if not is_waiting(draft)]
    planned = {**released_of(edition), **changed}
    found = [
        *_clash_warnings([list(planned.values()), as_drafted], changed, edition.zone),
        *_outside_the_days(changed.values(), edition),
        *_missing_translations(changed.values()),
    ]
    if not chosen and (waiting := [draft.title for draft in drafts if is_waiting(draft)]):
        found.append(
            ReleaseWarning(
                ngettext(
                    "%(count)d session has no time yet and stays a draft: %(titles)s.",
                    "%(count)d sessions have no time yet and stay drafts: %(titles)s.",
                    len(waiting),
                )
                % {"count": len(waiting), "titles": "; ".join(waiting)}
            )
        )
    for check in release_checks:
        found += check(changes)
    return found


def clashes_of(session: Session) -> list[ReleaseWarning]:
    """What this draft would bring into two places at once, beside all other drafts."""
    rows = [as_released(draft) for draft in drafts_of(session.edition) if not is_waiting(draft)]
    mine = {row.pk: row for row in rows if row.pk == session.pk}
    return list(_clash_warnings([rows], mine, session.edition.zone))


def _clash_warnings(
    programmes: Iterable[Sequence[ReleasedSession]], changed: dict[int, ReleasedSession], zone: ZoneInfo
) -> Iterator[ReleaseWarning]:
    rooms: dict[tuple[int, int], Pair] = {}
    speakers: dict[tuple[int, int, int], Pair] = {}
    for rows in programmes:
        for _room, pair in room_clashes(rows):
            rooms.setdefault((pair[0].pk, pair[1].pk), pair)
        for speaker, pair in speaker_clashes(rows):
            speakers.setdefault((speaker, pair[0].pk, pair[1].pk), pair)
    for pair in rooms.values():
        if {row.pk for row in pair} & changed.keys():
            yield ReleaseWarning(RoomTaken(pair, zone).message, pair[1].pk)
    names = dict(Speaker.objects.filter(pk__in={key[0] for key in speakers}).values_list("pk", "name"))
    for (speaker, *_sessions), pair in speakers.items():
        if {row.pk for row in pair} & changed.keys():
            sentence = _("%(name)s is in “%(first)s” and “%(second)s” at one time, %(when)s.") % {
                "name": names[speaker],
                "first": pair[0].title,
                "second": pair[1].title,
                "when": when(pair[1].starts_at, zone),
            }
            yield ReleaseWarning(sentence, pair[1].pk)


def _outside_the_days(rows: Iterable[ReleasedSession], edition: Edition) -> Iterator[ReleaseWarning]:
    if edition.starts_on is None or edition.ends_on is None:
        return
    for row in rows:
        day = row.starts_at.astimezone(edition.zone).date()
        if not row.is_cancelled and not edition.starts_on <= day <= edition.ends_on:
            sentence = _("“%(title)s” is outside the days of the edition, %(when)s.") % {
                "title": row.title,
                "when": when(row.starts_at, edition.zone),
            }
            yield ReleaseWarning(sentence, row.pk)


def _missing_translations(rows: Iterable[ReleasedSession]) -> Iterator[ReleaseWarning]:
    for row in rows:
        used = {name for texts in row.texts.values() for name in texts}
        if missing := [code for code in LANGUAGES if used - row.texts.get(code, {}).keys()]:
            sentence = _("“%(title)s” is not fully translated: %(languages)s.") % {
                "title": row.title,
                "languages": ", ".join(missing),
            }
            yield ReleaseWarning(sentence, row.pk)


def when(moment: datetime, zone: ZoneInfo) -> str:
    """Day and time at the venue, in the reader's language."""
    return formats.date_format(moment.astimezone(zone), "j F Y, H:i")
