"""Why an action was not done. Each is a sentence a person can read, and what a page needs to help further."""

from __future__ import annotations

from typing import ClassVar

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from efus_conference.models import Edition
from efus_conference.templatetags.dates import moment_at
from programme.models import ReleasedSession
from registration.models import Booking, BookingLimit, Registration, Wait
from registration.models.seats import NOT_THAT_MANY
from registration.times import spoken_span


class Refusal(Exception):  # noqa: N818 - no error: an answer
    """Nothing was changed; `str()` says why, in the reader's language."""

    message: ClassVar[str | Promise] = ""

    def __str__(self) -> str:
        return str(self.message)


class RegistrationClosed(Refusal):
    """Outside the window, which is half-open: from the opening up to, not at, the closing."""

    def __init__(self, edition: Edition) -> None:
        super().__init__()
        self.edition = edition

    def __str__(self) -> str:
        opens_at, closes_at = self.edition.registration_opens_at, self.edition.registration_closes_at
        if opens_at is None or closes_at is None:
            return str(_("Registration for this edition is not planned yet."))
        if timezone.now() < opens_at:
            return str(_("Registration opens on %(when)s.")) % {"when": moment_at(opens_at, self.edition)}
        return str(_("Registration closed on %(when)s.")) % {"when": moment_at(closes_at, self.edition)}


class AlreadyRegistered(Refusal):
    """`existing` is the registration when the same account keeps it; of anyone else's, nothing is told."""

    message = _("This person seems to be registered for this edition already.")

    def __init__(self, existing: Registration | None = None) -> None:
        super().__init__()
        self.existing = existing


class CategoryNotOffered(Refusal):
    message = _("This category is by invitation, or of another edition. Please choose another one.")


class NotYours(Refusal):
    message = _("This registration is kept by someone else.")


class NoLongerRegistered(Refusal):
    message = _("This registration was cancelled, so nothing can be changed or booked with it.")


class Erased(NoLongerRegistered):
    message = _(
        "The personal data of this registration were erased, so nothing can be changed or booked with it."
    )


class NameStands(Refusal):
    """The desk has seen the person under this name, and the certificate of attendance certifies it."""

    message = _(
        "This person was checked in at the conference, so the name and the organisation stand. Is something wrong "
        "with them? The welcome desk or the organisers correct it."
    )


class NotConfirmed(Refusal):
    message = _("Seats are booked once the registration is confirmed. Until then sessions can be starred.")


class NoTicket(NotConfirmed):
    message = _("A ticket is for who takes part, and this registration is not confirmed.")


class NobodyToPrint(Refusal):
    message = _("There is nobody to print a badge for: whoever was chosen does not take part any more.")


class NotBookable(Refusal):
    """No seats are booked for this session: anyone may come, or it is not in the programme, or cancelled."""

    message = _("Seats in this session are not booked.")


class SessionCancelled(NotBookable):
    message = _("This session is cancelled.")


class AlreadyBegun(NotBookable):
    message = _("This session has begun, so no more seats are given.")


class NoSeatLeft(Refusal):
    message = _("All seats in this session are taken.")


class SeatsKeptForOthers(NoSeatLeft):
    """There are free ones, fewer than who is first in line needs, or their turn is just being worked out."""

    message = _(
        "The seats that are free in this session are kept for those on its waiting list, in the order in which they "
        "came."
    )


class AlreadyBooked(Refusal):
    message = _("There is a seat in this session already.")

    def __init__(self, booking: Booking) -> None:
        super().__init__()
        self.booking = booking


class OverlappingSeat(Refusal):
    """`other` is the session at the same time in which there is a seat already."""

    def __init__(self, other: ReleasedSession | None) -> None:
        super().__init__()
        self.other = other

    def __str__(self) -> str:
        if self.other is None:
            return str(_("There is a seat in another session at this time. Give that one up first."))
        return str(
            _(
                "There is a seat in “%(title)s” at this time (%(when)s). Give that one up first if this "
                "session matters more."
            )
        ) % {
            "title": self.other.title,
            "when": spoken_span(self.other.starts_at, self.other.ends_at, self.other.edition.zone),
        }


class LimitReached(Refusal):
    """`most` seats are allowed in sessions of this kind, and there are as many already."""

    def __init__(self, limit: BookingLimit) -> None:
        super().__init__()
        self.limit = limit

    def __str__(self) -> str:
        sentence = ngettext(
            "One person books at most %(count)d seat in sessions of this kind (%(kind)s).",
            "One person books at most %(count)d seats in sessions of this kind (%(kind)s).",
            self.limit.most,
        )
        return sentence % {"count": self.limit.most, "kind": self.limit.kind}


class SpeaksThen(Refusal):
    """`other` is the session in which the person speaks at that time."""

    def __init__(self, other: ReleasedSession) -> None:
        super().__init__()
        self.other = other

    def __str__(self) -> str:
        return str(_("This person speaks in “%(title)s” at that time (%(when)s).")) % {
            "title": self.other.title,
            "when": spoken_span(self.other.starts_at, self.other.ends_at, self.other.edition.zone),
        }


class AlreadyWaiting(Refusal):
    message = _("This place is on the waiting list of the session already.")

    def __init__(self, wait: Wait) -> None:
        super().__init__()
        self.wait = wait


class SeatsAreOpen(Refusal):
    message = _("There are free seats in this session: book one, there is no need to wait.")


class NoWheelchairPlaces(Refusal):
    message = _("This session has no wheelchair places. Please write to the organisers about the way there.")


class NeverThatMany(Refusal):
    message = _("This session never has as many seats as that group. Let it ask for some of them instead.")


class NoSeatToGiveUp(Refusal):
    message = _("There is no seat to give up in the other session any more.")


class NoOffer(Refusal):
    message = _("This offer stands no more: it was answered, or its time is over.")


class FewerSeatsThanGiven(Refusal):
    message = NOT_THAT_MANY


class NoSeatForIdentity(Refusal):
    message = _("An identity document is given with a seat, and there is none in this session.")


class IdentityNotAsked(Refusal):
    message = _("No identity document is asked for this session.")


class IdentityClosed(Refusal):
    message = _(
        "The list has gone to the security service of the place, so the document can’t be changed here any more. "
        "Please write to the organisers."
    )


class NotReadable(Refusal):
    message = _("Only those with the right to read identity documents may see this list.")


class NoNeeds(Refusal):
    message = _("This person has told of no access needs, or of none any more.")


class NobodyForNeeds(Refusal):
    message = _("Only an organiser who may read access needs can answer for them.")
