"""Groups, documents and where things come from: https://hl7.org/fhir/R4/profilelist.html."""

from typing import Final

from medkarta.fhir.json_text import JsonObject
from medkarta.fhir.profiles.parts import (
    HL7,
    MAY_NOT_STAND,
    MUST_STAND,
    MUST_STAND_ONCE,
    Part,
    Profile,
    Slice,
    extension,
    one_of,
    pointing_at,
)

_AUTHOR: Final[JsonObject] = {
    "type": {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
                "code": "AUT",
            }
        ]
    }
}

PROFILES: Final = (
    Profile(
        name="actualgroup",
        of="Group",
        asks=Part(below={"actual": Part(fixed=True), "characteristic": MAY_NOT_STAND}),
    ),
    Profile(
        name="groupdefinition",
        of="Group",
        asks=Part(below={"actual": Part(fixed=False), "member": MAY_NOT_STAND}),
    ),
    # https://hl7.org/fhir/R4/clinicaldocument.html
    Profile(
        name="clinicaldocument",
        of="Composition",
        asks=Part(
            below={
                "extension": Part(
                    slices=(
                        extension(
                            f"{HL7}composition-clinicaldocument-versionNumber",
                            one_of("string", least=1),
                        ),
                    )
                ),
                "subject": pointing_at("Patient", "Practitioner", "Group", "Device", "Location"),
            }
        ),
    ),
    # https://hl7.org/fhir/R4/catalog.html
    Profile(
        name="catalog",
        of="Composition",
        asks=Part(
            below={
                "extension": Part(
                    slices=(
                        extension(
                            f"{HL7}cqm-ValidityPeriod",
                            one_of("dateTime", least=1),
                            least=1,
                            most=1,
                        ),
                    )
                ),
                "type": Part(fixed={"text": "Catalog"}),
                "category": MUST_STAND_ONCE,
                "subject": MAY_NOT_STAND,
                "section": Part(below={"entry": pointing_at("CatalogEntry", least=1)}),
            }
        ),
    ),
    # https://hl7.org/fhir/R4/provenance-relevant-history.html
    Profile(
        name="provenance-relevant-history",
        of="Provenance",
        asks=Part(
            below={
                "occurred": one_of("dateTime", least=1),
                "activity": MUST_STAND,
                "agent": Part(below={"type": MUST_STAND}, slices=(Slice(_AUTHOR, Part(most=1)),)),
            }
        ),
    ),
    # https://hl7.org/fhir/R4/ehrsrle.html: what programs must support, and nothing else.
    Profile(name="ehrsrle-auditevent", of="AuditEvent", asks=Part()),
    Profile(name="ehrsrle-provenance", of="Provenance", asks=Part()),
)
