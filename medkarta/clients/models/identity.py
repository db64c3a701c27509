"""What an id_token is made of: the word by which an app knows an account, and our keys."""

from django.db import models

from medkarta.foundation.ids import new_uuid


class Subject(models.Model):
    """By which word one app knows one account, and no other app does (`sub`, pairwise).

    A random word and not a digest of the account's id: nothing leads back from it, and no key that
    is changed or lost changes it.
    """

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    client = models.ForeignKey("clients.Client", on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    word = models.CharField(max_length=43, unique=True)

    class Meta:
        db_table = "client_subject"
        constraints = [
            models.UniqueConstraint(fields=["client", "account"], name="client_subject_one"),
        ]


class SigningKey(models.Model):
    """An RSA key of ours; the newest signs. Those before it are published for a day longer."""

    kid = models.CharField(primary_key=True, max_length=16)
    public = models.JSONField(help_text="a JWK (RFC 7517)")
    sealed = models.TextField(help_text="PEM under settings.SEALER, for this row")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "client_signing_key"

    @property
    def place(self) -> str:
        """What the sealed text is bound to."""
        return f"client_signing_key/{self.kid}"
