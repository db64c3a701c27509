"""Which resources are about nobody and may be read by everybody."""

from typing import Final

SHARED_TYPES: Final = frozenset(
    {
        "ActivityDefinition",
        "ChargeItemDefinition",
        "CodeSystem",
        "ConceptMap",
        "Device",
        "DeviceDefinition",
        "Endpoint",
        "EventDefinition",
        "HealthcareService",
        "InsurancePlan",
        "Library",
        "Location",
        "Measure",
        "Medication",
        "MedicationKnowledge",
        "NamingSystem",
        "ObservationDefinition",
        "Organization",
        "OrganizationAffiliation",
        "PlanDefinition",
        "Practitioner",
        "PractitionerRole",
        "Questionnaire",
        "Schedule",
        "SpecimenDefinition",
        "StructureDefinition",
        "Substance",
        "ValueSet",
    }
)
