from registration.models.identity import IdentityDocument, IdentityDocumentQuerySet, SensitiveReading
from registration.models.people import (
    Category,
    CategoryQuerySet,
    Delegation,
    Place,
    Registration,
    RegistrationEvent,
    RegistrationQuerySet,
)
from registration.models.seats import Booking, BookingQuerySet, FeedLink, SeatPool, SeatPoolQuerySet, Star

__all__ = [
    "Booking",
    "BookingQuerySet",
    "Category",
    "CategoryQuerySet",
    "Delegation",
    "FeedLink",
    "IdentityDocument",
    "IdentityDocumentQuerySet",
    "Place",
    "Registration",
    "RegistrationEvent",
    "RegistrationQuerySet",
    "SeatPool",
    "SeatPoolQuerySet",
    "SensitiveReading",
    "Star",
]
