"""One embedded PostgreSQL for the whole run, also when several processes test at once.

One of them applies the migrations; the databases of all are copies of what it made.

TEST_DATABASE_URL puts another server in its place; its role must be allowed to make databases.
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import settings

from medkarta.config import service_user
from medkarta.config.home import Home
from medkarta.config.postgres import connection, roles
from medkarta.config.postgres.cluster import Cluster
from medkarta.config.postgres.programs import find
from medkarta.config.postgres.server import Server

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("medkarta", deadline=None)
settings.load_profile("medkarta")

pytest_plugins = ["sharing_out"]

_HOME = "MEDKARTA_TEST_HOME"  # from the process that started the database to its helpers
_TEMPLATE = "medkarta_template"
_STARTED: list[tuple[Server, Path]] = []


def pytest_configure(config):
    if config.option.help or config.option.version or config.option.collectonly:
        return
    url = os.environ.get("TEST_DATABASE_URL")
    if _HOME not in os.environ:
        os.environ[_HOME] = str(_make_home(with_database=not url))
    home = Home(Path(os.environ[_HOME]))
    target = connection.from_url(url) if url else connection.embedded(home, connection.OWNER)
    _point_django_at(target, home)


def pytest_unconfigure(config):
    while _STARTED:
        server, folder = _STARTED.pop()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
        os.environ.pop(_HOME, None)


def _make_home(*, with_database):
    folder = Path(tempfile.mkdtemp(prefix="medkarta-test-"))
    user = service_user.ensure() if service_user.needed() else None
    home = Home(folder)
    home.ensure(owner=user)
    chosen = os.environ.get("MEDKARTA_POSTGRES_BIN")
    programs = find(Path(chosen) if chosen else None)
    server = Server(Cluster(programs=programs, home=home, user=user, durable=False))
    _STARTED.append((server, folder))
    if with_database:
        server.start()
        server.wait_until_ready()
        roles.ensure(home, makes_databases=True)
    return folder


def _point_django_at(target, home):
    """pytest-django has read the settings by now, and nothing has connected yet."""
    from django.conf import settings

    settings.HOME = home
    settings.EMAIL_FILE_PATH = home.outbox
    settings.STATIC_ROOT = home.path / "static"
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    settings.PASSWORD_HASHERS = ["quick_hasher.QuickArgon2"]
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    database = settings.DATABASES["default"]
    database.update(
        HOST=target.host,
        PORT=str(target.port),
        NAME=target.database,
        USER=target.user,
        PASSWORD=target.password,
        OPTIONS=dict(target.options),
    )


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_blocker):
    """Where the database is ours: migrate once, as that takes seconds, and copy."""
    if os.environ.get("TEST_DATABASE_URL"):
        return
    from django.db import connection

    made = Path(os.environ[_HOME]) / "template-made"
    known, chosen = connection.settings_dict, dict(connection.settings_dict["TEST"])
    with made.with_suffix(".lock").open("w") as lock, django_db_blocker.unblock():
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            name = known["NAME"]
            known["TEST"]["NAME"] = _TEMPLATE
            connection.creation.create_test_db(verbosity=0, serialize=False)
            connection.close()
            known["NAME"] = name
            known["TEST"].update(chosen)
            made.touch()
    known["TEST"]["TEMPLATE"] = _TEMPLATE


@pytest.fixture(autouse=True)
def _no_language_of_the_test_before():
    """A request leaves its language behind in the thread; the next request sets its own."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def medkarta_home():
    """The home of this run: keys and outbox of the tests."""
    return Home(Path(os.environ[_HOME]))
