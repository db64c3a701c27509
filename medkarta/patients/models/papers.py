"""What papers a person has, as they wrote them down."""

from django.db import models
from django.db.models import Q

from medkarta.foundation.ids import new_uuid
from medkarta.patients.rules.papers import LONGEST_ISSUER, LONGEST_NUMBER, PaperState


class PersonPaper(models.Model):
    """A paper as the person wrote it down. The whole number is sealed: nobody reads it here."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    person = models.ForeignKey("patients.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=2, help_text="НСИ 1.2.643.5.1.13.13.99.2.48")
    masked_number = models.CharField(max_length=LONGEST_NUMBER)
    sealed_number = models.TextField(help_text="under settings.SEALER, for this row")
    issued_on = models.DateField()
    issued_by = models.CharField(max_length=LONGEST_ISSUER, blank=True)
    department = models.CharField(max_length=7, blank=True)
    state = models.CharField(max_length=10, default=PaperState.ENTERED.value)
    added_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "person_paper"
        indexes = (models.Index(fields=["person", "kind"], name="person_paper_of"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in PaperState]),
                name="person_paper_state",
            ),
        )

    @property
    def place(self) -> str:
        """What the sealed number is sealed for: in another row it does not open."""
        return f"person_paper:{self.pk}"
