"""By what right someone signed, in a sentence: on the office's pages, in its mails and in the register."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from declarations.models import Mandate


def in_words(mandate: Mandate) -> str:
    """A sentence in the language of the moment."""
    words = {
        "body": mandate.body,
        "day": _day(mandate.decided_on),
        "until": _day(mandate.ratify_until),
    }
    said = {
        Mandate.Basis.OWN_COMPETENCE: _("By the office’s own competence."),
        Mandate.Basis.EXECUTIVE: _("By a decision of its executive: %(body)s, %(day)s."),
        Mandate.Basis.COUNCIL: _("By a decision of its council: %(body)s, %(day)s."),
        Mandate.Basis.RATIFICATION: _("Subject to ratification by this body until %(until)s: %(body)s."),
    }[Mandate.Basis(mandate.basis)]
    return said % words


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""
