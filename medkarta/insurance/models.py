"""OMS policies that people linked, and the embedded register of insured persons."""

from django.db import models
from django.db.models import Q

from medkarta.foundation.ids import new_uuid


class Policy(models.Model):
    """One policy, one person: the number is the key, so the database refuses a second holder."""

    number = models.CharField(primary_key=True, max_length=16, help_text="ЕНП, 16 digits")
    person = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20)
    insurer = models.CharField(max_length=200, blank=True)
    active_to = models.DateField(null=True)
    linked_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, help_text="when the register last answered")

    class Meta:
        db_table = "policy"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="active"), name="one_active_policy_a_person"
            ),
            models.CheckConstraint(condition=Q(state__in=["active", "ended"]), name="policy_state"),
        ]


class PolicyClaim(models.Model):
    """The number that a person entered while the register was silent: kept, and holding nothing.

    A table of its own: an unchecked word must not keep a number from the one whose policy it is.
    """

    person = models.OneToOneField(
        "patients.Person", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    number = models.CharField(max_length=16)
    claimed_at = models.DateTimeField()

    class Meta:
        db_table = "policy_claim"


class LinkAttempt(models.Model):
    """A try to link a policy that the register has not borne out: numbers must not be guessed."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    person = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "policy_link_attempt"
        indexes = [models.Index(fields=["person", "at"], name="policy_link_attempt_recent")]


class RegisteredInsured(models.Model):
    """A line of the embedded register of insured persons, stand-in for the territorial fund's."""

    number = models.CharField(primary_key=True, max_length=16)
    family = models.CharField(max_length=100)
    given = models.CharField(max_length=100)
    patronymic = models.CharField(max_length=100, blank=True)
    birth_date = models.DateField()
    snils = models.CharField(max_length=11, blank=True)
    insurer = models.CharField(max_length=200)
    active_from = models.DateField()
    active_to = models.DateField(null=True)

    class Meta:
        db_table = "registered_insured"
