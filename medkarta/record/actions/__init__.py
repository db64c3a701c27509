"""Writing to the record: every write makes a version, its index rows and nothing by halves."""
