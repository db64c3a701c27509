"""A right resource for each profile, and how one is made wrong in one place."""

import copy
from decimal import Decimal

from medkarta.fhir.profiles.check import profile_issues
from medkarta.fhir.profiles.known import PROFILES
from medkarta.fhir.structure.issues import Context
from medkarta.fhir.structure.references import contained_types

HL7 = "http://hl7.org/fhir/StructureDefinition/"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
TERMS = "http://terminology.hl7.org/CodeSystem/"
GONE = object()
VITAL = {"system": f"{TERMS}observation-category", "code": "vital-signs"}
SNOMED = {"system": "http://snomed.info/sct", "code": "1"}
TEXT = {"text": "x"}


def altered(resource, changes):
    """A copy with members set or `GONE`; `component.0.code` is a path of the JSON."""
    made = copy.deepcopy(resource)
    for path, value in changes.items():
        *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
        at = made
        for step in way:
            at = at[step]
        if value is GONE:
            del at[last]
        elif isinstance(at, list) and last == len(at):
            at.append(value)
        else:
            at[last] = value
    return made


def told(profile, resource):
    """(place, code) of everything that a profile would not have."""
    context = Context({}, contained_types(resource))
    found = profile_issues([PROFILES[profile]], resource, context)
    return [(issue.path, issue.code.value) for issue in found]


def coded(code, system=LOINC):
    return {"coding": [{"system": system, "code": code}]}


def quantity(unit, value="70.5"):
    return {"value": Decimal(value), "unit": "x", "system": UCUM, "code": unit}


def vital(code, **members):
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [VITAL]}],
        # A code of one's own may stand beside that of LOINC.
        "code": {"coding": [SNOMED, *coded(code)["coding"]]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2026-02-28",
        **members,
    }


def pressure(code, value="120"):
    return {"code": coded(code), "valueQuantity": quantity("mm[Hg]", value)}


def lipid(code, reference_range, **members):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": code,
        "referenceRange": [reference_range],
        **members,
    }


def displayed(code, display):
    return {"coding": [{"system": LOINC, "code": code, "display": display}]}


def extended(resource_type, *extensions, **members):
    return {"resourceType": resource_type, "extension": [*extensions], **members}


def of(url, **value):
    return {"url": f"{HL7}{url}", **value}


def made_of(url, *within):
    return {"url": f"{HL7}{url}", "extension": [*within]}


def part(url, **value):
    return {"url": url, **value}


def concepts(*urls):
    return [part(url, valueCodeableConcept=TEXT) for url in urls]


def shareable(resource_type, **members):
    return {
        "resourceType": resource_type,
        "url": "https://clinic.example/one",
        "version": "1",
        "name": "One",
        "status": "draft",
        "experimental": False,
        "publisher": "x",
        "description": "x",
        **members,
    }


SHORT = {"resourceType": "Observation", "status": "final", "code": TEXT}
ENDPOINT = of("cqf-cdsHooksEndpoint", valueUri="https://clinic.example/hook")
PROVENANCE = {
    "resourceType": "Provenance",
    "target": [{"reference": "Patient/1"}],
    "recorded": "2026-02-28T10:00:00Z",
    "agent": [{"type": coded("AUT", f"{TERMS}v3-ParticipationType"), "who": {"display": "x"}}],
}
COMPOSITION = {
    "resourceType": "Composition",
    "status": "final",
    "type": TEXT,
    "date": "2026-02-28",
    "author": [{"display": "x"}],
    "title": "x",
}
KIN = {
    "parent": coded("NMTH", f"{TERMS}v3-RoleCode"),
    "sibling": coded("NSIS", f"{TERMS}v3-RoleCode"),
}


def kin(which):
    return made_of(
        f"family-member-history-genetics-{which}",
        part("type", valueCodeableConcept=KIN[which]),
        part("reference", valueReference={"reference": "FamilyMemberHistory/2"}),
    )


RIGHT = {
    "vitalsigns": vital("8478-0", valueQuantity=quantity("mm[Hg]")),
    "vitalspanel": vital("85353-1", hasMember=[{"reference": "Observation/2"}]),
    "resprate": vital("9279-1", valueQuantity=quantity("/min")),
    "heartrate": vital("8867-4", valueQuantity=quantity("/min")),
    "oxygensat": vital("2708-6", valueQuantity=quantity("%")),
    "bodytemp": vital("8310-5", valueQuantity=quantity("Cel")),
    "bodyheight": vital("8302-2", valueQuantity=quantity("cm")),
    "headcircum": vital("9843-4", valueQuantity=quantity("cm")),
    "bodyweight": vital("29463-7", valueQuantity=quantity("kg")),
    "bmi": vital("39156-5", valueQuantity=quantity("kg/m2")),
    "bp": vital("85354-9", component=[pressure("8480-6"), pressure("8462-4", "80")]),
    "cholesterol": lipid(
        displayed("35200-5", "Cholesterol [Moles/\u200bvolume] in Serum or Plasma"),
        {"high": {"value": Decimal("4.5")}},
        valueQuantity=quantity("mmol/L") | {"unit": "mmol/L"},
    ),
    "triglyceride": lipid(
        displayed("35217-9", "Triglyceride [Moles/\u200bvolume] in Serum or Plasma") | TEXT,
        {"high": {"value": 2}},
        valueQuantity=quantity("mmol/L"),
    ),
    "hdlcholesterol": lipid(
        displayed("2085-9", "HDL Cholesterol"),
        {"low": {"value": Decimal("1.5")}},
        valueQuantity=quantity("mmol/L"),
    ),
    "ldlcholesterol": lipid(
        coded("18262-6") | TEXT,
        {"high": {"value": Decimal("3.0")}},
        valueQuantity=quantity("mmol/L"),
    ),
    "devicemetricobservation": SHORT
    | {
        "subject": {"reference": "Device/1"},
        "effectiveDateTime": "2026-02-28",
        "valueString": "x",
        "device": {"reference": "DeviceMetric/1"},
    },
    "observation-genetics": extended(
        "Observation",
        of("observation-geneticsGene", valueCodeableConcept=TEXT),
        of("observation-geneticsDNARegionName", valueString="x"),
        of("observation-geneticsCopyNumberEvent", valueCodeableConcept=TEXT),
        of("observation-geneticsGenomicSourceClass", valueCodeableConcept=TEXT),
        of("observation-geneticsInterpretation", valueReference={"reference": "Observation/2"}),
        made_of("observation-geneticsVariant", *concepts("Name", "Id", "Type")),
        made_of("observation-geneticsAminoAcidChange", *concepts("Name", "Type")),
        made_of(
            "observation-geneticsAllele",
            *concepts("Name", "State"),
            part("Frequency", valueDecimal=Decimal("0.5")),
        ),
        made_of(
            "observation-geneticsAncestry",
            *concepts("Name", "Source"),
            part("Percentage", valueDecimal=Decimal("0.5")),
        ),
        made_of(
            "observation-geneticsPhaseSet",
            part("Id", valueUri="urn:a:1"),
            part("MolecularSequence", valueReference={"reference": "MolecularSequence/1"}),
            part("MolecularSequence", valueReference={"reference": "MolecularSequence/2"}),
        ),
        status="final",
        code=TEXT,
    ),
    "diagnosticreport-genetics": extended(
        "DiagnosticReport",
        of("DiagnosticReport-geneticsAssessedCondition", valueReference={"display": "x"}),
        of("DiagnosticReport-geneticsFamilyMemberHistory", valueReference={"display": "x"}),
        made_of("DiagnosticReport-geneticsAnalysis", *concepts("type", "interpretation")),
        made_of(
            "DiagnosticReport-geneticsReferences",
            *concepts("type"),
            part("description", valueString="x"),
            part("reference", valueUri="urn:a:1"),
            part("reference", valueUri="urn:a:2"),
        ),
        status="final",
        code=TEXT,
    ),
    "hlaresult": extended(
        "DiagnosticReport",
        of("hla-genotyping-results-allele-database", valueCodeableConcept=TEXT),
        made_of(
            "hla-genotyping-results-glstring",
            part("url", valueUri="urn:a:1"),
            part("text", valueString="x"),
        ),
        made_of("hla-genotyping-results-haploid", *concepts("locus", "type", "method")),
        of("hla-genotyping-results-method", valueCodeableConcept=TEXT),
        status="final",
        code=TEXT,
    ),
    "servicerequest-genetics": extended(
        "ServiceRequest",
        made_of(
            "servicerequest-geneticsItem",
            part("code", valueCodeableConcept=TEXT),
            part("specimen", valueReference={"reference": "Specimen/1"}),
            part("geneticsObservation", valueReference={"reference": "Observation/1"}),
            part("status", valueCode="active"),
        ),
        status="active",
        intent="order",
        subject={"reference": "Patient/1"},
    ),
    "familymemberhistory-genetic": extended(
        "FamilyMemberHistory",
        kin("parent"),
        kin("sibling"),
        of("family-member-history-genetics-observation", valueReference={"display": "x"}),
        status="completed",
        patient={"reference": "Patient/1"},
        relationship=TEXT,
    ),
    "shareableactivitydefinition": shareable("ActivityDefinition"),
    "shareablecodesystem": shareable(
        "CodeSystem", content="complete", concept=[{"code": "a"}], caseSensitive=True
    ),
    "shareablelibrary": shareable("Library", type=TEXT),
    "shareablemeasure": shareable("Measure"),
    "shareableplandefinition": shareable("PlanDefinition"),
    "shareablevalueset": shareable("ValueSet"),
    "computableplandefinition": {
        "resourceType": "PlanDefinition",
        "status": "draft",
        "library": ["https://clinic.example/library"],
    },
    "cqllibrary": {
        "resourceType": "Library",
        "status": "draft",
        "type": {
            "coding": [
                {
                    "system": f"{TERMS}library-type",
                    "code": "logic-library",
                    "display": "Logic Library",
                }
            ]
        },
    },
    "cqf-questionnaire": extended(
        "Questionnaire", of("cqf-library", valueCanonical="https://a.example"), status="draft"
    ),
    "cdshooksserviceplandefinition": extended("PlanDefinition", ENDPOINT, status="draft"),
    "cdshooksguidanceresponse": extended(
        "GuidanceResponse",
        ENDPOINT,
        requestIdentifier={"value": "1"},
        identifier=[{"value": "1"}],
        moduleUri="https://clinic.example/module",
        status="success",
    ),
    "cdshooksrequestgroup": {
        "resourceType": "RequestGroup",
        "identifier": [{"value": "1"}],
        "instantiatesUri": ["https://clinic.example/plan"],
        "status": "draft",
        "intent": "plan",
    },
    "synthesis": {
        "resourceType": "Evidence",
        "status": "draft",
        "exposureBackground": {"reference": "EvidenceVariable/1"},
        "exposureVariant": [{"reference": "EvidenceVariable/2"}],
        "outcome": [{"reference": "EvidenceVariable/3"}],
    },
    "picoelement": {
        "resourceType": "EvidenceVariable",
        "status": "draft",
        "characteristic": [{"definitionCodeableConcept": TEXT}],
    },
    "actualgroup": {
        "resourceType": "Group",
        "type": "person",
        "actual": True,
        "member": [{"entity": {"reference": "Patient/1"}}],
    },
    "groupdefinition": {
        "resourceType": "Group",
        "type": "person",
        "actual": False,
        "characteristic": [{"code": TEXT, "valueBoolean": True, "exclude": False}],
    },
    "clinicaldocument": COMPOSITION
    | {
        "extension": [of("composition-clinicaldocument-versionNumber", valueString="1")],
        "subject": {"reference": "Patient/1"},
    },
    "catalog": COMPOSITION
    | {
        "extension": [of("cqm-ValidityPeriod", valueDateTime="2026")],
        "type": {"text": "Catalog"},
        "category": [TEXT],
        "section": [{"entry": [{"reference": "CatalogEntry/1"}]}],
    },
    "provenance-relevant-history": PROVENANCE
    | {"occurredDateTime": "2026-02-28", "activity": TEXT},
    "ehrsrle-auditevent": {
        "resourceType": "AuditEvent",
        "type": {"code": "rest"},
        "recorded": "2026-02-28T10:00:00Z",
        "agent": [{"requestor": True}],
        "source": {"observer": {"display": "x"}},
    },
    "ehrsrle-provenance": PROVENANCE,
}
