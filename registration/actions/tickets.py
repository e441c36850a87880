"""Tickets: made when somebody first needs one, and made anew when the old one is lost."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus_conference.mail import queue_together
from efus_conference.models import User
from registration.actions.delegation_refusals import EditionOver
from registration.actions.locks import locked_registration, violated
from registration.actions.refusals import NoTicket, NotYours, Refusal
from registration.models import Registration, RegistrationEvent, Ticket

Verb = RegistrationEvent.Verb
PRINT = "registration.print_badges"
OF_WHO_TAKES_PART = "tickets_are_for_who_takes_part"
ONE_EACH = "one_standing_ticket"
BATCH = 500
# New tickets for one registration: each void code is one more that every device at the desk must know.
MOST_A_DAY = 5


class TooManyTickets(Refusal):
    message = _(
        "So many new tickets were made within a day that something must be wrong. Please write to the organisers, or "
        "tell your name at the welcome desk."
    )


def ticket_for(registration: Registration) -> Ticket:
    """The ticket that lets the person in, made if there is none yet; of two calls at once one makes it.

    Raises NoTicket (which is a NotConfirmed).
    """
    standing = Ticket.objects.standing().filter(registration=registration)
    if (ticket := standing.first()) is not None:
        return ticket
    try:
        with transaction.atomic():
            return Ticket.objects.create(registration=registration, place_id=registration.place_id)
    except IntegrityError as error:
        if violated(error) == OF_WHO_TAKES_PART:
            raise NoTicket
        if violated(error) != ONE_EACH:
            raise
    return standing.get()


def tickets_for(registrations: Collection[Registration]) -> dict[int, Ticket]:
    """The tickets of many by their registrations' ids, made where there is none; a few queries for each 500.

    Who does not take part, or was erased, has none, and is left out.
    """
    ids = [registration.pk for registration in registrations]
    missing = Registration.objects.confirmed().filter(pk__in=ids, erased_at=None)
    missing = missing.exclude(
        pk__in=Ticket.objects.standing().filter(registration__in=ids).values("registration")
    )
    for_places = list(missing.values_list("pk", "place_id").order_by("pk"))
    try:
        with transaction.atomic():
            Ticket.objects.bulk_create(
                [Ticket(registration_id=pk, place_id=place) for pk, place in for_places],
                batch_size=BATCH,
                ignore_conflicts=True,  # another process made it just now
            )
    except IntegrityError as error:
        if violated(error) != OF_WHO_TAKES_PART:
            raise
        # One of them was cancelled in this moment; what remains is made one by one.
        for registration in missing:
            try:
                ticket_for(registration)
            except NoTicket:
                continue
    standing = Ticket.objects.standing().filter(registration__in=ids)
    return {ticket.registration_id: ticket for ticket in standing}


@transaction.atomic
def renew_ticket(*, registration: Registration, by: User, instead_of: Ticket | None = None) -> Ticket:
    """Makes the code void, as the telephone or paper with it is lost, makes another and mails it.

    With `instead_of`, only as long as that one stands: a second click renews nothing. Raises NotYours, NoTicket,
    EditionOver, TooManyTickets, Erased.
    """
    fresh = locked_registration(registration, by=by)
    if fresh.edition.phase() == "over":
        raise EditionOver
    old = Ticket.objects.standing().filter(registration=fresh).first()
    if instead_of is not None and old is not None and old.pk != instead_of.pk:
        return old
    since = timezone.now() - timedelta(days=1)
    if fresh.tickets.filter(voided_why=Ticket.Void.RENEWED, voided_at__gt=since).count() >= MOST_A_DAY:
        raise TooManyTickets
    made = _made_anew(fresh, old, Ticket.Void.RENEWED)
    fresh.events.create(verb=Verb.RENEWED, actor=by)
    queue_together("registration/ticket", registration_id=fresh.pk)
    return made


@transaction.atomic
def reprint_badge(*, registration: Registration, by: User) -> Ticket:
    """Makes the code of a lost badge void, and the one for the badge to be printed next; its person is mailed it.

    Raises NotYours, NoTicket, Erased.
    """
    if not by.has_perm(PRINT):
        raise NotYours
    fresh = locked_registration(registration, by=by, permission=PRINT)
    old = Ticket.objects.standing().filter(registration=fresh).first()
    made = _made_anew(fresh, old, Ticket.Void.REPRINTED)
    fresh.events.create(verb=Verb.REPRINTED, actor=by)
    queue_together("registration/ticket", registration_id=fresh.pk)
    return made


def note_replaced(registration: Registration) -> None:
    """Part of a replacement: its tickets, void since it was cancelled, say that someone else has the place."""
    Ticket.objects.filter(registration=registration, voided_why=Ticket.Void.CANCELLED).update(
        voided_why=Ticket.Void.REPLACED
    )


def _made_anew(registration: Registration, old: Ticket | None, why: Ticket.Void) -> Ticket:
    """Another ticket on the place, which the caller has locked."""
    if not registration.is_confirmed:
        raise NoTicket
    if old is not None:
        old.voided_at, old.voided_why = timezone.now(), why
        old.save(update_fields=["voided_at", "voided_why"])
    return ticket_for(registration)
