"""The store's tables.

What belongs to a patient has `patient_id` first in its key and indexes: reading one record
touches neighbouring pages, and the schema can be spread over machines by that column. Nothing
unique, foreign or triggered crosses it. What has no patient (organisations, practitioners) stands
in the `shared_…` tables.

A resource's present text is in `resource`; an update moves the former text to `resource_version`,
where it stays. Index values are cut to `INDEX_CHARS` characters, as PostgreSQL's B-tree takes
2,704 bytes a row at most.
"""

from django.db import models

INDEX_CHARS = 200
# Index values of quantities: 40 digits before the point and 40 after it. What lies beyond is cut to
# the nearest end, and an open end is that end.
QUANTITY_DIGITS = 80
QUANTITY_PLACES = 40


class Stored(models.Model):
    """What present and former versions of a resource have in common."""

    resource_id = models.UUIDField()
    logical_id = models.CharField(
        max_length=64, help_text="FHIR's, of the ids before it: answers are put together with it"
    )
    resource_type = models.CharField(max_length=60)
    version = models.IntegerField()
    recorded_at = models.DateTimeField()
    deleted = models.BooleanField(default=False)
    body = models.TextField(
        help_text="JSON as it came but for id, meta and resolved references; empty when deleted"
    )

    class Meta:
        abstract = True


class Filed(Stored):
    """Columns by which a patient's resource is granted, sorted and listed."""

    patient_id = models.UUIDField()
    custodian_id = models.UUIDField(help_text="the clinic that keeps it")
    section = models.CharField(max_length=40)
    date = models.DateTimeField(
        help_text="when it happened; the day of recording where the source does not say"
    )
    status = models.CharField(max_length=40, blank=True)
    code_system = models.CharField(max_length=INDEX_CHARS, blank=True)
    code = models.CharField(max_length=INDEX_CHARS, blank=True)

    class Meta:
        abstract = True


class Resource(Filed):
    """A patient's resource as it is now."""

    pk = models.CompositePrimaryKey("patient_id", "resource_id")

    class Meta:
        db_table = "resource"
        # What they include lets rows be chosen and counted without a look at their texts.
        indexes = [
            models.Index(
                fields=["patient_id", "section", "-date", "resource_id"],
                include=["resource_type", "status", "custodian_id", "recorded_at"],
                condition=models.Q(deleted=False),
                name="resource_section_date",
            ),
            models.Index(
                fields=["patient_id", "-date", "resource_id"],
                include=["section", "custodian_id", "recorded_at"],
                condition=models.Q(deleted=False),
                name="resource_date",
            ),
            models.Index(
                fields=[
                    *("patient_id", "section", "resource_type", "code_system", "code"),
                    *("-date", "resource_id"),
                ],
                include=["status", "custodian_id"],
                condition=models.Q(deleted=False),
                name="resource_section_code",
            ),
            models.Index(
                fields=["patient_id", "resource_type", "status", "-date", "resource_id"],
                condition=models.Q(deleted=False),
                name="resource_state_date",
            ),
            models.Index(
                fields=["patient_id", "resource_type", "-date", "resource_id"],
                include=["section", "custodian_id"],
                condition=models.Q(deleted=False),
                name="resource_type_date",
            ),
            models.Index(
                fields=["patient_id", "recorded_at"],
                condition=models.Q(deleted=False),
                name="resource_recorded",
            ),
        ]


class Tally(models.Model):
    """How much stands in a section of a patient's record by clinic and year of Moscow's clock.

    Kept right in the transaction of each write, for the groups that it touches: adding up a few
    hundred of these takes the place of counting ten thousand resources.
    """

    pk = models.CompositePrimaryKey("patient_id", "section", "custodian_id", "year")
    patient_id = models.UUIDField()
    section = models.CharField(max_length=40)
    custodian_id = models.UUIDField()
    year = models.IntegerField()
    count = models.IntegerField()
    latest = models.DateTimeField(help_text="the newest date of its resources")
    received = models.DateTimeField(help_text="when the last of them was recorded")

    class Meta:
        db_table = "resource_tally"


class ResourceVersion(Filed):
    """A patient's resource as it was."""

    pk = models.CompositePrimaryKey("patient_id", "resource_id", "version")

    class Meta:
        db_table = "resource_version"


class SharedStored(Stored):
    """A resource without a patient; whoever reads the API may read it."""

    custodian_id = models.UUIDField(
        null=True, help_text="the clinic whose system wrote it and may write it again"
    )

    class Meta:
        abstract = True


class SharedResource(SharedStored):
    """A resource without a patient as it is now."""

    resource_id = models.UUIDField(primary_key=True)

    class Meta:
        db_table = "shared_resource"
        indexes = [
            models.Index(
                fields=["resource_type", "-recorded_at", "resource_id"],
                condition=models.Q(deleted=False),
                name="shared_resource_type",
            )
        ]


class SharedResourceVersion(SharedStored):
    """A resource without a patient as it was."""

    pk = models.CompositePrimaryKey("resource_id", "version")

    class Meta:
        db_table = "shared_resource_version"


class Part(models.Model):
    """A whole, which several people share → in whose record a part of it stands, or has stood.

    The whole is a shared resource of a type in `compartment.OF_SEVERAL`, and is its clinic's own; a
    part is a resource of the patient's under the same id.
    """

    pk = models.CompositePrimaryKey("resource_id", "patient_id")
    resource_id = models.UUIDField()
    patient_id = models.UUIDField()

    class Meta:
        db_table = "resource_part"
        indexes = [models.Index(fields=["patient_id"], name="resource_part_patient")]


class ClientId(models.Model):
    """An id that a sender chose → ours.

    Keyed by the sender's own id, as it must be unique across patients, and by the sender: what one
    calls `Practitioner/1` is not what another calls so.
    """

    pk = models.CompositePrimaryKey("resource_type", "client_id", "clinic_id")
    resource_type = models.CharField(max_length=60)
    client_id = models.CharField(max_length=64)
    clinic_id = models.UUIDField(help_text="who sent it; all zeros: an import of shared resources")
    patient_id = models.UUIDField(null=True, help_text="null: a shared resource")
    resource_id = models.UUIDField()

    class Meta:
        db_table = "client_id"
        indexes = [
            # For destroying: a patient's rows are found without reading everybody's.
            models.Index(
                fields=["patient_id"],
                condition=models.Q(patient_id__isnull=False),
                name="client_id_patient",
            )
        ]


class IndexRow(models.Model):
    """One value of one search parameter of one resource; its key is all of it."""

    resource_type = models.CharField(max_length=60)
    param = models.CharField(max_length=64)
    resource_id = models.UUIDField()

    class Meta:
        abstract = True


class TokenRow(IndexRow):
    """FHIR token search; `system` is empty where the source gives none.

    Identifiers of references stand here too, with the parameter `subject:identifier`.
    """

    code = models.CharField(max_length=INDEX_CHARS)
    system = models.CharField(max_length=INDEX_CHARS)

    class Meta:
        abstract = True


class ReferenceRow(IndexRow):
    """FHIR reference search; `target` is a logical id, or the whole of an absolute reference."""

    target_type = models.CharField(max_length=60)
    target = models.CharField(max_length=INDEX_CHARS)
    target_id = models.UUIDField(
        null=True, help_text="the resource_id in a logical id of ours, by which search goes on"
    )

    class Meta:
        abstract = True


class DateRow(IndexRow):
    """FHIR date search over [low, high)."""

    low = models.DateTimeField()
    high = models.DateTimeField()

    class Meta:
        abstract = True


class QuantityRow(IndexRow):
    """FHIR quantity and number search: [low, high) by the precision; numbers have no unit."""

    low = models.DecimalField(max_digits=QUANTITY_DIGITS, decimal_places=QUANTITY_PLACES)
    high = models.DecimalField(max_digits=QUANTITY_DIGITS, decimal_places=QUANTITY_PLACES)
    system = models.CharField(max_length=INDEX_CHARS)
    code = models.CharField(max_length=INDEX_CHARS)

    class Meta:
        abstract = True


class TextRow(IndexRow):
    """FHIR string and uri search: `value` is normalised for strings, as written for uris.

    Words of tokens stand here too, with the parameter `code:text`.
    """

    value = models.CharField(max_length=INDEX_CHARS)
    exact = models.CharField(max_length=INDEX_CHARS)

    class Meta:
        abstract = True


class Token(TokenRow):
    patient_id = models.UUIDField()
    pk = models.CompositePrimaryKey(
        "patient_id", "resource_type", "param", "code", "system", "resource_id"
    )

    class Meta:
        db_table = "index_token"


class SharedToken(TokenRow):
    pk = models.CompositePrimaryKey("resource_type", "param", "code", "system", "resource_id")

    class Meta:
        db_table = "shared_index_token"


class Reference(ReferenceRow):
    patient_id = models.UUIDField()
    pk = models.CompositePrimaryKey(
        "patient_id", "resource_type", "param", "target_type", "target", "resource_id"
    )

    class Meta:
        db_table = "index_reference"


class SharedReference(ReferenceRow):
    pk = models.CompositePrimaryKey(
        "resource_type", "param", "target_type", "target", "resource_id"
    )

    class Meta:
        db_table = "shared_index_reference"


class Date(DateRow):
    patient_id = models.UUIDField()
    pk = models.CompositePrimaryKey(
        "patient_id", "resource_type", "param", "low", "high", "resource_id"
    )

    class Meta:
        db_table = "index_date"


class SharedDate(DateRow):
    pk = models.CompositePrimaryKey("resource_type", "param", "low", "high", "resource_id")

    class Meta:
        db_table = "shared_index_date"


class Quantity(QuantityRow):
    patient_id = models.UUIDField()
    pk = models.CompositePrimaryKey(
        "patient_id", "resource_type", "param", "low", "high", "system", "code", "resource_id"
    )

    class Meta:
        db_table = "index_quantity"


class SharedQuantity(QuantityRow):
    pk = models.CompositePrimaryKey(
        "resource_type", "param", "low", "high", "system", "code", "resource_id"
    )

    class Meta:
        db_table = "shared_index_quantity"


class Text(TextRow):
    patient_id = models.UUIDField()
    pk = models.CompositePrimaryKey(
        "patient_id", "resource_type", "param", "value", "exact", "resource_id"
    )

    class Meta:
        db_table = "index_text"


class SharedText(TextRow):
    pk = models.CompositePrimaryKey("resource_type", "param", "value", "exact", "resource_id")

    class Meta:
        db_table = "shared_index_text"


class DestructionAct(models.Model):
    """That a patient's rows were destroyed, what they were, and that nothing was left. For ever."""

    patient_id = models.UUIDField()
    act_id = models.UUIDField()
    pk = models.CompositePrimaryKey("patient_id", "act_id")
    person_id = models.UUIDField(help_text="whose withdrawal it was")
    consent_id = models.UUIDField(help_text="the consent that was withdrawn")
    withdrawn_at = models.DateTimeField()
    destroyed_at = models.DateTimeField()
    clinic = models.CharField(max_length=300)
    kinds = models.JSONField(help_text="versions of resources by type")
    rows = models.JSONField(help_text="rows by table")
    digest = models.CharField(max_length=64, help_text="SHA-256 over ids and hashes")
    left = models.IntegerField(help_text="rows that were there afterwards: none")

    class Meta:
        db_table = "record_destruction"
        constraints = [
            models.CheckConstraint(condition=models.Q(left=0), name="destruction_leaves_nothing")
        ]
