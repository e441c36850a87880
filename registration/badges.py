"""Badges as `templates/registration/pdf/badges.typ` sets them: for badge stock of A6, four on A4, A5 to be folded.

The face is in the language that is active, for those who look at it; the inside of the folded one in its person's own.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Any, Literal

from django.conf import settings
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from efus_conference.models import Edition
from efus_conference.models.organisations import country_name
from efus_conference.pdf import breakable_text, made_pdf, printable_text
from efus_conference.templatetags.dates import days_of
from programme.languages import reader
from programme.models import ReleasedSession
from programme.wording import SessionLine, session_lines
from registration.actions.tickets import tickets_for
from registration.models import Booking, Category, Consent, ConsentText, Registration, Ticket
from registration.qr_batch import pngs
from registration.ticket_keys import signed_all

Format = Literal["a6", "a4", "folded"]
FORMATS: dict[Format, Any] = {
    "a6": gettext_lazy("A6, one on each page"),
    "a4": gettext_lazy("A4, four on each page, to be cut"),
    "folded": gettext_lazy("A5, to be folded to A6, with the booked seats inside"),
}
# Of the categories in their order; as what somebody takes part stands there in words as well.
COLOURS = ("plenary", "workshop", "visit", "focus", "brick", "slate")
QUIET = ("quiet", 0)


def badges_pdf(registrations: Collection[Registration], format: Format) -> bytes:  # noqa: A002  as it is named elsewhere
    """The badges of people of one edition, in that order, with tickets made for who has none yet.

    Who does not take part has no badge. Raises LookupError where nobody is left, and KeyUnusableError.
    """
    tickets = tickets_for(registrations)
    return _pdf([tickets[one.pk] for one in registrations if one.pk in tickets], format)


def _pdf(tickets: list[Ticket], form: Format) -> bytes:
    people = (
        Registration.objects.filter(pk__in=[ticket.registration_id for ticket in tickets], erased_at=None)
        .select_related("organisation", "category", "place__delegation__organisation")
        .defer("needs")
        .in_bulk()
    )
    tickets = [ticket for ticket in tickets if ticket.registration_id in people]
    if not tickets:
        raise LookupError
    edition_id = people[tickets[0].registration_id].edition_id
    edition = Edition.objects.prefetch_related("hosting__organisation").get(pk=edition_id)
    texts = signed_all(tickets, edition)
    pictures = pngs(texts[ticket.pk] for ticket in tickets)
    agree = _who_agrees_to_photos(people)
    strips = _strips(edition)
    insides = _insides(people.values(), edition) if form == "folded" else {}
    badges = [
        {
            **_person(people[ticket.registration_id], strips),
            "code": ticket.shown_code,
            "code_read": _("QR code of the ticket %(code)s") % {"code": ticket.shown_code},
            "qr": picture,
            "no_photos": ticket.registration_id not in agree,
            "inside": insides.get(ticket.registration_id, {}),
        }
        for ticket, picture in zip(tickets, pictures, strict=True)
    ]
    data = {
        "format": form,
        "conference": _("Security, Democracy & Cities"),
        "when": ", ".join(part for part in (edition.place, days_of(edition)) if part),
        "no_photos": _("No photos"),
        "demonstration": _("Demonstration") if edition.is_demonstration else "",
        "badges": badges,
    }
    title = _("Badges of %(edition)s") % {"edition": edition.name}
    dated = max(ticket.made_at for ticket in tickets)
    return made_pdf("registration/pdf/badges.typ", data, language=reader(), title=title, dated=dated)


def _person(person: Registration, strips: dict[int, tuple[str, int]]) -> dict[str, Any]:
    place = person.place
    organisation = person.shown_organisation
    if not organisation and place.delegation is not None:
        organisation = str(place.delegation.organisation)
    names = [written(name) for name in (person.given_name, person.family_name) if name.strip()]
    # Not whom they accompany: with a personal assistant that would tell of a need.
    is_companion = place.accompanies_id is not None
    kind = place.get_companion_kind_display() if is_companion else str(person.category)
    colour, bars = (QUIET if is_companion else strips.get(person.category_id)) or QUIET
    return {
        "name": names or [written(person.name)],
        "organisation": written(organisation),
        "country": country_name(person.country),
        "function": written(person.function),
        "kind": capfirst(kind),
        "colour": colour,
        "bars": bars,
        "language": person.language,
    }


def written(text: str) -> dict[str, Any]:
    """The text, with places at which its longest words may be broken, and whether it is read from right to left."""
    text = printable_text(" ".join(text.split()))
    strong = next((kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL")), "L")
    return {"text": text, "broken": breakable_text(text), "rtl": strong != "L"}


def _who_agrees_to_photos(ids: Iterable[int]) -> set[int]:
    consents = Consent.objects.standing().filter(
        registration__in=list(ids), text__purpose=ConsentText.Purpose.PHOTOS
    )
    return set(consents.values_list("registration_id", flat=True))


def _strips(edition: Edition) -> dict[int, tuple[str, int]]:
    """By category, the colour of its strip and the white bars on it: where colours begin again, bars tell apart."""
    ids = Category.objects.filter(edition=edition).values_list("pk", flat=True)
    rounds = {pk: divmod(place, len(COLOURS)) for place, pk in enumerate(ids)}
    return {pk: (COLOURS[colour], bars) for pk, (bars, colour) in rounds.items()}


def _insides(people: Collection[Registration], edition: Edition) -> dict[int, dict[str, Any]]:
    """By registration, what its person finds in the folded badge: the booked seats, and what is good to know."""
    booked: dict[int, set[int]] = defaultdict(set)
    standing = Booking.objects.standing().filter(place__in=[person.place_id for person in people])
    for place_id, session_id in standing.values_list("place_id", "session_id"):
        booked[place_id].add(session_id)
    rows = [
        row
        for row in ReleasedSession.objects.filter(edition=edition, pk__in=set().union(*booked.values()))
        .select_related("session", "edition", "kind", "room")
        .order_by("during")
        if not row.is_cancelled
    ]
    found = {}
    for language in {person.language for person in people}:
        with translation.override(language):
            lines = session_lines(rows, edition)
            words = _words(edition)
            for person in people:
                if person.language == language:
                    seats = [line for line in lines if line.row.pk in booked[person.place_id]]
                    found[person.pk] = {**words, "days": _days(seats)}
    return found


def _days(lines: Iterable[SessionLine]) -> list[dict[str, Any]]:
    return [
        {
            "name": day,
            "seats": [
                {"time": f"{line.starts}–{line.ends}", "title": line.title, "where": line.room}
                for line in seats
            ],
        }
        for day, seats in groupby(lines, key=lambda line: line.day)
    ]


def _words(edition: Edition) -> dict[str, Any]:
    """In the language that is active."""
    sentences = [
        _("The code on this badge is read at the entrance and at sessions whose seats are booked."),
        _(
            "Have you lost it? The registration desk prints another one; the code of the lost badge is then void."
        ),
        _("The programme, and your agenda: %(address)s") % {"address": settings.SITE_URL},
    ]
    if edition.venue:
        sentences.insert(0, _("Venue: %(venue)s") % {"venue": edition.venue})
    return {
        "seats_heading": _("Your seats"),
        "no_seats": _("You have not booked a seat. Sessions without booking are open to you."),
        "know_heading": _("Good to know"),
        "know": sentences,
    }
