"""E-mail addresses that somebody else wrote into a registration of theirs."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction

from efus_conference.mail import queue
from efus_conference.models import Edition, User
from registration.actions.refusals import NotYours
from registration.actions.states import held
from registration.models import Registration, RegistrationEvent


def has_proved_address(user: User) -> bool:
    return EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()


@transaction.atomic
def take_address_back(*, edition: Edition, by: User) -> Registration | None:
    """Takes the address of `by`, who proved it, out of the registration that another account keeps with it.

    An address stands in one live registration alone, so whoever writes somebody else's would keep them out. That
    registration stays as it is; its mails go to who keeps it, who is told by one. None where there is none. Raises
    NotYours.
    """
    if not has_proved_address(by):
        raise NotYours
    others = Registration.objects.live().filter(edition=edition, email__iexact=by.email)
    found = others.exclude(managed_by=by).values_list("pk", flat=True).first()
    if found is None:
        return None
    (row,) = held([found]).chosen
    if not row.is_live or row.email.casefold() != by.email.casefold():
        return None
    row.email, row.mails_to = "", Registration.MailsTo.MANAGER
    row.save(update_fields=["email", "mails_to", "changed_at"])
    row.events.create(verb=RegistrationEvent.Verb.CHANGED, actor=by, detail={"fields": ["email"]})
    queue("registration/changed", registration_id=row.pk)
    return row
