from django.db import migrations


class Migration(migrations.Migration):
    """Seats that were held back as a mere number are held for the desk."""

    dependencies = [("registration", "0004_delegations_waits_and_questions")]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO registration_hold (pool_id, seats, used)
            SELECT session_id, held, 0 FROM registration_seatpool WHERE held > 0
            """,
            migrations.RunSQL.noop,
        ),
    ]
