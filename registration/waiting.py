"""Where one stands on a waiting list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from registration.models import Wait


def positions_of(waits: Iterable[Wait]) -> dict[int, int]:
    """For each wait, by its id: how many seats are asked for up to and with it, 1 for who is next. One query."""
    asked = [wait for wait in waits if wait.status == Wait.Status.WAITING]
    if not asked:
        return {}
    lists: dict[tuple[int, bool], list[int]] = defaultdict(list)
    rows = Wait.objects.waiting().filter(session__in={wait.session_id for wait in asked})
    for pk, session_id, is_wheelchair in rows.values_list("pk", "session_id", "is_wheelchair"):
        lists[session_id, is_wheelchair].append(pk)
    positions = {pk: at for waiting in lists.values() for at, pk in enumerate(waiting, start=1)}
    return {wait.pk: positions[wait.pk] for wait in asked if wait.pk in positions}
