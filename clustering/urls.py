"""The addresses of the run pages and their downloads."""

from __future__ import annotations

from django.urls import path

from clustering import views

urlpatterns = [
    path("datasets/<uuid:pk>/segment", views.run_new, name="run_new"),
    path("datasets/<uuid:pk>/forecast", views.run_forecast, name="run_forecast"),
    path("runs", views.run_list, name="runs"),
    path("runs/<uuid:pk>", views.run_detail, name="run"),
    path("runs/<uuid:pk>/cancel", views.run_cancel, name="run_cancel"),
    path("runs/<uuid:pk>/delete", views.run_delete, name="run_delete"),
    path("runs/<uuid:pk>/again", views.run_again, name="run_again"),
    path("runs/<uuid:pk>/cut", views.run_cut, name="run_cut"),
    path("runs/<uuid:pk>/segment", views.run_segment, name="run_segment"),
    path("runs/<uuid:pk>/assignments.csv", views.run_assignments, name="run_assignments"),
    path("runs/<uuid:pk>/dendrogram.svg", views.run_dendrogram, name="run_dendrogram"),
    path("runs/<uuid:pk>/dendrogram.png", views.run_picture, name="run_picture"),
    path("runs/<uuid:pk>/report.json", views.run_report, name="run_report"),
]
