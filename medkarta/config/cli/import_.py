"""`medkarta import`: FHIR R4 transaction bundles from files and folders."""

import gc
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medkarta.config import environment
from medkarta.config.cli.embedded import ask_the_embedded_register
from medkarta.config.database import gather_statistics, reached
from medkarta.config.environment import Environment
from medkarta.config.home import Home
from medkarta.config.words import SaidInWordsError

if TYPE_CHECKING:
    from medkarta.foundation.ids import PatientId
    from medkarta.record.actions.imports import ImportReport, Outcome, Refused

# Who refers comes after what it refers to: Synthea names these files so.
_FIRST = ("hospital", "practitioner")


class NotInDemoError(SaidInWordsError):
    """Sign-ins were asked for where people are real."""


class NothingToImportError(SaidInWordsError):
    """The paths hold no file that could be a bundle."""


class DatabaseGoneError(SaidInWordsError):
    """The database ended while bundles were taken in."""


class NotAllTakenError(SaidInWordsError):
    """Something was refused or not reached; the report above says what."""


@dataclass
class Tally:
    """What became of all files."""

    counts: "Counter[tuple[str, Outcome]]" = field(default_factory=Counter)
    refused: "list[tuple[Path, Refused]]" = field(default_factory=list)
    broken: list[tuple[Path, str]] = field(default_factory=list)
    patient_ids: "list[PatientId]" = field(default_factory=list)
    stopped: bool = False

    def add(self, path: Path, report: "ImportReport") -> None:
        self.counts += report.counts
        self.refused += [(path, one) for one in report.refused]
        self.patient_ids += report.patient_ids


@click.command(
    name="import",
    epilog="\b\nExamples:\n  medkarta import bundles/\n"
    "  medkarta import hospital.json anna.json --sign-ins\n\n"
    "One transaction a bundle: after Ctrl-C or a power cut run it again, and it goes on where it"
    " stopped. A second run changes nothing.",
)
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PATH…"
)
@click.option("--sign-ins", is_flag=True, help="Make demo sign-ins for the imported people.")
def import_(*, paths: Sequence[Path], sign_ins: bool) -> None:
    """Take in FHIR R4 transaction bundles: files, and folders with *.json in them.

    What cannot be taken is refused by entry, in words; the rest is stored. Of two entries with one
    fullUrl the first stays, and the other is reported as kept.
    """
    given = environment.read()
    if sign_ins and not given.demo:
        raise NotInDemoError("Sign-ins are made in demo mode alone, and only where nobody is real.")
    files = files_of(paths)
    if not files:
        raise NothingToImportError("There is no *.json file in what was named.")
    if sign_ins:
        ask_the_embedded_register()
    with reached(given, doing="import"):
        import django

        django.setup()
        tally = take_in(files)
        gather_statistics(given)
        if sign_ins and not tally.stopped:
            make_sign_ins(given, tally.patient_ids)
    report(tally)


def files_of(paths: Iterable[Path]) -> list[Path]:
    """Files named, and *.json of folders named; organisations and practitioners first."""
    files: dict[Path, None] = {}
    for path in paths:
        found = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        files |= dict.fromkeys(one for one in found if one.is_file())
    return sorted(files, key=lambda path: (not path.name.lower().startswith(_FIRST), path.name))


def take_in(files: Sequence[Path]) -> Tally:
    """Import each file; Ctrl-C takes back the bundle under way and keeps those before it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    # A bundle is many small objects that end by themselves: looking for circles costs a fifth.
    gc.freeze()
    gc.set_threshold(50_000)
    tally = Tally()
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[resources]} resources, {task.fields[speed]:.0f}/s"),
        TimeElapsedColumn(),
    )
    with Progress(*columns) as progress:
        task = progress.add_task("", total=len(files), resources=0, speed=0.0)
        try:
            for path in files:
                _take_in(path, tally)
                if not progress.console.is_terminal:
                    # In a log the bar says nothing: each bundle that is safe is named.
                    click.echo(f"done: {path.name}")
                count = tally.counts.total()
                elapsed = progress.tasks[0].elapsed or 1.0
                progress.update(task, advance=1, resources=count, speed=count / elapsed)
        except KeyboardInterrupt:
            tally.stopped = True
    return tally


def _take_in(path: Path, tally: Tally) -> None:
    from django.db import InterfaceError, OperationalError

    from medkarta.record.actions.imports import BundleRefusedError, import_bundle

    try:
        tally.add(path, import_bundle(text=path.read_bytes(), now=datetime.now(UTC)))
    except (BundleRefusedError, OSError) as problem:
        tally.broken.append((path, str(problem)))
    except (InterfaceError, OperationalError) as problem:
        raise DatabaseGoneError(
            f"The database went away at {path.name}. Whole bundles before it stay; start the"
            " database and run the same command again, and it goes on."
        ) from problem


def make_sign_ins(given: Environment, patient_ids: Iterable["PatientId"]) -> None:
    """Give the imported people accounts whose gates are open."""
    from medkarta.demo.actions import NoSignInError, sign_in_for

    home = Home(given.home)
    for patient_id in dict.fromkeys(patient_ids):
        try:
            entry = sign_in_for(home=home, patient_id=patient_id, now=datetime.now(UTC))
        except NoSignInError as problem:
            click.echo(f"no sign-in for patient {patient_id}: {problem}")
        else:
            click.echo(f"sign-in: {entry.email}  ({entry.name})")
    click.echo(f"Passwords and one-time-code secrets: {home.demo_people}")


def report(tally: Tally) -> None:
    """Print the counts and the refusals. Raises `NotAllTakenError` when not all was taken."""
    from rich.console import Console
    from rich.table import Table

    from medkarta.record.actions.imports import Outcome

    table = Table("type", *(outcome.value for outcome in Outcome), title="Resources")
    for column in table.columns[1:]:
        column.justify = "right"
    for kind in sorted({kind for kind, _ in tally.counts}):
        table.add_row(kind, *(_cell(tally.counts[kind, outcome]) for outcome in Outcome))
    totals: Counter[Outcome] = Counter()
    for (_, outcome), count in tally.counts.items():
        totals[outcome] += count
    table.add_section()
    table.add_row("all", *(_cell(totals[outcome]) for outcome in Outcome))
    Console().print(table)
    for path, words in tally.broken:
        click.echo(f"{path.name}: not taken: {words}")
    for path, one in tally.refused:
        name = f" ({one.full_url})" if one.full_url else ""
        click.echo(f"{path.name}: entry {one.index}, {one.resource_type}{name}: {one.words}")
    if tally.stopped:
        raise NotAllTakenError("Stopped. What was taken stays; run it again, and it goes on.")
    if tally.broken or tally.refused:
        raise NotAllTakenError(
            f"{len(tally.broken)} files and {len(tally.refused)} entries were not taken; see above."
        )


def _cell(count: int) -> str:
    return f"{count:,}" if count else "·"
