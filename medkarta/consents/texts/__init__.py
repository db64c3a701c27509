"""The texts that can be signed: a file a kind, version and language, with named blanks."""

from pathlib import Path

from medkarta.consents.rules import Kind

FOLDER = Path(__file__).parent


def template(kind: Kind, version: str, language: str) -> str:
    """The text with its blanks open."""
    return (FOLDER / f"{kind.value}.{version}.{language}.txt").read_text(encoding="utf-8")
