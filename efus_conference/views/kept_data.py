"""What is kept of a person, for how long and who reads it, in the words of the page “Your data”.

`docs/privacy.md` says it field by field, and `tests/permissions/fields.py` holds the pages to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from efus_conference.models import Edition, User
from efus_conference.templatetags.dates import in_full, moment_at
from registration.models import Registration, RetentionRule, SensitiveReading
from registration.models.identity import KEPT_FOR
from registration.retention import DEFAULTS, YEAR, days_kept, kept_until

What = RetentionRule.What
SHOWN = 200  # readings on the page; all of them are in what one takes away


@dataclass(frozen=True)
class Kind:
    """One kind of data; `how_long` and `readers` are sentences."""

    name: str
    holds: str
    how_long: str
    readers: str


@dataclass(frozen=True)
class Reading:
    when: str
    whose: str
    what: str
    how: str
    who: str


# Name, what it holds, by which period it goes (None: as `_span` says), who reads it.
KINDS: list[tuple[str, Promise, Promise, str | None, Promise]] = [
    (
        "account",
        gettext_lazy("Your account"),
        gettext_lazy(
            "E-mail addresses, name, language; a password and second factors, which nobody can read."
        ),
        What.ACCOUNTS,
        gettext_lazy("You, the registration desk (name and address), administrators."),
    ),
    (
        "names",
        gettext_lazy("Who you are at the conference"),
        gettext_lazy(
            "Name, organisation, country, category, seats, ticket, days on which you were there, certificates, what "
            "you agreed to."
        ),
        What.NAMES,
        gettext_lazy(
            "You, whoever keeps your registration, the coordinator of your delegation (not what you agreed to), the "
            "registration desk. Volunteers at the desk see what stands on your badge, your seats and your check-ins. "
            "A certificate is read by whoever has its code."
        ),
    ),
    (
        "contact",
        gettext_lazy("How to reach you, and your agenda"),
        gettext_lazy("E-mail address, function, starred sessions, secret addresses of your agenda."),
        What.CONTACT,
        gettext_lazy(
            "You, whoever keeps your registration, the registration desk. The coordinator of your delegation reads the "
            "address and the function."
        ),
    ),
    (
        "needs",
        gettext_lazy("Access needs"),
        gettext_lazy("What you told us to prepare, and our replies."),
        What.NEEDS,
        gettext_lazy(
            "You, whoever keeps your registration for you, and the organisers who arrange it. A coordinator never "
            "does. Each reading by an organiser is noted."
        ),
    ),
    (
        "answers",
        gettext_lazy("Answers to our questions"),
        gettext_lazy("What you answered, and the files you sent with it."),
        None,
        gettext_lazy(
            "You, whoever keeps your registration for you, and the organisers whose work it is. A coordinator never "
            "does. Each reading of a sensitive answer by an organiser is noted."
        ),
    ),
    (
        "identity",
        gettext_lazy("Identity document for a secured visit"),
        gettext_lazy("Name, date of birth, kind, number and country of the document; never a scan."),
        None,
        gettext_lazy(
            "You, whoever keeps your registration for you, and the few organisers who pass it on to the security "
            "service of the place. Each reading is noted."
        ),
    ),
    (
        "press",
        gettext_lazy("Accreditation of the press"),
        gettext_lazy("The medium you work for, number and picture of the press card."),
        What.PRESS,
        gettext_lazy("You, whoever keeps your registration for you, and the press office."),
    ),
    (
        "mails",
        gettext_lazy("E-mails"),
        gettext_lazy("Copies of what we wrote to you, with links and codes masked."),
        What.MAILS,
        gettext_lazy("You, whoever keeps your registration, the registration desk."),
    ),
    (
        "desk",
        gettext_lazy("The desk"),
        gettext_lazy("Headsets lent to you, and tickets that should not have been shown."),
        What.DESK,
        gettext_lazy("The registration desk."),
    ),
    (
        "readings",
        gettext_lazy("Who read your sensitive answers"),
        gettext_lazy("When, what, and by which organiser."),
        What.READINGS,
        gettext_lazy("You (when and what), and administrators."),
    ),
    (
        "speaker",
        gettext_lazy("If you speak"),
        gettext_lazy("Name, portrait, function and biography, your consent to show them, your slides."),
        None,
        gettext_lazy(
            "Everyone, as long as you agree to be shown; the organisers of the programme. Your address is read by "
            "them alone."
        ),
    ),
]


def kinds_of(edition: Edition | None) -> list[Kind]:
    """With the periods of the edition, of today's where none is current."""
    periods = days_kept(edition) if edition else DEFAULTS
    return [
        Kind(str(name), str(holds), _span(key, periods.get(what or ""), edition), str(readers))
        for key, name, holds, what, readers in KINDS
    ]


def _span(key: str, days: int | None, edition: Edition | None) -> str:
    if key == "answers":
        return _(
            "As long as each question says, at most a year after the conference where nothing else is said."
        )
    if key == "identity":
        return ngettext(
            "%(count)d day after the visit, and not longer than you have the seat.",
            "%(count)d days after the visit, and not longer than you have the seat.",
            KEPT_FOR.days,
        ) % {"count": KEPT_FOR.days}
    if key == "speaker" or days is None:
        return _("Until you take your consent back or have it erased.")
    if key == "account":
        span = _("%(span)s after the last conference for which you used it.")
        return span % {"span": _spoken(days)}
    sentence = _("%(span)s after the conference.") % {"span": _spoken(days)}
    last = kept_until(edition, days) if edition else None
    if last is None:
        return sentence
    until = _("For this one until %(day)s.") % {"day": in_full(last)}
    return f"{sentence} {until}"


def _spoken(days: int) -> str:
    if days and days % YEAR == 0:
        years = days // YEAR
        return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def readings_of(user: User) -> list[Reading]:
    """The latest first, of the registrations whose sensitive answers the account may read itself."""
    mine = Registration.objects.told_to(user).filter(erased_at=None).order_by()
    rows = (
        SensitiveReading.objects.filter(registration__in=mine.values("pk"))
        .select_related("registration__edition", "reader")
        .prefetch_related("reader__groups")
        .order_by("-at", "-pk")[:SHOWN]
    )
    return [
        Reading(
            moment_at(row.at, row.registration.edition),
            row.registration.name,
            row.get_what_display(),
            row.get_how_display(),
            _reader(row),
        )
        for row in rows
    ]


def _reader(row: SensitiveReading) -> str:
    """By their work, not by their name: who it was is for the organisers to say, and they know it."""
    if row.reader is None:
        return _("An organiser whose account is deleted")
    if row.reader.is_superuser:
        return _("An administrator")
    groups = ", ".join(sorted(str(group) for group in row.reader.groups.all()))
    return _("An organiser (%(groups)s)") % {"groups": groups} if groups else _("An organiser")
