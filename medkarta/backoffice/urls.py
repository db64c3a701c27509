"""Addresses of the operators' pages."""

from django.urls import path

from medkarta.backoffice.views import (
    candidates,
    clients,
    identity,
    outbox,
    people,
    start,
    transfers,
)

urlpatterns = [
    path("backoffice/", start.start, name="backoffice"),
    path("backoffice/identity", identity.identity, name="backoffice-identity"),
    path("backoffice/candidates", candidates.candidate_list, name="backoffice-candidates"),
    path(
        "backoffice/candidates/<uuid:candidate_id>",
        candidates.candidate,
        name="backoffice-candidate",
    ),
    path("backoffice/clients", clients.client_list, name="backoffice-clients"),
    path("backoffice/clients/new", clients.register, name="backoffice-client-new"),
    path("backoffice/clients/<uuid:client_id>", clients.client, name="backoffice-client"),
    path("backoffice/transfers", transfers.transfer_list, name="backoffice-transfers"),
    path("backoffice/representatives", people.representatives, name="backoffice-representatives"),
    path("demo/outbox", outbox.outbox, name="demo-outbox"),
]
