"""Which resources stand without a patient, who may read them, and which are kept at all."""

from collections.abc import Collection
from typing import Final

from medkarta.access.grants import Everything
from medkarta.fhir.search.compartment import NOMINATED

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
# Of several people: a clinic keeps them for itself, and to all others they are not there.
CLINICS_OWN: Final = frozenset({"Group"})
WITHOUT_PATIENT: Final = SHARED_TYPES | CLINICS_OWN
# Of all others nothing says whose they are, and they may still be about people.
KEPT: Final = WITHOUT_PATIENT | NOMINATED.keys() | {"Patient"}


def going_along(types: frozenset[str] | Everything, narrowed: Collection[str]) -> frozenset[str]:
    """Types of shared resources that go out with a record: those that scopes open whole."""
    whole = SHARED_TYPES.difference(narrowed)
    return whole if isinstance(types, Everything) else whole & types
