"""Clinics (medical organisations) that keep patients' entries."""
