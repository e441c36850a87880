"""The ticket as a PDF of one A6 page: as large as a telephone's screen shows it, and as small as a pocket has it."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from efus_conference import qr
from efus_conference.pdf import made_pdf
from efus_conference.templatetags.dates import days_of
from registration.models import Ticket
from registration.ticket_keys import signed


def ticket_pdf(ticket: Ticket) -> bytes:
    """In the language that is active; the same bytes for the same ticket. Raises KeyUnusableError."""
    registration, edition = ticket.registration, ticket.registration.edition
    text = signed(ticket)
    data = {
        "conference": _("Security, Democracy & Cities"),
        "place": edition.place,
        "dates": days_of(edition),
        "venue": edition.venue,
        "name": registration.name,
        "category": registration.category.name,
        "organisation": registration.shown_organisation,
        "code": ticket.shown_code,
        "qr": qr.svg(text),
        "words": {
            "ticket": _("Ticket"),
            "picture": _("QR code with the text %(text)s") % {"text": text},
            "show": _(
                "Show this at the welcome desk, on your telephone or on paper. You get your badge there."
            ),
            "alone": _(
                "It lets one person in. Don’t pass it on: lost, it can be replaced on the conference’s site."
            ),
            "demonstration": _("Demonstration: this edition is invented.")
            if edition.is_demonstration
            else "",
        },
    }
    title = _("Ticket for %(edition)s") % {"edition": edition.name}
    return made_pdf(
        "registration/pdf/ticket.typ",
        data,
        language=get_language() or "en",
        title=title,
        dated=ticket.made_at,
    )
