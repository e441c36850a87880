import uuid

import django.contrib.postgres.functions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0005_former_addresses"),
    ]

    operations = [
        migrations.AddField(
            model_name="speaker",
            name="guid",
            field=models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(),
                default=uuid.uuid4,
                editable=False,
                unique=True,
                verbose_name="guid",
            ),
        ),
    ]
