"""Which resources stand without a patient, who may read them, and which are kept at all."""

from collections.abc import Collection
from typing import Final, NamedTuple

from medkarta.access.grants import Everything
from medkarta.fhir.search.compartment import NOMINATED, OWNED

# About nobody: everybody may read them.
SHARED_TYPES: Final = frozenset(
    {
        "ActivityDefinition",
        "CapabilityStatement",
        "CatalogEntry",
        "ChargeItemDefinition",
        "CodeSystem",
        "CompartmentDefinition",
        "ConceptMap",
        "Device",
        "DeviceDefinition",
        "EffectEvidenceSynthesis",
        "Endpoint",
        "EventDefinition",
        "Evidence",
        "EvidenceVariable",
        "ExampleScenario",
        "GraphDefinition",
        "HealthcareService",
        "ImplementationGuide",
        "InsurancePlan",
        "Library",
        "Location",
        "Measure",
        "Medication",
        "MedicationKnowledge",
        "MedicinalProduct",
        "MedicinalProductAuthorization",
        "MedicinalProductContraindication",
        "MedicinalProductIndication",
        "MedicinalProductIngredient",
        "MedicinalProductInteraction",
        "MedicinalProductManufactured",
        "MedicinalProductPackaged",
        "MedicinalProductPharmaceutical",
        "MedicinalProductUndesirableEffect",
        "MessageDefinition",
        "NamingSystem",
        "ObservationDefinition",
        "OperationDefinition",
        "Organization",
        "OrganizationAffiliation",
        "PlanDefinition",
        "Practitioner",
        "PractitionerRole",
        "Questionnaire",
        "ResearchDefinition",
        "ResearchElementDefinition",
        "ResearchStudy",
        "RiskEvidenceSynthesis",
        "Schedule",
        "SearchParameter",
        "Slot",
        "SpecimenDefinition",
        "StructureDefinition",
        "StructureMap",
        "Substance",
        "SubstanceNucleicAcid",
        "SubstancePolymer",
        "SubstanceProtein",
        "SubstanceReferenceInformation",
        "SubstanceSourceMaterial",
        "SubstanceSpecification",
        "TerminologyCapabilities",
        "TestReport",
        "TestScript",
        "ValueSet",
    }
)
# Of several people, or of nobody knows whom: where nothing in one leads to one patient, a clinic
# keeps it for itself, and to all others it is not there.
CLINICS_OWN: Final = frozenset(
    {
        "BiologicallyDerivedProduct",
        "DeviceMetric",
        "EnrollmentResponse",
        "Group",
        "Linkage",
        "MessageHeader",
        "OperationOutcome",
        "PaymentNotice",
        "PaymentReconciliation",
        "Person",
        "VerificationResult",
    }
)
WITHOUT_PATIENT: Final = SHARED_TYPES | CLINICS_OWN
# All of R4's but Parameters: https://hl7.org/fhir/R4/parameters.html gives it no endpoint.
KEPT: Final = WITHOUT_PATIENT | OWNED | {"Patient"}


class Unowned(NamedTuple):
    """That a resource names no patient, and the element (FHIRPath) that would."""

    words: str
    path: str


def unowned(resource_type: str) -> Unowned:
    """What is told of a resource that has no owner, of a type whose resources have one."""
    words = f"{resource_type} belongs to a patient, and this one names none"
    return Unowned(words, f"{resource_type}.{NOMINATED[resource_type]}")


def going_along(types: frozenset[str] | Everything, narrowed: Collection[str]) -> frozenset[str]:
    """Types of shared resources that go out with a record: those that scopes open whole."""
    whole = SHARED_TYPES.difference(narrowed)
    return whole if isinstance(types, Everything) else whole & types
