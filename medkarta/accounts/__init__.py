"""Who signs in: accounts, their levels, second factors and sessions."""
