"""Beginning, writing and ending exports."""
