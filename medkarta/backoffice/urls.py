"""Addresses of the operators' pages."""

from django.urls import path

from medkarta.backoffice import people, views

urlpatterns = [
    path("backoffice/", views.start, name="backoffice"),
    path("backoffice/identity", views.identity, name="backoffice-identity"),
    path("backoffice/representatives", people.representatives, name="backoffice-representatives"),
    path("demo/outbox", views.outbox, name="demo-outbox"),
]
