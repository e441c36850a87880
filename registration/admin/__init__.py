from registration.admin.booking_rules import BookingLimitAdmin, BookingRulesAdmin
from registration.admin.bookings import BookingAdmin
from registration.admin.categories import CategoryAdmin
from registration.admin.certificates import CertificateAdmin
from registration.admin.changes import AgendaChangeAdmin
from registration.admin.consents import ConsentAdmin, ConsentTextAdmin
from registration.admin.delegations import DelegationAdmin, PlaceAdmin
from registration.admin.desk import (
    CheckInAdmin,
    DeskAlertAdmin,
    DeskDeviceAdmin,
    DeskLinkAdmin,
    DeskPassphraseAdmin,
    HeadsetLoanAdmin,
)
from registration.admin.messages import MessageAdmin
from registration.admin.needs import AccessNeedAdmin
from registration.admin.people import RegistrationAdmin
from registration.admin.press import AccreditationAdmin
from registration.admin.questions import QuestionAdmin
from registration.admin.records import FeedLinkAdmin, RegistrationEventAdmin, SensitiveReadingAdmin, StarAdmin
from registration.admin.retention import (
    EditionClosingAdmin,
    ParticipationAdmin,
    RetentionRuleAdmin,
    RetentionRunAdmin,
)
from registration.admin.seats import SeatPoolAdmin
from registration.admin.tickets import TicketAdmin, TicketKeyAdmin
from registration.admin.waits import WaitAdmin

__all__ = [
    "AccessNeedAdmin",
    "AccreditationAdmin",
    "AgendaChangeAdmin",
    "BookingAdmin",
    "BookingLimitAdmin",
    "BookingRulesAdmin",
    "CategoryAdmin",
    "CertificateAdmin",
    "CheckInAdmin",
    "ConsentAdmin",
    "ConsentTextAdmin",
    "DelegationAdmin",
    "DeskAlertAdmin",
    "DeskDeviceAdmin",
    "DeskLinkAdmin",
    "DeskPassphraseAdmin",
    "EditionClosingAdmin",
    "FeedLinkAdmin",
    "HeadsetLoanAdmin",
    "MessageAdmin",
    "ParticipationAdmin",
    "PlaceAdmin",
    "QuestionAdmin",
    "RegistrationAdmin",
    "RegistrationEventAdmin",
    "RetentionRuleAdmin",
    "RetentionRunAdmin",
    "SeatPoolAdmin",
    "SensitiveReadingAdmin",
    "StarAdmin",
    "TicketAdmin",
    "TicketKeyAdmin",
    "WaitAdmin",
]
