"""The citizen's pages: each reads the request, calls one action or query, and answers."""
