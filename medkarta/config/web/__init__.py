"""The web process: one port, pages through threads, machines' calls without them."""
