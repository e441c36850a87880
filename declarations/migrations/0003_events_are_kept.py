from django.db import migrations

from efus_conference.database import only_insert_and_select


class Migration(migrations.Migration):
    dependencies = [("declarations", "0002_initial")]

    operations = [only_insert_and_select("declarations_signatureevent")]
