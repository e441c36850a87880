"""Why the desk does not do what is asked; `kind` is the word for programs."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from registration.actions.refusals import Refusal


class DeskRefusal(Refusal):
    kind: ClassVar[str] = "refused"


class NotTakingPart(DeskRefusal):
    kind = "not_confirmed"
    message = _("This person does not take part, or not any more.")


class NotOnThisDay(DeskRefusal):
    message = _("People are checked in on the days of the edition alone.")


class NotInThisEdition(DeskRefusal):
    kind = "unknown"
    message = _("This session is not one of this edition.")


class LinkClosed(DeskRefusal):
    """Revoked, or not on its day."""

    kind = "closed"
    message = _("This link works on one day alone, and that is not today.")


class LinkRevoked(LinkClosed):
    message = _("The organisers have closed this link. Ask them for a new one.")


class TooManyPins(DeskRefusal):
    kind = "limited"
    message = _("A wrong PIN was entered too often, so this link lets nobody in any more. Ask for a new one.")


class WrongPin(DeskRefusal):
    kind = "pin"
    message = _("This is not the PIN of this link. It has six digits and stands on the same sheet.")


class NoPassphrase(DeskRefusal):
    kind = "no_passphrase"
    message = _("The organisers have not set the passphrase of the desk yet.")


class WrongPassphrase(DeskRefusal):
    kind = "passphrase"
    message = _("This is not the passphrase of the desk.")


class TooManyPassphrases(DeskRefusal):
    kind = "limited"
    message = _("A wrong passphrase was entered too often here. Wait an hour, or ask the organisers.")


class PassphraseTooShort(DeskRefusal):
    message = _("Take at least 12 characters, for example four words.")


class MayNotUndo(DeskRefusal):
    message = _("This check-in was made at another desk: only organisers take it back.")


class HeadsetTaken(DeskRefusal):
    message = _("This headset is lent to somebody already.")


class HasHeadset(DeskRefusal):
    message = _("This person has a headset already.")


class NoSuchLoan(DeskRefusal):
    message = _("No headset of this number is lent to anybody.")


class NotOfThisDelegation(DeskRefusal):
    message = _("Choose people of this delegation.")
