"""Exports that were asked for, and the files that they became."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from medkarta.exports.rules import Ended, State


class Export(models.Model):
    """One export, its owner's alone: a system of a clinic, or an app for one person.

    It is written slice by slice; after each, `after` and `done` say how far it is, and a slice that
    was cut off is written anew.
    """

    id = models.UUIDField(primary_key=True, editable=False, help_text="128 random bits")
    client = models.ForeignKey("clients.Client", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        "patients.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    clinic = models.ForeignKey(
        "clinics.Clinic", on_delete=models.PROTECT, null=True, related_name="+"
    )
    digest = models.BinaryField(help_text="of the token that asked: by it the door is asked again")
    request = models.TextField(help_text="the address that asked")
    types = ArrayField(models.TextField(), null=True, help_text="null: all that the scopes open")
    since = models.DateTimeField(null=True)
    chosen = ArrayField(
        models.UUIDField(), null=True, help_text="entries that were asked for; null: all"
    )
    searches = ArrayField(
        models.TextField(), default=list, help_text="Type?query: of such a type, what one finds"
    )
    value_sets = models.JSONField(
        default=list, help_text="those that the searches name, as they were when it was asked for"
    )
    elements = ArrayField(
        models.TextField(), default=list, help_text="element, or Type.element; none: all of each"
    )
    state = models.CharField(max_length=10, default=State.RUNNING.value)
    ended_how = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField()
    moved_at = models.DateTimeField(help_text="when it last came further, or was taken up again")
    transaction_time = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="of the files, or of the words")
    attempts = models.IntegerField(default=0, help_text="at the present slice")
    after = models.UUIDField(null=True, help_text="a clinic's: the last entry that is done")
    done = models.IntegerField(default=0, help_text="entries")
    total = models.IntegerField(default=0, help_text="entries, as they were counted at first")
    slices = models.IntegerField(default=0)
    entries = ArrayField(
        models.UUIDField(), default=list, help_text="a person's: whose files these are"
    )
    shared = ArrayField(
        models.UUIDField(), default=list, help_text="resources without a patient that are written"
    )

    class Meta:
        db_table = "bulk_export"
        constraints = [
            models.UniqueConstraint(
                fields=["client", "person"],
                condition=Q(state=State.RUNNING.value),
                nulls_distinct=False,
                name="bulk_export_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(person=None, clinic__isnull=False)
                | Q(person__isnull=False, clinic=None),
                name="bulk_export_whose",
            ),
            models.CheckConstraint(
                condition=Q(state=State.ENDED.value, ended_how__in=[one.value for one in Ended])
                | Q(state__in=[one.value for one in State if one is not State.ENDED], ended_how=""),
                name="bulk_export_ended",
            ),
        ]


class ExportFile(models.Model):
    """A file that is whole. The row comes with its slice's end: half a file has none."""

    id = models.UUIDField(primary_key=True, editable=False, help_text="128 random bits, its name")
    export = models.ForeignKey("exports.Export", on_delete=models.CASCADE, related_name="+")
    resource_type = models.CharField(max_length=60)
    count = models.IntegerField()
    size = models.BigIntegerField(help_text="bytes")

    class Meta:
        db_table = "bulk_export_file"
