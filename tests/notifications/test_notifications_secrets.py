"""A body that holds a code lies sealed until it is out, and afterwards nowhere."""

from datetime import timedelta

import pytest
from citizens import NOW
from django.db import connection

from medkarta.foundation.sealing import NotSealedHereError, Sealer
from medkarta.notifications import actions, queries
from medkarta.notifications.models import Message

CODE = "код 739-204"


@pytest.fixture
def outbox(settings, tmp_path):
    class FolderAsHome:
        outbox = tmp_path

    settings.HOME = FolderAsHome()
    return tmp_path


def send(key="k1", *, secret=True, address="a@example.test", now=NOW):
    actions.send(key=key, address=address, subject="Письмо", body=CODE, now=now, secret=secret)
    return Message.objects.get(key=key)


def table():
    """The whole table as a thief of the database would read it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(m::text, ' ') FROM message m")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
class TestSecretBodies:
    def test_the_table_does_not_tell_a_code_that_waits(self):
        send()
        assert "739" not in table()

    def test_the_letter_that_goes_out_does(self, outbox):
        actions.deliver(message_id=send().id, now=NOW)
        (file,) = outbox.glob("*.txt")
        assert CODE in file.read_text(encoding="utf-8")

    @pytest.mark.usefixtures("outbox")
    def test_nothing_of_the_body_stays_once_it_is_out(self):
        message = send()
        actions.deliver(message_id=message.id, now=NOW)
        message.refresh_from_db()
        assert (message.body, message.sent_at) == ("", NOW)
        assert queries.recent()[0].body == ""

    def test_a_second_delivery_sends_no_empty_letter(self, outbox):
        message = send()
        actions.deliver(message_id=message.id, now=NOW)
        actions.deliver(message_id=message.id, now=NOW)
        assert len(list(outbox.glob("*.txt"))) == 1

    def test_a_body_put_into_another_row_does_not_open(self):
        one, other = send("k1"), send("k2", address="thief@example.test")
        Message.objects.filter(pk=other.pk).update(body=one.body)
        with pytest.raises(NotSealedHereError):
            actions.deliver(message_id=other.id, now=NOW)

    def test_a_body_sealed_before_the_keys_changed_still_goes_out(self, outbox, settings):
        settings.SEALER = Sealer(["former"])
        message = send()
        settings.SEALER = Sealer(["new", "former"])
        actions.deliver(message_id=message.id, now=NOW)
        assert CODE in next(outbox.glob("*.txt")).read_text(encoding="utf-8")

    @pytest.mark.usefixtures("outbox")
    def test_what_is_no_secret_stays_readable(self):
        message = send(secret=False)
        actions.deliver(message_id=message.id, now=NOW)
        assert CODE in table()

    def test_secrets_of_an_address_are_counted_from_a_moment_on(self):
        send("k1")
        send("k2", now=NOW + timedelta(minutes=5))
        send("k3", secret=False)
        send("k4", address="b@example.test")
        since = NOW - timedelta(seconds=1)
        assert len(queries.secrets_sent("a@example.test", since=since)) == 2
        assert queries.secrets_sent("a@example.test", since=NOW) == [NOW + timedelta(minutes=5)]
