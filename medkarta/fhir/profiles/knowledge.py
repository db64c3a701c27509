"""Definitions and decisions: https://hl7.org/fhir/R4/clinicalreasoning-knowledge-artifact-representation.html.

A page for each profile stands beside it, as https://hl7.org/fhir/R4/shareablemeasure.html.
"""

from typing import Final

from medkarta.fhir.profiles.parts import (
    HL7,
    MUST_STAND,
    MUST_STAND_ONCE,
    Part,
    Profile,
    extension,
    one_of,
)

_SHARED: Final = dict.fromkeys(
    ("url", "version", "name", "experimental", "publisher", "description"), MUST_STAND
)
_ENDPOINT: Final = extension(f"{HL7}cqf-cdsHooksEndpoint", one_of("uri", least=1), least=1, most=1)


def _shareable(of: str, **more: Part) -> Profile:
    return Profile(name=f"shareable{of.lower()}", of=of, asks=Part(below={**_SHARED, **more}))


PROFILES: Final = (
    _shareable("ActivityDefinition"),
    _shareable("CodeSystem", concept=MUST_STAND),
    _shareable("Library"),
    _shareable("Measure"),
    _shareable("PlanDefinition"),
    _shareable("ValueSet"),
    Profile(
        name="computableplandefinition",
        of="PlanDefinition",
        asks=Part(below={"library": MUST_STAND_ONCE}),
    ),
    Profile(
        name="cqllibrary",
        of="Library",
        asks=Part(
            below={
                "type": Part(
                    fixed={
                        "coding": [
                            {
                                "system": "http://terminology.hl7.org/CodeSystem/library-type",
                                "code": "logic-library",
                                "display": "Logic Library",
                            }
                        ]
                    }
                )
            }
        ),
    ),
    Profile(
        name="cqf-questionnaire",
        of="Questionnaire",
        asks=Part(
            below={
                "extension": Part(
                    slices=(extension(f"{HL7}cqf-library", one_of("canonical", least=1)),)
                )
            }
        ),
    ),
    Profile(
        name="cdshooksserviceplandefinition",
        of="PlanDefinition",
        asks=Part(below={"extension": Part(slices=(_ENDPOINT,))}),
    ),
    Profile(
        name="cdshooksguidanceresponse",
        of="GuidanceResponse",
        asks=Part(
            below={
                "extension": Part(slices=(_ENDPOINT,)),
                "requestIdentifier": MUST_STAND,
                "identifier": MUST_STAND_ONCE,
                "module": one_of("uri"),
            }
        ),
    ),
    Profile(
        name="cdshooksrequestgroup",
        of="RequestGroup",
        asks=Part(below={"identifier": MUST_STAND_ONCE, "instantiatesUri": MUST_STAND_ONCE}),
    ),
    # https://hl7.org/fhir/R4/synthesis.html
    Profile(
        name="synthesis",
        of="Evidence",
        asks=Part(below={"exposureVariant": Part(least=1, most=2), "outcome": MUST_STAND}),
    ),
    # https://hl7.org/fhir/R4/picoelement.html: what it says, R4 says of the type.
    Profile(name="picoelement", of="EvidenceVariable", asks=Part()),
)
