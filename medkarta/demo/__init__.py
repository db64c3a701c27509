"""Invented people for trying Medkarta out."""
