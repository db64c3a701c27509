"""Consents: the exact text, who signed it, when, by what, and when it was withdrawn."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from medkarta.consents.rules import Audience, Kind
from medkarta.foundation.ids import new_uuid

_ABOUT_OTHERS = (Kind.ACCESS.value, Kind.DENIAL.value)


class SignedText(models.Model):
    """A text that somebody signed, its blanks filled, kept for ever under its own digest."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    kind = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=5)
    body = models.TextField()

    class Meta:
        db_table = "consent_text"


class Consent(models.Model):
    """A signature under a text; its end is a second moment on the same row, and nothing else is."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    person = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    text = models.ForeignKey("consents.SignedText", on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=10, default=Audience.NOBODY.value)
    organisation = models.ForeignKey(
        "clinics.Clinic", on_delete=models.PROTECT, null=True, related_name="+"
    )
    sections = ArrayField(models.CharField(max_length=40), default=list)
    purpose = models.CharField(max_length=40, blank=True)
    active_from = models.DateTimeField()
    active_to = models.DateTimeField(null=True, help_text="half-open: not in force any more then")
    zone = models.CharField(max_length=40, blank=True, help_text="whose days the text speaks of")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    signer = models.CharField(max_length=400, help_text="who signed, as the profile said then")
    signed_at = models.DateTimeField()
    signed_with = models.CharField(max_length=20, help_text="the second factor")
    signed_from = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=300, blank=True)
    # The application role may write these four and no others once the row is there.
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    withdrawn_from = models.GenericIPAddressField(null=True)
    ended_as = models.CharField(max_length=20, blank=True)

    class Meta:
        db_table = "consent"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "organisation"],
                condition=Q(withdrawn_at=None),
                nulls_distinct=False,
                name="one_consent_of_a_kind_in_force",
            ),
            # A missing organisation is never «all»: that is said, and by these kinds alone.
            models.CheckConstraint(
                condition=Q(
                    kind__in=_ABOUT_OTHERS, audience=Audience.ONE.value, organisation__isnull=False
                )
                | Q(kind__in=_ABOUT_OTHERS, audience=Audience.ALL.value, organisation=None)
                | (
                    ~Q(kind__in=_ABOUT_OTHERS)
                    & Q(audience=Audience.NOBODY.value, organisation=None, sections=[])
                ),
                name="consent_audience",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.ACCESS.value)
                | Q(active_to__isnull=False, active_to__gt=F("active_from")),
                name="consent_access_ends",
            ),
        ]


class ConsentDetails(models.Model):
    """What 152-ФЗ 9(4) wants of a subject beside what the profile says; the present state alone."""

    person = models.OneToOneField(
        "patients.Person", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    address = models.CharField(max_length=300)
    document_number = models.CharField(max_length=40, help_text="masked before it comes here")
    document_issued = models.CharField(max_length=300, help_text="by whom and when")
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "consent_details"
