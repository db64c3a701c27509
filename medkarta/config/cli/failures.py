"""Expected failures end the program with a sentence; anything else shows its trace."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from medkarta.config.words import SaidInWordsError


@contextmanager
def in_words() -> Iterator[None]:
    """Turn expected failures into their text on standard error and their exit code."""
    try:
        yield
    except SaidInWordsError as problem:
        click.echo(f"medkarta: {problem}", err=True)
        sys.exit(problem.exit_code)
