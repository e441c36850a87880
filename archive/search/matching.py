"""Which entries have the words, and in which order they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import and_, or_

from django.conf import settings
from django.contrib.postgres.search import (
    CombinedSearchQuery,
    SearchQuery,
    SearchRank,
    SearchVectorField,
)
from django.db.models import Case, F, Func, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Greatest, Round

from archive.models import SearchEntry
from archive.search.visible import newest_first
from efus_conference.models import Edition

Kind = SearchEntry.Kind
Query = SearchQuery | CombinedSearchQuery
# For each word of the question what may stand for it: the word itself and, where it was mistyped, others.
Options = Sequence[Sequence[str]]
# Those with columns and stems of their own; of all others words are found as they are written (see the decision).
LANGUAGES = ["en", "fr", "nl"]
_HAS_OTHERS = any(code not in LANGUAGES for code, _name in settings.LANGUAGES)
NAMED = [Kind.SPEAKER, Kind.ORGANISATION]


def stems(options: Options, language: str) -> Query:
    """All words by their stems in a language, in which “the” and its like are left out."""
    return _all_of(options, lambda word: [SearchQuery(word, config=f"search_{language}")])


def stems_or_names(options: Options, language: str) -> Query:
    """The same, or as the beginning of a name."""
    return _all_of(
        options,
        lambda word: [
            SearchQuery(word, config=f"search_{language}"),
            # Words are letters and digits alone, so nothing in them is taken for an operator.
            SearchQuery(f"'{word}':*A", config="search_any", search_type="raw"),
        ],
    )


def _all_of(options: Options, queries: Callable[[str], list[SearchQuery]]) -> Query:
    return reduce(
        and_, (reduce(or_, (query for word in words for query in queries(word))) for words in options)
    )


def matching(options: Options) -> Q:
    found = reduce(
        or_,
        (
            Q(**{language: stems(options, language)})
            | Q(kind__in=NAMED, **{language: stems_or_names(options, language)})
            for language in LANGUAGES
        ),
    )
    return found | Q(words=stems(options, "any")) if _HAS_OTHERS else found


def in_words(word: str) -> Q:
    """Entries with a word exactly as it is written, in any language."""
    return Q(words=SearchQuery(f"'{word}'", config="search_any", search_type="raw"))


class _Titles(Func):
    """What of a vector stands in names and titles."""

    template = "ts_filter(%(expressions)s, '{a}')"
    output_field = SearchVectorField()


def ranked(
    entries: QuerySet[SearchEntry],
    options: Options,
    exact: Options,
    *,
    reader: str,
    published: Sequence[Edition],
) -> QuerySet[SearchEntry]:
    """Exact words before forgiven ones, names and titles before texts, the reader's language before the
    others, then the closeness of the words, then the newer edition."""
    reader = reader if reader in LANGUAGES else LANGUAGES[0]
    queries = {language: stems_or_names(options, language) for language in LANGUAGES}
    others = [language for language in LANGUAGES if language != reader]
    entries = entries.annotate(**{f"{language}_titles": _Titles(F(language)) for language in LANGUAGES})
    place = Case(
        When(Q(kind__in=NAMED, **{f"{reader}_titles": queries[reader]}), then=Value(0)),
        When(Q(**{f"{reader}_titles": queries[reader]}), then=Value(1)),
        When(reduce(or_, (Q(**{f"{other}_titles": queries[other]}) for other in others)), then=Value(2)),
        When(Q(**{reader: queries[reader]}), then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    # Of which language a passage is shown: the reader's, or the first that has the words.
    language = Case(
        *(When(Q(**{code: queries[code]}), then=Value(code)) for code in (reader, *others)),
        default=Value(reader),
    )
    closeness = Greatest(*(SearchRank(F(language), query) for language, query in queries.items()))
    # The vectors themselves are long and nobody reads them.
    entries = entries.defer(*LANGUAGES, "words").annotate(
        is_forgiven=Case(When(matching(exact), then=Value(0)), default=Value(1))
        if options != exact
        else Value(0),
        place=place,
        language=language,
        closeness=Round(closeness, 1),
        newer=newest_first(published),
    )
    return entries.order_by("is_forgiven", "place", "-closeness", "newer", "kind", "-object_id")
