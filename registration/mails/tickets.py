"""The ticket, when its QR code is another one than the mail before brought."""

from __future__ import annotations

from django.utils import translation

from efus_conference.mail import Letter, composes
from registration.mails.letters import facts, letters, read, ticket_file
from registration.models import Registration, Ticket


@composes("registration/ticket")
def ticket(registration_id: int) -> list[Letter]:
    registration = read(registration_id)
    if registration is None or not registration.is_confirmed or registration.edition.phase() == "over":
        return []
    with translation.override(registration.language):
        attachments = ticket_file(registration)
        context = {**facts(registration), "is_reprinted": _is_reprinted(registration)}
    return letters(registration, context, attachments)


def _is_reprinted(registration: Registration) -> bool:
    """Whether the code changed because the desk printed another badge."""
    void = registration.tickets.exclude(voided_at=None).order_by("-voided_at")
    return void.values_list("voided_why", flat=True).first() == Ticket.Void.REPRINTED
