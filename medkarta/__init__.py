"""Medkarta: the medical record that the citizen opens, and sees who else did."""

__version__ = "0.1.0"  # as pyproject.toml has it
