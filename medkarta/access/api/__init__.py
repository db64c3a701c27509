"""The door for programs: many requests of bearers at once, their lines committed together."""
