"""What operators decide by twos: who is the same person, and whose a СНИЛС is."""

from django.db import models
from django.db.models import Q

from medkarta.foundation.ids import new_uuid
from medkarta.patients.rules import CandidateState, TransferState


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
