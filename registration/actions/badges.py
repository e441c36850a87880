"""Badges printed: whoever prints them notes when, so that the next print takes only what is new."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from efus_conference.models import User
from registration.actions.refusals import NobodyToPrint, NotYours
from registration.actions.tickets import PRINT
from registration.badges import Format, badges_pdf
from registration.models import Registration, Ticket


@transaction.atomic
def print_badges(*, registrations: Collection[Registration], form: Format, by: User) -> bytes:
    """The PDF of the badges of people of one edition, each noted as printed unless it was before.

    Raises NotYours, NobodyToPrint and KeyUnusableError.
    """
    if not by.has_perm(PRINT):
        raise NotYours
    try:
        content = badges_pdf(registrations, form)
    except LookupError as error:
        raise NobodyToPrint from error
    ids = [registration.pk for registration in registrations]
    Ticket.objects.standing().filter(registration__in=ids, printed_at=None).update(printed_at=timezone.now())
    return content
