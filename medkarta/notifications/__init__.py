"""Messages to people: each is sent once."""
