"""Accounts and what proves them."""

import unicodedata
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from medkarta.accounts.models.failures import FailedSignIn, FailureCount, PasswordTries
from medkarta.accounts.models.sessions import Device, Session, SignIn
from medkarta.accounts.rules import LONGEST_TYPED, AskedBecause, Level, ProvedBy, Role
from medkarta.foundation.ids import new_uuid

__all__ = [
    "Account",
    "AccountManager",
    "CodeTries",
    "Device",
    "ExternalIdentity",
    "FailedSignIn",
    "FailureCount",
    "IdentityCheck",
    "PasswordTries",
    "Session",
    "SignIn",
    "UsedStep",
    "one_spelling",
]


class PasswordTooLongError(ValueError):
    """Longer than any password may be; forms say it before it comes to this."""


def one_spelling(password: str) -> str:
    """One word, one password: «й» typed as one sign or as two is the same (NFC)."""
    return unicodedata.normalize("NFC", password)


class AccountManager(BaseUserManager["Account"]):
    """Accounts are made by `accounts.actions` and by allauth's sign-up."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """One mailbox, one spelling: the whole address in lower case."""
        return (email or "").strip().lower()


class Account(AbstractBaseUser):
    """Who signs in. The person whose record it is stands in `patients.Person`."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    email = models.EmailField(unique=True)
    role = models.CharField(max_length=20, default=Role.CITIZEN.value)
    level = models.CharField(max_length=20, default=Level.SIMPLIFIED.value)
    name = models.CharField(
        max_length=200, blank=True, help_text="staff's; a citizen's stands in patients.Person"
    )
    language = models.CharField(max_length=5, default="ru")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # Empty as long as the first password stands.
    password_changed_at = models.DateTimeField(null=True)
    password_reminder_after = models.DateTimeField(null=True)
    password_change_asked = models.CharField(max_length=20, blank=True, default="")

    objects = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "account"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="account_role"
            ),
            models.CheckConstraint(
                condition=models.Q(level__in=[level.value for level in Level]), name="account_level"
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="account_email_lower",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    password_change_asked__in=["", *(one.value for one in AskedBecause)]
                ),
                name="account_password_asked",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def set_password(self, raw_password: str | None) -> None:
        """Keep its hash. Raises `PasswordTooLongError` before anything is hashed."""
        if raw_password is not None and len(raw_password) > LONGEST_TYPED:
            raise PasswordTooLongError
        super().set_password(None if raw_password is None else one_spelling(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Right or not; what is far too long to be one is not hashed."""
        if raw_password is not None and len(raw_password) > LONGEST_TYPED:
            return False
        return super().check_password(None if raw_password is None else one_spelling(raw_password))


class IdentityCheck(models.Model):
    """An operator saw the person and the paper, or ESIA vouched for them. Never changed."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=20, default=ProvedBy.OPERATOR.value)
    by = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, null=True, related_name="+"
    )
    document_kind = models.CharField(max_length=40, blank=True)
    checked_at = models.DateTimeField()

    class Meta:
        db_table = "account_identity_check"
        constraints = [
            models.CheckConstraint(
                condition=Q(how=ProvedBy.OPERATOR.value, by__isnull=False)
                | Q(how=ProvedBy.ESIA.value, by=None),
                name="identity_check_by_whom",
            )
        ]


class ExternalIdentity(models.Model):
    """An account elsewhere by which one signs in here.

    Known by issuer and subject and by nothing else: an address or a СНИЛС may come to be another
    person's. Unlinked, the row stays.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=100)
    linked_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    unlinked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "account_external_identity"
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"],
                condition=Q(unlinked_at=None),
                name="external_identity_of_one_account",
            ),
            models.UniqueConstraint(
                fields=["account", "issuer"],
                condition=Q(unlinked_at=None),
                name="one_external_identity_an_issuer",
            ),
        ]


class UsedStep(models.Model):
    """A time step whose one-time code was used: the database refuses a second (RFC 6238 §5.2)."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    step = models.BigIntegerField()
    used_at = models.DateTimeField()

    class Meta:
        db_table = "account_used_step"
        constraints = [
            models.UniqueConstraint(fields=["account", "step"], name="account_step_used_once")
        ]


class CodeTries(models.Model):
    """Wrong one-time codes in a row over all sessions; a restart forgets nothing."""

    account = models.OneToOneField(
        "accounts.Account", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    wrong_in_a_row = models.PositiveSmallIntegerField(default=0)
    stopped_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "account_code_tries"


class Challenge(models.Model):
    """What a passkey was asked to sign, and for which deed: answered once, then never again.

    Of a sign-in the row comes with the answer, as what was asked lies in the session until then.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    act = models.CharField(max_length=40)
    subject = models.CharField(max_length=64, help_text="SHA-256 of what the act is done to")
    challenge = models.BinaryField(unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "account_deed_challenge"


class ResetCode(models.Model):
    """The one code by which the account may get a new password; the next one takes its place."""

    account = models.OneToOneField(
        "accounts.Account", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    # Who asked (a browser's session has the word itself), and what was sent: neither in clear.
    asker_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    # Of password and address as they were: with a change of either the code ends.
    bound_to = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    wrong_codes = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "account_reset_code"
