"""What goes over the desk: a delegation's badges to one person, headsets against a badge."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from efus_conference.models import Edition, User
from registration.actions.check_ins import Arrival, take_check_ins
from registration.actions.desk_refusals import (
    HasHeadset,
    HeadsetTaken,
    NoSuchLoan,
    NotOfThisDelegation,
    NotOnThisDay,
    NotTakingPart,
)
from registration.actions.locks import violated
from registration.actions.tickets import tickets_for
from registration.desk.days import counted_days, day_of
from registration.desk.delegations import people_of_delegation
from registration.models import CheckIn, Delegation, DeskDevice, HeadsetLoan, Place, Registration, Ticket


@transaction.atomic
def hand_out_badges(
    *,
    delegation: Delegation,
    handed_to: Registration,
    present: Collection[Registration],
    by: User,
    device: DeskDevice | None = None,
) -> int:
    """Gives all badges of the delegation that are not handed out yet to one of its people; how many.

    Only who is `present` is checked in, for today. A second time changes nothing. Raises NotOfThisDelegation,
    NotOnThisDay.
    """
    people = {person.pk: person for person in people_of_delegation(delegation)}
    # Before their tickets are made, for which the database locks registrations: who cancels one holds its place first.
    list(Place.objects.locked([person.place_id for person in people.values()]))
    if {handed_to.pk, *(person.pk for person in present)} - people.keys():
        raise NotOfThisDelegation
    now = timezone.now()
    today = day_of(delegation.edition, now)
    if present and today not in counted_days(delegation.edition, now):
        raise NotOnThisDay
    tickets = tickets_for(list(people.values()))
    handed = Ticket.objects.standing().filter(
        pk__in=[ticket.pk for ticket in tickets.values()], handed_at=None
    )
    count = handed.update(handed_at=now, handed_to=handed_to)
    arrivals = [
        Arrival(
            id=uuid.uuid4(),
            registration_id=person.pk,
            day=today,
            at=now,
            how=CheckIn.How.DELEGATION,
            ticket_id=tickets[person.pk].pk if person.pk in tickets else None,
        )
        for person in present
    ]
    take_check_ins(edition=delegation.edition, arrivals=arrivals, device=device, by=by)
    return count


def lend_headset(*, registration: Registration, number: int, device: DeskDevice | None = None) -> HeadsetLoan:
    """Raises NotTakingPart, HeadsetTaken, HasHeadset."""
    if not registration.is_confirmed:
        raise NotTakingPart
    try:
        with transaction.atomic():
            return HeadsetLoan.objects.create(
                edition_id=registration.edition_id, registration=registration, number=number, device=device
            )
    except IntegrityError as error:
        if violated(error) == "a_headset_is_lent_once":
            raise HeadsetTaken
        if violated(error) == "one_headset_per_person":
            raise HasHeadset
        if violated(error) == "headsets_are_lent_to_who_takes_part":
            raise NotTakingPart  # cancelled or erased in this moment
        raise


def take_back_headset(*, edition: Edition, number: int) -> HeadsetLoan:
    """Raises NoSuchLoan; within a minute after it came back, a second click finds the same loan."""
    with transaction.atomic():
        loans = HeadsetLoan.objects.filter(edition=edition, number=number).select_related("registration")
        loan = loans.filter(returned_at=None).select_for_update(of=("self",)).first()
        if loan is None:
            just_now = timezone.now() - timedelta(minutes=1)
            loan = loans.filter(returned_at__gte=just_now).order_by("-returned_at").first()
            if loan is None:
                raise NoSuchLoan
            return loan
        loan.returned_at = timezone.now()
        loan.save(update_fields=["returned_at"])
        return loan
