"""A country across the editions: its cities and organisations on record, what they hosted and signed.

Its figures leave out what is invented; a country of which nothing else is on record is said to be a demonstration.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from archive.coming import FEWEST
from archive.models import Part
from archive.organisations import has_begun, on_record
from declarations.models import Declaration, Signature
from efus_conference.folding import bare
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
    hosts: list[Edition]  # that are still to come
    signed: int  # declarations
    is_signatory: bool  # of a declaration that counts


@dataclass(frozen=True)
class Country:
    code: str
    places: list[Place]
    editions: list[Edition]  # that took place in it, the latest first
    coming: list[Edition]  # that will
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
    def is_demonstration(self) -> bool:
        """Whether all of it is invented. Then that is counted; else it is not."""
        return all(place.organisation.is_demonstration for place in self.places)

    @property
    def counted(self) -> Line:
        """Its figures."""
        invented = self.is_demonstration
        places = [place for place in self.places if invented or not place.organisation.is_demonstration]
        return Line(
            self.code,
            cities=sum(1 for place in places if place.organisation.kind == Organisation.Kind.CITY),
            organisations=len(places),
            editions=sum(1 for edition in self.editions if invented or not edition.is_demonstration),
            signatories=sum(1 for place in places if (place.signed if invented else place.is_signatory)),
            is_demonstration=invented,
        )


@dataclass(frozen=True)
class Line:
    """A country's figures. `organisations` are all, the cities among them."""

    code: str
    cities: int
    organisations: int
    editions: int
    signatories: int
    is_demonstration: bool

    @property
    def name(self) -> str:
        return country_name(self.code)

    @property
    def others(self) -> int:
        return self.organisations - self.cities

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
    signed, signed_in_earnest = Counter[int](), set[int]()
    theirs = _signatures().filter(signatory__organisation__in=organisations)
    for organisation_id, is_invented in theirs.values_list(
        "signatory__organisation", "signatory__declaration__is_demonstration"
    ):
        signed[organisation_id] += 1
        if not is_invented:
            signed_in_earnest.add(organisation_id)
    counted: Counter[int] = Counter()
    # Those that are too few to be told are not added: the difference would tell of them.
    came = Part.objects.filter(organisation__country=code, edition__in=editions, there__gte=FEWEST)
    for edition_id, there in came.values_list("edition", "there"):
        counted[edition_id] += there
    here = {edition.pk for theirs in hosted.values() for edition in theirs}
    taking_place = [edition for edition in editions.values() if edition.pk in here]
    return Country(
        code=code,
        places=[
            Place(
                each,
                hosted=[edition for edition in hosted[each.pk] if has_begun(edition)],
                hosts=[edition for edition in hosted[each.pk] if not has_begun(edition)],
                signed=signed[each.pk],
                is_signatory=each.pk in signed_in_earnest,
            )
            for each in organisations
        ],
        editions=[edition for edition in taking_place if has_begun(edition)],
        coming=[edition for edition in taking_place if not has_begun(edition)],
        people=[(edition, counted[edition.pk]) for edition in editions.values() if edition.pk in counted],
    )


def countries() -> list[Line]:
    """Of which something is on record, by their names in the reader's language."""
    known = list(on_record().exclude(country="").values_list("pk", "country", "kind", "is_demonstration"))
    begun = {edition.pk: edition for edition in Edition.objects.published() if has_begun(edition)}
    hosting = defaultdict(set)
    hosts = EditionHost.objects.filter(edition__in=begun)
    for code, edition_id in hosts.values_list("organisation__country", "edition"):
        hosting[code].add(edition_id)
    signed = dict[int, bool]()  # whether one of the declarations counts
    for organisation_id, is_invented in _signatures().values_list(
        "signatory__organisation", "signatory__declaration__is_demonstration"
    ):
        signed[organisation_id] = signed.get(organisation_id, False) or not is_invented
    lines = []
    for code in {code for _pk, code, _kind, _is_invented in known}:
        here = [(pk, kind, is_invented) for pk, of, kind, is_invented in known if of == code]
        invented = all(is_invented for _pk, _kind, is_invented in here)
        counted = [(pk, kind) for pk, kind, is_invented in here if invented or not is_invented]
        lines.append(
            Line(
                code,
                cities=sum(1 for _pk, kind in counted if kind == Organisation.Kind.CITY),
                organisations=len(counted),
                editions=sum(1 for pk in hosting[code] if invented or not begun[pk].is_demonstration),
                signatories=sum(1 for pk, _kind in counted if pk in signed and (invented or signed[pk])),
                is_demonstration=invented,
            )
        )
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
