"""The letter with which someone who is registered asks for a visa: made of what they type, sealed, and not kept."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from efus_conference.conference import about
from efus_conference.models import Edition
from efus_conference.models.organisations import country_name
from efus_conference.pdf import made_pdf
from efus_conference.seal import sealed, usable_key
from efus_conference.templatetags.dates import days_of, in_full
from registration.models import Registration


def may_be_had(registration: Registration) -> bool:
    """Only of a registration that counts, for an edition whose days are known and not over."""
    edition = registration.edition
    is_ahead = edition.ends_on is not None and edition.phase() != "over"
    return registration.is_confirmed and registration.erased_at is None and is_ahead


def letter(registration: Registration, said: dict[str, Any], *, at: datetime) -> bytes:
    """The sealed PDF in `said["language"]`, of the cleaned data of `VisaLetterForm`. Raises SealError."""
    with translation.override(said["language"]):
        return sealed(_pdf(registration, said, at=at), reason=_("Letter for a visa"))


def _pdf(registration: Registration, said: dict[str, Any], *, at: datetime) -> bytes:
    edition = registration.edition
    data = {
        "conference": _("Security, Democracy & Cities"),
        "organiser": _("European Forum for Urban Security (Efus)"),
        "to": said["consulate"] or _("To whom it may concern"),
        "dated": in_full(at.astimezone(edition.zone).date()),
        "heading": _("Invitation to the conference, for a visa"),
        "greeting": _("Dear Sir or Madam,"),
        "paragraphs": _paragraphs(edition, said["arrives_on"], said["leaves_on"]),
        "facts": [[name, value] for name, value in _facts(registration, said) if value],
        "closing": _("Yours faithfully,"),
        "signed": [_("European Forum for Urban Security (Efus)"), *_contact()],
        "seal": _(
            "This letter bears the electronic seal of “%(name)s”. It is valid without a signature by hand."
        )
        % {"name": usable_key().name},
        "not_kept": _(
            "Efus does not keep the passport’s data. It confirms the registration to an authority that asks."
        ),
        "demonstration": (
            _("Demonstration: this letter is worth nothing.")
            if settings.DEMONSTRATION or edition.is_demonstration
            else ""
        ),
    }
    title = _("Letter for a visa, %(edition)s") % {"edition": edition.name}
    return made_pdf(
        "registration/pdf/visa_letter.typ", data, language=said["language"], title=title, dated=at
    )


def _paragraphs(edition: Edition, first: date, last: date) -> list[str]:
    return [
        _(
            "The European Forum for Urban Security confirms that the person named below is registered for its "
            "international conference Security, Democracy & Cities in %(place)s, %(days)s."
        )
        % {"place": edition.place, "days": days_of(edition)},
        _(
            "To take part, they would travel from %(first)s to %(last)s. We would be grateful if you issued the "
            "visa in time."
        )
        % {"first": in_full(first), "last": in_full(last)},
    ]


def _facts(registration: Registration, said: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (_("Name"), said["name"]),
        (_("Registered as"), "" if said["name"] == registration.name else registration.name),
        (_("Date of birth"), in_full(said["born_on"])),
        (_("Nationality"), country_name(said["nationality"])),
        (_("Passport"), said["passport"]),
        (_("City or organisation"), registration.shown_organisation),
        (_("Takes part as"), str(registration.category)),
        (_("Venue"), registration.edition.venue),
    ]


def _contact() -> list[str]:
    return [line for line in (settings.CONTACT_EMAIL, about()["press"]["phone"]) if line]
