"""Why something was not done about a delegation's place or a companion."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from registration.actions.refusals import Refusal
from registration.models import Place


class EditionOver(Refusal):
    message = _("This edition is over, so nothing is changed any more.")


class PlaceTakenBack(Refusal):
    message = _("The organisers took this place back.")


class PlaceNamed(Refusal):
    message = _("Someone has this place already. Replace them, or name somebody on another place.")


class PlaceUnnamed(Refusal):
    message = _("Nobody has this place at the moment.")


class PlaceOccupied(Refusal):
    """Asked to take a place back that is somebody's, or that somebody is invited to."""

    message = _(
        "Someone has this place or is invited to it, so it cannot be taken back. Their coordinator can give it up, "
        "or you cancel the registration first."
    )


class TooFewPlaces(Refusal):
    def __init__(self, people: int, places: int) -> None:
        super().__init__()
        self.people, self.places = people, places

    def __str__(self) -> str:
        sentence = ngettext(
            "%(count)d place of the delegation has no name yet, and there are %(people)d people. Name fewer, or ask "
            "the organisers for more places.",
            "%(count)d places of the delegation have no name yet, and there are %(people)d people. Name fewer, or "
            "ask the organisers for more places.",
            self.places,
        )
        return sentence % {"count": self.places, "people": self.people}


class PeopleRefused(Refusal):
    """`problems` has a sentence for each of the people, by their position, from 0, that was refused."""

    message = _("Nobody was named, because some of them cannot be.")

    def __init__(self, problems: Mapping[int, str]) -> None:
        super().__init__()
        self.problems = problems


class AlreadyInvited(Refusal):
    message = _("This e-mail address is invited to another place of the delegation already.")


class TooManyMails(Refusal):
    message = _("Many invitations were sent within this hour. Please wait a while before you send more.")


class InvitationGone(Refusal):
    message = _("This invitation does not work any more: it was used, taken back or has expired.")


class AlreadyAsked(Refusal):
    message = _("You have asked for more places already, and the organisers have not answered yet.")


class SeatsRefused(Refusal):
    """All places or none: `refused` says of which place what stands against it."""

    message = _("No seat was booked, because not all of the chosen places can have one.")

    def __init__(self, refused: Mapping[Place, Refusal]) -> None:
        super().__init__()
        self.refused = refused


class NoCompanion(Refusal):
    message = _("Only who has a confirmed registration, and is no companion themselves, brings a companion.")


class TooManyCompanions(Refusal):
    message = _("Three companions is the most that one person can name here. Please write to the organisers.")
