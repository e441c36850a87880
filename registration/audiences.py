"""Who a message of the organisers is for."""

from __future__ import annotations

from registration.models import Booking, Message, Registration, Wait

Audience = Message.Audience


def audience_of(message: Message) -> list[Registration]:
    """Those who are meant at this moment, by name; one without any address is left out.

    Everyone, a category, a delegation and those without a seat are those who take part: confirmed. Who has a seat or
    waits for one is meant whatever becomes of the registration's place.
    """
    edition_s = Registration.objects.filter(edition=message.edition_id)
    match Audience(message.audience):
        case Audience.CITY:
            rows = edition_s.live().filter(place__delegation=message.delegation_id)
        case Audience.SESSION:
            seats = Booking.objects.standing().filter(session=message.session_id)
            rows = edition_s.live().filter(place__in=seats.values("place"))
        case Audience.WAITING:
            waits = Wait.objects.standing().filter(session=message.session_id)
            rows = edition_s.live().filter(place__in=waits.values("place"))
        case Audience.SEATLESS:
            seats = Booking.objects.standing().filter(session__edition=message.edition_id)
            rows = edition_s.confirmed().exclude(place__in=seats.values("place"))
        case Audience.CATEGORY:
            rows = edition_s.confirmed().filter(category=message.category_id)
        case _:
            rows = edition_s.confirmed()
    people = rows.select_related("edition", "managed_by", "organisation").defer("needs").by_name()
    return [person for person in people if person.recipients()]
