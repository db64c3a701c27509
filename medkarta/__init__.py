"""Medkarta: the medical record that the citizen opens, and sees who else did."""
