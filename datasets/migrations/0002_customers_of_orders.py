import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('datasets', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='dataset',
            name='parent',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='derived', to='datasets.dataset'),
        ),
        migrations.AddField(
            model_name='dataset',
            name='recipe',
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='dataset',
            name='ledger',
            field=models.JSONField(default=list, editable=False),
        ),
    ]
