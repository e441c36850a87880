import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("declarations", "0015_texts_kept_by_triggers")]

    operations = [
        migrations.CreateModel(
            name="FormerLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("replaced_at", models.DateTimeField(auto_now_add=True, verbose_name="replaced")),
                (
                    "invitation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_links",
                        to="declarations.invitation",
                        verbose_name="invitation",
                    ),
                ),
            ],
            options={
                "verbose_name": "former link",
                "verbose_name_plural": "former links",
                "ordering": ["-replaced_at"],
            },
        ),
    ]
