"""All that changes registrations, seats and agendas; pages, admin and loaders call these and nothing else."""

from registration.actions.agendas import agenda_link, renew_agenda_link, revoke_agenda_link, star, unstar
from registration.actions.refusals import (
    AlreadyBegun,
    AlreadyBooked,
    AlreadyRegistered,
    CategoryNotOffered,
    FewerSeatsThanGiven,
    NoLongerRegistered,
    NoSeatLeft,
    NotBookable,
    NotYours,
    OverlappingSeat,
    Refusal,
    RegistrationClosed,
    SessionCancelled,
)
from registration.actions.registrations import cancel_registration, change_registration, register
from registration.actions.seats import book_seat, give_up_seat, set_seats

__all__ = [
    "AlreadyBegun",
    "AlreadyBooked",
    "AlreadyRegistered",
    "CategoryNotOffered",
    "FewerSeatsThanGiven",
    "NoLongerRegistered",
    "NoSeatLeft",
    "NotBookable",
    "NotYours",
    "OverlappingSeat",
    "Refusal",
    "RegistrationClosed",
    "SessionCancelled",
    "agenda_link",
    "book_seat",
    "cancel_registration",
    "change_registration",
    "give_up_seat",
    "register",
    "renew_agenda_link",
    "revoke_agenda_link",
    "set_seats",
    "star",
    "unstar",
]
