"""The limits of how often somebody asks hold however many others ask meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from efus_conference.erased_accounts import forget_old_counters
from efus_conference.secret_links import is_used_up, is_within_limit

pytestmark = pytest.mark.django_db


def test_a_limit_that_is_reached_stays_so_while_a_thousand_others_ask() -> None:
    cache.clear()
    assert is_within_limit("a", "somebody", per_hour=1)
    for number in range(1_000):
        cache.set(f"z:{number}", True, timeout=3600)
    assert is_used_up("a", "somebody", per_hour=1)


def test_who_is_refused_costs_one_look_and_no_limit_counts_the_table() -> None:
    cache.clear()
    answers, statements = [], []
    for _time in range(7):
        with CaptureQueriesContext(connection) as queries:
            answers.append(is_within_limit("a", "somebody", per_hour=6))
        asked = [query["sql"].split(" ", 1)[0] for query in queries]
        statements.append([word for word in asked if word not in {"SAVEPOINT", "RELEASE"}])
    assert answers == [True] * 6 + [False]
    assert statements == [["SELECT", "INSERT"]] * 6 + [["SELECT"]]


def test_the_table_keeps_what_was_added_first_and_what_was_set_last_until_it_is_over() -> None:
    cache.clear()
    assert [cache.add("a", 1), cache.add("a", 2), cache.get("a")] == [True, False, 1]
    cache.set("a", 3)
    assert [cache.get("a"), cache.touch("a", 0), cache.get("a"), cache.touch("a")] == [3, True, None, False]
    cache.set("b", 1, timeout=0)
    assert [cache.add("b", 2, timeout=None), cache.get("b")] == [True, 2]


def test_what_is_over_leaves_the_table_every_hour_and_nothing_else_does() -> None:
    cache.clear()
    for name in ("over", "counts"):
        cache.set(name, True, timeout=3600)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cache SET expires = %s WHERE cache_key LIKE %s",
            [timezone.now() - timedelta(seconds=1), "%over"],
        )
        forget_old_counters(timestamp=0)
        cursor.execute("SELECT count(*) FROM cache")
        assert cursor.fetchone() == (1,)
    assert cache.get("counts") is True
