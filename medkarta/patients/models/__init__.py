"""People, the clinics' own entries of them, and what joins the two."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from medkarta.foundation.ids import new_uuid
from medkarta.patients.models.data import PersonalData
from medkarta.patients.models.operators import LinkCandidate, SnilsTransfer
from medkarta.patients.models.papers import PersonPaper
from medkarta.patients.models.representation import (
    Representation,
    RepresentationClaim,
    TrustOffer,
)
from medkarta.patients.rules import IDENTIFIER_CHARS, RegisterState, Sex

__all__ = [
    "ClinicIdentifier",
    "ClinicPatient",
    "Link",
    "LinkCandidate",
    "LinkRequest",
    "Person",
    "PersonPaper",
    "PersonalData",
    "RegisterCheck",
    "RegisteredPerson",
    "Representation",
    "RepresentationClaim",
    "SnilsTransfer",
    "TrustOffer",
]


class Person(PersonalData):
    """A human being as the portal knows them; a set of patient entries belongs to each."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    account = models.OneToOneField(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    confirmed_snils = models.CharField(
        max_length=11,
        blank=True,
        help_text="set when an operator saw it: anybody may type a number, one person holds it",
    )
    data_checked_at = models.DateTimeField(
        null=True, help_text="when the person last said that the data are right"
    )
    look_put_off_at = models.DateTimeField(
        null=True, help_text="when the person last said «later» to looking at their data"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "person"
        constraints = [
            models.CheckConstraint(
                condition=Q(sex__in=[sex.value for sex in Sex]), name="person_sex"
            ),
            models.UniqueConstraint(
                fields=["confirmed_snils"],
                condition=~Q(confirmed_snils=""),
                name="confirmed_snils_of_one_person",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ClinicPatient(PersonalData):
    """A clinic's own entry of a patient, and the home of a `patient_id`."""

    patient_id = models.UUIDField(primary_key=True, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()

    class Meta:
        db_table = "clinic_patient"
        indexes = [
            models.Index(fields=["snils"], name="clinic_patient_snils"),
            models.Index(fields=["birth_date"], name="clinic_patient_birth_date"),
        ]


class ClinicIdentifier(models.Model):
    """A number by which a clinic knows its entry of a patient, as the Patient says it.

    Keyed by the number, as it is what is known when the patient is not.
    """

    pk = models.CompositePrimaryKey("clinic_id", "value", "system", "patient_id")
    clinic_id = models.UUIDField()
    value = models.CharField(max_length=IDENTIFIER_CHARS)
    system = models.CharField(max_length=IDENTIFIER_CHARS, help_text="empty: none is said")
    patient_id = models.UUIDField()

    class Meta:
        db_table = "clinic_identifier"
        indexes = [models.Index(fields=["patient_id"], name="clinic_identifier_patient")]


class Link(models.Model):
    """A clinic's entry is this person's, one person's at a time; unlinking keeps the row."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    entry = models.ForeignKey("patients.ClinicPatient", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField()
    unlinked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "patient_link"
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(unlinked_at=None), name="entry_of_one_person"
            ),
        ]
        indexes = [
            models.Index(
                fields=["person"], condition=Q(unlinked_at=None), name="patient_link_person"
            )
        ]


class LinkRequest(models.Model):
    """The person asks which clinics' entries are theirs; what was found waits for their word."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    person = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20)
    found = ArrayField(models.UUIDField(), help_text="patient ids that matched when asked")
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "patient_link_request"
        indexes = [
            models.Index(fields=["person", "-requested_at"], name="patient_link_request_latest")
        ]


class RegisterCheck(models.Model):
    """The population register was asked whether a person's data agree; so often a day and no more.

    `fingerprint` says of which data: an answer about former ones counts for nothing.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    person = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=20, default=RegisterState.WAITING.value)
    fields = ArrayField(models.CharField(max_length=20), default=list)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "person_register_check"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in RegisterState]),
                name="person_register_check_state",
            )
        ]
        indexes = [models.Index(fields=["person", "-asked_at"], name="person_register_check_last")]


class RegisteredPerson(PersonalData):
    """A line of the embedded population register, stand-in for the state's."""

    snils = models.CharField(primary_key=True, max_length=11)

    class Meta:
        db_table = "registered_person"
