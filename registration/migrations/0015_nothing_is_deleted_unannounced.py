from typing import Any

import django.utils.timezone
from django.db import migrations, models

LEAST_DAYS = 61


def keep_long_enough(apps: Any, schema_editor: Any) -> None:
    rules = apps.get_model("registration", "RetentionRule").objects
    rules.filter(what__in=["names", "desk"], days__lt=LEAST_DAYS).update(days=LEAST_DAYS)
    rules.filter(days__lt=1).update(days=1)


class Migration(migrations.Migration):
    dependencies = [("registration", "0014_what_was_issued_is_not_rewritten")]

    operations = [
        migrations.AlterModelOptions(
            name="retentionrule",
            options={
                "ordering": ["edition", "what"],
                "permissions": [("run_retention", "Can delete what is kept no longer")],
                "verbose_name": "period of retention",
                "verbose_name_plural": "periods of retention",
            },
        ),
        migrations.AddField(
            model_name="retentionrun",
            name="due_on",
            field=models.DateField(blank=True, null=True, verbose_name="due on"),
        ),
        migrations.AlterField(
            model_name="retentionrun",
            name="started_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, verbose_name="started"
            ),
        ),
        migrations.RunPython(keep_long_enough, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="retentionrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("days__gte", LEAST_DAYS),
                    models.Q(("days__gte", 1), models.Q(("what__in", ["names", "desk"]), _negated=True)),
                    _connector="OR",
                ),
                name="nothing_is_deleted_too_early",
                violation_error_message=(
                    "Names and what the desk keeps stay for at least 61 days, all else for one: until then devices "
                    "bring check-ins late, and people are told of their certificates."
                ),
            ),
        ),
    ]
