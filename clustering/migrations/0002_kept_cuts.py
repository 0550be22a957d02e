import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def remember_answers(apps, schema_editor):
    """Give every finished run a history of one: the answer it has, cut into `k`."""
    runs = apps.get_model("clustering", "Run").objects.filter(status="done", k__isnull=False)
    kept_cut = apps.get_model("clustering", "KeptCut")
    kept_cut.objects.bulk_create(
        (
            kept_cut(run_id=pk, k=k, kept_at=finished_at or django.utils.timezone.now())
            for pk, k, finished_at in runs.values_list("pk", "k", "finished_at").iterator()
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('clustering', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='branches',
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.AddField(
            model_name='segmentname',
            name='hue',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name='segmentname',
            constraint=models.CheckConstraint(condition=models.Q(('hue__lte', 8)), name='segment_hue_exists'),
        ),
        migrations.CreateModel(
            name='KeptCut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('branches', models.JSONField(default=list)),
                ('k', models.PositiveSmallIntegerField()),
                ('kept_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('kept_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kept_cuts', to='clustering.run')),
            ],
        ),
        migrations.RunPython(remember_answers, migrations.RunPython.noop),
    ]
