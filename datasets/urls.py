"""The addresses of the dataset pages."""

from __future__ import annotations

from django.urls import path

from datasets import deriving_views, views

urlpatterns = [
    path("datasets", views.dataset_list, name="datasets"),
    path("datasets/upload", views.dataset_upload, name="dataset_upload"),
    path("datasets/<uuid:pk>", views.dataset_detail, name="dataset"),
    path("datasets/<uuid:pk>/rename", views.dataset_rename, name="dataset_rename"),
    path("datasets/<uuid:pk>/act", views.dataset_act, name="dataset_act"),
    path("datasets/<uuid:pk>/read", views.dataset_read, name="dataset_read"),
    path("datasets/<uuid:pk>/customers", deriving_views.dataset_customers, name="dataset_customers"),
    path("datasets/<uuid:pk>/delete", views.dataset_delete, name="dataset_delete"),
    path("datasets/<uuid:pk>/columns/<int:column>", views.dataset_column, name="dataset_column"),
]
