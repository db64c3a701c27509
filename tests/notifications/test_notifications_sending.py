"""A message is sent once, whatever is repeated, and only its owner's hand reads the file."""

import stat
from datetime import timedelta

import citizens
import pytest
from citizens import NOW
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from medkarta.notifications import actions, jobs, queries
from medkarta.notifications.models import Message
from medkarta.notifications.ports import Letter


class Brittle:
    """A channel that breaks on the way."""

    def carry(self, letter: Letter) -> None:
        raise ConnectionError(str(letter.message_id))


def send(key="k1", body="Ждите ответа.", now=NOW, *, secret=False):
    actions.send(
        key=key, address="a@example.test", subject="Письмо", body=body, now=now, secret=secret
    )


@pytest.fixture
def waiting_jobs(transactional_db):
    """Asks for the messages of the jobs that came since the test began: nobody clears them."""
    jobs_of_delivery = ProcrastinateJob.objects.filter(task_name=actions.DELIVER)
    before = set(jobs_of_delivery.values_list("pk", flat=True))
    return lambda: [
        job.args["message_id"] for job in jobs_of_delivery.exclude(pk__in=before).order_by("pk")
    ]


@pytest.fixture
def outbox(settings, tmp_path):
    class FolderAsHome:
        outbox = tmp_path

    settings.HOME = FolderAsHome()
    return tmp_path


@pytest.mark.django_db(transaction=True)
class TestSending:
    def test_one_key_is_one_message_and_one_job(self, waiting_jobs):
        send()
        send(body="Другое.")
        message = Message.objects.get()
        assert message.body == "Ждите ответа."
        assert waiting_jobs() == [str(message.id)]

    def test_one_key_at_once_is_one_message(self, waiting_jobs):
        answers = citizens.at_once(*[send] * 6)
        assert answers == [None] * 6
        assert Message.objects.count() == len(waiting_jobs()) == 1

    def test_a_message_of_an_act_that_fails_is_not_there_and_has_no_job(self, waiting_jobs):
        with transaction.atomic():
            send()
            transaction.set_rollback(True)
        assert not Message.objects.exists()
        assert waiting_jobs() == []

    def test_the_caller_goes_on_after_a_repeated_key(self):
        send()
        with transaction.atomic():
            send()
            send(key="k2")
        assert Message.objects.count() == 2

    def test_the_newest_stand_first(self):
        send()
        send(key="k2", body="Второе.", now=NOW + timedelta(minutes=1))
        assert [one.body for one in queries.recent()] == ["Второе.", "Ждите ответа."]


@pytest.mark.django_db(transaction=True)
class TestDelivering:
    def deliver(self, now=NOW):
        actions.deliver(message_id=Message.objects.get().id, now=now)

    def test_writes_a_file_for_its_owner_alone(self, outbox):
        send()
        self.deliver()
        (file,) = outbox.iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        text = file.read_text(encoding="utf-8")
        assert text.startswith("To: a@example.test\nSubject: Письмо\n")
        assert text.endswith("\n\nЖдите ответа.\n")

    def test_twice_is_once(self, outbox):
        send()
        self.deliver()
        (file,) = outbox.iterdir()
        file.unlink()
        self.deliver(now=NOW + timedelta(hours=1))
        assert list(outbox.iterdir()) == []
        assert Message.objects.get().sent_at == NOW

    def test_two_at_once_are_one_file(self, outbox):
        send()
        citizens.at_once(*[self.deliver] * 4)
        assert len(list(outbox.iterdir())) == 1

    def test_a_broken_way_leaves_it_to_be_sent(self, outbox, settings):
        send()
        voice = settings.NOTIFICATION_CHANNEL
        settings.NOTIFICATION_CHANNEL = f"{__name__}.Brittle"
        with pytest.raises(ConnectionError):
            self.deliver()
        assert Message.objects.get().sent_at is None
        settings.NOTIFICATION_CHANNEL = voice
        self.deliver()
        assert len(list(outbox.iterdir())) == 1

    def test_the_job_that_was_written_down_brings_it_out(self, outbox, waiting_jobs):
        send()
        assert app.tasks[actions.DELIVER] is jobs.deliver
        jobs.deliver(message_id=waiting_jobs()[0])
        assert len(list(outbox.iterdir())) == 1
        assert queries.recent()[0].sent_at is not None
