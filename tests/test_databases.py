"""The fixtures the other tests stand on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from urllib.request import urlopen

import pytest
from django.db import DatabaseError, connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from efus_conference.models import Organisation


@app.task(name="tests.rename_the_only_organisation")
def rename_the_only_organisation(name: str) -> None:
    Organisation.objects.update(name=name)


def login_and_database() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        return cursor.fetchone()


@pytest.mark.django_db
def test_tests_run_as_the_sites_login_which_owns_nothing(worker_name: str) -> None:
    assert login_and_database() == ("efus_app", f"efus_test_{worker_name}")
    with pytest.raises(DatabaseError, match="must be owner"), connection.cursor() as cursor:
        cursor.execute("DROP TABLE django_session")


def test_threads_share_a_fresh_database(fresh_db: str) -> None:
    seen: list[tuple[str, str]] = []

    def look() -> None:
        seen.append(login_and_database())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [("efus_app", fresh_db)] == [login_and_database()]


@pytest.mark.parametrize("attempt", [1, 2])
def test_what_a_fresh_database_was_given_is_gone_for_the_next_test(fresh_db: str, attempt: int) -> None:
    assert Organisation.objects.count() == 0
    Organisation.objects.create(slug="liege", name="Liège", kind="city")


def test_the_worker_does_what_is_queued_and_comes_back(fresh_db: str, run_worker: Callable[[], None]) -> None:
    Organisation.objects.create(slug="liege", name="Liège", kind="city")
    rename_the_only_organisation.defer(name="Luik")
    run_worker()
    assert [job.status for job in ProcrastinateJob.objects.all()] == ["succeeded"]
    assert [organisation.name for organisation in Organisation.objects.all()] == ["Luik"]


def test_a_served_site_answers_from_the_tests_database(live_site: str) -> None:
    with urlopen(f"{live_site}/healthz") as answer:  # noqa: S310 - our own address
        assert (answer.status, answer.read()) == (200, b'{"status": "ok"}')
