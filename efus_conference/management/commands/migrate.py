"""Migrations run as the login that owns the tables; the site's own login may only use them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser, call_command
from django.core.management.commands import migrate
from django.db import OperationalError, connections

GRANTS = (
    "SELECT, INSERT, UPDATE, DELETE ON TABLES",
    "USAGE, SELECT, UPDATE ON SEQUENCES",
    "EXECUTE ON FUNCTIONS",
)


class Command(migrate.Command):
    help = "Brings the tables up to date, as the owner's login (DATABASE_OWNER_URL), and grants the site its use."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        # The choice is checked in handle(): a message of argparse's would not say what to set.
        for action in parser._actions:
            if action.dest == "database":
                action.choices, action.default = None, "owner"

    def execute(self, *args: Any, **options: Any) -> str | None:
        # Before the system's checks, which would fail on a database that is not there.
        alias = options["database"]
        if alias == "owner" and alias not in connections:
            raise CommandError(
                "Set DATABASE_OWNER_URL: migrations need the login that owns the tables, "
                "because the login of DATABASE_URL may not change them."
            )
        if alias not in connections:
            raise CommandError(f"There is no database “{alias}”: leave --database out.")
        try:
            return super().execute(*args, **options)
        except OperationalError as error:
            if connections[alias].connection is None:
                raise CommandError(f"The database does not answer: {str(error).strip()}") from error
            raise

    def handle(self, *args: Any, **options: Any) -> None:
        changes = not (options["plan"] or options["check_unapplied"] or options["prune"])
        if changes and options["database"] == "owner":
            grant_default_privileges()
        super().handle(*args, **options)
        if changes:
            call_command("createcachetable", database=options["database"], verbosity=0)


def grant_default_privileges() -> None:
    """Let the site's login use what the owner makes from now on.

    A grant inside a migration would miss the tables made before it; default privileges miss none, and a copy
    of the database has them too. Tables of its own it makes none, temporary ones neither: on these it would have
    triggers of its own.
    """
    site = settings.DATABASES["default"]["USER"]
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] == site or not site:
            return  # one login for both: it owns everything already
        database = owner.ops.quote_name(owner.settings_dict["NAME"])
        cursor.execute(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
        for grant in GRANTS:
            cursor.execute(
                f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {grant} TO {owner.ops.quote_name(site)}"
            )
