"""People, the clinics' own entries of them, and what joins the two."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from medkarta.foundation.ids import new_uuid
from medkarta.patients.rules import CandidateState, Sex, TransferState


class PersonalData(models.Model):
    """What tells one person from another."""

    family = models.CharField(max_length=100, blank=True)
    given = models.CharField(max_length=100, blank=True)
    patronymic = models.CharField(max_length=100, blank=True)
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=10, default=Sex.UNKNOWN.value)
    snils = models.CharField(max_length=11, blank=True, help_text="11 digits")

    class Meta:
        abstract = True


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


class LinkCandidate(models.Model):
    """An entry that is like a person's: operators compare the two, the person never sees it.

    `compared` is the digest of what both said when it was judged: other data, another judgement.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    person = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey("patients.ClinicPatient", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, default=CandidateState.WAITING.value)
    compared = models.CharField(max_length=64)
    found_at = models.DateTimeField()
    proposed_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    proposed_why = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_why = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "patient_link_candidate"
        constraints = [
            models.UniqueConstraint(fields=["person", "entry"], name="one_candidate_of_a_pair"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in CandidateState]),
                name="candidate_state",
            ),
            models.CheckConstraint(
                condition=~Q(state=CandidateState.SAME.value)
                | (Q(proposed_by__isnull=False) & ~Q(proposed_by=models.F("decided_by"))),
                name="candidate_same_by_two",
            ),
        ]
        indexes = [
            models.Index(
                fields=["found_at"],
                condition=Q(state__in=["waiting", "proposed"]),
                name="patient_link_candidate_open",
            )
        ]


class SnilsTransfer(models.Model):
    """A СНИЛС confirmed for one account is to go to another's person: two operators' decision."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    snils = models.CharField(max_length=11)
    person = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, default=TransferState.WAITING.value)
    asked_by = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    asked_why = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_why = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "patient_snils_transfer"
        constraints = [
            models.UniqueConstraint(
                fields=["snils"], condition=Q(state="waiting"), name="one_waiting_transfer"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in TransferState]),
                name="transfer_state",
            ),
            models.CheckConstraint(
                condition=~Q(state=TransferState.MOVED.value) | ~Q(asked_by=models.F("decided_by")),
                name="transfer_by_two",
            ),
        ]
