"""`medkarta run`: one parent, a database, a web server, a worker; they live and die together."""
