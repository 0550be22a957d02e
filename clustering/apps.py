from django.apps import AppConfig


class ClusteringConfig(AppConfig):
    name = "clustering"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from clustering import checks  # noqa: F401 - registers the system checks
