"""Addresses of the operators' pages."""

from django.urls import path

from medkarta.backoffice import views

urlpatterns = [
    path("backoffice/", views.start, name="backoffice"),
    path("backoffice/identity", views.identity, name="backoffice-identity"),
    path("demo/outbox", views.outbox, name="demo-outbox"),
]
