"""Registered programs, what citizens allowed them, and the tokens they carry."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from medkarta.clients.models.identity import SigningKey, Subject
from medkarta.clients.models.tokens import (
    AssertionSeen,
    Code,
    Launch,
    RefreshToken,
    Token,
)
from medkarta.clients.rules.kinds import Ended, Kind
from medkarta.foundation.ids import new_uuid

__all__ = [
    "AssertionSeen",
    "Authorization",
    "Client",
    "ClientAct",
    "Code",
    "Launch",
    "RefreshToken",
    "SigningKey",
    "Subject",
    "Token",
]


class Client(models.Model):
    """A program that an operator registered: an app of citizens, or the system of one clinic.

    It may act from `approved_at` until `disabled_at`. One operator registers, another approves.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    client_id = models.CharField(max_length=64, unique=True, help_text="what OAuth calls it")
    name = models.CharField(max_length=60)
    publisher = models.CharField(max_length=120, help_text="who answers for it")
    kind = models.CharField(max_length=10)
    clinic = models.ForeignKey(
        "clinics.Clinic",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="a system's: it writes as this clinic and as no other",
    )
    confidential = models.BooleanField()
    secret_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256, 256 bits behind")
    redirect_uris = ArrayField(models.TextField(), default=list)
    scopes = ArrayField(models.TextField(), default=list, help_text="what it may ask for")
    jwks = models.JSONField(null=True)
    jwks_uri = models.TextField(blank=True)
    launch_uri = models.TextField(blank=True)
    dpop_bound = models.BooleanField(db_default=False, help_text="its tokens need a key's proof")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    disabled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "client"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=Kind.APP.value, clinic=None)
                | Q(kind=Kind.SYSTEM.value, clinic__isnull=False),
                name="client_of_a_clinic",
            ),
            models.CheckConstraint(
                condition=Q(created_by=None)
                | Q(approved_by=None)
                | ~Q(created_by=models.F("approved_by")),
                name="client_approved_by_another",
            ),
        ]


class ClientAct(models.Model):
    """What an operator did with a program. Only ever added: the operators' log."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    client = models.ForeignKey("clients.Client", on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=20)
    by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    app = models.CharField(max_length=20, help_text="backoffice, cli or demo")
    at = models.DateTimeField()

    class Meta:
        db_table = "client_act"
        indexes = [models.Index(fields=["client", "at"], name="client_act_of_client")]


class Authorization(models.Model):
    """The citizen's «this app may»: one for each time that they said so on the consent screen.

    It is also the family of the refresh tokens that came of it (RFC 9700 §4.14.2).
    """

    id = models.UUIDField(primary_key=True, editable=False)
    client = models.ForeignKey("clients.Client", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    scopes = ArrayField(models.TextField())
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, help_text="when it last got a token")
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=20, blank=True)

    class Meta:
        db_table = "client_authorization"
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_how="")
                | Q(ended_at__isnull=False, ended_how__in=[one.value for one in Ended]),
                name="client_authorization_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="client_authorization_newest"),
        ]
