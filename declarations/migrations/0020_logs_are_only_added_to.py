from django.db import migrations

from efus_conference.database import only_insert_and_select


class Migration(migrations.Migration):
    dependencies = [("declarations", "0019_log_and_stage")]

    operations = [
        only_insert_and_select(f"declarations_{table}")
        for table in ("log", "logentry", "lognode", "checkpoint", "stageevent")
    ]
