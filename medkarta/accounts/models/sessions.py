"""Sessions, what is remembered of their beginning and end, and the browsers that are known."""

from django.db import models
from django.db.models import Q

from medkarta.accounts.rules import Ending
from medkarta.foundation.ids import new_uuid


class Device(models.Model):
    """A browser that signed in to this account before, known by a cookie. It is no factor.

    Of the cookie's word only the SHA-256 is kept. One browser may be known to several accounts of a
    family: one row each.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        db_table = "account_device"
        constraints = [
            models.UniqueConstraint(fields=["account", "token_hash"], name="account_device_once"),
        ]
        indexes = [models.Index(fields=["token_hash"], name="account_device_token")]


class SignIn(models.Model):
    """A sign-in that succeeded, and how its session ended: kept when the session is long gone."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    methods = models.CharField(max_length=100, help_text="words with spaces between")
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=60, help_text="what it is, in a word of ours")
    system = models.CharField(max_length=60, help_text="where it runs, in a word of ours")
    device = models.ForeignKey(
        "accounts.Device", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # So that whoever comes with the cookie of an ended session is told how it ended.
    last_key_hash = models.CharField(max_length=64)
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=20, blank=True)

    class Meta:
        db_table = "account_sign_in"
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_how="")
                | Q(ended_at__isnull=False, ended_how__in=[one.value for one in Ending]),
                name="account_sign_in_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-at"], name="account_sign_in_newest"),
            models.Index(fields=["at"], name="account_sign_in_at"),
            models.Index(fields=["last_key_hash"], name="account_sign_in_key"),
        ]


class Session(models.Model):
    """A browser's session: gone is ended. The key is the SHA-256 of the cookie's."""

    key_hash = models.CharField(primary_key=True, max_length=64)
    data = models.TextField()
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.CASCADE, null=True, related_name="+"
    )
    sign_in = models.OneToOneField(
        "accounts.SignIn", on_delete=models.CASCADE, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        db_table = "account_session"
        indexes = [models.Index(fields=["created_at"], name="account_session_created")]
