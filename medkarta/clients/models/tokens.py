"""What is handed out: of every one the SHA-256 alone is kept, behind it stand 256 random bits."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

_OF_A_PERSON = Q(
    clinic=None, authorization__isnull=False, account__isnull=False, person__isnull=False
)
_OF_A_CLINIC = Q(clinic__isnull=False, authorization=None, account=None, person=None)


class Secret(models.Model):
    """One word that its holder shows, for a time."""

    digest = models.BinaryField(primary_key=True)
    client = models.ForeignKey("clients.Client", on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        abstract = True


class Token(Secret):
    """An access token: an app's for one person's record, or a system's for its clinic."""

    authorization = models.ForeignKey(
        "clients.Authorization", on_delete=models.PROTECT, null=True, related_name="+"
    )
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    person = models.ForeignKey(
        "patients.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    clinic = models.ForeignKey(
        "clinics.Clinic", on_delete=models.PROTECT, null=True, related_name="+"
    )
    scopes = ArrayField(models.TextField())
    launch_patient = models.UUIDField(null=True)
    proof_key = models.CharField(
        max_length=43, db_default="", help_text="thumbprint of the key it is bound to (RFC 9449)"
    )
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "client_token"
        constraints = [
            models.CheckConstraint(condition=_OF_A_PERSON | _OF_A_CLINIC, name="client_token_whose")
        ]
        indexes = [models.Index(fields=["expires_at"], name="client_token_expires")]


class Code(Secret):
    """An authorization code (RFC 6749 §4.1.2): once, within a minute, for its challenge."""

    authorization = models.ForeignKey(
        "clients.Authorization", on_delete=models.PROTECT, related_name="+"
    )
    redirect_uri = models.TextField()
    code_challenge = models.CharField(max_length=43)
    launch_patient = models.UUIDField(null=True)
    nonce = models.TextField(db_default="", help_text="the app's, for its id_token")
    signed_in_at = models.DateTimeField(null=True, help_text="when the person last proved who")
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "client_code"
        indexes = [models.Index(fields=["expires_at"], name="client_code_expires")]


class RefreshToken(Secret):
    """A refresh token: used once, for the next one. Shown again, its whole family ends."""

    authorization = models.ForeignKey(
        "clients.Authorization", on_delete=models.PROTECT, related_name="+"
    )
    launch_patient = models.UUIDField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "client_refresh_token"
        indexes = [models.Index(fields=["expires_at"], name="client_refresh_expires")]


class Launch(Secret):
    """Our page's word to an app that it opened, for this citizen and this session alone."""

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    session = models.CharField(max_length=64, help_text="what names the browser's session")
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "client_launch"
        indexes = [models.Index(fields=["expires_at"], name="client_launch_expires")]


class AssertionSeen(models.Model):
    """A client's signed assertion that was taken: its `jti` never again (RFC 7523 §3)."""

    digest = models.BinaryField(primary_key=True, help_text="SHA-256 of client and jti")
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "client_assertion_seen"
        indexes = [models.Index(fields=["expires_at"], name="client_assertion_expires")]
