"""Two people of two clinics whose resources point at each other."""

from uuid import uuid4

from record_bundles import NOW, entry, everything, observation, organization, patient, take_in

from medkarta.record.actions.store import put
from medkarta.record.writing import Owner

CANARY = "Canarina"
OTHER_CLINIC = "urn:uuid:33333333-3333-4333-8333-333333333333"
OTHER = "urn:uuid:55555555-5555-4555-8555-555555555555"
MINE = "urn:uuid:22222222-2222-4222-8222-222222222222"
DOCTOR = "urn:uuid:66666666-6666-4666-8666-666666666666"
# Stands for another person's resource: an address elsewhere is taken in as it is written.
ACROSS = "http://elsewhere.example/fhir/"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


def urn():
    return f"urn:uuid:{uuid4()}"


def encounter(of, *, full_url, doctor=DOCTOR, **more):
    return entry(
        {
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"code": "AMB"},
            "subject": {"reference": of},
            "period": {"start": "2024-05-06T07:00:00Z", "end": "2024-05-06T08:00:00Z"},
            "participant": [{"individual": {"reference": doctor}}],
            **more,
        },
        full_url=full_url,
    )


def value(number, unit="g/L"):
    return {"value": number, "unit": unit, "system": UCUM, "code": unit}


def condition(of, **more):
    code = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "I10"}]}
    return entry({"resourceType": "Condition", "code": code, "subject": {"reference": of}, **more})


def listing(of, title, *items):
    return entry(
        {
            "resourceType": "List",
            "status": "current",
            "mode": "working",
            "title": title,
            "subject": {"reference": of},
            "entry": [{"item": {"reference": item}} for item in items],
        }
    )


def vital(of, **more):
    category = {"coding": [{"code": "vital-signs"}]}
    code = {"coding": [{"system": LOINC, "code": "8480-6", "display": "Давление систолическое"}]}
    return observation(of=of, category=[category], code=code, **more)


def two_people():
    """(mine, the other's): patient ids. Whatever is the other's has the canary in it.

    What comes in may not point at another person's resources; such are put there behind its back.
    """
    visit, others_visit = urn(), urn()
    lab, others_lab = urn(), urn()
    noted = {"note": [{"text": CANARY}]}
    taken = take_in(
        organization(address=[{"city": "Тверь"}]),
        organization(full_url=OTHER_CLINIC, name="Поликлиника № 2"),
        entry(
            {
                "resourceType": "Practitioner",
                "name": [{"family": "Ёлкин", "given": ["Пётр"]}],
                "identifier": [{"system": "npi", "value": "1"}],
            },
            full_url=DOCTOR,
        ),
        patient(name=[{"family": "Альфина"}], identifier=[{"system": "ours", "value": "17"}]),
        patient(
            full_url=OTHER,
            clinic=OTHER_CLINIC,
            name=[{"family": CANARY}],
            link=[{"other": {"reference": MINE}, "type": "seealso"}],
        ),
        encounter(MINE, full_url=visit),
        encounter(OTHER, full_url=others_visit, reasonCode=[{"text": CANARY}]),
        observation(full_url=lab, encounter={"reference": visit}, valueQuantity=value(131)),
        observation(
            effectiveDateTime="2023-01-02",
            valueQuantity=value(120),
            # What is mine points at what is the other's.
            encounter={"reference": ACROSS + "others-visit"},
            focus=[{"reference": OTHER}],
            hasMember=[{"reference": ACROSS + "others-lab"}],
        ),
        observation(
            effectiveDateTime="2022",
            subject={"reference": MINE, "identifier": {"system": "ours", "value": "17"}},
            status="amended",
        ),
        vital(MINE, encounter={"reference": visit}, valueQuantity=value(150, "mm[Hg]")),
        condition(MINE, encounter={"reference": visit}),
        listing(MINE, "Важное", lab, ACROSS + "others-lab"),
        # What is the other's points at me.
        observation(
            of=OTHER,
            full_url=others_lab,
            valueQuantity=value(999),
            encounter={"reference": others_visit},
            focus=[{"reference": MINE}],
            performer=[{"reference": MINE}, {"reference": DOCTOR}],
            **noted,
        ),
        vital(OTHER, encounter={"reference": ACROSS + "visit"}, **noted),
        condition(
            OTHER, encounter={"reference": ACROSS + "visit"}, asserter={"reference": MINE}, **noted
        ),
        listing(OTHER, CANARY, ACROSS + "lab", MINE),
    )
    assert taken.refused == []
    mine, others = taken.patient_ids
    _point_across(mine, others)
    return mine, others


def _point_across(mine, others):
    """Make the references between the two people what they stand for."""
    stored = everything(mine, others)
    meant = {
        "visit": _one(stored, mine, "Encounter"),
        "others-visit": _one(stored, others, "Encounter"),
        "lab": _one(stored, mine, "Observation", 131),
        "others-lab": _one(stored, others, "Observation", 999),
    }
    for one in stored:
        text = one.body
        for name, target in meant.items():
            text = text.replace(f'"{ACROSS}{name}"', f'"{target}"')
        if text != one.body:
            owner = Owner(patient_id=one.patient_id, custodian_id=one.custodian_id)
            put(owner=owner, resource_id=one.resource_id, text=text, now=NOW)


def _one(stored, patient_id, resource_type, amount=None):
    (found,) = (
        one
        for one in stored
        if (one.patient_id, one.resource_type) == (patient_id, resource_type)
        and (amount is None or one.data.get("valueQuantity", {}).get("value") == amount)
    )
    return f"{resource_type}/{found.logical_id}"
