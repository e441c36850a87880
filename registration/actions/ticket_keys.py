"""What is done with the keys of tickets; how they work is in `registration.ticket_keys`."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus_conference.mail import queue
from efus_conference.models import Edition, User
from registration.actions.refusals import NotYours, Refusal
from registration.models import Ticket, TicketKey
from registration.states import Status
from registration.ticket_keys import KeyUnusableError, secret_key, signer

REVOKE = "registration.change_ticketkey"


class KeyInUse(Refusal):
    message = _(
        "Tickets are signed with this key. Set another TICKET_KEY first: it is retired then by itself."
    )


class NoKeyToSign(Refusal):
    message = _(
        "No ticket can be signed with the TICKET_KEY that is set, as its key is revoked. Set another one first."
    )


@transaction.atomic
def retire_key(*, key: TicketKey) -> TicketKey:
    """Its tickets hold until the edition ends; a second call changes nothing. Raises KeyInUse."""
    if key.key_id == secret_key(settings.TICKET_KEY)[0]:
        raise KeyInUse
    fresh = TicketKey.objects.select_for_update().get(pk=key.pk)
    if fresh.retired_at is None:
        fresh.retired_at = timezone.now()
        fresh.save(update_fields=["retired_at"])
    return fresh


@transaction.atomic
def revoke_key(*, key: TicketKey, by: User | None) -> TicketKey:
    """Its secret got out: from now on none of its signatures is believed. A second call changes nothing.

    Without `by` on the machine itself. The key in use may be revoked too: no ticket is shown or printed then until
    TICKET_KEY is another one, and people are found by their names. Raises NotYours.
    """
    if by is not None and not by.has_perm(REVOKE):
        raise NotYours
    fresh = TicketKey.objects.select_for_update().get(pk=key.pk)
    if fresh.revoked_at is None:
        fresh.revoked_at = timezone.now()
        fresh.save(update_fields=["revoked_at"])
    return fresh


@transaction.atomic
def mail_tickets(*, edition: Edition) -> int:
    """Queues the ticket as it is signed now to everyone who has one, and says how many. Raises NoKeyToSign."""
    try:
        signer()
    except KeyUnusableError:
        raise NoKeyToSign
    standing = Ticket.objects.standing().filter(place__edition=edition, registration__status=Status.CONFIRMED)
    ids = list(standing.order_by("registration_id").values_list("registration_id", flat=True))
    for registration_id in ids:
        queue("registration/ticket", registration_id=registration_id)
    return len(ids)
