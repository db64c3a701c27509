"""Load on a FHIR server: requests a second, latencies, errors, processor time and memory.

    make bench-fhir                                   our own service, started for it, 200 people
    make bench-fhir ARGS="--people 200 2000 20000"    the curve over sizes; takes long
    make bench-fhir ARGS="--base http://localhost:8080/fhir --server-pid N --database-pid N"

People of 100 resources each, out of a seed, are first sent as transaction bundles; with
`--population FILE` they are remembered, and found there the next time.
"""

import argparse
import os
import platform
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench.fhir.ceiling import ceiling
from bench.fhir.course import Course
from bench.fhir.load import Take
from bench.fhir.own import Own, own_service
from bench.fhir.population import CannotLoadError
from bench.fhir.target import Target
from bench.fhir.usage import Roots


def main() -> None:
    given = _arguments()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
    for clients in given.clients:
        _print_ceiling(clients, ceiling(connections=clients, seconds=1))
    with ExitStack() as until_the_end:
        own = None if given.base else until_the_end.enter_context(own_service())
        course = Course(
            given,
            target=Target(own.base if own else given.base, bearer(given, own)),
            roots=own.roots if own else Roots(server=given.server_pid, database=given.database_pid),
            bounds=own.bounds if own else None,
        )
        try:
            course.run()
        except CannotLoadError as why:
            raise SystemExit(f"The people cannot be loaded: {why}") from None


def bearer(given: argparse.Namespace, own: Own | None) -> Callable[[], str]:
    """Where a token comes from. Asked anew for each take: a system's lives 300 s."""
    if given.token_file:
        return lambda: given.token_file.read_text(encoding="utf-8").strip()
    if own and not given.token:
        return own.bearer
    return lambda: given.token


def _arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(
        prog="bench.fhir", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("--base", help="a FHIR server on this machine; without it, our own")
    token = asked.add_mutually_exclusive_group()
    token.add_argument("--token", default="", help="the bearer token")
    token.add_argument("--token-file", type=Path, help="the same, read again before each take")
    asked.add_argument("--people", type=int, nargs="+", default=[200], help="sizes (200)")
    asked.add_argument("--population", type=Path, help="who is on the server, kept in this file")
    asked.add_argument("--seed", default="bench", help="what the people are made of (bench)")
    asked.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32], help="(1 8 32)")
    asked.add_argument(
        "--shapes", nargs="+", default=[], help="those with such a word in their name"
    )
    asked.add_argument("--seconds", type=float, default=3, help="of one take (3)")
    asked.add_argument("--takes", type=int, default=3, help="of each shape (3)")
    asked.add_argument("--server-pid", type=int, help="first process of the server, with --base")
    asked.add_argument("--database-pid", type=int, help="first process of its database")
    given = asked.parse_args()
    if given.population and not given.base:
        asked.error("--population goes with --base: our own service starts with nobody")
    return given


def _print_ceiling(clients: int, take: Take) -> None:
    cpu = take.client_cpu / max(len(take.latencies), 1) * 1_000_000
    print(
        f"  the load's own ceiling, {clients} clients: {take.rate:,.0f}/s,"
        f" {cpu:.0f} µs of processor time for each request",
        flush=True,
    )


if __name__ == "__main__":
    main()
