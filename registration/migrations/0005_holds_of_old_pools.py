from django.db import migrations


class Migration(migrations.Migration):
    """What older rows mean now: the desk holds what was held back, delegations stand outside the quotas."""

    dependencies = [("registration", "0004_delegations_waits_and_questions")]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO registration_hold (pool_id, seats, used)
            SELECT session_id, held, 0 FROM registration_seatpool WHERE held > 0
            """,
            migrations.RunSQL.noop,
        ),
        # First all who are confirmed are counted; the trigger then takes off whom a delegation brings.
        migrations.RunSQL(
            """
            UPDATE registration_category c SET taken_count = (
                SELECT count(*) FROM registration_registration r
                WHERE r.category_id = c.id AND r.status = 'confirmed' AND NOT r.is_outside_quota
            );
            UPDATE registration_registration SET is_outside_quota = true
            WHERE place_id IN (SELECT id FROM registration_place WHERE delegation_id IS NOT NULL);
            """,
            migrations.RunSQL.noop,
        ),
    ]
