"""Identity documents for secured visits: given and taken back by their person, read by few, forgotten soon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from efus_conference.mail import queue
from efus_conference.models import User
from programme.models import ReleasedSession, Session
from registration.actions.locks import locked_live_registration, locked_registration
from registration.actions.refusals import (
    IdentityClosed,
    IdentityNotAsked,
    NoSeatForIdentity,
    NotReadable,
    NotYours,
)
from registration.models import (
    Booking,
    IdentityDocument,
    Registration,
    RegistrationEvent,
    SeatPool,
    SensitiveReading,
)

Verb = RegistrationEvent.Verb
READ_IDENTITY = "registration.read_identity"
REMINDED_BEFORE = timedelta(days=7)


@transaction.atomic
def give_identity(
    *,
    registration: Registration,
    session: Session,
    by: User,
    name: str,
    born_on: date,
    kind: str,
    number: str,
    country: str,
) -> IdentityDocument:
    """Notes what the person will show at a secured visit, in the place of what they gave before.

    Only the account that keeps the registration may: an organiser reads, and writes nothing. Raises NotYours,
    NoLongerRegistered, NoSeatForIdentity, IdentityNotAsked, IdentityClosed.
    """
    booking = _locked_booking(registration, session, by=by)
    released = ReleasedSession.objects.filter(pk=session.pk).first()
    if released is None or released.identity_by is None:
        raise IdentityNotAsked
    if timezone.now() >= released.identity_by:
        raise IdentityClosed
    document, _is_new = IdentityDocument.objects.update_or_create(
        booking=booking,
        defaults={
            "registration": registration,
            "name": name,
            "born_on": born_on,
            "kind": kind,
            "number": number,
            "country": country,
        },
    )
    registration.events.create(verb=Verb.IDENTITY, actor=by, detail={"session": session.code})
    return document


@transaction.atomic
def take_back_identity(*, registration: Registration, session: Session, by: User) -> None:
    """Deletes it, also after the deadline; a second call does nothing. Raises NotYours."""
    fresh = locked_registration(registration, by=by)
    if by.pk != fresh.managed_by_id:
        raise NotYours
    count, _models = IdentityDocument.objects.filter(registration=fresh, booking__session=session).delete()
    if count:
        fresh.events.create(verb=Verb.NO_IDENTITY, actor=by, detail={"session": session.code})


@dataclass(frozen=True)
class PersonAtVisit:
    """Someone with a seat in a secured visit, and the document they gave, if they did."""

    registration: Registration
    document: IdentityDocument | None


@transaction.atomic
def read_identities(*, session: Session, by: User, how: str) -> list[PersonAtVisit]:
    """Who comes to a secured visit with which document, by name; each document read is noted. Raises NotReadable."""
    if not by.has_perm(READ_IDENTITY):
        raise NotReadable
    documents = {
        document.registration_id: document
        for document in IdentityDocument.objects.filter(
            booking__session=session, booking__status__in=Booking.STANDING
        )
    }
    people = [PersonAtVisit(registration, documents.get(registration.pk)) for registration in seated(session)]
    note_readings(
        [person.registration for person in people if person.document],
        session=session,
        by=by,
        what=SensitiveReading.What.IDENTITY,
        how=how,
    )
    return people


def seated(session: Session) -> list[Registration]:
    """Those who have a seat in the session, by name, without their sensitive answers."""
    places = Booking.objects.standing().filter(session=session).values("place_id")
    return list(
        Registration.objects.live()
        .filter(place_id__in=places)
        .select_related("organisation", "category", "place")
        .defer("needs")
        .by_name()
    )


def note_readings(
    registrations: Sequence[Registration], *, session: Session, by: User, what: str, how: str
) -> None:
    SensitiveReading.objects.bulk_create(
        SensitiveReading(reader=by, registration=registration, session=session, what=what, how=how)
        for registration in registrations
    )


def forget_identities(*, at: datetime) -> int:
    """Deletes what is kept no longer; how many documents."""
    gone = IdentityDocument.objects.no_longer_needed(at)
    # The rows themselves, not a join that DELETE cannot take.
    count, _models = IdentityDocument.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).delete()
    return count


@transaction.atomic
def remind_of_identities(*, at: datetime) -> int:
    """Queues one mail to each who has a seat in a secured visit and gave no document, when its deadline is near."""
    missing = (
        Booking.objects.standing()
        .select_for_update(of=("self",), skip_locked=True)
        .filter(
            Q(session__released__identity_by__gt=at)
            & Q(session__released__identity_by__lte=at + REMINDED_BEFORE),
            identity_document__isnull=True,
            identity_reminded_at=None,
        )
        .order_by("pk")
    )
    bookings = list(missing)
    for booking in bookings:
        queue("registration/identity_reminder", booking_id=booking.pk)
    Booking.objects.filter(pk__in=[booking.pk for booking in bookings]).update(identity_reminded_at=at)
    return len(bookings)


def _locked_booking(registration: Registration, session: Session, *, by: User) -> Booking:
    fresh = locked_live_registration(registration, by=by)
    if by.pk != fresh.managed_by_id:
        raise NotYours
    # A release that cancels the session holds the pool.
    list(SeatPool.objects.locked([session.pk]))
    booking = Booking.objects.standing().filter(place_id=fresh.place_id, session=session).first()
    if booking is None:
        raise NoSeatForIdentity
    return booking
