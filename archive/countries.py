"""A country across the editions: its cities and organisations on record, what they hosted and signed."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from archive.coming import FEWEST
from archive.models import Part
from archive.organisations import on_record
from declarations.models import Declaration, Signature
from efus_conference.models import Edition, EditionHost, Organisation
from efus_conference.models.organisations import country_name

MOST_FOUND = 6  # of a question that is only a beginning
SHORTEST_BEGINNING = 3
LANGUAGES = [code for code, _name in settings.LANGUAGES]


@dataclass(frozen=True)
class Place:
    """One organisation of the country."""

    organisation: Organisation
    hosted: list[Edition]
    signed: int  # declarations


@dataclass(frozen=True)
class Country:
    code: str
    places: list[Place]
    editions: list[Edition]  # that took place in it, the latest first
    people: list[tuple[Edition, int]]  # of closed editions: how many came from it, at least

    @property
    def name(self) -> str:
        return country_name(self.code)

    @property
    def cities(self) -> list[Place]:
        return [place for place in self.places if place.organisation.kind == Organisation.Kind.CITY]

    @property
    def others(self) -> list[Place]:
        return [place for place in self.places if place.organisation.kind != Organisation.Kind.CITY]

    @property
    def signatories(self) -> int:
        return sum(1 for place in self.places if place.signed)


@dataclass(frozen=True)
class Line:
    """A country in the list of all."""

    code: str
    organisations: int
    editions: int
    signatories: int

    @property
    def name(self) -> str:
        return country_name(self.code)

    @property
    def url(self) -> str:
        return address(self.code)


def address(code: str) -> str:
    return reverse("archive:country", args=[code.lower()])


def country(code: str) -> Country | None:
    """None where nothing of it is on record. In a fixed number of queries."""
    organisations = list(on_record().filter(country=code).by_name())
    if not code or not organisations:
        return None
    editions = {edition.pk: edition for edition in Edition.objects.published().in_order().reverse()}
    hosted: defaultdict[int, list[Edition]] = defaultdict(list)
    hosts = EditionHost.objects.filter(organisation__in=organisations, edition__in=editions)
    for organisation_id, edition_id in hosts.order_by("-edition__number").values_list(
        "organisation", "edition"
    ):
        hosted[organisation_id].append(editions[edition_id])
    signed = Counter(
        _signatures()
        .filter(signatory__organisation__in=organisations)
        .values_list("signatory__organisation", flat=True)
    )
    counted: Counter[int] = Counter()
    # Those that are too few to be told are not added: the difference would tell of them.
    came = Part.objects.filter(organisation__country=code, edition__in=editions, there__gte=FEWEST)
    for edition_id, there in came.values_list("edition", "there"):
        counted[edition_id] += there
    taking_place = {edition.pk for held in hosted.values() for edition in held}
    return Country(
        code=code,
        places=[Place(each, hosted[each.pk], signed[each.pk]) for each in organisations],
        editions=[edition for edition in editions.values() if edition.pk in taking_place],
        people=[(edition, counted[edition.pk]) for edition in editions.values() if edition.pk in counted],
    )


def countries() -> list[Line]:
    """Of which something is on record, by their names in the reader's language."""
    known = on_record().exclude(country="")
    organisations = Counter(known.values_list("country", flat=True))
    hosts = EditionHost.objects.filter(edition__in=Edition.objects.published())
    editions = Counter(
        code for code, _edition in set(hosts.values_list("organisation__country", "edition")) if code
    )
    signatories = Counter(
        code
        for code, _organisation in set(
            _signatures().values_list("signatory__organisation__country", "signatory__organisation")
        )
    )
    lines = [Line(code, count, editions[code], signatories[code]) for code, count in organisations.items()]
    return sorted(lines, key=lambda line: bare(line.name))


def _signatures() -> QuerySet[Signature]:
    return Signature.objects.public().filter(signatory__declaration__in=Declaration.objects.public())


@dataclass(frozen=True)
class Found:
    """A country that a question names."""

    name: str
    url: str


def named(words: Sequence[str]) -> list[Found]:
    """Countries on record whose name in one of the site's languages has all words of a question, or begins with them.

    Accents and case do not matter. They are few, so no entry of the search is kept for them.
    """
    typed = [bare(word) for word in words]
    codes = on_record().exclude(country="").order_by("country").values_list("country", flat=True).distinct()
    found = [
        Found(country_name(code), address(code))
        for code in codes
        if any(_has(bare(country_name(code, language)).split(), typed) for language in LANGUAGES)
    ]
    return found[:MOST_FOUND]


def _has(name: Sequence[str], typed: Sequence[str]) -> bool:
    return all(
        any(part == word or (len(word) >= SHORTEST_BEGINNING and part.startswith(word)) for part in name)
        for word in typed
    )


def bare(name: str) -> str:
    """Lower case without accents, its words apart."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(
        letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter)
    )
