"""The offices of a campaign from a spreadsheet: read and judged row by row, before anything is entered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from declarations.actions import NewOffice
from declarations.campaign import HAS_SIGNED, Office, Stage, campaign_of
from declarations.campaign_columns import (
    COLUMNS,
    columns_of,
    countries,
    folded,
    kinds,
    languages,
    short,
    text_of,
)
from declarations.languages import OFFICE_LANGUAGES
from declarations.models import Declaration
from declarations.names import bare, flags_of, skeleton
from efus_conference.models import Organisation, User
from efus_conference.models.organisations import country_name
from efus_conference.sheets import plain_table
from efus_conference.writing import without_control_characters

LONGEST = {"organisation": 200, "own_name": 200, "mailbox": 254}
LIKE_A_FORMULA = re.compile(r"\s*[=+\-@]")


@dataclass(frozen=True)
class SheetRow:
    """One line as it was read; `number` is the row as the spreadsheet program counts it.

    With `problems` it is not entered; `notes` are for a human to look at, and stop nothing.
    """

    number: int
    shown: dict[str, str]
    office: NewOffice | None
    problems: list[str]
    notes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)  # with any it is entered only if that is ticked
    is_invited: bool = False  # it has an open link, so there is nothing to do


class Known:
    """What the rows are compared with, read once."""

    def __init__(self, declaration: Declaration) -> None:
        self.organisations = {one.pk: one for one in Organisation.objects.all()}
        self.by_slug = {one.slug: one for one in self.organisations.values()}
        self.by_name: dict[str, dict[int, Organisation]] = {}
        self.by_look: dict[str, str] = {}
        self.by_bare: dict[str, str] = {}
        for one in self.organisations.values():
            for name in filter(None, [*_names(one), *one.other_names]):
                self.by_name.setdefault(folded(name), {})[one.pk] = one
                self.by_look.setdefault(skeleton(name), name)
                self.by_bare.setdefault(bare(name), name)
        self.offices: dict[int, Office] = {
            office.signatory.organisation_id: office for office in campaign_of(declaration).offices
        }
        self.by_mailbox = {
            office.mailbox.casefold(): office for office in self.offices.values() if office.mailbox
        }
        self.staff = {
            email.casefold() for email in User.objects.filter(is_staff=True).values_list("email", flat=True)
        }
        self.countries, self.kinds, self.languages = countries(), kinds(), languages()


def rows_of(content: bytes, declaration: Declaration) -> list[SheetRow]:
    """Reads and judges a sheet. Raises SheetRefused with a sentence for what is no such sheet at all."""
    dataset = plain_table(content)
    columns = columns_of(dataset.headers)
    known = Known(declaration)
    seen: dict[str, int] = {}  # whom or what a row names, and the row in which it stands first
    rows = []
    for number, line in enumerate(dataset, start=2):
        texts = {name: text_of(line[columns[name]]) if name in columns else "" for name in COLUMNS}
        rows.append(_row(number, texts, known, seen))
    return rows


def _row(number: int, texts: dict[str, str], known: Known, seen: dict[str, int]) -> SheetRow:
    problems = _unreadable(texts)
    if problems:
        return SheetRow(number, short(texts), None, problems)
    country = known.countries.get(folded(texts["country"]), "")
    kind = known.kinds.get(folded(texts["kind"]), "")
    language = known.languages.get(folded(texts["language"]), "")
    problems = _unknown_words(texts, country, kind, language)
    found = _found(texts["organisation"], country, known)
    organisation = found[0] if len(found) == 1 else None
    office = known.offices.get(organisation.pk) if organisation else None
    if not found:
        problems += _is_new(texts, country, known)
    elif organisation is None:
        slugs = ", ".join(one.slug for one in found[:5])
        sentence = _(
            "Several organisations have this name. Write the address of the right one: %(addresses)s."
        )
        problems.append(sentence % {"addresses": slugs})
    else:
        problems += _differs(organisation, country)
    problems += _mailbox(texts["mailbox"], office, known)
    key = f"organisation {organisation.pk}" if organisation else f"new {skeleton(texts['organisation'])}"
    if (first := seen.setdefault(key, number)) != number:
        problems.append(_("This office stands in row %(number)d already.") % {"number": first})
    if office and office.stage in HAS_SIGNED:
        problems.append(_("It has signed already."))
    elif office and office.stage == Stage.DECLINED:
        problems.append(_("It declined. Invite it on its own page, if it asks for it."))
    elif office and office.stage == Stage.WITHDRAWN:
        problems.append(_("It withdrew its signature. Invite it on its own page, if it asks for it."))
    notes = [] if found else [_("This organisation is new: it is entered with the office.")]
    doubts = [] if found else [*_to_look_at(texts), *_nearly(texts, known, seen, number)]
    notes += _shared(texts["mailbox"], office, known, seen, number)
    # As it was understood, where “Lettland” and “lv” may have been written.
    understood = dict(texts)
    if country:
        understood["country"] = country_name(country)
    if language or not texts["language"]:
        language = language or _own_language(organisation, office)
        understood["language"] = dict(OFFICE_LANGUAGES)[language]
    entered = NewOffice(
        organisation_id=organisation.pk if organisation else None,
        mailbox=texts["mailbox"],
        language=language,
        name=texts["organisation"],
        own_name=texts["own_name"],
        country=country,
        kind=kind or Organisation.Kind.CITY,
    )
    is_invited = bool(office and office.has_open_link and not problems)
    office_read = None if problems else entered
    return SheetRow(number, short(understood), office_read, problems, notes, doubts, is_invited)


def _own_language(organisation: Organisation | None, office: Office | None) -> str:
    """Where the sheet says none: that of the office, else of the place's own name, else English."""
    if office:
        return office.signatory.language
    own = organisation.endonym_language if organisation else ""
    return own if own in dict(OFFICE_LANGUAGES) else "en"


def _unknown_words(texts: dict[str, str], country: str, kind: str, language: str) -> list[str]:
    """Of what was written in the columns to choose from, what is none of the choices."""
    problems = []
    if texts["country"] and not country:
        sentence = _("There is no country “%(value)s”. Write its two letters, such as LV.")
        problems.append(sentence % {"value": texts["country"][:80]})
    if texts["kind"] and not kind:
        sentence = _("There is no kind “%(value)s”. Choose one of those on the sheet to fill in.")
        problems.append(sentence % {"value": texts["kind"][:80]})
    if texts["language"] and not language:
        names = ", ".join(name for _code, name in OFFICE_LANGUAGES)
        sentence = _("“%(value)s” is no language of our invitations. Write one of: %(names)s.")
        problems.append(sentence % {"value": texts["language"][:80], "names": names})
    return problems


def _unreadable(texts: dict[str, str]) -> list[str]:
    """What is wrong with the cells as such; of such a row nothing more is said."""
    problems = []
    for name, text in texts.items():
        column = {"column": COLUMNS[name]}
        if LIKE_A_FORMULA.match(text):
            problems.append(_("%(column)s begins like a formula. Write what is meant.") % column)
        try:
            without_control_characters(text)
        except ValidationError as error:
            problems.append(_("%(column)s: %(problem)s") % {**column, "problem": " ".join(error.messages)})
        if "\0" in text:
            problems.append(_("%(column)s has a character that cannot be printed.") % column)
        if len(text) > LONGEST.get(name, 200):
            problems.append(_("%(column)s is too long.") % column)
    if not texts["organisation"]:
        problems.append(_("The organisation is missing."))
    return problems


def _found(text: str, country: str, known: Known) -> list[Organisation]:
    """By address, or by any of its names; of several, those of the country."""
    if text in known.by_slug:
        return [known.by_slug[text]]
    found = list(known.by_name.get(folded(text), {}).values())
    return [one for one in found if one.country == country] or found if country else found


def _differs(organisation: Organisation, country: str) -> list[str]:
    if not country or country == organisation.country:
        return []
    sentence = _(
        "We know this organisation in another country: %(country)s. Correct the sheet, or write its address."
    )
    return [sentence % {"country": organisation.country_name or _("No country")}]


def _is_new(texts: dict[str, str], country: str, known: Known) -> list[str]:
    problems = []
    for each in filter(None, (texts["organisation"], texts["own_name"])):
        if other := known.by_look.get(skeleton(each)):
            sentence = _(
                "“%(name)s” looks like “%(other)s”, which we know. If that is meant, write it so; if not, enter the "
                "organisation by hand first."
            )
            problems.append(sentence % {"name": each, "other": other})
    if not country and not texts["country"]:
        problems.append(_("We do not know this organisation. Write its country, or its name as we know it."))
    return problems


def _to_look_at(texts: dict[str, str]) -> list[str]:
    sentence = _("Look at the name “%(name)s”: %(flag)s.")
    names = filter(None, (texts["organisation"], texts["own_name"]))
    return [sentence % {"name": name, "flag": flag.label} for name in names for flag in flags_of(name)]


def _nearly(texts: dict[str, str], known: Known, seen: dict[str, int], number: int) -> list[str]:
    """The same town under a longer name, as far as words can tell: known here, or in an earlier row."""
    name = texts["organisation"]
    said = []
    if other := known.by_bare.get(bare(name)):
        sentence = _("“%(name)s” has nearly the name of “%(other)s”, which we know. Is it another office?")
        said.append(sentence % {"name": name, "other": other})
    if (first := seen.setdefault(f"nearly {bare(name)}", number)) != number:
        sentence = _("“%(name)s” has nearly the name in row %(number)d. Is it another office?")
        said.append(sentence % {"name": name, "number": first})
    return said


def _mailbox(email: str, office: Office | None, known: Known) -> list[str]:
    registered = office.mailbox if office else ""
    if not email:
        return [] if registered else [_("The mailbox is missing.")]
    try:
        validate_email(email)
    except ValidationError:
        return [_("The mailbox is no e-mail address.")]
    if registered and registered.casefold() != email.casefold():
        sentence = _(
            "Another mailbox of this office is registered: %(email)s. Change it on the office’s own page: "
            "that takes two officers."
        )
        return [sentence % {"email": registered}]
    if email.casefold() in known.staff:
        return [_("This is an organiser’s own address. Enter the mailbox of the office itself.")]
    if office and office.bounce:
        return [_("E-mails to its mailbox come back: find the right address first.")]
    return []


def _shared(email: str, office: Office | None, known: Known, seen: dict[str, int], number: int) -> list[str]:
    """Whoever reads a mailbox records for each office it is of."""
    if not email:
        return []
    first = seen.setdefault(f"mailbox {email.casefold()}", number)
    if first != number:
        return [
            _("The same mailbox stands in row %(number)d: one office would record for both.")
            % {"number": first}
        ]
    other = known.by_mailbox.get(email.casefold())
    if other and other is not office:
        sentence = _("The same mailbox is that of %(office)s: one office would record for both.")
        return [sentence % {"office": other.signatory.organisation}]
    return []


def _names(organisation: Organisation) -> list[str]:
    languages = [code for code, _name in settings.LANGUAGES]
    return [*(getattr(organisation, f"name_{code}") or "" for code in languages), organisation.endonym]
