"""Organisations that may be one and the same, for somebody to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from archive.actions.merging import all_names
from efus_conference.folding import bare
from efus_conference.models import Organisation

MOST = 60
ALIKE = 0.6  # of pg_trgm, 1 is the same: “Malmo” and “Malmö stad” are 0.55, “Gemeente Gent” and “Gemeente Gend” 0.75


@dataclass(frozen=True)
class Pair:
    """The one entered first, the other, and what makes one think so."""

    first: Organisation
    second: Organisation
    why: str | Promise


def pairs() -> list[Pair]:
    """The surest first, and no more than somebody looks through."""
    return _pairs()[:MOST]


def _pairs(of: int | None = None) -> list[Pair]:
    """Of all, or of one of them. Between an invented one and a real one there is nothing to merge."""
    rows = {each.pk: each for each in Organisation.objects.order_by("pk")}
    found: dict[tuple[int, int], Pair] = {}
    for first, second, why in [*_same_wikidata(rows), *_same_name(rows), *_alike(of)]:
        if of not in (None, first, second):
            continue
        one, other = rows.get(min(first, second)), rows.get(max(first, second))
        if one and other and one.is_demonstration == other.is_demonstration:
            found.setdefault((one.pk, other.pk), Pair(one, other, why))
    return list(found.values())


def likely_twins(organisation: Organisation) -> list[Organisation]:
    """Which others it may be."""
    return [
        pair.second if pair.first.pk == organisation.pk else pair.first for pair in _pairs(organisation.pk)
    ]


Found = Iterator[tuple[int, int, str | Promise]]


def _same_wikidata(rows: dict[int, Organisation]) -> Found:
    by_id: defaultdict[str, list[int]] = defaultdict(list)
    for each in rows.values():
        if each.wikidata:
            by_id[each.wikidata].append(each.pk)
    for ids in by_id.values():
        for first, second in combinations(ids, 2):
            yield first, second, _("the same in Wikidata")


def _same_name(rows: dict[int, Organisation]) -> Found:
    """By any of their names, accents aside, where neither says another country."""
    by_name: defaultdict[str, set[int]] = defaultdict(set)
    for each in rows.values():
        for name in all_names(each):
            by_name[" ".join(bare(name).split())].add(each.pk)
    for ids in by_name.values():
        for first, second in combinations(sorted(ids), 2):
            countries = {rows[first].country, rows[second].country} - {""}
            if len(countries) < 2:
                yield first, second, _("a name in common")


def _alike(of: int | None) -> Found:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT one.id, other.id FROM efus_conference_organisation AS one
                JOIN efus_conference_organisation AS other
                    ON one.id < other.id AND one.country = other.country AND one.kind = other.kind
                WHERE (%s::bigint IS NULL OR %s IN (one.id, other.id))
                    AND similarity(sort_key(one.name_en), sort_key(other.name_en)) >= %s
                ORDER BY similarity(sort_key(one.name_en), sort_key(other.name_en)) DESC, one.id, other.id
                LIMIT %s
            """,
            [of, of, ALIKE, MOST],
        )
        for first, second in cursor.fetchall():
            yield first, second, _("nearly the same name")
