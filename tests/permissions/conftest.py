from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction

from tests import asking, databases
from tests.permissions.roles import Asked, asked_of
from tests.permissions.world import Body, World


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: Any, worker_name: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One for all of a module's tests, committed; what a request changes is taken back after it."""
    files = tmp_path_factory.mktemp("files")
    storages = {
        name: {**django_settings.STORAGES[name], "OPTIONS": {"location": files / name}}
        for name in ("default", "private")
    }
    patch = pytest.MonkeyPatch()
    with (
        patch.context() as patched,
        django_db_blocker.unblock(),
        databases.copy_of(databases.template(), f"efus_matrix_{worker_name}"),
    ):
        patched.setattr(django_settings, "STORAGES", {**django_settings.STORAGES, **storages})
        patched.setattr(django_settings, "EMAIL_FILE_PATH", Path(files) / "mail")
        yield World()


@pytest.fixture(scope="module")
def ask(world: World) -> Iterator[Callable[..., Asked]]:
    """What a role is answered, as the tables write it, and of whom it tells what.

    As a browser sends it that has the role's cookies. Those without an account may have the same ones, none;
    then one answer is theirs all.
    """
    application = WSGIHandler()
    known: dict[tuple[str, ...], Asked] = {}

    def asked(role: str, method: str, path: str, body: Body) -> Asked:
        same = (world.cookies[role], method, path, repr(body))
        if same not in known:
            with transaction.atomic():
                answer = asking.ask(application, path, method=method, **world.environ(role, method, body))
                transaction.set_rollback(True)
            known[same] = asked_of(answer)
        return known[same]

    # A request closes what it takes for a connection left over: here it is the one in whose transaction it runs.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield asked
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
