"""Who is concerned by what a release changed: noted in its transaction, until a digest tells of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone

from programme.models import Release
from programme.release_hooks import SessionChange
from registration.actions.telling import tell_at_once
from registration.models import AgendaChange, Booking, Registration, Star, Wait
from registration.net_changes import facts_of, is_urgent, matters


def note_changes(release: Release, changes: Sequence[SessionChange]) -> None:
    """Notes, in the release's transaction, each change of time, room, state or interpretation for whom it concerns.

    That is who has a seat, a star or a wait there, or had them when it was cancelled, and who speaks there. Who has
    a session within a day is told at once.
    """
    told = {
        change.after.session_id: (facts_of(change.before), facts_of(change.after))
        for change in changes
        if change.before is not None and matters(facts_of(change.before), facts_of(change.after))
    }
    if not told:
        return
    rows = [
        AgendaChange(
            registration_id=registration_id,
            session_id=session_id,
            release=release,
            before=told[session_id][0],
            after=told[session_id][1],
            had_seat=had_seat,
        )
        for (registration_id, session_id), had_seat in _concerned(
            [change for change in changes if change.after.session_id in told]
        ).items()
    ]
    AgendaChange.objects.bulk_create(rows, ignore_conflicts=True)
    now = timezone.now()
    urgent = {row.registration_id for row in rows if is_urgent(row, now)}
    tell_at_once(registration_ids=urgent, at=now)


def readers_of(changes: Sequence[SessionChange]) -> Mapping[int, set[int]]:
    """For each session that differs in what a digest tells: the registrations it would tell of it."""
    differing = [
        change
        for change in changes
        if change.before is not None and matters(facts_of(change.before), facts_of(change.after))
    ]
    readers: dict[int, set[int]] = {change.after.session_id: set() for change in differing}
    for registration_id, session_id in _concerned(differing):
        readers[session_id].add(registration_id)
    return readers


def _concerned(changes: Sequence[SessionChange]) -> dict[tuple[int, int], bool]:
    """The pairs of registration and session, and whether there was a seat, in five queries."""
    ids = [change.after.session_id for change in changes]
    live = Registration.objects.live()
    found: dict[tuple[int, int], bool] = dict.fromkeys(
        Star.objects.filter(session__in=ids, registration__in=live.values("pk")).values_list(
            "registration_id", "session_id"
        ),
        False,
    )
    # The last of several of one place and session counts.
    waits = Wait.objects.filter(session__in=ids).order_by("pk")
    last_waits = {(row.place_id, row.session_id): row.status for row in waits}
    waiting = {*Wait.STANDING, Wait.Status.CALLED_OFF}
    bookings = Booking.objects.filter(session__in=ids).order_by("pk")
    last_seats = {(row.place_id, row.session_id): row.status for row in bookings}
    seated = {*Booking.STANDING, Booking.Status.CALLED_OFF}
    places = {place_id for place_id, _session in {**last_waits, **last_seats}}
    holders = dict(live.filter(place__in=places).values_list("place_id", "pk"))
    for statuses, counting, is_seat in ((last_waits, waiting, False), (last_seats, seated, True)):
        for (place_id, session_id), status in statuses.items():
            if status in counting and place_id in holders:
                found[holders[place_id], session_id] = is_seat
    speaking = {
        (appearance["speaker"], change.after.session_id)
        for change in changes
        for row in (change.before, change.after)
        if row is not None
        for appearance in row.appearances
    }
    # A speaker has a registration for each edition they come to.
    editions = {change.after.session_id: change.after.edition_id for change in changes}
    of_speakers = live.filter(
        speaker__in={one for one, _ in speaking}, edition__in=set(editions.values())
    ).values_list("speaker_id", "edition_id", "pk")
    for speaker_id, edition_id, registration_id in of_speakers:
        for speaks, session_id in speaking:
            if speaks == speaker_id and editions[session_id] == edition_id:
                found.setdefault((registration_id, session_id), False)
    return found
