"""Invented people for trying Medkarta out: a handful whose names say that they are invented."""
