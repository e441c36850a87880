"""A session's room and a room's venue are of its own edition: foreign keys over both columns say so.

Django has no field for them. They are checked at the end of the transaction, as Django's own are.
"""

from django.db import migrations

OF_THE_SAME_EDITION = [
    ("programme_session", "room_id", "programme_room", "session_room_of_its_edition"),
    ("programme_releasedsession", "room_id", "programme_room", "released_room_of_its_edition"),
    ("programme_room", "venue_id", "programme_venue", "room_venue_of_its_edition"),
]


class Migration(migrations.Migration):
    dependencies = [("programme", "0008_drafts_leave_the_public_version")]

    operations = [
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_with_its_edition UNIQUE (id, edition_id);",
                f"ALTER TABLE {table} DROP CONSTRAINT {table}_with_its_edition;",
            )
            for table in ("programme_room", "programme_venue")
        ),
        *(
            migrations.RunSQL(
                f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}, edition_id)"
                f" REFERENCES {other} (id, edition_id) DEFERRABLE INITIALLY DEFERRED;",
                f"ALTER TABLE {table} DROP CONSTRAINT {name};",
            )
            for table, column, other, name in OF_THE_SAME_EDITION
        ),
    ]
