"""Another PostgreSQL in the place of the one that comes along."""

import shutil
from pathlib import Path

import psycopg
import pytest
from running_service import temporary_home

from medkarta.config import service_user
from medkarta.config.home import Home
from medkarta.config.postgres import roles
from medkarta.config.postgres.cluster import Cluster
from medkarta.config.postgres.connection import APP, embedded
from medkarta.config.postgres.programs import NoProgramsError, Programs
from medkarta.config.postgres.server import Server

OLDEST = Path("/usr/lib/postgresql/15/bin")


@pytest.mark.skipif(not OLDEST.exists(), reason="PostgreSQL 15 is not installed here")
def test_the_oldest_postgresql_serves_as_the_embedded_one():
    folder = temporary_home()
    folder.parent.chmod(0o755)
    user = service_user.ensure() if service_user.needed() else None
    home = Home(folder)
    home.ensure(owner=user)
    server = Server(Cluster(programs=Programs(OLDEST), home=home, user=user, durable=False))
    try:
        server.start()
        server.wait_until_ready()
        roles.ensure(home)
        with psycopg.connect(**embedded(home, APP).conninfo()) as app:
            assert app.execute("SELECT lower('ЁЖ')").fetchone() == ("ёж",)
            assert app.execute("SHOW data_checksums").fetchone() == ("on",)
    finally:
        server.stop()
        shutil.rmtree(folder.parent)


def test_an_older_one_is_refused_in_words(tmp_path):
    program = tmp_path / "postgres"
    program.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
    program.chmod(0o755)
    with pytest.raises(NoProgramsError, match="15 or later is needed"):
        Programs(tmp_path).major()
