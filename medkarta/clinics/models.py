"""Clinics: the organisations that keep patients' entries and answer for them."""

from django.db import models

from medkarta.foundation.ids import new_uuid


class Clinic(models.Model):
    """Медицинская организация. Its FHIR Organization is a shared resource of the same id."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    name = models.CharField(max_length=300)
    region = models.CharField(max_length=100, blank=True)
    oid = models.CharField(max_length=100, blank=True, help_text="ФРМО, 1.2.643.5.1.13.13.12.2.…")
    connected_at = models.DateTimeField()

    class Meta:
        db_table = "clinic"
        constraints = [
            models.UniqueConstraint(
                fields=["oid"], condition=~models.Q(oid=""), name="clinic_oid_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
