from registration.models.agendas import AgendaChange, FeedLink, Message, Star
from registration.models.answers import AccessNeed, Answer, AnswerQuerySet, NeedReply, PressCard
from registration.models.categories import Category, CategoryQuerySet, Party
from registration.models.certificates import (
    Certificate,
    CertificateQuerySet,
)
from registration.models.consents import (
    Consent,
    ConsentQuerySet,
    ConsentText,
    ConsentTextQuerySet,
)
from registration.models.decisions import DecisionRun, DecisionRunQuerySet
from registration.models.delegations import (
    Delegation,
    Place,
    PlaceInvitation,
    PlaceInvitationQuerySet,
    PlaceQuerySet,
    PlaceRequest,
)
from registration.models.desk import (
    CheckIn,
    CheckInQuerySet,
    DeskAlert,
    DeskDevice,
    DeskLink,
    DeskLinkQuerySet,
    DeskPassphrase,
    HeadsetLoan,
)
from registration.models.events import RegistrationEvent
from registration.models.identity import IdentityDocument, IdentityDocumentQuerySet, SensitiveReading
from registration.models.people import Registration, RegistrationQuerySet
from registration.models.press import Accreditation
from registration.models.questions import Question, QuestionChoice
from registration.models.retention import (
    EditionClosing,
    Participation,
    RetentionRule,
    RetentionRun,
)
from registration.models.seats import (
    Booking,
    BookingLimit,
    BookingQuerySet,
    BookingRules,
    Hold,
    SeatPool,
    SeatPoolQuerySet,
)
from registration.models.tickets import (
    Ticket,
    TicketKey,
    TicketQuerySet,
)
from registration.models.uploads import PendingFile, PendingFileQuerySet
from registration.models.waits import Wait, WaitParty, WaitQuerySet

__all__ = [
    "AccessNeed",
    "Accreditation",
    "AgendaChange",
    "Answer",
    "AnswerQuerySet",
    "Booking",
    "BookingLimit",
    "BookingQuerySet",
    "BookingRules",
    "Category",
    "CategoryQuerySet",
    "Certificate",
    "CertificateQuerySet",
    "CheckIn",
    "CheckInQuerySet",
    "Consent",
    "ConsentQuerySet",
    "ConsentText",
    "ConsentTextQuerySet",
    "DecisionRun",
    "DecisionRunQuerySet",
    "Delegation",
    "DeskAlert",
    "DeskDevice",
    "DeskLink",
    "DeskLinkQuerySet",
    "DeskPassphrase",
    "EditionClosing",
    "FeedLink",
    "HeadsetLoan",
    "Hold",
    "IdentityDocument",
    "IdentityDocumentQuerySet",
    "Message",
    "NeedReply",
    "Participation",
    "Party",
    "PendingFile",
    "PendingFileQuerySet",
    "Place",
    "PlaceInvitation",
    "PlaceInvitationQuerySet",
    "PlaceQuerySet",
    "PlaceRequest",
    "PressCard",
    "Question",
    "QuestionChoice",
    "Registration",
    "RegistrationEvent",
    "RegistrationQuerySet",
    "RetentionRule",
    "RetentionRun",
    "SeatPool",
    "SeatPoolQuerySet",
    "SensitiveReading",
    "Star",
    "Ticket",
    "TicketKey",
    "TicketQuerySet",
    "Wait",
    "WaitParty",
    "WaitQuerySet",
]
