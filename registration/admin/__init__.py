from registration.admin.people import CategoryAdmin, DelegationAdmin, PlaceAdmin, RegistrationAdmin
from registration.admin.seats import BookingAdmin, SeatPoolAdmin

__all__ = [
    "BookingAdmin",
    "CategoryAdmin",
    "DelegationAdmin",
    "PlaceAdmin",
    "RegistrationAdmin",
    "SeatPoolAdmin",
]
