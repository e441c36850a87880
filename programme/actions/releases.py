from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.utils import timezone

from efus_conference.models import Edition, User
from programme.actions.comparison import fingerprint, log_entry
from programme.actions.foresight import refusal_in
from programme.actions.refusals import DifferencesChanged, RoomTaken, SessionsOfAnotherEdition
from programme.actions.situation import Situation
from programme.models import Release, ReleaseChange, ReleasedSession, Session
from programme.release_hooks import SessionChange, release_effects

ROOM_CONSTRAINT = "a_room_holds_one_session_at_a_time"
WRITTEN = [
    field.name
    for field in ReleasedSession._meta.fields
    if not field.primary_key and field.name not in ("first_release", "edition")
]


@transaction.atomic
def release(
    *,
    edition: Edition,
    by: User | None,
    sessions: Sequence[Session] | None = None,
    note: str | Mapping[str, str] | None = None,
    expected: str | None = None,
) -> Release | None:
    """Publishes the drafts, of everything or of the chosen sessions; None when nothing differs.

    `note` is a sentence to the readers, English or by language. `expected` is the fingerprint of the
    differences someone confirmed. Drafts without a time wait, unless they were chosen or are public already.
    Raises ReleaseRefused; then nothing is written.
    """
    # One release of an edition at a time: numbers have no gap and no other release comes between what is
    # compared and what is written. Rows that merely point to the edition are not held up.
    Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
    if sessions is not None and any(session.edition_id != edition.pk for session in sessions):
        raise SessionsOfAnotherEdition
    situation = Situation.of(edition)
    changes = situation.changes(sessions)
    if expected is not None and expected != fingerprint(changes):
        raise DifferencesChanged
    if reason := refusal_in(situation, changes=changes, sessions=sessions):
        raise reason
    if not changes:
        return None
    made = _new_release(edition, by, note)
    _write(made, changes)
    for effect in release_effects:
        effect(made, changes)
    return made


def _new_release(edition: Edition, by: User | None, note: str | Mapping[str, str] | None) -> Release:
    last = edition.releases.aggregate(last=Max("number"))["last"] or 0
    notes = {"en": note} if isinstance(note, str) else note or {}
    return Release.objects.create(
        edition=edition,
        number=last + 1,
        released_at=timezone.now(),
        released_by=by,
        **{f"note_{language}": text for language, text in notes.items()},
    )


def _write(made: Release, changes: Sequence[SessionChange]) -> None:
    for change in changes:
        row = change.after
        row.first_release_id = change.before.first_release_id if change.before else made.pk
        row.last_release = made
        row.changed_at = made.released_at
    rows = [change.after for change in changes]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {ROOM_CONSTRAINT} DEFERRED")
            ReleasedSession.objects.bulk_create(
                rows, update_conflicts=True, unique_fields=["session"], update_fields=WRITTEN
            )
            # Asked now and not at the commit, so that the refusal comes before any effect.
            cursor.execute(f"SET CONSTRAINTS {ROOM_CONSTRAINT} IMMEDIATE")
    except IntegrityError as error:
        if ROOM_CONSTRAINT not in str(error):
            raise
        raise RoomTaken(None, made.edition.zone) from error
    entries = [log_entry(change) for change in changes]
    for entry in entries:
        entry.release = made
    ReleaseChange.objects.bulk_create(entries)
