"""Sign-ins that failed: what is counted to slow guessing down, and what the owner is shown."""

from django.db import models

from medkarta.accounts.rules import Failure


class PasswordTries(models.Model):
    """Wrong passwords in a row for one address, from one lane.

    The subject is a hash of the address that was typed and not an account: an address without an
    account is counted by the same statements, so that neither answer nor time tells them apart.
    """

    subject = models.CharField(max_length=64)
    lane = models.CharField(max_length=40)
    wrong_in_a_row = models.PositiveIntegerField(default=0)
    last_wrong_at = models.DateTimeField(null=True)
    stopped_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "account_password_tries"
        constraints = [
            models.UniqueConstraint(fields=["subject", "lane"], name="account_tries_once")
        ]
        indexes = [models.Index(fields=["last_wrong_at"], name="account_tries_last")]


class FailureCount(models.Model):
    """How many sign-ins failed from one place (an address, or everywhere) in one span of time."""

    place = models.CharField(max_length=60)
    since = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "account_failure_count"
        constraints = [
            models.UniqueConstraint(fields=["place", "since"], name="account_failures_once")
        ]
        indexes = [models.Index(fields=["since"], name="account_failures_since")]


class FailedSignIn(models.Model):
    """What the owner is shown of failures: one row an hour and lane, however many there were."""

    subject = models.CharField(max_length=64)
    lane = models.CharField(max_length=40)
    outcome = models.CharField(max_length=20)
    hour = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=60)
    system = models.CharField(max_length=60)

    class Meta:
        db_table = "account_failed_sign_in"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "hour", "lane", "outcome"], name="account_failed_once"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=[one.value for one in Failure]),
                name="account_failed_outcome",
            ),
        ]
        indexes = [models.Index(fields=["hour"], name="account_failed_hour")]
