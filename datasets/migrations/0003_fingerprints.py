from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('datasets', '0002_customers_of_orders'),
    ]

    operations = [
        migrations.RenameField(model_name='dataset', old_name='table_sha256', new_name='table_fingerprint'),
        migrations.RenameField(model_name='dataset', old_name='rows_sha256', new_name='rows_fingerprint'),
        migrations.AddField(
            model_name='dataset',
            name='fingerprint',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
            preserve_default=False,
        ),
    ]
