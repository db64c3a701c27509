"""What demo needs of those above it."""

from pathlib import Path
from typing import Protocol


class DemoHome(Protocol):
    """The folder of the installation, as far as the demo people lie in it."""

    @property
    def demo_people(self) -> Path:
        """Where demo-people.json is or will be."""

    def write_private(self, path: Path, text: str) -> None:
        """Write whole or not at all, for the owner alone."""
