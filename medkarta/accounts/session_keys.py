"""What is kept of what a browser holds or somebody types: hashes, never the word itself."""

import hashlib
import unicodedata


def hash_of(key: str) -> str:
    """SHA-256 of a key of 128 random bits or more: such needs no salt and no slowness."""
    return hashlib.sha256(key.encode()).hexdigest()


def subject_of(email: str) -> str:
    """Under what the failures of an address are counted, whether it has an account or not.

    Every spelling that PostgreSQL's UPPER takes for the same address is one subject: «ſ» is an S
    and «K» (Kelvin) a K, or each look-alike would bring five more guesses.
    """
    spelling = unicodedata.normalize("NFKC", email.strip()).upper().casefold()
    return hashlib.sha256(f"sign-in:{spelling}".encode()).hexdigest()
