"""The mails that were sent about a registration, as far as who keeps it reads them."""

from __future__ import annotations

from django.db.models import QuerySet

from efus_conference.models import Mail, User
from registration.answers import is_readable
from registration.models import Registration


def sent_mails(registration: Registration, *, by: User) -> QuerySet[Mail]:
    """All of them; for a coordinator, who reads nothing that was told to others, those that went to themselves."""
    mails = Mail.objects.about(registration_id=registration.pk)
    return mails if is_readable(registration, by) else mails.filter(to__iexact=by.email)
