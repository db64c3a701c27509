"""The log: one line for each access to a person's data, numbered within the person's log."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class LogHead(models.Model):
    """The last number given in a person's log; its row lock is what makes the numbers gap-free."""

    person_id = models.UUIDField(primary_key=True)
    last_number = models.BigIntegerField()

    class Meta:
        db_table = "audit_head"


class Entry(models.Model):
    """One line. Only ever added: the application role may not change or delete it.

    `canonical` is what later proofs are made over: the other columns as JSON with sorted keys,
    UTF-8, no spaces.
    """

    pk = models.CompositePrimaryKey("person_id", "number")
    person_id = models.UUIDField(help_text="whose record")
    number = models.BigIntegerField(help_text="1, 2, 3 … within the person's log")
    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True, help_text="account; null: the system itself")
    actor_name = models.CharField(max_length=300, help_text="as it was then")
    actor_role = models.CharField(max_length=40)
    organisation_id = models.UUIDField(null=True)
    organisation_name = models.CharField(max_length=300, blank=True)
    app = models.CharField(max_length=100, help_text="portal, backoffice, or a client of the API")
    on_behalf_of = models.UUIDField(
        null=True, help_text="person for whom the actor acts, when not themselves"
    )
    patient_ids = ArrayField(models.UUIDField())
    action = models.CharField(max_length=60, help_text="open-record, link-policy, sign-consent …")
    sections = ArrayField(models.CharField(max_length=40))
    resources = ArrayField(
        models.CharField(max_length=200), help_text="Type/id, or Type?parameters without values"
    )
    detail = models.CharField(
        max_length=300, blank=True, help_text="which page or act, as a word of ours"
    )
    purpose = models.CharField(max_length=40)
    ground = models.CharField(
        max_length=60, help_text="why it was allowed, or the gate that refused"
    )
    outcome = models.CharField(max_length=20)
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=300, blank=True, help_text="user agent, cut and cleaned")
    request_id = models.CharField(max_length=64)
    canonical = models.BinaryField()

    class Meta:
        db_table = "audit_entry"
