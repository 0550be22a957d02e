from django.apps import AppConfig


class SegmentiqConfig(AppConfig):
    name = "segmentiq"
