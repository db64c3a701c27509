"""R4's own rules for what otherwise has the right form.

Those of the data types, of what a citizen's record is made of and of what carries it; the
standard's others are about definitions (questionnaires, profiles, terminologies).
"""

from medkarta.fhir.structure.invariants import bundles, care, data_types
from medkarta.fhir.structure.invariants.terms import Invariant

# By type or backbone path; "contained": of a resource inside another.
INVARIANTS: dict[str, tuple[Invariant, ...]] = data_types.RULES | care.RULES | bundles.RULES

__all__ = ["INVARIANTS", "Invariant"]
