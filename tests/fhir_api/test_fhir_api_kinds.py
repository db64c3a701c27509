"""Types that name no patient by an element of their own: whose they are, and who sees them.

What each role sees of each type by each way is in the matrix; here is what leads to them.
"""

import json

import pytest
from bearers import app_token, system_token
from fhir_meanwhile import allowed
from test_fhir_api_denials import NOWHERE, alike, told

from medkarta.access.grants import Section

pytestmark = pytest.mark.django_db
URN = "urn:uuid:0c1e6d2f-31a5-4b5e-9d0a-3f2b6f647a11"
DAY = "2026-11-20T09:00:00Z"
NUMBER = {"system": "urn:documents", "value": "7"}
CANARY = "canary of a document"
FHIR_JSON, FHIR_XML = "application/fhir+json", "application/fhir+xml"


@pytest.fixture(scope="module")
def x(world):
    return system_token(world.x)


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


def document(subject, *others, **more):
    composition = {
        "resourceType": "Composition",
        "id": "letter-1",
        "status": "final",
        "type": {"text": "letter"},
        "subject": {"reference": subject},
        "date": DAY,
        "author": [{"reference": "Practitioner/of-their-own"}],
        "title": CANARY,
        "section": [{"entry": [{"reference": "urn:uuid:of-nothing-here"}]}],
    }
    head = {"fullUrl": "http://clinic.example/Composition/letter-1", "resource": composition}
    return {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": NUMBER,
        "timestamp": DAY,
        "entry": [head, *others],
        **more,
    }


@pytest.fixture(scope="module")
def kept(world, machine, x):
    """The id of a document of Anna's, at X."""
    heard = machine.call("POST", "Bundle", x, document(f"Patient/{world.anna_at_x.patient}"))
    assert heard.status == 201, heard.body
    return heard.json["id"]


def test_it_is_its_patients_and_stays_as_it_came(world, machine, x, anna, kept):
    """But for id and meta: spaces, numbers, and references that lead nowhere in the store."""
    sent = document(f"Patient/{world.anna_at_x.patient}")
    text = json.dumps(sent, indent=1).replace('"timestamp"', ' "timestamp" ')
    made = machine.call("POST", "Bundle", x, text.encode(), content_type=FHIR_JSON)
    read = machine.get(f"Bundle/{made.json['id']}", anna)
    assert made.json["id"].startswith(world.anna_at_x.patient.partition("-")[0] + "-")
    assert read.body.decode().partition('"type"')[2] == text.partition('"type"')[2]
    assert machine.call("DELETE", f"Bundle/{made.json['id']}", x).status == 204


def test_it_is_found_by_what_r4_finds_documents_by(machine, anna, kept):
    for query in (
        "identifier=urn:documents|7",
        "timestamp=2026-11-20",
        "type=document",
        "composition=Composition/letter-1",
        f"_id={kept}",
    ):
        found = machine.get(f"Bundle?{query}", anna).json
        assert [one["resource"]["id"] for one in found["entry"]] == [kept], query
    for query in ("message=letter-2", "type=message", "identifier=urn:documents|8"):
        assert machine.get(f"Bundle?{query}", anna).json["total"] == 0, query
    assert kept.encode() in machine.get("Patient/$everything?_type=Bundle", anna).body


def test_to_all_others_it_is_as_one_that_never_was(world, machine, kept):
    """B041, B055: nor is it found by what it holds, counted, or reached through others."""
    patient = kept.partition("-")[0]
    nothing = f"{patient}-{NOWHERE}"
    for token in (system_token(world.y), app_token(world.boris)):
        for path in ("Bundle/{}", "Bundle/{}/_history/1", "Bundle?_id={}", "Bundle/{}/$meta"):
            answers = {
                key: told(machine.get(path.format(name), token), name)
                for key, name in {"kept by X": kept, "absent": nothing}.items()
            }
            alike(answers)
    boris = app_token(world.boris)
    for query in ("identifier=urn:documents|7", "composition=letter-1", "_summary=count"):
        assert machine.get(f"Bundle?{query}", boris).json["total"] == 0
    assert CANARY.encode() not in machine.get("Composition?_revinclude=*", boris).body
    narrow = app_token(world.anna, scopes=("launch/patient", "patient/Composition.rs"))
    assert machine.get(f"Bundle/{kept}", narrow).status == 403


def test_another_clinic_reads_it_where_every_section_is_open(world, machine, x):
    """It may hold whole resources of sections that are shut."""
    y = system_token(world.y)
    held = world.anna_at_y.patient
    made = machine.call("POST", "Bundle", y, document(f"Patient/{held}"))
    for sections, status, found in (([*Section], 200, 1), (["documents"], 404, 0)):
        with allowed(world, [str(one) for one in sections]):
            assert machine.get(f"Bundle/{made.json['id']}", x).status == status
            whole = machine.get(f"Patient/{held}/$everything", x).json
            kinds = [one["resource"]["resourceType"] for one in whole.get("entry", ())]
            assert kinds.count("Bundle") == found
    assert machine.call("DELETE", f"Bundle/{made.json['id']}", y).status == 204


@pytest.mark.parametrize("own", ["urn", "address"])
def test_its_subject_may_be_the_patient_that_it_holds(world, machine, x, own):
    held = world.anna_at_x.patient
    name = {"urn": URN, "address": f"http://elsewhere.example/fhir/Patient/{held}"}[own]
    inside = {"fullUrl": name, "resource": {"resourceType": "Patient", "id": held}}
    made = machine.call("POST", "Bundle", x, document(name, inside))
    assert made.status == 201, made.body
    assert made.json["entry"][0]["resource"]["subject"] == {"reference": name}
    assert machine.call("DELETE", f"Bundle/{made.json['id']}", x).status == 204


def test_the_summary_that_was_made_here_may_be_kept(world, machine, x):
    whole = machine.get(f"Patient/{world.anna_at_x.patient}/$summary", x)
    made = machine.call("POST", "Bundle", x, whole.body, content_type=FHIR_JSON)
    assert made.status == 201, made.body
    assert machine.call("DELETE", f"Bundle/{made.json['id']}", x).status == 204


def test_within_a_transaction_it_is_of_the_patient_there(machine, x):
    """It is one entry and no transaction: what it holds is not taken out of it."""
    entries = [
        {
            "fullUrl": URN,
            "resource": {"resourceType": "Patient"},
            "request": {"method": "POST", "url": "Patient"},
        },
        {"resource": document(URN), "request": {"method": "POST", "url": "Bundle"}},
    ]
    sent = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    heard = machine.call("POST", "", x, sent)
    assert heard.status == 200, heard.body
    patient, bundle = (one["response"]["location"] for one in heard.json["entry"])
    whose = patient.partition("Patient/")[2].partition("-")[0]
    assert f"/Bundle/{whose}-" in bundle
    found = machine.get(f"Composition?subject=Patient/{whose}-{whose}", x)
    assert found.json["total"] == 0


def test_it_comes_and_goes_as_xml_as_well(world, machine, x, anna, kept):
    as_xml = machine.get(f"Bundle/{kept}", anna, accept=FHIR_XML)
    assert (as_xml.status, CANARY.encode() in as_xml.body) == (200, True)
    made = machine.call("POST", "Bundle", x, as_xml.body, content_type=FHIR_XML)
    assert made.status == 201, made.body
    assert made.json["entry"] == machine.get(f"Bundle/{kept}", anna).json["entry"]
    assert machine.call("DELETE", f"Bundle/{made.json['id']}", x).status == 204


def test_within_a_searchset_it_is_cut_as_others_are(machine, anna, kept):
    def found(query):
        heard = machine.get(f"Bundle?_id={kept}&{query}", anna)
        assert heard.status == 200, heard.body
        return heard

    (entry,) = found("_elements=timestamp").json["entry"]
    assert (entry["resource"]["timestamp"], "identifier" in entry["resource"]) == (DAY, False)
    (entry,) = found("_summary=true").json["entry"]
    assert entry["resource"]["identifier"] == NUMBER
    assert CANARY.encode() in found("_format=xml").body
    assert found("_summary=count").json["total"] == 1


def test_it_does_not_become_anothers(world, machine, x, anna, kept):
    other = f"Patient/{world.boris_at_x.patient}"
    before = machine.get(f"Bundle/{kept}", anna).body
    assert machine.call("PUT", f"Bundle/{kept}", x, document(other, id=kept)).status == 422
    where = "/entry/0/resource/subject/reference"
    patch = json.dumps([{"op": "replace", "path": where, "value": other}]).encode()
    as_patch = {"content_type": "application/json-patch+json"}
    assert machine.call("PATCH", f"Bundle/{kept}", x, patch, **as_patch).status == 422
    assert machine.get(f"Bundle/{kept}", anna).body == before


def test_what_is_no_document_of_a_patient_of_the_clinics_is_refused_in_words(world, machine, x):
    theirs = document(f"Patient/{world.anna_at_y.patient}")
    nobodys = document("Patient/1")
    del nobodys["entry"][0]["resource"]["subject"]
    headless = document(f"Patient/{world.anna_at_x.patient}")
    headless["entry"][0]["resource"] = {"resourceType": "Basic", "code": {"text": "words"}}
    script = document(f"Patient/{world.anna_at_x.patient}")
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><script>1</script></div>'
    script["entry"][0]["resource"]["text"] = {"status": "generated", "div": div}
    for sent, words in (
        (theirs, "neither in the bundle nor in the store"),
        (document("urn:uuid:of-nobody"), "neither in the bundle nor in the store"),
        (nobodys, "names none"),
        (headless, "begins with a Composition"),
        (script, "narrative"),
        ({"resourceType": "Bundle", "type": "collection"}, "is a document"),
        ({"resourceType": "Bundle", "type": "transaction"}, "is a document"),
    ):
        heard = machine.call("POST", "Bundle", x, sent)
        assert (heard.status, words in heard.words) == (422, True), (words, heard.words)
    heard = machine.call("POST", "", x, document(f"Patient/{world.anna_at_x.patient}"))
    assert (heard.status, "by POST to Bundle" in heard.words) == (400, True)
    many = [{"resource": {"resourceType": "Basic", "code": {}}}] * 20_000
    heard = machine.call("POST", "Bundle", x, document("Patient/1", *many))
    assert heard.status == 413


def made(machine, token, kind, **members):
    heard = machine.call("POST", kind, token, {"resourceType": kind, **members})
    assert heard.status == 201, heard.body
    return f"{kind}/{heard.json['id']}"


def to(name):
    return {"reference": name}


@pytest.fixture(scope="module")
def person(world, machine, x):
    helds = (world.anna_at_x, world.boris_at_x)
    links = [{"target": to(f"Patient/{one.patient}")} for one in helds]
    return made(machine, x, "Person", link=links, name=[{"family": CANARY}])


@pytest.fixture(scope="module")
def linkage(world, machine, x):
    names = (
        f"Observation/{world.anna_at_x.observation}",
        f"Patient/{world.boris_at_x.patient}",
    )
    return made(
        machine, x, "Linkage", item=[{"type": "source", "resource": to(one)} for one in names]
    )


class TestPersons:
    """A clinic's own, of several of its patients: `Linkage` stands for the others of its kind."""

    def test_are_found_by_their_clinics_systems(self, world, machine, x, person, linkage):
        me = world.anna_at_x
        for query, name in (
            (f"Person?patient=Patient/{me.patient}", person),
            ("Person?name=canary", person),
            (f"Person?link:Patient._id={me.patient}", person),
            (f"Linkage?item=Observation/{me.observation}", linkage),
        ):
            found = machine.get(query, x).json
            assert [
                f"{one['resource']['resourceType']}/{one['resource']['id']}"
                for one in found["entry"]
            ] == [name], query
        has = f"_has:Linkage:item:_id={linkage.partition('/')[2]}"
        assert machine.get(f"Observation?_id={me.observation}&{has}", x).json["total"] == 1

    def test_are_not_there_for_others_however_they_ask(self, world, machine, person, linkage):
        """B066, B068: for the very people in it too; nor by what is counted."""
        me, id_ = world.anna_at_x, person.partition("/")[2]
        anna, y = app_token(world.anna), system_token(world.y)
        for path in (
            f"Patient?_id={me.patient}&_has:Person:link:_id={id_}",
            "Patient?_has:Person:patient:name=canary",
            f"Observation?_has:Linkage:item:_id={linkage.partition('/')[2]}",
            f"Person?link:Patient._id={me.patient}",
            "Person?name=canary",
            "Person?_summary=count",
            "Linkage?_summary=count",
        ):
            assert machine.get(path, anna).json["total"] == 0, path
        for path in (
            "Patient?_revinclude=*",
            "Observation?_revinclude=Linkage:item",
            "Patient/$everything",
            "Person/_history",
            "Person/$meta",
        ):
            assert id_.encode() not in machine.get(path, anna).body, path
        hers = world.anna_at_y.patient
        assert machine.get(f"Patient?_id={hers}&_has:Person:link:_id={id_}", y).json["total"] == 0
        assert machine.get("Person?_summary=count", y).json["total"] == 0
        assert machine.get(f"Patient/{me.patient}/Person", anna).json["total"] == 0


def test_what_is_of_a_patients_device_is_found_with_it(world, machine, x, anna):
    on_her = made(machine, x, "Device", patient=to(f"Patient/{world.anna_at_x.patient}"))
    kind = {"type": {"text": CANARY}, "category": "measurement"}
    hers = made(machine, x, "DeviceMetric", source=to(on_her), **kind)
    hall = made(machine, x, "DeviceMetric", **kind)
    for token, query in (
        (x, f"source={on_her}"),
        (anna, f"source={on_her}"),
        (anna, f"source:Device.patient=Patient/{world.anna_at_x.patient}"),
        (anna, "_summary=false"),
    ):
        found = machine.get(f"DeviceMetric?{query}", token).json
        assert [f"DeviceMetric/{one['resource']['id']}" for one in found["entry"]] == [hers], query
    assert hall.encode() in machine.get("DeviceMetric?category=measurement", x).body.replace(
        b'"fullUrl":"', b""
    )
    boris, y = app_token(world.boris), system_token(world.y)
    for token in (boris, y):
        for query in (
            "category=measurement&_summary=count",
            f"source={on_her}",
            "parent:missing=true",
        ):
            assert machine.get(f"DeviceMetric?{query}", token).json["total"] == 0
        assert (
            machine.get(
                f"Device?_id={on_her.partition('/')[2]}&_has:DeviceMetric:source:category=measurement",
                token,
            ).json["total"]
            == 0
        )
        assert {machine.get(name, token).status for name in (hers, hall)} == {404}


def test_a_slot_is_shared_and_found_by_whose_schedule_it_is(world, machine, x):
    doctor = made(machine, x, "Practitioner", active=True)
    schedule = made(machine, x, "Schedule", actor=[to(doctor)])
    times = {"start": DAY, "end": "2026-11-20T09:15:00Z", "status": "free"}
    slot = made(machine, x, "Slot", schedule=to(schedule), **times)
    for token in (app_token(world.boris), system_token(world.y)):
        for query in (
            f"schedule={schedule}",
            f"schedule.actor={doctor}",
            f"schedule.actor:Practitioner._id={doctor.partition('/')[2]}&start=2026-11-20&status=free",
        ):
            found = machine.get(f"Slot?{query}", token).json
            assert [f"Slot/{one['resource']['id']}" for one in found["entry"]] == [slot], query
