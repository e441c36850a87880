"""What bin/serve does before it serves. One process for all of it: starting Django is the slow part."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import django
import psycopg
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from efus_conference.models import Edition


class Command(BaseCommand):
    help = (
        "Makes the site ready to be served: catalogues, static files and tables as far as they changed, "
        "and the demonstration's content in an empty embedded database."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            # Past the pool, which tries for ten seconds and then says no more than that it did.
            psycopg.connect(**connection.get_connection_params()).close()
        except psycopg.OperationalError as error:
            raise CommandError(f"The database does not answer: {_first_line(error)}") from error
        try:
            call_command("compilemessages", verbosity=0)
            self.collect_static_files()
            self.migrate()
            if settings.DEMONSTRATION:
                self.load_demonstration()
        except OSError as error:
            raise CommandError(f"{error.filename or settings.DATA_DIR}: {error.strerror}.") from error
        except DatabaseError as error:
            raise CommandError(f"The database refuses: {_first_line(error)}") from error

    def collect_static_files(self) -> None:
        """Collecting compresses every file twice, which takes seconds; so only when one of them changed."""
        record = settings.DATA_DIR / "static.digest"
        digest = _digest_of_static_files()
        if Path(settings.STATIC_ROOT).is_dir() and record.exists() and record.read_text() == digest:
            return
        self.stdout.write("Collecting the static files…")
        record.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        record.write_text(digest)

    def migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Bringing the tables up to date…")
            call_command("migrate", interactive=False, verbosity=0)

    def load_demonstration(self) -> None:
        accounts = settings.DATA_DIR / "demo-accounts.json"
        if not Edition.objects.exists() or not accounts.exists():
            self.stdout.write("Loading the archive and the demonstration…")
            call_command("load_content", demo=True, verbosity=0)


def _digest_of_static_files() -> str:
    digest = hashlib.sha256(f"{django.__version__} {settings.STATIC_ROOT}".encode())
    for finder in get_finders():
        for path, storage in finder.list(None):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
