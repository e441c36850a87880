"""The desk's list: who may come in, by what hash, with which seats. A few queries, however many people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db.models import Q

from efus_conference.models import Edition, Organisation
from programme.models import ReleasedSession
from registration.desk.hashes import hash_of
from registration.models import (
    Booking,
    Category,
    CheckIn,
    Consent,
    ConsentText,
    Registration,
    SeatPool,
    Ticket,
)
from registration.ticket_keys import keys_for

SALT = "registration.desk.cursor"
# What another transaction wrote just now may be seen only after it: told twice rather than never.
OVERLAP = timedelta(seconds=30)


def cursor_at(edition: Edition, at: datetime) -> str:
    """Up to where a device knows everything. Signed: only who opened the list with its passphrase has one."""
    return signing.dumps({"edition": edition.pk, "at": at.isoformat()}, salt=SALT)


def moment_of(cursor: str | None, edition: Edition) -> datetime | None:
    """None for none, or for one that is not ours, or of another edition."""
    try:
        told = signing.loads(cursor or "", salt=SALT)
    except signing.BadSignature:
        return None
    return datetime.fromisoformat(told["at"]) if told["edition"] == edition.pk else None


def whole_list(edition: Edition) -> dict[str, Any]:
    """Everything a device needs to work on its own."""
    return {
        "keys": keys(edition),
        "people": people(edition),
        "void": void(edition),
        "sessions": sessions(edition),
        "checked": checked(edition),
    }


def changes_since(edition: Edition, since: datetime, about: Collection[int] = ()) -> dict[str, Any]:
    """What is new since then; and of those it is `about`, by their references, what stands, however old it is."""
    since -= OVERLAP
    refs = _changed(edition, since)
    found = people(edition, refs) if refs else []
    return {
        "people": found,
        "gone": sorted(refs - {person["ref"] for person in found}),
        "void": void(edition, since),
        "checked": checked(edition, since, about),
        "unchecked": unchecked(edition, since, about),
        # A new TICKET_KEY signs from now on, or one that got out verifies nothing any more.
        "keys": keys(edition),
    }


def people(edition: Edition, refs: Collection[int] | None = None) -> list[dict[str, Any]]:
    """Those who take part, all or of those refs, by their references. Who has no ticket yet has an empty hash."""
    who = Registration.objects.confirmed().filter(edition=edition, erased_at=None)
    if refs is not None:
        who = who.filter(pk__in=refs)
    codes = dict(
        Ticket.objects.standing().filter(registration__in=who).values_list("registration_id", "code")
    )
    seats: dict[int, list[str]] = defaultdict(list)
    booked = Booking.objects.standing().filter(place__registrations__in=who).order_by("during")
    for place, code in booked.values_list("place_id", "session__code"):
        seats[place].append(code)
    photos = set(
        Consent.objects.standing()
        .filter(registration__in=who, text__purpose=ConsentText.Purpose.PHOTOS)
        .values_list("registration_id", flat=True)
    )
    categories = {category.pk: category.name for category in Category.objects.filter(edition=edition)}
    told = who.order_by("pk").values_list(
        "pk",
        "place_id",
        "given_name",
        "family_name",
        "organisation_name",
        "organisation_id",
        "category_id",
        "place__delegation__organisation_id",
        "place__accompanies__delegation__organisation_id",
    )
    rows = list(told)
    organisations = dict(
        Organisation.objects.filter(
            pk__in={pk for row in rows for pk in (row[5], row[7], row[8]) if pk}
        ).values_list("pk", "name")
    )
    return [
        {
            "ref": ref,
            "name": f"{given} {family}".strip(),
            "organisation": organisations.get(organisation, "") or written,
            "category": categories[category],
            "delegation": organisations.get(of_city or beside, ""),
            "hash": hash_of(codes[ref]) if ref in codes else "",
            "seats": seats.get(place, []),
            "photo": ref in photos,
        }
        for ref, place, given, family, written, organisation, category, of_city, beside in rows
    ]


def keys(edition: Edition) -> dict[str, dict[str, Any]]:
    return {
        key.key_id: {
            "public": key.public_key,
            "retired": key.retired_at is not None,
            "revoked": key.revoked_at is not None,
        }
        for key in keys_for(edition)
    }


def void(edition: Edition, since: datetime | None = None) -> dict[str, str]:
    """By the hashes of codes that let nobody in any more, why."""
    rows = Ticket.objects.filter(registration__edition=edition, voided_at__isnull=False)
    if since is not None:
        rows = rows.filter(voided_at__gte=since)
    return {hash_of(code): why for code, why in rows.values_list("code", "voided_why")}


def sessions(edition: Edition) -> list[dict[str, Any]]:
    """Those that take place, as the public sees them."""
    rows = (
        ReleasedSession.objects.filter(edition=edition, status=ReleasedSession.Status.CONFIRMED)
        .select_related("session", "room")
        .order_by("during", "session__code")
    )
    booked = set(SeatPool.objects.filter(session__edition=edition).values_list("session_id", flat=True))
    return [
        {
            "code": row.session.code,
            "title": row.title,
            "room": row.room.name if row.room else "",
            # Whether a seat is needed, also while nobody has one yet.
            "seats": row.pk in booked,
            "starts": _local(row.starts_at, edition),
            "ends": _local(row.ends_at, edition),
        }
        for row in rows
    ]


def checked(edition: Edition, since: datetime | None = None, about: Collection[int] = ()) -> list[list[Any]]:
    """[reference, day or code of the session, moment] of each check-in that stands."""
    rows = CheckIn.objects.standing().filter(edition=edition)
    if since is not None:
        rows = rows.filter(Q(received_at__gte=since) | Q(registration__in=about))
    told = rows.order_by("at", "pk").values_list("registration_id", "day", "session__code", "at")
    return [[ref, code or day.isoformat(), _local(at, edition)] for ref, day, code, at in told]


def unchecked(edition: Edition, since: datetime, about: Collection[int] = ()) -> list[list[Any]]:
    """[reference, day or code] of those that were taken back, where none stands in their place."""
    rows = CheckIn.objects.filter(edition=edition)
    late = Q(undone_at__gte=since) | Q(undone_at__isnull=False, registration__in=about)
    taken_back = rows.filter(late).values_list("registration_id", "day", "session__code")
    again = set(
        rows.standing()
        .filter(registration__in=[ref for ref, _day, _code in taken_back])
        .values_list("registration_id", "day", "session__code")
    )
    stands = {(ref, code or day) for ref, day, code in again}
    return sorted(
        [ref, str(scope)] for ref, scope in {(ref, code or day) for ref, day, code in taken_back} - stands
    )


def _changed(edition: Edition, since: datetime) -> set[int]:
    """The references of those of whom anything on the list may be another now."""
    everyone = Registration.objects.filter(edition=edition)
    themselves = everyone.filter(Q(changed_at__gte=since) | Q(erased_at__gte=since)).values_list("pk")
    by_ticket = Ticket.objects.filter(
        Q(made_at__gte=since) | Q(voided_at__gte=since), registration__edition=edition
    ).values_list("registration_id")
    by_seat = everyone.filter(place__bookings__changed_at__gte=since).values_list("pk")
    by_consent = Consent.objects.filter(
        Q(given_at__gte=since) | Q(withdrawn_at__gte=since),
        registration__edition=edition,
        text__purpose=ConsentText.Purpose.PHOTOS,
    ).values_list("registration_id")
    # Each without its model's order, which a union does not take.
    parts = [part.order_by() for part in (by_ticket, by_seat, by_consent)]
    return {pk for (pk,) in themselves.order_by().union(*parts)}


def _local(at: datetime, edition: Edition) -> str:
    return at.astimezone(edition.zone).isoformat(timespec="seconds")
