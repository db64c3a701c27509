"""The operators' web pages: checking identities, and who acts for whom."""
