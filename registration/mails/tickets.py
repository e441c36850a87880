"""The ticket, when its QR code is another one than the mail before brought."""

from __future__ import annotations

from django.utils import translation

from efus_conference.mail import Letter, composes
from registration.mails.letters import facts, letters, read, ticket_file


@composes("registration/ticket")
def ticket(registration_id: int) -> list[Letter]:
    registration = read(registration_id)
    if registration is None or not registration.is_confirmed or registration.edition.phase() == "over":
        return []
    with translation.override(registration.language):
        context = facts(registration)
        attachments = ticket_file(registration)
    return letters(registration, context, attachments)
