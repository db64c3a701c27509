"""Failures whose text is for the person at the keyboard, and the exit codes they end with."""

from typing import ClassVar

FAILED = 1
BUSY = 75  # EX_TEMPFAIL of sysexits.h
CONFIGURATION = 78  # EX_CONFIG


class SaidInWordsError(Exception):
    """Expected trouble: the text says what happened and what to do; no trace is shown."""

    exit_code: ClassVar[int] = FAILED
