from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0006_public_site"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="video",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("address", ""),
                    ("address__startswith", "https://"),
                    ("address__startswith", "http://"),
                    _connector="OR",
                ),
                name="video_address_is_of_the_web",
            ),
        ),
    ]
