"""The delegations as the desk sees them: whose badges are handed out, who is there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from efus_conference.models import Edition
from registration.models import CheckIn, Delegation, Registration, Ticket


@dataclass(frozen=True)
class DelegationLine:
    delegation: Delegation
    people: int
    handed: int
    there: int

    @property
    def is_done(self) -> bool:
        return self.people > 0 and self.handed == self.people


@dataclass(frozen=True)
class Member:
    registration: Registration
    ticket: Ticket | None
    is_there: bool


def people_of_delegation(delegation: Delegation) -> list[Registration]:
    """Those who take part on its places, and who accompanies them."""
    own = Q(place__delegation=delegation) | Q(place__accompanies__delegation=delegation)
    rows = Registration.objects.confirmed().filter(own, erased_at=None)
    return list(rows.select_related("organisation", "category").defer("needs").by_name())


def delegations_at(edition: Edition, day: date) -> list[DelegationLine]:
    """All of the edition that have somebody coming, in five queries."""
    rows = Registration.objects.confirmed().filter(edition=edition, erased_at=None)
    of_person: dict[int, int] = {
        pk: own or beside
        for pk, own, beside in rows.values_list(
            "pk", "place__delegation_id", "place__accompanies__delegation_id"
        )
        if own or beside
    }
    handed = Ticket.objects.standing().filter(registration__edition=edition, handed_at__isnull=False)
    there = CheckIn.objects.standing().at_the_entrance().filter(edition=edition, day=day)
    counts = Counter(of_person.values())
    handed_counts = _by_delegation(set(handed.values_list("registration_id", flat=True)), of_person)
    there_counts = _by_delegation(set(there.values_list("registration_id", flat=True)), of_person)
    delegations = Delegation.objects.filter(pk__in=counts).select_related("organisation", "edition")
    lines = [
        DelegationLine(one, counts[one.pk], handed_counts[one.pk], there_counts[one.pk])
        for one in delegations
    ]
    return sorted(lines, key=lambda line: (line.is_done, str(line.delegation.organisation).casefold()))


def members_of(delegation: Delegation, day: date) -> list[Member]:
    people = people_of_delegation(delegation)
    tickets = {
        ticket.registration_id: ticket
        for ticket in Ticket.objects.standing().filter(registration__in=people).select_related("handed_to")
    }
    there = set(
        CheckIn.objects.standing()
        .at_the_entrance()
        .filter(registration__in=people, day=day)
        .values_list("registration_id", flat=True)
    )
    return [Member(person, tickets.get(person.pk), person.pk in there) for person in people]


def _by_delegation(refs: set[int], of_person: dict[int, int]) -> Counter[int]:
    return Counter(of_person[ref] for ref in refs if ref in of_person)
