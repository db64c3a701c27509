"""The operators' web pages: checking identities."""
