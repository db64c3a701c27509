"""Subscriptions, what they said before, and whose records they wait for."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from medkarta.subscriptions.rules import State


class Said(models.Model):
    """What its owner reads of a subscription."""

    version = models.IntegerField(default=1)
    resource_type = models.CharField(max_length=60)
    query = models.TextField(help_text="the criteria after the question mark")
    endpoint = models.TextField()
    reason = models.TextField()
    state = models.CharField(max_length=10)
    error = models.TextField(blank=True, help_text="words of ours for the client")
    ends_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    class Meta:
        abstract = True


class Subscription(Said):
    """A standing wish of an app for one person, or of a clinic's system."""

    id = models.UUIDField(primary_key=True, editable=False)
    client = models.ForeignKey("clients.Client", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        "patients.Person", on_delete=models.PROTECT, null=True, related_name="+"
    )
    standing = models.UUIDField(help_text="the citizen's permission, or the system itself")
    scopes = ArrayField(models.TextField(), help_text="of the token that asked")
    target = models.UUIDField(null=True, help_text="the entry that is waited for; null: all")
    failures = models.IntegerField(default=0, help_text="on end")
    wait_until = models.DateTimeField(null=True, help_text="after a failure")

    class Meta:
        db_table = "subscription"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in State]), name="subscription_state"
            )
        ]

    def is_due(self, now: datetime) -> bool:
        """Whether it may be told now."""
        paused = self.wait_until is not None and now < self.wait_until
        over = self.ends_at is not None and self.ends_at <= now
        return self.state == State.ACTIVE.value and not paused and not over


class SubscriptionVersion(Said):
    """What a subscription said from `updated_at` on: the present version and former ones."""

    pk = models.CompositePrimaryKey("subscription_id", "version")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, db_index=False, related_name="+"
    )

    class Meta:
        db_table = "subscription_version"


class Listener(models.Model):
    """That a subscription waits for an entry's record, and since when it has to be told.

    Written in the transaction of the write itself: what was recorded is told of, whatever fails.
    """

    pk = models.CompositePrimaryKey("patient_id", "subscription_id")
    patient_id = models.UUIDField()
    subscription_id = models.UUIDField()
    pending_since = models.DateTimeField(
        null=True, help_text="what the first untold change bears; null: all is told"
    )
    changes = models.BigIntegerField(default=0, help_text="counted, so that none is lost")
    changed_at = models.DateTimeField(null=True, help_text="what the last change bears")

    class Meta:
        db_table = "subscription_listener"
        indexes = [
            models.Index(
                fields=["patient_id", "subscription_id"],
                condition=Q(pending_since__isnull=False),
                name="subscription_pending",
            )
        ]
