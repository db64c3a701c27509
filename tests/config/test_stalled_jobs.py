"""A worker is killed in the middle of a job: another one does the job, and frees its lock."""

import asyncio
from datetime import UTC, datetime

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from medkarta.config import stalled
from medkarta.notifications import actions
from medkarta.notifications.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_jobs_left():
    """Whatever flushes tables knows nothing of these."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


@pytest.fixture
def killed():
    """Begins a letter's job as a worker that then gives no sign of life; the letter."""
    actions.send(
        key="a", address="anna@example.test", subject="Вход", body="слова", now=datetime.now(UTC)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT worker_id FROM procrastinate_register_worker_v1()")
        (worker,) = cursor.fetchone()
        cursor.execute(
            "SELECT id FROM procrastinate_fetch_job_v2(%s, %s)", [[actions.QUEUE], worker]
        )
        assert cursor.fetchone()[0] is not None
    silent_for(300)
    return Message.objects.get()


def silent_for(seconds):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - %s * interval '1 second'",
            [seconds],
        )


def work():
    """What a worker does that starts, until nothing waits."""
    stalled.take_up_soon()
    connector = app.connector.get_worker_connector()

    async def all_of_it():
        with app.replace_connector(connector) as jobs:
            async with jobs.open_async():
                for _ in range(2):  # what is taken up is there for the next look
                    await jobs.run_worker_async(
                        wait=False,
                        listen_notify=False,
                        install_signal_handlers=False,
                        delete_jobs="successful",
                        stalled_worker_timeout=10_000,  # the database forgets nobody by itself
                    )

    asyncio.run(all_of_it())


def states():
    return list(
        ProcrastinateJob.objects.filter(queue_name=actions.QUEUE).values_list("status", flat=True)
    )


def test_the_next_worker_does_the_job_again_and_frees_its_lock(killed):
    assert killed.sent_at is None
    work()
    assert states() == []
    killed.refresh_from_db()
    assert killed.sent_at is not None


def test_a_job_of_a_worker_that_lives_is_left_to_it(killed):
    silent_for(15)
    work()
    assert states() == ["doing"]
    killed.refresh_from_db()
    assert killed.sent_at is None


@pytest.mark.usefixtures("killed")
def test_one_whose_worker_was_forgotten_is_done_too():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    work()
    assert states() == []


@pytest.mark.usefixtures("killed")
def test_a_job_that_kills_each_worker_comes_to_an_end():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = 30 WHERE status = 'doing'")
    work()
    assert states() == ["failed"]


def test_starting_twice_asks_once():
    stalled.take_up_soon()
    stalled.take_up_soon()
    assert ProcrastinateJob.objects.count() == 1
