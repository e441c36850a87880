from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registration", "0015_nothing_is_deleted_unannounced"),
    ]

    operations = [
        migrations.AlterField(
            model_name="deskalert",
            name="kind",
            field=models.CharField(
                choices=[
                    ("void", "void ticket"),
                    ("forged", "signature that is not ours"),
                    ("stale", "ticket of another edition"),
                    ("retired", "signed by a key that is not valid any more"),
                    ("unknown", "signed by us, of nobody we know"),
                    ("not_confirmed", "not, or no longer, taking part"),
                    ("late", "sent by a device after its time"),
                    ("clock", "a device whose clock is far off"),
                    ("refused", "check-in that the site did not take"),
                ],
                max_length=14,
                verbose_name="what",
            ),
        ),
    ]
