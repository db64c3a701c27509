"""Demo people are made with the embedded register, whatever settings name."""

import os


def ask_the_embedded_register() -> None:
    """Call it before Django reads its settings.

    The demo people's way lies in the past, and an outside register's answers are of today.
    """
    for name in ("INSURED_REGISTER_ORIGIN", "INSURED_REGISTER_KEY"):
        os.environ.pop(name, None)
