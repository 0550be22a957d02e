"""The one router of the REST API; every address takes a trailing slash or none."""

from __future__ import annotations

from rest_framework.routers import DefaultRouter

from clustering.training_viewsets import TrainViewSet
from clustering.viewsets import RunViewSet
from datasets.viewsets import DatasetViewSet
from segmentiq.tokens import TokenViewSet

router = DefaultRouter(use_regex_path=True)
router.trailing_slash = "/?"
router.include_format_suffixes = False
router.register("datasets", DatasetViewSet, basename="api-dataset")
router.register("clustering/train", TrainViewSet, basename="api-train")
router.register("clustering/runs", RunViewSet, basename="api-run")
router.register("tokens", TokenViewSet, basename="api-token")
