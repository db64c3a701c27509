"""ESIA as a way to sign in and to prove who one is: its dialect of OIDC, checked to the letter."""
