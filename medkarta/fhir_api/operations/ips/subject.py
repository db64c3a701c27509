"""One Patient for the whole document, though each clinic has a Patient of the person's own.

A document is about its subject: what refers to another entry's Patient is told of the subject, for
whoever takes the document in knows that one alone. Nothing else of a text is changed.
"""

import re
from collections.abc import Callable, Collection


def about_one(subject: str, others: Collection[str], *, base: str) -> Callable[[str], str]:
    """What makes references to the other Patients, by id, ones to the subject."""
    if not others:
        return str
    ids = "|".join(map(re.escape, others))
    reference = f"(?:{re.escape(base)}/)?Patient/(?:{ids})(?:/_history/[0-9]+)?"
    reference = reference.replace("/", r"\\?/")  # JSON may write a slash behind a backslash
    pattern = re.compile(rf'("reference"\s*:\s*)"{reference}"')
    return lambda body: pattern.sub(rf'\1"Patient/{subject}"', body)
