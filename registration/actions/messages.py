"""What organisers write to many: tried on oneself, then sent once."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus_conference.mail import queue
from efus_conference.models import User
from registration.actions.refusals import Refusal
from registration.audiences import audience_of
from registration.models import Message, RegistrationEvent

SEND = "registration.change_message"


class NobodyToWriteTo(Refusal):
    message = _("Nobody is in this group at the moment, so nothing was sent.")


class AlreadySent(Refusal):
    message = _("This message was sent already; nobody gets it twice.")


class NotAllowedToWrite(Refusal):
    message = _("Only those with the right to change messages may send them.")


@transaction.atomic
def send_message(*, message: Message, by: User) -> Message:
    """Queues one mail for each who is meant at this moment, all of them or none.

    Raises NotAllowedToWrite, AlreadySent (a second click), NobodyToWriteTo.
    """
    if not by.has_perm(SEND):
        raise NotAllowedToWrite
    # Of two clicks the second waits here, and then finds what the first has done.
    fresh = Message.objects.select_for_update(of=("self",), no_key=True).get(pk=message.pk)
    if fresh.sent_at is not None:
        raise AlreadySent
    people = audience_of(fresh)
    if not people:
        raise NobodyToWriteTo
    for person in people:
        queue("registration/message", registration_id=person.pk, message_id=fresh.pk)
    RegistrationEvent.objects.bulk_create(
        RegistrationEvent(registration=person, verb=RegistrationEvent.Verb.MAILED, actor=by)
        for person in people
    )
    fresh.sent_at, fresh.sent_count, fresh.written_by = timezone.now(), len(people), by
    fresh.save(update_fields=["sent_at", "sent_count", "written_by"])
    return fresh


def try_message(*, message: Message, by: User) -> None:
    """Queues it to the organiser alone, in each language it is written in. Raises NotAllowedToWrite."""
    if not by.has_perm(SEND):
        raise NotAllowedToWrite
    queue("registration/message_trial", message_id=message.pk, user_id=by.pk)
