"""The embedded PostgreSQL: made, started, watched and stopped by ourselves."""
