"""Typed ids and checked identifiers; nothing with a meaning of its own."""
