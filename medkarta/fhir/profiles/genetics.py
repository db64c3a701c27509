"""Genetics: https://hl7.org/fhir/R4/observation-genetics.html, and a page for each beside it.

These are extensions above all, which may stand: what they look like then. Of the conditions of
`familymemberhistory-genetic` nothing is asked, as R4 does not say which of them its slice means.
"""

from typing import Final

from medkarta.fhir.profiles.parts import (
    HL7,
    MAY_NOT_STAND,
    Part,
    Profile,
    Slice,
    extension,
    extensions,
    one_of,
)

_CONCEPT: Final = one_of("CodeableConcept", least=1)
_DECIMAL: Final = one_of("decimal", least=1)
_STRING: Final = one_of("string", least=1)
_URI: Final = one_of("uri", least=1)
_OBSERVATION: Final = f"{HL7}observation-genetics"
_REPORT: Final = f"{HL7}DiagnosticReport-genetics"
_FAMILY: Final = f"{HL7}family-member-history-genetics-"
_HLA: Final = f"{HL7}hla-genotyping-results-"


def _reference(target: str) -> Part:
    return Part(least=1, types=frozenset({"Reference"}), targets=frozenset({target}))


def _related(kin: str) -> Slice:
    """A parent, or a sibling: which, and where their own history stands."""
    which = Part(
        least=1,
        types=frozenset({"CodeableConcept"}),
        value_set=f"{kin}-relationship-codes",
    )
    return extensions(
        f"{_FAMILY}{kin}",
        extension("type", which, least=1, most=1),
        extension("reference", _reference("FamilyMemberHistory"), least=1, most=1),
    )


def _extended(*slices: Slice, **below: Part) -> Part:
    return Part(below={"extension": Part(slices=slices), **below})


PROFILES: Final = (
    Profile(
        name="observation-genetics",
        of="Observation",
        asks=_extended(
            extension(f"{_OBSERVATION}Gene", _CONCEPT, most=1),
            extension(f"{_OBSERVATION}DNARegionName", _STRING, most=1),
            extension(f"{_OBSERVATION}CopyNumberEvent", _CONCEPT, most=1),
            extension(f"{_OBSERVATION}GenomicSourceClass", _CONCEPT, most=1),
            extension(f"{_OBSERVATION}Interpretation", _reference("Observation"), most=1),
            extensions(
                f"{_OBSERVATION}Variant",
                extension("Name", _CONCEPT, most=1),
                extension("Id", _CONCEPT, most=1),
                extension("Type", _CONCEPT, most=1),
                most=1,
            ),
            extensions(
                f"{_OBSERVATION}AminoAcidChange",
                extension("Name", _CONCEPT, most=1),
                extension("Type", _CONCEPT, most=1),
                most=1,
            ),
            extensions(
                f"{_OBSERVATION}Allele",
                extension("Name", _CONCEPT, most=1),
                extension("State", _CONCEPT, most=1),
                extension("Frequency", _DECIMAL, most=1),
                most=1,
            ),
            extensions(
                f"{_OBSERVATION}Ancestry",
                extension("Name", _CONCEPT, least=1, most=1),
                extension("Percentage", _DECIMAL, most=1),
                extension("Source", _CONCEPT, most=1),
                most=1,
            ),
            extensions(
                f"{_OBSERVATION}PhaseSet",
                extension("Id", _URI, most=1),
                extension("MolecularSequence", _reference("MolecularSequence"), least=1),
            ),
        ),
    ),
    Profile(
        name="diagnosticreport-genetics",
        of="DiagnosticReport",
        asks=_extended(
            extension(f"{_REPORT}AssessedCondition", _reference("Condition")),
            extension(f"{_REPORT}FamilyMemberHistory", _reference("FamilyMemberHistory")),
            extensions(
                f"{_REPORT}Analysis",
                extension("type", _CONCEPT, least=1, most=1),
                extension("interpretation", _CONCEPT, most=1),
            ),
            extensions(
                f"{_REPORT}References",
                extension("description", _STRING, most=1),
                extension("reference", _URI),
                extension("type", _CONCEPT, most=1),
            ),
            conclusionCode=MAY_NOT_STAND,
        ),
    ),
    Profile(
        name="hlaresult",
        of="DiagnosticReport",
        asks=_extended(
            extension(f"{_HLA}allele-database", _CONCEPT, most=1),
            extensions(
                f"{_HLA}glstring",
                extension("url", _URI, most=1),
                extension("text", _STRING, most=1),
                most=1,
            ),
            extensions(
                f"{_HLA}haploid",
                extension("locus", _CONCEPT, most=1),
                extension("type", _CONCEPT, most=1),
                extension("method", _CONCEPT, most=1),
            ),
            extension(f"{_HLA}method", _CONCEPT, most=1),
        ),
    ),
    Profile(
        name="servicerequest-genetics",
        of="ServiceRequest",
        asks=_extended(
            extensions(
                f"{HL7}servicerequest-geneticsItem",
                extension("code", _CONCEPT, least=1, most=1),
                extension("geneticsObservation", _reference("Observation"), most=1),
                extension("specimen", _reference("Specimen"), most=1),
                extension("status", one_of("code", least=1), most=1),
            ),
        ),
    ),
    Profile(
        name="familymemberhistory-genetic",
        of="FamilyMemberHistory",
        asks=_extended(
            _related("parent"),
            _related("sibling"),
            extension(f"{_FAMILY}observation", _reference("Observation")),
        ),
    ),
)
