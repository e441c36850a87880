"""Operations of our first migrations that Django has no class for."""

from __future__ import annotations

from django.db import migrations

# unaccent is only STABLE, because its dictionary could be changed; ours is not, and a function to order and
# to index by has to be IMMUTABLE. Naming the dictionary makes it independent of the search path.
SORT_KEY = migrations.RunSQL(
    """
    CREATE FUNCTION sort_key(name text) RETURNS text
        LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
        RETURN lower(public.unaccent('public.unaccent'::regdictionary, name));
    """,
    "DROP FUNCTION sort_key(text);",
)


def only_insert_and_select(table: str, *, may_update: str = "") -> migrations.RunSQL:
    """Takes the rights to change, delete and empty a table from every login but the owner's.

    `may_update` names columns, with commas between, that may be changed all the same.

    The triggers refuse it too; but whoever may set a session variable can get round a trigger.
    """
    given = f"EXECUTE format('GRANT UPDATE ({may_update}) ON {table} TO %s', login);" if may_update else ""
    return migrations.RunSQL(
        f"""
        DO $$
        DECLARE login regrole;
        BEGIN
            FOR login IN
                SELECT DISTINCT acl.grantee FROM pg_class c, aclexplode(c.relacl) acl
                WHERE c.oid = '{table}'::regclass AND acl.grantee <> c.relowner AND acl.grantee <> 0
            LOOP
                EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM %s', login);
                {given}
            END LOOP;
        END $$;
        """,
        migrations.RunSQL.noop,
    )
