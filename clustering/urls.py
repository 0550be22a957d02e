"""The addresses of the run pages and their downloads."""

from __future__ import annotations

from django.urls import path

from clustering import asking_views, cutting_views, lookup_views, result_views, views

urlpatterns = [
    path("datasets/<uuid:pk>/segment", asking_views.run_new, name="run_new"),
    path("datasets/<uuid:pk>/forecast", asking_views.run_forecast, name="run_forecast"),
    path("runs", views.run_list, name="runs"),
    path("runs/<uuid:pk>", views.run_detail, name="run"),
    path("runs/<uuid:pk>/cancel", views.run_cancel, name="run_cancel"),
    path("runs/<uuid:pk>/delete", views.run_delete, name="run_delete"),
    path("runs/<uuid:pk>/again", views.run_again, name="run_again"),
    path("runs/<uuid:pk>/cut", cutting_views.run_cut, name="run_cut"),
    path("runs/<uuid:pk>/figures", result_views.run_figures, name="run_figures"),
    path("runs/<uuid:pk>/cut.json", result_views.run_cut_words, name="run_cut_words"),
    path("runs/<uuid:pk>/cut/undo", cutting_views.run_cut_undo, name="run_cut_undo"),
    path("runs/<uuid:pk>/segment", cutting_views.run_segment, name="run_segment"),
    path("runs/<uuid:pk>/assignments.csv", views.run_assignments, name="run_assignments"),
    path("runs/<uuid:pk>/assignments.xlsx", views.run_workbook, name="run_workbook"),
    path("runs/<uuid:pk>/dendrogram.svg", views.run_dendrogram, name="run_dendrogram"),
    path("runs/<uuid:pk>/dendrogram.png", views.run_picture, name="run_picture"),
    path("runs/<uuid:pk>/subtree.json", views.run_subtree, name="run_subtree"),
    path("runs/<uuid:pk>/report.json", views.run_report, name="run_report"),
    path("runs/<uuid:pk>/customer", lookup_views.run_customer, name="run_customer"),
    path("runs/<uuid:pk>/customers", lookup_views.run_customers, name="run_customers"),
    path("runs/<uuid:pk>/drawn.json", lookup_views.run_drawn, name="run_drawn"),
    path("runs/<uuid:pk>/apart", lookup_views.run_apart, name="run_apart"),
]
