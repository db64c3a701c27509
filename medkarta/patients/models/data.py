"""What tells one person from another, wherever it is written."""

from django.db import models

from medkarta.patients.rules import Sex


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
