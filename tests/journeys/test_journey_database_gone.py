"""The database goes away under an open session: words, no trace, and all is there afterwards."""

import contextlib
import socket
import threading
from urllib.parse import quote

import pytest
from citizen import DESKTOP, Citizen
from running_service import Service, free_port

from medkarta.config.home import Home
from medkarta.config.postgres.connection import APP, OWNER, embedded


class Cable:
    """A way to the database that can be pulled out and put in again."""

    def __init__(self, socket_path):
        self.socket_path = socket_path
        self.plugged = True
        self.ends = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def pull(self):
        self.plugged = False
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def plug_in(self):
        self.plugged = True

    def close(self):
        self.pull()
        with contextlib.suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)  # whoever waits for the next one wakes
        for end in (self.server, *self.ends):
            end.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                here, _ = self.server.accept()
                if not self.plugged:
                    here.close()
                    continue
                there = socket.socket(socket.AF_UNIX)
                there.connect(self.socket_path)
                self.ends += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def cable(service):
    """The running service's database, by a cable of its own."""
    target = embedded(Home(service.home), APP)
    cable = Cable(f"{target.host}/.s.PGSQL.{target.port}")
    yield cable
    cable.close()


@pytest.fixture(scope="module")
def web(service, cable):
    """A second web process on the same data, at the end of the cable."""

    def url(role):
        target = embedded(Home(service.home), role)
        return (
            f"postgresql://{role}:{quote(target.password)}@127.0.0.1:{cable.port}/{target.database}"
        )

    web = Service(
        service.home,
        free_port(),
        DATABASE_URL=url(APP),
        DATABASE_OWNER_URL=url(OWNER),
        MEDKARTA_DEMO="yes",
        WEB_WORKERS="1",
    )
    web.log = service.home.parent / "web.log"
    web.start_web_alone()
    yield web
    web.process.terminate()
    web.process.wait(10)


@pytest.fixture
def citizen(web, browser):
    context = browser.new_context(
        base_url=f"http://localhost:{web.port}", viewport=DESKTOP, locale="ru-RU"
    )
    context.set_default_timeout(15_000)
    citizen = Citizen(web, context, "Анна Вымыслова")
    yield citizen
    context.close()


def test_a_page_without_its_database_says_so_in_words_and_comes_back(citizen, cable):
    citizen.signs_in()
    assert citizen.opens("/card/labs") == 200
    citizen.watch.broken = True
    cable.pull()
    try:
        with citizen.page.expect_console_message():  # the browser's own word may come late
            assert citizen.opens("/card/labs") == 503
        citizen.sees("временно недоступна", "цело", "номер обращения")
        whole = citizen.page.content()
        for word in ("psycopg", "Traceback", "OperationalError", "127.0.0.1", "File "):
            assert word not in whole
        assert "Гемоглобин" not in whole
    finally:
        cable.plug_in()
    citizen.watch.broken = False
    assert citizen.opens("/card/labs") == 200
    citizen.sees("Гемоглобин")


def test_a_form_sent_without_the_database_says_what_may_be_lost(citizen, cable):
    citizen.signs_in()
    citizen.opens("/profile?edit=1")
    citizen.watch.broken = True
    cable.pull()
    try:
        citizen.presses()
        citizen.sees("Последнее действие могло не сохраниться")
    finally:
        cable.plug_in()
    citizen.page.go_back()
    citizen.watch.broken = False  # what the browser had still to tell of the failure is told by now
    citizen.opens("/profile")
    citizen.sees("Вымыслова Анна Сергеевна")
