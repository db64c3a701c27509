"""Start everything in the quickest safe order, watch it, and stop it in order."""

import os
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

import click

from medkarta.config import lock, schema
from medkarta.config.database import cluster_of
from medkarta.config.environment import Environment
from medkarta.config.home import Home
from medkarta.config.postgres import connection, roles
from medkarta.config.postgres.server import Server
from medkarta.config.processes import follow_parent
from medkarta.config.supervisor import children, port, standin
from medkarta.config.supervisor.children import Part
from medkarta.config.supervisor.greeting import greet
from medkarta.config.words import FAILED

_LONGEST_START = 60.0
_PATIENCE_WEB = 2.0
_PATIENCE_WORKER = 1.5
_PAUSE = 0.03


class StopAsked(BaseException):  # like KeyboardInterrupt, whose place it takes
    """Somebody asked us to stop."""


class PartEnded(Exception):  # noqa: N818  # an event, and the reason to stop the rest
    """A part ended on its own."""


def supervise(environment: Environment) -> int:
    """Run until stopped; the exit code says whether that was asked for."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, _ask_to_stop)
    try:
        follow_parent()
        port.check_free(environment)
        with lock.hold(Home(environment.home), doing="run"):
            return _Tree(environment).live()
    except StopAsked:
        return 0


def _ask_to_stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise StopAsked


class _Tree:
    """The database, the web server and the worker of one run."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.home = Home(environment.home)
        self.server: Server | None = None
        self.parts: list[Part] = []

    def live(self) -> int:
        """From the first process to the last."""
        try:
            self._start()
            greet(self.environment)
            self._watch()
        except StopAsked:
            click.echo("\nStopping …", err=True)
            return 0
        except PartEnded as event:
            click.echo(f"medkarta: {event}", err=True)
            return FAILED
        finally:
            self._stop()

    def _start(self) -> None:
        if standin.wanted(self.environment):
            keys = standin.keys(self.environment)
            if not keys.there:
                self._complete(children.start("esia", *standin.making(self.environment, keys)))
            self._add(children.start("esia", *standin.serving(self.environment, keys)))
        # Web and worker read their modules while the database starts, and wait for a word.
        web = self._add(children.start("web", "web", waits=True))
        worker = self._add(children.start("worker", "worker", waits=True))
        if self.environment.embedded:
            self.server = Server(cluster_of(self.environment, self.home))
            self.server.start()
            self.server.wait_until_ready()
            roles.ensure(self.home)
        if not schema.is_current(connection.of_role(self.environment, owner=True)):
            click.echo("Bringing the database's tables up to date …", err=True)
            self._complete(children.start("migrate", "migrate", "--quiet"))
        if self.environment.demo and not self.home.demo_people.exists():
            click.echo("Making the demo people …", err=True)
            self._complete(children.start("prepare-demo", "prepare-demo"))
        web.tell_to_go()
        worker.tell_to_go()
        self._wait_until(lambda: port.first_page_answers(self.environment), _LONGEST_START)

    def _add(self, part: Part) -> Part:
        self.parts.append(part)
        return part

    def _complete(self, part: Part) -> None:
        """Wait for a step of the start; it must end well."""
        self.parts.append(part)
        code = part.process.wait()
        self.parts.remove(part)
        if code:
            raise PartEnded(
                f"“{part.name}” failed (exit code {code}); its reason stands above."
                " Nothing was started for users; the data is untouched or rolled back."
            )

    def _wait_until(self, condition: Callable[[], bool], patience: float) -> None:
        deadline = time.monotonic() + patience
        while not condition():
            self._check_alive()
            if time.monotonic() > deadline:
                raise PartEnded("The first page does not answer; the reason stands above.")
            time.sleep(_PAUSE)

    def _watch(self) -> NoReturn:
        while True:
            self._check_alive()
            # Sleeps until some child ends, and leaves it for its own object to collect.
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)

    def _check_alive(self) -> None:
        if self.server and (code := self.server.ended()) is not None:
            raise PartEnded(
                f"The database ended unexpectedly (exit code {code}), so everything is stopped."
                f" What was confirmed is kept. Its last words: {self.server.log}."
                " Start again with `medkarta run`."
            )
        for part in self.parts:
            if (code := part.ended()) is not None:
                raise PartEnded(
                    f"“{part.name}” ended unexpectedly (exit code {code}), so everything is"
                    " stopped. What was confirmed is kept. Start again with `medkarta run`; if it"
                    " happens again, `medkarta check` and the lines above say more."
                )

    def _stop(self) -> None:
        """Web, worker, database. Once begun, no signal interrupts it."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for part in self.parts:
            part.stop(_PATIENCE_WEB if part.name == "web" else _PATIENCE_WORKER)
        if self.server:
            self.server.stop()
