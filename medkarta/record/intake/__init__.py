"""A transaction bundle on its way in: whose each entry is, what it refers to, what is refused."""
