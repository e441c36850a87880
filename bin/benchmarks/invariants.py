"""What must hold in the database at every moment, each as a question that has no answer while it holds.

Asked in SQL of the rows themselves, and never with the site's own code, so that a mistake there cannot hide
itself. The tests ask the same questions after every step they take.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# Each selects the rows that break the sentence; an empty answer is a kept promise.
INVARIANTS: dict[str, str] = {
    "no session has more seats given, offered and held back than there are": """
        SELECT session_id, capacity, held, offered, taken FROM registration_seatpool
        WHERE held + offered + taken > capacity OR wheelchairs_offered + wheelchairs_taken > wheelchairs
    """,
    "a session's numbers are those of its rows": """
        SELECT pool.session_id FROM registration_seatpool pool,
        LATERAL (
            SELECT count(*) FILTER (WHERE NOT is_wheelchair) AS seats,
                count(*) FILTER (WHERE is_wheelchair) AS wheelchairs
            FROM registration_booking WHERE session_id = pool.session_id AND status IN ('active', 'clash')
        ) taken,
        LATERAL (
            SELECT count(*) FILTER (WHERE status = 'offered' AND NOT is_wheelchair) AS offered,
                count(*) FILTER (WHERE status = 'offered' AND is_wheelchair) AS wheelchairs_offered,
                count(*) FILTER (WHERE status = 'waiting' AND NOT is_wheelchair) AS waiting,
                count(*) FILTER (WHERE status = 'waiting' AND is_wheelchair) AS wheelchairs_waiting
            FROM registration_wait WHERE session_id = pool.session_id
        ) waits,
        LATERAL (
            SELECT coalesce(sum(seats - used), 0) AS seats FROM registration_hold WHERE pool_id = pool.session_id
        ) held
        WHERE (pool.taken, pool.wheelchairs_taken, pool.offered, pool.wheelchairs_offered,
               pool.waiting, pool.wheelchairs_waiting, pool.held)
            <> (taken.seats, taken.wheelchairs, waits.offered, waits.wheelchairs_offered,
                waits.waiting, waits.wheelchairs_waiting, held.seats)
    """,
    "seats out of those held back are counted there": """
        SELECT hold.id FROM registration_hold hold
        WHERE hold.used <> (SELECT count(*) FROM registration_booking booking
                            WHERE booking.hold_id = hold.id AND booking.status IN ('active', 'clash'))
            OR hold.used > hold.seats
    """,
    "a place has one live registration at most": """
        SELECT place_id FROM registration_registration WHERE status NOT IN ('refused', 'cancelled')
        GROUP BY place_id HAVING count(*) > 1
    """,
    "a place has no two seats at one time but those marked as a clash": """
        SELECT one.id, other.id FROM registration_booking one
        JOIN registration_booking other
            ON other.place_id = one.place_id AND other.id > one.id AND other.during && one.during
        WHERE one.status IN ('active', 'clash') AND other.status IN ('active', 'clash')
            AND NOT (one.status = 'clash' AND other.status = 'clash')
    """,
    "a seat marked as a clash overlaps another": """
        SELECT one.id FROM registration_booking one
        WHERE one.status = 'clash' AND NOT EXISTS (
            SELECT FROM registration_booking other
            WHERE other.place_id = one.place_id AND other.id <> one.id AND other.during && one.during
                AND other.status IN ('active', 'clash'))
    """,
    "a place has one seat in a session, or waits for it once": """
        SELECT place_id, session_id FROM (
            SELECT place_id, session_id FROM registration_booking WHERE status IN ('active', 'clash')
            UNION ALL
            SELECT place_id, session_id FROM registration_wait WHERE status IN ('waiting', 'offered')
        ) mine
        GROUP BY place_id, session_id HAVING count(*) > 1
    """,
    "a seat is at the session's own time": """
        SELECT booking.id FROM registration_booking booking
        JOIN programme_releasedsession released ON released.session_id = booking.session_id
        WHERE booking.status IN ('active', 'clash')
            AND (booking.during <> released.during OR released.status <> 'confirmed')
    """,
    "nobody has a seat or waits for one without taking part": """
        SELECT mine.place_id FROM (
            SELECT place_id FROM registration_booking WHERE status IN ('active', 'clash')
            UNION SELECT place_id FROM registration_wait WHERE status IN ('waiting', 'offered')
        ) mine
        JOIN registration_place place ON place.id = mine.place_id
        LEFT JOIN registration_registration person
            ON person.place_id = place.id AND person.status NOT IN ('refused', 'cancelled')
        WHERE place.closed_at IS NOT NULL
            OR (person.id IS NULL AND place.delegation_id IS NULL AND place.accompanies_id IS NULL)
            OR (person.id IS NOT NULL AND person.status <> 'confirmed' AND NOT person.is_outside_quota)
    """,
    "no category has more people than its quota": """
        SELECT id FROM registration_category WHERE quota < offered_count + taken_count
    """,
    "a category's numbers are those of its rows": """
        SELECT category.id FROM registration_category category,
        LATERAL (
            SELECT count(*) FILTER (WHERE status = 'approved') AS offered,
                count(*) FILTER (WHERE status = 'confirmed') AS taken
            FROM registration_registration WHERE category_id = category.id AND NOT is_outside_quota
        ) people
        WHERE (category.offered_count, category.taken_count) <> (people.offered, people.taken)
    """,
}

# Of sessions where everyone waits alone and for an ordinary seat, so that whose turn it is needs no reckoning.
OF_SINGLE_WAITS: dict[str, str] = {
    "nobody is offered a seat while someone who came earlier waits": """
        SELECT later.id, earlier.id FROM registration_wait later
        JOIN registration_wait earlier ON earlier.session_id = later.session_id AND earlier.party_id < later.party_id
        WHERE earlier.status = 'waiting' AND later.status IN ('offered', 'accepted', 'declined', 'expired')
            AND later.session_id = ANY(%s)
    """,
    "nobody waits while a seat is free": """
        SELECT session_id FROM registration_seatpool
        WHERE waiting > 0 AND capacity > held + offered + taken AND session_id = ANY(%s)
    """,
}


def broken(cursor: Any, *, single_waits_of: Sequence[int] = ()) -> list[str]:
    """The sentences that do not hold, each with some of the rows that break it; empty when all is well.

    `single_waits_of` are the sessions to which those of `OF_SINGLE_WAITS` apply.
    """
    asked: list[tuple[str, str, list[Any] | None]] = [(*one, None) for one in INVARIANTS.items()]
    if single_waits_of:
        asked += [(*one, [list(single_waits_of)]) for one in OF_SINGLE_WAITS.items()]
    found = []
    for sentence, question, parameters in asked:
        cursor.execute(question, parameters)
        if rows := cursor.fetchmany(5):
            found.append(f"{sentence}: {', '.join(str(tuple(row)) for row in rows)}")
    return found
