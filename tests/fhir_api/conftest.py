"""A small world in the tables, seen through the API as programs see it."""

import pytest
from asgi_client import Machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from fhir_world import World

from medkarta.config.home import Home
from medkarta.subscriptions.models import Listener, Subscription


@pytest.fixture(autouse=True)
def _django_db_marker():
    """In place of pytest-django's own: no transaction around a test.

    The API has connections of its own and would see nothing of it. The marker stays on the tests,
    so that the database is set up.
    """


@pytest.fixture(scope="module", autouse=True)
def _home_of_ones_own(tmp_path_factory):
    """Processes that test at once have databases of their own and one home.

    What the worker does every minute would take the others' exports for nobody's.
    """
    one_home = settings.HOME
    settings.HOME = Home(tmp_path_factory.mktemp("home"))
    yield
    settings.HOME = one_home


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Made once for a file's tests, and committed: the API has connections of its own.

    Nothing of it is changed by a test but through what the test makes itself.
    """
    with django_db_blocker.unblock():
        yield World()
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
        connection.close()


@pytest.fixture(scope="module")
def machine(world):
    """A program that calls the API: `machine.get("Patient/…", token)`."""
    target = connection.get_connection_params()
    names = ("host", "port", "dbname", "user", "password")
    with Machine({name: target[name] for name in names if name in target}) as machine:
        yield machine


@pytest.fixture
def demo_of_subscriptions():
    """As in the demo, where a notice may go to one's own machine; nothing of it is left."""
    with override_settings(DEMO=True):
        yield
    Subscription.objects.all().delete()
    Listener.objects.all().delete()
