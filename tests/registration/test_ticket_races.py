from __future__ import annotations

from registration import ticket_keys
from registration.actions import ticket_for, tickets_for
from registration.models import Ticket, TicketKey
from tests import factories
from tests.registration.test_races import at_once


def test_the_same_ticket_asked_for_many_times_at_once_is_one(fresh_db: str) -> None:
    edition = factories.edition()
    registrations = [factories.registration(edition) for _number in range(5)]
    done = at_once(lambda row: ticket_for(row), [(row,) for row in registrations for _time in range(8)], 8)
    assert done == {"done": 40}
    done = at_once(lambda rows: tickets_for(rows), [(registrations,)] * 8, 8)
    assert done == {"done": 8}
    assert Ticket.objects.count() == 5


def test_the_first_tickets_signed_at_once_leave_one_key(fresh_db: str) -> None:
    assert at_once(lambda _number: ticket_keys.signer(), [(number,) for number in range(8)], 8) == {"done": 8}
    assert [key.retired_at for key in TicketKey.objects.all()] == [None]
