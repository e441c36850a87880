from registration.admin.categories import CategoryAdmin
from registration.admin.delegations import DelegationAdmin, PlaceAdmin
from registration.admin.people import RegistrationAdmin
from registration.admin.seats import BookingAdmin, SeatPoolAdmin

__all__ = [
    "BookingAdmin",
    "CategoryAdmin",
    "DelegationAdmin",
    "PlaceAdmin",
    "RegistrationAdmin",
    "SeatPoolAdmin",
]
