"""What the page of a registration says of the days themselves: whether the person came, and with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registration.models import Certificate, CheckIn, HeadsetLoan, Registration, Ticket


@dataclass(frozen=True)
class Days:
    ticket: Ticket | None
    check_ins: Sequence[CheckIn]
    headsets: Sequence[HeadsetLoan]
    certificates: Sequence[Certificate]


def days_of(registration: Registration) -> Days:
    check_ins = CheckIn.objects.standing().filter(registration=registration)
    return Days(
        ticket=Ticket.objects.standing().filter(registration=registration).first(),
        check_ins=list(check_ins.select_related("session").order_by("at")),
        headsets=list(HeadsetLoan.objects.filter(registration=registration, returned_at=None)),
        certificates=list(Certificate.objects.valid().filter(registration=registration)),
    )
