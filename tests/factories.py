"""Makes rows for tests: only what must be there, the rest as the caller says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from archive.models import Partner
from declarations.actions import propose_freezing, publish_declaration
from declarations.models import Declaration, Signatory, TextVersion
from efus_conference.accounts import add_account
from efus_conference.models import Edition, EditionHost, Organisation, User
from programme.models import Appearance, Room, Session, SessionKind, Speaker, Venue
from registration.models import Category, Place, Registration, SeatPool

_numbers = count(100)
NINE = datetime(2031, 5, 14, 7, 0, tzinfo=UTC)  # nine o'clock in Brussels on the first day of an edition


def user(**fields: Any) -> User:
    number = next(_numbers)
    return add_account(**{"email": f"person{number}@example.org", "name": f"Person {number}", **fields})


def organisation(**fields: Any) -> Organisation:
    number = next(_numbers)
    return Organisation.objects.create(
        **{"slug": f"town-{number}", "name": f"Town {number}", "country": "BE", **fields}
    )


def known_organisation(**fields: Any) -> Organisation:
    """An organisation with a page: it carried an edition of before."""
    made = organisation(**fields)
    number = next(_numbers)
    earlier = Edition.objects.create(number=number, slug=f"earlier-{number}", year=2011, is_published=True)
    Partner.objects.create(edition=earlier, organisation=made)
    return made


def edition(**fields: Any) -> Edition:
    """The current edition, 14 to 16 May 2031, with registration open from 2020 on."""
    number = next(_numbers)
    values = {
        "number": number,
        "slug": f"edition-{number}",
        "year": 2031,
        "starts_on": NINE.date(),
        "ends_on": (NINE + timedelta(days=2)).date(),
        "registration_opens_at": datetime(2020, 1, 1, tzinfo=UTC),
        "registration_closes_at": NINE,
        "is_current": True,
        **fields,
    }
    made = Edition.objects.create(**values)
    EditionHost.objects.create(edition=made, organisation=organisation())
    return made


def edition_of_today(**fields: Any) -> Edition:
    """An edition of one day, today, at a place where it is noon: what lasts hours is within the day."""
    now = datetime.now(UTC)
    ahead = 12 - now.hour
    # In these names the sign says how far Greenwich is ahead.
    zone = ZoneInfo(f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT")
    today = now.astimezone(zone).date()
    return edition(
        **{"timezone": zone.key, "year": today.year, "starts_on": today, "ends_on": today, **fields}
    )


def kind(**fields: Any) -> SessionKind:
    return SessionKind.objects.create(**{"slug": f"kind-{next(_numbers)}", "name": "workshop", **fields})


def room(edition: Edition, **fields: Any) -> Room:
    number = next(_numbers)
    return Room.objects.create(
        **{"edition": edition, "slug": f"room-{number}", "name": f"Room {number}", **fields}
    )


def venue(edition: Edition, **fields: Any) -> Venue:
    number = next(_numbers)
    return Venue.objects.create(
        **{"edition": edition, "slug": f"venue-{number}", "name": f"Venue {number}", **fields}
    )


def speaker(**fields: Any) -> Speaker:
    number = next(_numbers)
    values = {"slug": f"speaker-{number}", "name": f"Ada Example{number}", "consented_at": NINE, **fields}
    return Speaker.objects.create(**values)


def session(
    edition: Edition, *, speakers: tuple[Speaker, ...] = (), hours: float = 1, **fields: Any
) -> Session:
    """A draft from nine o'clock on the first day, `hours` long; not released."""
    starts_at = fields.pop("starts_at", NINE)
    values = {
        "edition": edition,
        "title": f"Session {next(_numbers)}",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=hours),
        "floor_languages": ["en"],
        **fields,
    }
    values.setdefault("kind", None)
    values["kind"] = values["kind"] or kind()
    made = Session.objects.create(**values)
    for order, person in enumerate(speakers, start=1):
        Appearance.objects.create(session=made, speaker=person, order=order)
    return made


def pool(session: Session, capacity: int = 20, **fields: Any) -> SeatPool:
    return SeatPool.objects.create(session=session, capacity=capacity, **fields)


def category(edition: Edition, **fields: Any) -> Category:
    return Category.objects.create(
        **{"edition": edition, "slug": f"category-{next(_numbers)}", "name": "researcher", **fields}
    )


def registration(edition: Edition, **fields: Any) -> Registration:
    number = next(_numbers)
    values = {
        "edition": edition,
        "given_name": "Robin",
        "family_name": f"Example{number}",
        "email": f"robin{number}@example.org",
        **fields,
    }
    values["managed_by"] = values.get("managed_by") or user()
    values["category"] = values.get("category") or category(edition)
    values["place"] = values.get("place") or Place.objects.create(edition=edition)
    return Registration.objects.create(**values)


def declaration(**fields: Any) -> Declaration:
    """An unpublished declaration with an authentic English and French text."""
    number = next(_numbers)
    values = {
        "slug": f"declaration-{number}",
        "title": f"Declaration {number}",
        "is_open_to_signatures": True,
    }
    made = Declaration.objects.create(**{**values, **fields})
    for language, body in (
        ("en", "# Preamble\n\n1. Cities act.\n"),
        ("fr", "# Préambule\n\n1. Les villes agissent.\n"),
    ):
        TextVersion.objects.create(declaration=made, language=language, status="authentic", body=body)
    return made


def publish(declaration: Declaration) -> Declaration:
    """Frozen by two people, or, where it is historical, published."""
    if not declaration.is_historical:
        propose_freezing(declaration=declaration, by=user(is_staff=True))
    return publish_declaration(declaration=declaration, by=user(is_staff=True))


def signatory(declaration: Declaration, **fields: Any) -> Signatory:
    values = {"declaration": declaration, **fields}
    values["organisation"] = values.get("organisation") or organisation()
    return Signatory.objects.create(**values)
