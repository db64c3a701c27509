"""Decisions on plain values: where a resource is filed, whose it is, what a condition asks."""
