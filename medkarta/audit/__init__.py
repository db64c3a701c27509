"""The append-only log of every access to a person's data."""
