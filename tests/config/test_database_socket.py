"""The folder of the database's socket: short enough, and nobody else's."""

import os
from pathlib import Path

import pytest
from running_service import temporary_home

from medkarta.config import service_user
from medkarta.config.home import Home
from medkarta.config.postgres.cluster import Cluster
from medkarta.config.postgres.connection import socket_folder
from medkarta.config.postgres.programs import find
from medkarta.config.postgres.server import Server, ServerFailedError

LONGEST_SOCKET = 107  # bytes of sun_path, without its end


def test_the_socket_lies_in_the_home():
    assert socket_folder(Path("/srv/medkarta")) == Path("/srv/medkarta/socket")


@pytest.mark.parametrize("name", ["x" * 100, "ж" * 60])
def test_a_long_home_gets_a_short_socket(name):
    folder = socket_folder(Path("/srv") / name)
    assert len(os.fsencode(folder / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET
    assert folder != socket_folder(Path("/srv") / (name + "y"))


def test_a_socket_folder_that_others_can_enter_is_refused():
    folder = temporary_home()
    folder.parent.chmod(0o755)
    user = service_user.ensure() if service_user.needed() else None
    home = Home(folder)
    home.ensure(owner=user)
    cluster = Cluster(programs=find(None), home=home, user=user, durable=False)
    cluster.socket.mkdir()
    cluster.socket.chmod(0o777)
    with pytest.raises(ServerFailedError, match="belongs to somebody else"):
        Server(cluster).start()
