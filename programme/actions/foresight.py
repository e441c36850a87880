"""What an organiser should know before releasing: warnings, and the reasons why it would be refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from efus_conference.models import Edition
from programme.actions import cautions
from programme.actions.clashes import room_clashes
from programme.actions.comparison import fingerprint, is_waiting
from programme.actions.refusals import ReleaseRefused, RoomTaken, SessionsWithoutTimes
from programme.actions.situation import Situation
from programme.models import Session
from programme.release_hooks import (
    Consequences,
    ReleaseWarning,
    SessionChange,
    SessionConsequences,
    release_checks,
    release_consequences,
)


@dataclass(frozen=True)
class Preview:
    """What a release would do now. `refusal` is set where it would be refused."""

    changes: list[SessionChange]
    warnings: list[ReleaseWarning]
    refusal: ReleaseRefused | None
    fingerprint: str
    consequences: Consequences


def preview(*, edition: Edition, sessions: Sequence[Session] | None = None) -> Preview:
    situation = Situation.of(edition)
    changes = situation.changes(sessions)
    reason = refusal_in(situation, changes=changes, sessions=sessions)
    found = warnings_in(situation, changes=changes, chosen=sessions is not None)
    if reason:  # said once, as the refusal
        found = [warning for warning in found if warning.message != reason.message]
    return Preview(changes, found, reason, fingerprint(changes), consequences(changes))


def refusal_in(
    situation: Situation, *, changes: Sequence[SessionChange], sessions: Sequence[Session] | None
) -> ReleaseRefused | None:
    """Why a release would be refused, or None."""
    if without_times := [
        draft
        for draft in situation.chosen(sessions)
        # A draft that nobody chose and that was never public may wait for its time.
        if is_waiting(draft) and (sessions is not None or draft.pk in situation.released)
    ]:
        return SessionsWithoutTimes(without_times)
    planned = {**situation.released, **{change.after.pk: change.after for change in changes}}
    if pair := next((pair for _room, pair in room_clashes(planned.values())), None):
        return RoomTaken(pair, situation.edition.zone)
    return None


def warnings_in(
    situation: Situation, *, changes: Sequence[SessionChange], chosen: bool = False
) -> list[ReleaseWarning]:
    """What is allowed and yet likely a mistake, the changed sessions against drafts and released ones."""
    edition, zone = situation.edition, situation.edition.zone
    changed = {change.after.pk: change.after for change in changes}
    rows = changed.values()
    drafts = [draft for draft in situation.drafts if draft.pk in changed]
    planned = list({**situation.released, **changed}.values())
    found = [
        *cautions.two_places_at_once(
            [planned, situation.as_drafted],
            changed.keys(),
            zone=zone,
            ways=situation.ways,
            names=situation.names,
        ),
        *cautions.outside_the_days(rows, edition),
        *cautions.speakers_who_declined(drafts),
        *cautions.speakers_not_named(drafts),
        *cautions.without_interpretation(rows),
        *cautions.visits_to_complete(rows, zone),
        *cautions.missing_translations(rows),
    ]
    if not chosen:
        found += cautions.still_waiting([draft for draft in situation.drafts if is_waiting(draft)])
    for check in release_checks:
        found += check(changes)
    return found


def consequences(changes: Sequence[SessionChange]) -> Consequences:
    """What a release would mean to those who booked or starred, as the apps above say."""
    of_sessions: dict[int, Counter[str]] = {}
    mails = 0
    for ask in release_consequences:
        answer = ask(changes)
        mails += answer.mails
        for session_id, counts in answer.of_sessions.items():
            of_sessions.setdefault(session_id, Counter()).update(vars(counts))
    return Consequences({pk: SessionConsequences(**counts) for pk, counts in of_sessions.items()}, mails)


def clashes_of(session: Session) -> list[ReleaseWarning]:
    """What this draft would bring into two places at once, beside all other drafts."""
    situation = Situation.of(session.edition)
    return list(
        cautions.two_places_at_once(
            [situation.as_drafted],
            {session.pk},
            zone=session.edition.zone,
            ways=situation.ways,
            names=situation.names,
        )
    )
