"""Consents: the exact text, who signed it, when, by what, and when it was withdrawn."""

from django.db import models
from django.db.models import Q

from medkarta.foundation.ids import new_uuid


class SignedText(models.Model):
    """A text that somebody signed, kept for ever under its own digest."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    kind = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=5)
    body = models.TextField()

    class Meta:
        db_table = "consent_text"


class Consent(models.Model):
    """A signature under a text; withdrawal is a second moment on the same row."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    person = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    text = models.ForeignKey("consents.SignedText", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    signer = models.CharField(max_length=400, help_text="who signed, as the profile said then")
    signed_at = models.DateTimeField()
    signed_with = models.CharField(max_length=20, help_text="the second factor")
    signed_from = models.GenericIPAddressField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "consent"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(withdrawn_at=None),
                name="one_consent_of_a_kind_in_force",
            ),
        ]
