"""Databases for tests: a migrated template, one with the demonstration in it, and copies of either.

Copies, because triggers forbid the TRUNCATE with which Django empties tables between transactional tests.
Whoever needs committed rows (threads, a browser, the worker) gets a database of their own.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from efus_conference.embedded_postgres import roles

TEMPLATE = "efus_template"
DEMO_TEMPLATE = "efus_demo_template"


def superuser() -> psycopg.Connection:
    """Only copying and dropping databases is done so; tests run as the site's own login."""
    owner = settings.DATABASES["owner"]
    return roles.connect_as_superuser(settings.DATA_DIR, Path(owner["HOST"]), owner["PORT"])


def template() -> str:
    """The name of the template with every migration applied, by the owner's login; made once per run."""
    return _once(TEMPLATE, "template1", lambda: call_command("migrate", verbosity=0))


def demo_template() -> str:
    """The same with the archive and the demonstration loaded."""
    return _once(DEMO_TEMPLATE, template(), lambda: call_command("load_content", demo=True, verbosity=0))


def _once(name: str, source: str, fill: Callable[[], object]) -> str:
    with (settings.DATA_DIR / "templates.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the workers of pytest-xdist come at once
        with superuser() as connection:
            if _exists(connection, name):
                return name
            half_made = f"{name}_new"
            _drop(connection, half_made)
            _copy(connection, source, half_made)
        with connected_to(half_made):
            fill()
        with superuser() as connection:
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(half_made), sql.Identifier(name)
                )
            )
    return name


@contextmanager
def copy_of(source: str, name: str) -> Iterator[str]:
    """A database of one's own that Django is connected to meanwhile, and that is dropped afterwards."""
    with superuser() as connection:
        _drop(connection, name)
        _copy(connection, source, name)
    try:
        with connected_to(name):
            yield name
    finally:
        with superuser() as connection:
            _drop(connection, name)


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Point every connection of Django's, those of threads to come included, at another database."""
    before = {alias: connections[alias].settings_dict["NAME"] for alias in connections}
    _connect(dict.fromkeys(before, name))
    try:
        yield
    finally:
        _connect(before)


def _connect(names: dict[str, str]) -> None:
    for alias, name in names.items():
        connection = connections[alias]
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
        # One dictionary per alias, which the connections of all threads read when they connect.
        connection.settings_dict["NAME"] = name
    ContentType.objects.clear_cache()


def _exists(connection: psycopg.Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _copy(connection: psycopg.Connection, source: str, name: str) -> None:
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(roles.OWNER), sql.Identifier(source)
        )
    )


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
