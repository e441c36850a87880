"""Why a registration does not change its state: each a sentence, and what a page needs to help further."""

from __future__ import annotations

from typing import ClassVar

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from efus_conference.templatetags.dates import moment_at
from registration.actions.refusals import Refusal, RegistrationClosed
from registration.models import Category, Registration
from registration.models.categories import FEWER_THAN_GIVEN
from registration.states import Status


class CategoryClosed(RegistrationClosed):
    """Outside the category's own window, which is half-open like the edition's."""

    def __init__(self, category: Category) -> None:
        super().__init__(category.edition)
        self.category = category

    def __str__(self) -> str:
        opens_at, closes_at = self.category.window()
        if opens_at is None or closes_at is None:
            return str(_("Registration for this edition is not planned yet."))
        facts = {"category": self.category}
        if timezone.now() < opens_at:
            when = moment_at(opens_at, self.edition)
            return str(_("Registration as %(category)s opens on %(when)s.")) % {**facts, "when": when}
        when = moment_at(closes_at, self.edition)
        return str(_("Registration as %(category)s closed on %(when)s.")) % {**facts, "when": when}


class NotThisWay(Refusal):
    """No way of `registration.states` leads there from the state it is in, which the sentence names."""

    sentences: ClassVar[dict[str, str | Promise]] = {
        Status.DRAFT: _("This registration was not sent yet."),
        Status.SUBMITTED: _("This registration waits for the organisers’ decision."),
        Status.APPROVED: _("A place is offered to this registration, and its answer is awaited."),
        Status.REFUSED: _("This registration was refused. Take the refusal back first."),
        Status.WAITING: _("This registration is on the waiting list, where nobody is passed over."),
        Status.CONFIRMED: _("This registration is confirmed already."),
        Status.CANCELLED: _("This registration was cancelled. The person may register again."),
    }

    def __init__(self, registration: Registration) -> None:
        super().__init__()
        self.registration = registration

    def __str__(self) -> str:
        return str(self.sentences[self.registration.status])


class MayNotDecide(Refusal):
    message = _("The registration desk decides on registrations, and the press office on those of the press.")


class ReasonMissing(Refusal):
    message = _("Give the reason: the person reads it.")


class NoPlaceOffered(Refusal):
    message = _("No place is offered to this registration any more.")


class PlaceOfferExpired(Refusal):
    """The moment up to which, not at which, it could be accepted is over."""

    def __init__(self, registration: Registration) -> None:
        super().__init__()
        self.registration = registration

    def __str__(self) -> str:
        offer_until = self.registration.offer_until
        when = moment_at(offer_until, self.registration.edition) if offer_until else ""
        return str(_("The place was kept until %(when)s. It goes to the next one on the list.")) % {
            "when": when
        }


class AnswerTheOffer(Refusal):
    message = _("A place is offered in the present category. Accept or decline it first.")


class SeatsInTheWay(Refusal):
    message = _(
        "In this category the registration would not be confirmed at once, and without a confirmation no seat "
        "is kept. Give the booked seats up and leave the waiting lists first, or write to the organisers."
    )


class CompanionsFollow(Refusal):
    message = _("A companion is of the category of the person they accompany.")


class PressDetailsMissing(Refusal):
    message = _(
        "The press office needs to know for which medium, and one of three: the number of the press card, "
        "a picture of it, or an assignment by an editorial office."
    )


class FewerPlacesThanGiven(Refusal):
    message = FEWER_THAN_GIVEN


class NotOneList(Refusal):
    message = _("Only registrations that wait for the same category, two or more, can wait together.")


class GroupTooLarge(Refusal):
    message = _("This category never has as many places as that group. Let it ask for some of them instead.")
