"""Certificates of attendance: what one says, how it is set and sealed, and how its code is read back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from efus_conference import qr
from efus_conference.mail import site_address
from efus_conference.models import Edition
from efus_conference.pdf import made_pdf
from efus_conference.seal import sealed, usable_key
from efus_conference.templatetags.dates import days_of, in_full, reader_s_locale
from registration.models import Certificate, CheckIn, Registration
from registration.models.certificates import CERTIFICATE_CODE_LENGTH
from registration.models.tickets import ALPHABET

# What Crockford's base 32 leaves out, because it is read as what stands here.
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
NO_PART_OF_A_CODE = re.compile(r"[\s.·–—‑-]+")
MOST_ENDS = 20  # of a PDF that was changed again and again
END_OF_FILE = re.compile(rb"%%EOF(?:\r\n|\n|\r)?")


@dataclass(frozen=True)
class Attendance:
    """Who was there on which days, as a certificate would say it now."""

    name: str
    organisation_name: str
    days: tuple[date, ...]

    def is_said_by(self, certificate: Certificate) -> bool:
        return self.is_not_denied_by(certificate) and tuple(certificate.days) == self.days

    def is_not_denied_by(self, certificate: Certificate) -> bool:
        """Whether all it says is so; that there were more days since makes no lie of it."""
        said = (certificate.name, certificate.organisation_name)
        return said == (self.name, self.organisation_name) and set(certificate.days) <= set(self.days)


def attendance_of(registration: Registration, *, language: str) -> Attendance:
    """From the check-ins that stand, at the entrance and in sessions; without a day for who was not there.

    `language` is the certificate's, whatever language is active: a city has a name in each.
    """
    days = days_attended(registration)
    with translation.override(language):
        return Attendance(registration.name, registration.shown_organisation, days)


def days_attended(registration: Registration) -> tuple[date, ...]:
    stand = CheckIn.objects.standing().filter(registration=registration).order_by("day")
    return tuple(stand.values_list("day", flat=True).distinct())


def denied(certificates: Iterable[Certificate], registration: Registration) -> list[Certificate]:
    """Those that say what is not so any more, each judged in its own language."""
    return [
        row
        for row in certificates
        if not attendance_of(registration, language=row.language).is_not_denied_by(row)
    ]


def read_code(text: str) -> str:
    """The code in what somebody typed or an address has: small letters, dashes, O for 0; "" for anything else."""
    if len(text) > 100:
        return ""
    code = NO_PART_OF_A_CODE.sub("", text)
    # Else letters of other alphabets would become ours as large ones.
    code = code.upper().translate(READ_AS) if code.isascii() else ""
    is_code = len(code) == CERTIFICATE_CODE_LENGTH and set(code) <= set(ALPHABET)
    return code if is_code else ""


def certificate_at(text: str) -> Certificate | None:
    """The certificate with this code, as people may have typed it."""
    code = read_code(text)
    rows = Certificate.objects.select_related("edition").prefetch_related("edition__hosting__organisation")
    return rows.filter(code=code).first() if code else None


@dataclass(frozen=True)
class Compared:
    """A file beside those that were issued. `certificate` is the one that it is, or was before it was changed."""

    certificate: Certificate | None
    is_issued: bool


def compared(content: bytes) -> Compared:
    """Finds the certificate that a file is, byte for byte, or that it begins with.

    By its digest alone: nothing reads the inside of a file that a stranger sent.
    """
    ends = [match.end() for match in END_OF_FILE.finditer(content)][-MOST_ENDS:]
    digests = [hashlib.sha256(content[:end]).hexdigest() for end in {*ends, len(content)}]
    found = {row.sha256: row for row in Certificate.objects.filter(sha256__in=digests)}
    whole = found.pop(hashlib.sha256(content).hexdigest(), None)
    return Compared(whole or next(iter(found.values()), None), is_issued=whole is not None)


def sealed_pdf(certificate: Certificate, *, at: datetime) -> bytes:
    """The certificate as it is kept and handed out. Raises SealError.

    `at` is the day it is dated, by the clocks of the edition's place.
    """
    with translation.override(certificate.language):
        return sealed(_pdf(certificate, at=at), reason=_("Certificate of attendance"))


def _pdf(certificate: Certificate, *, at: datetime) -> bytes:
    edition = certificate.edition
    address = site_address(reverse("registration_machine:check_certificate", args=[certificate.code]))
    data = {
        "conference": _("Security, Democracy & Cities"),
        "organiser": _("European Forum for Urban Security (Efus)"),
        "heading": _("Certificate of attendance"),
        "certifies": _("The European Forum for Urban Security (Efus) certifies that"),
        "name": certificate.name,
        "organisation": certificate.organisation_name,
        "took_part": _took_part(edition),
        "facts": [[name, lines] for name, lines in _facts(certificate, at=at) if lines],
        "seal": _(
            "This certificate bears the electronic seal of “%(name)s”. It is valid without a signature by hand."
        )
        % {"name": usable_key().name},
        "check": _("Whoever receives it can check it at this address, or by the square code:"),
        "address": f"{site_address('/check/')}{certificate.shown_code}/",
        "link": address,
        "qr": qr.svg(address),
        "qr_words": _("QR code with the address at which this certificate is checked"),
        "number": _("Certificate %(code)s") % {"code": certificate.shown_code},
        "demonstration": _demonstration(edition),
    }
    title = _("Certificate of attendance, %(edition)s") % {"edition": edition.name}
    return made_pdf(
        "registration/pdf/certificate.typ", data, language=certificate.language, title=title, dated=at
    )


def _took_part(edition: Edition) -> str:
    if not edition.place:
        return _("took part in the international conference Security, Democracy & Cities.")
    return _("took part in the international conference Security, Democracy & Cities in %(place)s.") % {
        "place": edition.place
    }


def _facts(certificate: Certificate, *, at: datetime) -> list[tuple[str, list[str]]]:
    edition = certificate.edition
    return [
        (_("Days of the conference"), [days_of(edition)]),
        (_("Days attended"), days_in_words(certificate)),
        (_("Theme"), [edition.theme] if edition.theme else []),
        (_("Venue"), [edition.venue] if edition.venue else []),
        (_("Issued on"), [in_full(at.astimezone(edition.zone).date())]),
    ]


def days_in_words(certificate: Certificate) -> list[str]:
    """“Wednesday 19 May 2027”, one by one."""
    return [format_date(day, "full", locale=reader_s_locale()) for day in certificate.days]


def _demonstration(edition: Edition) -> str:
    if settings.DEMONSTRATION or edition.is_demonstration:
        return _("Demonstration: this certificate is worth nothing.")
    return ""
