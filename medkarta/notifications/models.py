"""Messages that wait to be sent or were."""

from django.db import models
from django.db.models import Q

from medkarta.foundation.ids import new_uuid


class Message(models.Model):
    """A message to one address; its key makes a second asking for it the same message."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    key = models.CharField(max_length=200, unique=True)
    address = models.EmailField()
    subject = models.CharField(max_length=300)
    # Sealed where it is secret, and emptied once it is out.
    body = models.TextField()
    secret = models.BooleanField(default=False, help_text="holds a code or a link")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "message"
        indexes = [
            models.Index(fields=["created_at"], condition=Q(sent_at=None), name="message_waiting"),
            models.Index(
                fields=["address", "created_at"], condition=Q(secret=True), name="message_secret"
            ),
        ]
