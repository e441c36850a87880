"""What the mails have in common: whom they go to, and what every template may say."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Event

from efus_conference.mail import Letter, site_address
from efus_conference.models import Edition
from efus_conference.models.organisations import country_name
from efus_conference.templatetags.dates import days_of
from programme.calendars import UID_DOMAIN, calendar
from registration.actions import NoTicket, ticket_for
from registration.models import Place, Registration, Ticket
from registration.ticket_keys import KeyUnusableError
from registration.ticket_pdf import ticket_pdf

Attachment = tuple[str, bytes, str]


@dataclass(frozen=True)
class Addressee:
    """Whom a mail about one place goes to: as its person chose, or, while it has none, to the coordinator."""

    place_id: int
    edition: Edition
    language: str
    name: str
    recipients: tuple[tuple[str, int | None], ...]  # address, and the account it is of
    registration: Registration | None

    def page(self, path: str) -> str:
        """The address of a page that shows it for this registration or place."""
        which = f"registration={self.registration.pk}" if self.registration else f"place={self.place_id}"
        return site_address(f"{path}?{which}")

    def letters(self, context: dict[str, Any]) -> list[Letter]:
        concerns = {"registration_id": self.registration.pk} if self.registration else {}
        return [
            Letter(to=address, language=self.language, context=context, user_id=user_id, concerns=concerns)
            for address, user_id in self.recipients
        ]


def read(registration_id: int) -> Registration | None:
    """None when it was erased since the job was queued."""
    return (
        Registration.objects.select_related(
            "edition", "category", "managed_by", "organisation", "place__delegation__organisation"
        )
        .filter(pk=registration_id, erased_at=None)
        .first()
    )


def addressee_of(place_id: int) -> Addressee | None:
    """None for a place that nobody holds and nobody coordinates."""
    holder = Registration.objects.live().filter(place_id=place_id).values_list("pk", flat=True).first()
    if holder is not None and (registration := read(holder)) is not None:
        return Addressee(
            place_id,
            registration.edition,
            registration.language,
            registration.name,
            tuple((address, _account(registration, address)) for address in registration.recipients()),
            registration,
        )
    place = Place.objects.select_related("edition", "delegation__coordinator", "accompanies").get(pk=place_id)
    if place.accompanies_id is not None:
        return addressee_of(place.accompanies_id)
    if place.delegation is None or place.delegation.coordinator is None or place.closed_at is not None:
        return None
    coordinator = place.delegation.coordinator
    name = place.note or _("a place of %(delegation)s") % {"delegation": place.delegation.organisation}
    recipients = ((coordinator.email, coordinator.pk),)
    return Addressee(place_id, place.edition, coordinator.language, name, recipients, None)


def facts(registration: Registration) -> dict[str, Any]:
    """What every template may say of the registration; call it in the mail's language."""
    edition = registration.edition
    return {
        "registration": registration,
        "name": registration.name,
        "edition": edition,
        "edition_name": edition.name,
        "days": days_of(edition),
        "category": registration.category.name,
        "country": country_name(registration.country),
        "is_on_behalf": not registration.is_own,
        "keeper": str(registration.managed_by),
        "registration_url": site_address(registration.get_absolute_url()),
        "ticket_url": site_address(_ticket_path(registration)),
        "agenda_url": site_address(f"{reverse('registration:agenda')}?registration={registration.pk}"),
        "programme_url": site_address(reverse("programme:timetable", args=[edition.slug])),
        "register_url": site_address(reverse("registration:register")),
    }


def _ticket_path(registration: Registration) -> str:
    """The ticket's own page where there is one: a telephone that opened it once shows it without a network too."""
    ticket = Ticket.objects.standing().filter(registration=registration).first()
    return ticket.get_absolute_url() if ticket else reverse("registration:my_ticket", args=[registration.pk])


def conference_days(registration: Registration) -> tuple[Attachment, ...]:
    """The days of the conference as a calendar file; none while they are not known."""
    edition = registration.edition
    if edition.starts_on is None or edition.ends_on is None:
        return ()
    event = Event()
    event.add("uid", f"edition-{edition.number}-{registration.pk}@{UID_DOMAIN}")
    event.add("dtstamp", registration.submitted_at.astimezone(UTC))
    event.add("dtstart", edition.starts_on)
    event.add("dtend", edition.ends_on + timedelta(days=1))  # exclusive (RFC 5545, 3.6.1)
    event.add("summary", edition.name)
    event.add("transp", "TRANSPARENT")
    if where := ", ".join(part for part in (edition.venue, edition.place) if part):
        event.add("location", where)
    event.add("url", site_address(registration.get_absolute_url()))
    return (("conference.ics", calendar(edition.name, [event]), "text/calendar"),)


def ticket_file(registration: Registration) -> tuple[Attachment, ...]:
    """The ticket as a PDF in the mail's language; none where no key can sign it, so that the mail still goes out."""
    with suppress(KeyUnusableError, NoTicket):
        return (("ticket.pdf", ticket_pdf(ticket_for(registration)), "application/pdf"),)
    return ()


def letters(
    registration: Registration, context: dict[str, Any], attachments: tuple[Attachment, ...] = ()
) -> list[Letter]:
    return [
        Letter(
            to=address,
            language=registration.language,
            context=context,
            attachments=attachments,
            user_id=_account(registration, address),
            concerns={"registration_id": registration.pk},
        )
        for address in registration.recipients()
    ]


def _account(registration: Registration, address: str) -> int | None:
    keeper = registration.managed_by
    return keeper.pk if address == keeper.email else None
