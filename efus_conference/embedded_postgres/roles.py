"""The two logins of the embedded database, as production has them: the owner migrates, the app works."""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg import sql

from efus_conference.secrets_file import secret

SUPERUSER = "postgres"
OWNER = "efus_owner"
APP = "efus_app"
DATABASE = "efus"


def superuser_password(data_dir: Path) -> str:
    return secret(data_dir, "POSTGRES_SUPERUSER_PASSWORD")


def owner_password(data_dir: Path) -> str:
    return secret(data_dir, "POSTGRES_OWNER_PASSWORD")


def app_password(data_dir: Path) -> str:
    return secret(data_dir, "POSTGRES_APP_PASSWORD")


def connect_as_superuser(
    data_dir: Path, socket_folder: Path, port: str, database: str = "postgres"
) -> psycopg.Connection:
    """For making the logins and for asking whether the server answers; the site never connects so."""
    return psycopg.connect(
        host=str(socket_folder),
        port=port,
        user=SUPERUSER,
        password=superuser_password(data_dir),
        dbname=database,
        connect_timeout=10,
        autocommit=True,
    )


def make(data_dir: Path, socket_folder: Path, port: str) -> None:
    """Both logins and the database, as far as they are missing."""
    with connect_as_superuser(data_dir, socket_folder, port) as connection:
        for name, password, rights in (
            (OWNER, owner_password(data_dir), "CREATEDB"),
            (APP, app_password(data_dir), "NOCREATEDB"),
        ):
            verb = "ALTER" if _exists(connection, "pg_roles", "rolname", name) else "CREATE"
            connection.execute(
                sql.SQL("{} ROLE {} LOGIN NOSUPERUSER {} PASSWORD {}").format(
                    sql.SQL(verb), sql.Identifier(name), sql.SQL(rights), sql.Literal(password)
                )
            )
        if not _exists(connection, "pg_database", "datname", DATABASE):
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
            )
        # On a table of one's own one may have triggers of one's own: the site needs none.
        connection.execute(
            sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(DATABASE))
        )
    with connect_as_superuser(data_dir, socket_folder, port, DATABASE) as connection:
        for grant in (
            "SELECT, INSERT, UPDATE, DELETE ON TABLES",
            "USAGE, SELECT, UPDATE ON SEQUENCES",
            "EXECUTE ON FUNCTIONS",
        ):
            # For what the owner makes later: grants inside a migration would miss the tables before it. They
            # belong to this database, so a copy made with it as the template has them too.
            connection.execute(
                sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT {} TO {}").format(
                    sql.Identifier(OWNER), sql.SQL(grant), sql.Identifier(APP)
                )
            )


def _exists(connection: psycopg.Connection, catalogue: str, column: str, name: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(
        sql.Identifier(catalogue), sql.Identifier(column)
    )
    return connection.execute(query, [name]).fetchone() is not None
