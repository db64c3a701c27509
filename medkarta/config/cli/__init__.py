"""The command line. Each command is a file of its own, read only when it is called."""

import importlib
import os
import sys
from typing import NoReturn

import click

from medkarta.config.cli.failures import in_words

_EPILOG = """
\b
Examples:
  medkarta run                          start everything, then open the address it prints
  PORT=9000 medkarta run                the same on another port
  medkarta import bundles/              take in FHIR R4 transaction bundles
  medkarta demo people                  who can sign in to the demo
  medkarta demo code ANNA               the present one-time code of a demo person
  medkarta check                        settings and health, in words

Settings are environment variables; `medkarta check` prints each with its meaning and value.
"""

# name: (module, attribute, one line for --help). Texts stand here so that --help reads no module.
_COMMANDS = {
    "run": ("medkarta.config.cli.run", "run", "Start everything on this machine."),
    "web": ("medkarta.config.cli.web", "web", "Answer requests (one part of `run`)."),
    "worker": ("medkarta.config.cli.worker", "worker", "Do background jobs (one part of `run`)."),
    "migrate": (
        "medkarta.config.cli.migrate",
        "migrate",
        "Bring the database's tables up to date.",
    ),
    "import": ("medkarta.config.cli.import_", "import_", "Take in FHIR R4 transaction bundles."),
    "recount": (
        "medkarta.config.cli.recount",
        "recount",
        "Count anew what each record has.",
    ),
    "reindex": (
        "medkarta.config.cli.reindex",
        "reindex",
        "Rebuild what search finds.",
    ),
    "demo": ("medkarta.config.cli.demo", "demo", "Demo people: list them, be one of them."),
    "cert": ("medkarta.config.cli.cert", "cert", "A certificate for trials of TLS."),
    "esia": ("medkarta.config.cli.esia", "esia", "An ESIA to learn on (one part of a demo)."),
    "account": ("medkarta.config.cli.account", "account", "Accounts: ask for a new password."),
    "client": ("medkarta.config.cli.client", "client", "Programs that call the API."),
    "registers": (
        "medkarta.config.cli.registers",
        "registers",
        "Play the outside registers of the demo.",
    ),
    "check": ("medkarta.config.cli.check", "check", "Settings and health, in words."),
    "prepare-demo": ("medkarta.config.cli.prepare_demo", "prepare_demo", ""),
}
_HIDDEN = frozenset({"prepare-demo"})


class LazyGroup(click.Group):
    """A group whose commands are imported when one is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return [name for name in _COMMANDS if name not in _HIDDEN]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module, attribute, _ = _COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), attribute)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name][2]) for name in self.list_commands(ctx)])


@click.group(
    cls=LazyGroup, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]}
)
def medkarta() -> None:
    """Medkarta: an electronic medical record that the citizen opens, and sees who else did."""


def main() -> NoReturn:
    """The program. What can go wrong ends in a sentence and not in a trace."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medkarta.config.settings")
    with in_words():
        medkarta(prog_name="medkarta")
    sys.exit(0)
