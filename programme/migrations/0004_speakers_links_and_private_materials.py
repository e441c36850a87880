from django.db import migrations, models

import programme.models.materials


class Migration(migrations.Migration):

    dependencies = [
        ('programme', '0003_venues_visits_materials_consents'),
    ]

    operations = [
        migrations.AddField(
            model_name='appearance',
            name='answer_note',
            field=models.TextField(blank=True, default='', editable=False, max_length=1000, verbose_name='note with the answer'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='speakerlink',
            name='finished_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='said to be complete'),
        ),
        migrations.AlterField(
            model_name='material',
            name='file',
            field=models.FileField(blank=True, max_length=200, storage=programme.models.materials.private_storage, upload_to='materials', verbose_name='file'),
        ),
        migrations.AlterField(
            model_name='speakerlink',
            name='opened_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='first used'),
        ),
    ]
