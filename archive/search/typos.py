"""What a mistyped word may have meant: only words that stand in something anyone may find."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import Func, QuerySet, TextField, Value
from django.db.models.functions import Cast

from archive.models import SearchEntry, SearchWord
from archive.search.matching import in_words
from archive.search.words import can_be_forgiven, is_one_typo

MOST_CANDIDATES = 8  # of one word
MOST_ALTERNATIVES = 3


def alternatives(words: Sequence[str], visible: QuerySet[SearchEntry]) -> dict[str, list[str]]:
    """For each word that may be mistyped, the likeliest words first."""
    plain = _without_accents([word for word in words if can_be_forgiven(word)])
    candidates = {word: found for word, typed in plain.items() if (found := _one_typo_away(typed))}
    there = _that_can_be_found({candidate for found in candidates.values() for candidate in found}, visible)
    kept = {word: [each for each in found if each in there] for word, found in candidates.items()}
    return {word: found[:MOST_ALTERNATIVES] for word, found in kept.items() if found}


def _without_accents(words: Sequence[str]) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT each, sort_key(each) FROM unnest(%s::text[]) AS each", [list(words)])
        return dict(cursor.fetchall())


def _one_typo_away(typed: str) -> list[str]:
    remains = ArrayField(TextField())
    near = (
        SearchWord.objects.annotate(
            remains=Func("word", function="search_shortened", output_field=remains),
        )
        .filter(
            remains__overlap=Func(
                Cast(Value(typed), TextField()), function="search_shortened", output_field=remains
            )
        )
        .values_list("word", flat=True)
        .distinct()
    )
    found = [word for word in near if is_one_typo(typed, word)]
    # The first letter is rarely the wrong one, and a letter is rather left out than added.
    found.sort(key=lambda word: (word[0] != typed[0], -len(word), word))
    return found[:MOST_CANDIDATES]


def _that_can_be_found(words: set[str], visible: QuerySet[SearchEntry]) -> set[str]:
    """Whether a word stands in what is hidden must not show."""
    if not words:
        return set()
    first, *others = (
        visible.filter(in_words(word)).annotate(found=Value(word)).values_list("found", flat=True)[:1]
        for word in sorted(words)
    )
    return set(first.union(*others, all=True) if others else first)
