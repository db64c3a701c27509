"""Where the program lies, and where its data lie when nobody says otherwise."""

from pathlib import Path


def project_folder() -> Path:
    """The folder that holds the package `medkarta`."""
    return Path(__file__).resolve().parents[2]


def default_home() -> Path:
    """`var` beside a checkout; the user's own data folder where the package is installed."""
    checkout = project_folder()
    if (checkout / "pyproject.toml").is_file():
        return checkout / "var"
    return Path.home() / ".local" / "share" / "medkarta"
