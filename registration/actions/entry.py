"""In which state a registration begins, or goes on in another category."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.files.base import File

from efus_conference.models import User
from registration.actions.state_refusals import PressDetailsMissing
from registration.models import Category, PressCard, Registration
from registration.powers import DESK
from registration.states import Status

ACCREDIT = "registration.accredit"

# The mail each state begins with.
MAILS = {
    Status.SUBMITTED: "registration/submitted",
    Status.WAITING: "registration/waiting",
    Status.CONFIRMED: "registration/confirmation",
}


@dataclass(frozen=True)
class PressDetails:
    """What a journalist shows: the medium, and the number of the press card, or a file.

    The file is a picture (or PDF) of the card, or the assignment by an editorial office.
    """

    medium: str
    number: str = ""
    card: File | None = None

    @property
    def is_enough(self) -> bool:
        return bool(self.medium.strip() and (self.number.strip() or self.card))


def has_room(category: Category) -> bool:
    """Whether one more is confirmed at once. The category is locked.

    While anyone waits, what is free is theirs: it may be gathering for a group at the head of the list.
    """
    if category.free is None:
        return True
    return category.free > 0 and not Registration.objects.queued(category).exists()


def state_in(category: Category, *, is_outside_quota: bool, is_approved: bool) -> Status:
    """The state of someone who comes into the category, which is locked.

    A delegation's places and companions were granted by the organisers: no quota, no approval, but the press
    office accredits every journalist.
    """
    needs_approval = category.is_press or (category.needs_approval and not is_outside_quota)
    if needs_approval and not is_approved:
        return Status.SUBMITTED
    if is_outside_quota or has_room(category):
        return Status.CONFIRMED
    return Status.WAITING


def may_decide(category: Category, by: User) -> bool:
    """Whether they approve and refuse in this category: the desk, and for the press the press office alone."""
    return by.has_perm(ACCREDIT if category.is_press else DESK)


def keep_press_details(registration: Registration, press: PressDetails | None, *, is_needed: bool) -> None:
    """Writes them down for a category of the press. Raises PressDetailsMissing."""
    if press is not None and press.is_enough:
        PressCard.objects.update_or_create(
            registration=registration,
            defaults={
                "medium": press.medium.strip(),
                "number": press.number.strip(),
                **({"card": press.card} if press.card else {}),
            },
        )
    elif is_needed and not PressCard.objects.filter(registration=registration).exists():
        raise PressDetailsMissing
