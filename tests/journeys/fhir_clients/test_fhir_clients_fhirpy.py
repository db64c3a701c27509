"""A clinic's system that speaks through `fhirpy`."""

import json
import time
import urllib.request

import pytest

fhirpy = pytest.importorskip("fhirpy", reason="fhirpy is not installed")

LOINC = "http://loinc.org"
HEMOGLOBIN = {"coding": [{"system": LOINC, "code": "718-7"}]}
VISIT = "urn:uuid:0b57a4a2-7a0e-4bd2-9a44-2f2a6f7cbe3d"


@pytest.fixture(scope="module")
def client(system):
    return fhirpy.SyncFHIRClient(system.base, authorization=f"Bearer {system.token()}")


@pytest.fixture(scope="module")
def patient(client):
    made = client.resource(
        "Patient",
        name=[{"family": "Проба", "given": ["Клиент"]}],
        birthDate="1990-01-02",
        identifier=[{"system": "urn:oid:1.2.643.9", "value": "К-17"}],
    )
    return made.save()


@pytest.fixture(scope="module")
def measured(client, patient):
    """Seven days of one value."""
    return [
        client.resource(
            "Observation",
            status="final",
            code=HEMOGLOBIN,
            subject=patient.to_reference(),
            effectiveDateTime=f"2026-01-0{day}",
            valueQuantity={"value": 130 + day, "unit": "g/L"},
        ).save()
        for day in range(1, 8)
    ]


def test_what_is_created_is_read_as_it_was_sent(client, patient, measured):
    read = client.reference("Patient", patient.id).to_resource()
    assert read.serialize() == patient.serialize()
    assert read["name"][0]["family"] == "Проба"
    assert [client.get("Observation", one.id)["meta"]["versionId"] for one in measured[:2]] == [
        "1",
        "1",
    ]


def test_a_search_is_followed_to_its_end_page_by_page(client, patient, measured):
    search = client.resources("Observation").search(patient=patient.id, code=f"{LOINC}|718-7")
    found = search.sort("-date").limit(3).fetch_all()
    assert [one.effectiveDateTime for one in found] == [
        f"2026-01-0{day}" for day in range(7, 0, -1)
    ]
    assert search.count() == len(measured)
    assert len(search.search(date__ge="2026-01-03", date__lt="2026-01-05").fetch()) == 2


def test_searches_bring_what_is_pointed_at_and_what_points(client, patient, measured):
    observations = client.resources("Observation").search(patient=patient.id)
    with_patient = observations.include("Observation", "subject").limit(2).fetch_raw()
    assert [one["resource"]["resourceType"] for one in with_patient["entry"]] == [
        "Observation",
        "Observation",
        "Patient",
    ]
    patients = client.resources("Patient").search(_id=patient.id)
    pointing = patients.revinclude("Observation", "subject").fetch_raw()
    assert len(pointing["entry"]) == 1 + len(measured)
    assert patients.has("Observation", "patient", code="718-7").get().id == patient.id
    with pytest.raises(fhirpy.base.exceptions.ResourceNotFound):
        patients.has("Observation", "patient", code="none").get()


def test_an_update_makes_the_next_version(client, patient):
    note = client.resource(
        "Observation", status="preliminary", code={"text": "note"}, subject=patient.to_reference()
    ).save()
    note["status"] = "final"
    note.save()
    assert (note["status"], note["meta"]["versionId"]) == ("final", "2")
    assert note.refresh()["status"] == "final"
    note.delete()
    with pytest.raises(fhirpy.base.exceptions.ResourceNotFound):
        note.refresh()


def test_a_conditional_update_finds_the_patient_by_its_identifier(client, patient):
    changed = client.resource("Patient", **{**patient.serialize(), "gender": "female"})
    del changed["id"]
    search = client.resources("Patient").search(identifier="urn:oid:1.2.643.9|К-17")
    found, is_new = search.update(changed)
    assert (found.id, found["gender"], is_new) == (patient.id, "female", False)


def test_what_is_wrong_is_told_with_its_place(client):
    wrong = client.resource("Observation", status="final")
    with pytest.raises(fhirpy.base.exceptions.OperationOutcome) as validated:
        wrong.is_valid(raise_exception=True)
    with pytest.raises(fhirpy.base.exceptions.OperationOutcome) as refused:
        wrong.save()
    for told in (validated.value, refused.value):
        assert "Observation.code" in json.dumps(told.resource)
    with pytest.raises(fhirpy.base.exceptions.ForbiddenError, match="name the patient"):
        client.resources("Observation").fetch()


def test_a_transaction_is_taken_whole_and_shown_by_everything(client, patient, measured):
    whose = {"reference": f"Patient/{patient.id}"}
    visit = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": whose,
    }
    cough = {
        "resourceType": "Condition",
        "subject": whose,
        "encounter": {"reference": VISIT},
        "code": {"text": "Кашель"},
    }
    answer = client.execute(
        "",
        data={
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [
                posted(visit, fullUrl=VISIT),
                posted(cough),
                {"request": {"method": "GET", "url": f"Condition?patient={patient.id}"}},
            ],
        },
    )
    made, told, found = answer["entry"]
    assert [one["response"]["status"][:3] for one in (made, told, found)] == ["201", "201", "200"]
    (condition,) = found["resource"]["entry"]
    place = condition["resource"]["encounter"]["reference"]
    assert place in made["response"]["location"]
    everything = patient.execute("$everything", method="get")
    kinds = [one["resource"]["resourceType"] for one in everything["entry"]]
    assert kinds.count("Observation") == len(measured)
    assert {"Patient", "Encounter", "Condition"} <= set(kinds)


def posted(resource, **more):
    return {
        "resource": resource,
        "request": {"method": "POST", "url": resource["resourceType"]},
        **more,
    }


def test_an_export_writes_out_what_the_clinic_keeps(client, patient, measured):
    """The client has no word for it, so its headers go by hand."""
    status, headers, _ = call(client, f"{client.url}/Patient/$export", prefer="respond-async")
    assert status == 202
    deadline = time.monotonic() + 30
    while (answer := call(client, headers["content-location"]))[0] == 202:
        assert time.monotonic() < deadline, "the export takes too long"
        time.sleep(0.2)
    manifest = json.loads(answer[2])
    files = {one["type"]: one for one in manifest["output"]}
    lines = call(client, files["Observation"]["url"], accept="application/fhir+ndjson")[2]
    exported = {json.loads(line)["id"] for line in lines.splitlines()}
    assert len(exported) == files["Observation"]["count"]
    assert {one.id for one in measured} <= exported


def call(client, address, accept="application/fhir+json", **headers):
    headers |= {"Authorization": client.authorization, "Accept": accept}
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
        return answer.status, answer.headers, answer.read()
