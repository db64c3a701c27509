"""Names of coded content in Russian and English.

The tables are package data and not models: they change with a release, are the same for every
patient, and must answer before there is a database; dumps of official dictionaries come later.
"""
