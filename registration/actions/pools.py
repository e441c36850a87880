"""The numbers of a pool of seats, changed only while its lock is held."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F

from registration.models import Booking, Hold, SeatPool


def free_of(pool: SeatPool, *, is_wheelchair: bool) -> int:
    """Those that nobody has or is offered, whether someone waits or not."""
    return pool.wheelchairs_free if is_wheelchair else pool.free


def open_of(pool: SeatPool, *, is_wheelchair: bool) -> int:
    """Those that anyone may book at once."""
    return pool.wheelchairs_open if is_wheelchair else pool.open


def change(
    pool: SeatPool, *, is_wheelchair: bool = False, taken: int = 0, offered: int = 0, waiting: int = 0
) -> None:
    """Adds to the pool's numbers, in the database and in the row at hand."""
    prefix = "wheelchairs_" if is_wheelchair else ""
    steps = {
        f"{prefix}{name}": step
        for name, step in (("taken", taken), ("offered", offered), ("waiting", waiting))
        if step
    }
    if not steps:
        return
    SeatPool.objects.filter(pk=pool.pk).update(**{name: F(name) + step for name, step in steps.items()})
    for name, step in steps.items():
        setattr(pool, name, getattr(pool, name) + step)


def use_hold(pool: SeatPool, hold: Hold, count: int) -> None:
    """Takes seats out of those held back (a negative count gives them back); a trigger adds up the pool's."""
    Hold.objects.filter(pk=hold.pk).update(used=F("used") + count)
    hold.used += count
    pool.held -= count


def take_back(pool: SeatPool, bookings: Sequence[Booking]) -> None:
    """Counts seats that were given up; one out of those held back is held back again."""
    for is_wheelchair in (False, True):
        count = sum(booking.is_wheelchair == is_wheelchair for booking in bookings)
        change(pool, is_wheelchair=is_wheelchair, taken=-count)
    for booking in bookings:
        if booking.hold is not None:
            use_hold(pool, booking.hold, -1)
