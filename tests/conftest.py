from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.test.testcases import LiveServerThread
from django.utils import translation
from procrastinate.contrib.django import app as jobs

from efus_conference import at_hand
from tests import databases


def pytest_configure(config: pytest.Config) -> None:
    if django_settings.SETTINGS_MODULE != "tests.settings":
        raise pytest.UsageError("Tests run with tests.settings: unset DJANGO_SETTINGS_MODULE.")


@pytest.fixture(autouse=True)
def _starts_in_english() -> None:
    """A request leaves its language behind in the thread; no test inherits that of the one before."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def _nothing_at_hand() -> None:
    """What a process keeps under the public version of one database is not that of the next one."""
    at_hand.forget()


@pytest.fixture(scope="session")
def worker_name(request: pytest.FixtureRequest) -> str:
    """This process among those of pytest-xdist: databases carry it in their names."""
    return getattr(request.config, "workerinput", {}).get("workerid", "main")


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, worker_name: str
) -> Iterator[None]:
    """What `django_db` tests run in, each in a transaction: a copy of the migrated template."""
    with (
        django_db_blocker.unblock(),
        databases.copy_of(databases.template(), f"efus_test_{worker_name}"),
        django_db_blocker.block(),
    ):
        yield


@pytest.fixture
def fresh_db(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any, worker_name: str
) -> Iterator[str]:
    """A migrated database of this test's own, whose rows are committed: for threads, the worker, a browser.

    Its name. Instead of `transactional_db`, never beside `db`.
    """
    _refuse_django_db(request)
    with (
        django_db_blocker.unblock(),
        databases.copy_of(databases.template(), f"efus_fresh_{worker_name}") as name,
    ):
        yield name


@pytest.fixture
def demo_db(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any, worker_name: str
) -> Iterator[str]:
    """Like `fresh_db`, with the archive and the demonstration edition in it."""
    _refuse_django_db(request)
    with (
        django_db_blocker.unblock(),
        databases.copy_of(databases.demo_template(), f"efus_demo_{worker_name}") as name,
    ):
        yield name


def _refuse_django_db(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("django_db") or "db" in request.fixturenames:
        pytest.fail("A database of its own and django_db exclude each other: take one.")


@dataclass(frozen=True)
class DemoSite:
    """The demonstration, served; `accounts` is what demo-accounts.json holds."""

    url: str
    accounts: dict[str, dict[str, str]]


@pytest.fixture
def demo_site(demo_db: str, settings: Any, mailbox: Callable[[], list[EmailMessage]]) -> Iterator[DemoSite]:
    """The demonstration at http://localhost:<port>, from a database of its own."""
    with _served(settings) as url:
        accounts = json.loads((django_settings.DATA_DIR / "demo-accounts.json").read_text(encoding="utf-8"))
        for account in accounts.values():
            if "link" in account:
                account["link"] = url + "/" + account["link"].split("/", 3)[3]
        yield DemoSite(url, accounts)


@pytest.fixture
def live_site(fresh_db: str, settings: Any, mailbox: Callable[[], list[EmailMessage]]) -> Iterator[str]:
    """The site at http://localhost:<port> on the empty database of `fresh_db`."""
    with _served(settings) as url:
        yield url


class _served:  # noqa: N801 - used as a context manager
    def __init__(self, settings: Any) -> None:
        self._settings = settings

    def __enter__(self) -> str:
        self._thread = LiveServerThread("localhost", StaticFilesHandler)
        self._thread.daemon = True
        self._thread.start()
        self._thread.is_ready.wait()
        if self._thread.error:
            raise self._thread.error
        url = f"http://localhost:{self._thread.port}"
        self._settings.SITE_URL = url
        self._settings.CSRF_TRUSTED_ORIGINS = [url]
        return url

    def __exit__(self, *raised: object) -> None:
        self._thread.terminate()
        self._thread.join()


@pytest.fixture
def mailbox(settings: Any, tmp_path: Path) -> Callable[[], list[EmailMessage]]:
    """The mails sent so far, oldest first, read back from the files the demonstration writes."""
    settings.EMAIL_BACKEND = "efus_conference.mail.ReadableFileBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"

    def read() -> list[EmailMessage]:
        files = sorted((tmp_path / "mail").glob("*"), key=lambda file: (file.stat().st_mtime_ns, file.name))
        return [
            email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            for file in files
            if file.is_file()
        ]

    return read


@pytest.fixture
def run_worker(request: pytest.FixtureRequest) -> Callable[[], None]:
    """The real worker: does what is queued and due now, then returns.

    Needs committed jobs, so a database of its own (`fresh_db`, `demo_db` or a site that uses one).
    """
    if not {"fresh_db", "demo_db"} & set(request.fixturenames):
        pytest.fail("run_worker sees committed jobs only: take fresh_db or demo_db.")

    def work() -> None:
        # What the clock adds, at some minute of some hour, is no part of what a test queued.
        periodic = jobs.periodic_registry.periodic_tasks
        by_the_clock = dict(periodic)
        periodic.clear()
        try:
            with jobs.replace_connector(jobs.connector.get_worker_connector()):  # type: ignore[attr-defined]
                jobs.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
        finally:
            periodic.update(by_the_clock)
            connections.close_all()

    def run() -> None:
        # A thread of its own, because Playwright's event loop runs in the test's.
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(work).result()

    return run
