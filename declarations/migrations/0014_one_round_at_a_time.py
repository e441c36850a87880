from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("declarations", "0013_withdrawals")]

    operations = [
        migrations.AddField(
            model_name="invitationrun",
            name="insists",
            field=models.BooleanField(default=False, verbose_name="also who was written to this week"),
        ),
        migrations.AddConstraint(
            model_name="invitationrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("finished_at", None)),
                fields=("declaration",),
                name="one_round_at_a_time",
            ),
        ),
    ]
