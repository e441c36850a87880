"""The states of a registration and the ways between them: the one table that code, database and picture follow.

`docs/registration-states.svg` is drawn from it, and the database refuses every way that is not in it. Whether
someone was there is no state: it derives from check-ins.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("to be approved")
    APPROVED = "approved", _("place offered")
    REFUSED = "refused", _("refused")
    WAITING = "waiting", _("on the waiting list")
    CONFIRMED = "confirmed", _("confirmed")
    CANCELLED = "cancelled", _("cancelled")


# It is over: nothing can be done with it any more, and its person may register anew.
ENDED = (Status.REFUSED, Status.CANCELLED)
# It takes one of the category's places: for good, or until an offer expires.
COUNTED = (Status.APPROVED, Status.CONFIRMED)


@dataclass(frozen=True)
class Way:
    """One step, named as the history names it; `who` takes it: the person, the organisers or the clock."""

    verb: str
    before: Status
    after: Status
    who: str


WAYS: tuple[Way, ...] = (
    Way("submitted", Status.DRAFT, Status.SUBMITTED, "person"),
    Way("registered", Status.DRAFT, Status.CONFIRMED, "person"),
    Way("waits", Status.DRAFT, Status.WAITING, "person"),
    Way("confirmed", Status.SUBMITTED, Status.CONFIRMED, "organisers"),
    Way("waits", Status.SUBMITTED, Status.WAITING, "organisers"),
    Way("refused", Status.SUBMITTED, Status.REFUSED, "organisers"),
    Way("refused", Status.WAITING, Status.REFUSED, "organisers"),
    Way("refused", Status.APPROVED, Status.REFUSED, "organisers"),
    Way("reopened", Status.REFUSED, Status.SUBMITTED, "organisers"),
    Way("offered", Status.WAITING, Status.APPROVED, "clock"),
    Way("accepted", Status.APPROVED, Status.CONFIRMED, "person"),
    Way("declined", Status.APPROVED, Status.CANCELLED, "person"),
    Way("expired", Status.APPROVED, Status.CANCELLED, "clock"),
    Way("resubmitted", Status.CONFIRMED, Status.SUBMITTED, "person"),
    Way("resubmitted", Status.WAITING, Status.SUBMITTED, "person"),
    Way("waits", Status.CONFIRMED, Status.WAITING, "person"),
    Way("confirmed", Status.WAITING, Status.CONFIRMED, "person"),
    Way("cancelled", Status.DRAFT, Status.CANCELLED, "person"),
    Way("cancelled", Status.SUBMITTED, Status.CANCELLED, "person"),
    Way("cancelled", Status.WAITING, Status.CANCELLED, "person"),
    Way("cancelled", Status.CONFIRMED, Status.CANCELLED, "person"),
)


def is_way(verb: str, before: str, after: str) -> bool:
    return any((way.verb, way.before, way.after) == (verb, before, after) for way in WAYS)
