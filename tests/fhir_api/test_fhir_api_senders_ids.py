"""Ids that a clinic chose, beyond plain searches: in chains, operations, exports and Subscriptions.

Clinics X and Y chose the same ids for other people's resources: each means its own.
"""

from urllib.parse import quote

import pytest
from bearers import app_token, system_token
from exporting import exported, kick_off, lines_of, parameters
from subscribing import wish

from medkarta.subscriptions.models import Subscription

pytestmark = pytest.mark.django_db

HOOK = "http://127.0.0.1:9/hook"
CHOSEN = {
    "Practitioner": {"name": [{"family": "canary"}]},
    "Patient": {
        "identifier": [{"value": "card-17"}],
        "generalPractitioner": [{"reference": "Practitioner/doctor-1"}],
    },
    "Encounter": {
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": "Patient/card-17"},
    },
    "Observation": {
        "status": "final",
        "meta": {"tag": [{"code": "canary"}]},
        "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
        "subject": {"reference": "Patient/card-17"},
        "encounter": {"reference": "Encounter/visit-1"},
        "valueQuantity": {"value": 1, "unit": "g"},
    },
    "Group": {
        "type": "person",
        "actual": True,
        "member": [{"entity": {"reference": "Patient/card-17"}}],
    },
}
NAMES = {
    "Practitioner": "doctor-1",
    "Patient": "card-17",
    "Encounter": "visit-1",
    "Observation": "own-1",
    "Group": "list-1",
}


@pytest.fixture(scope="module")
def tokens(world):
    return system_token(world.x), system_token(world.y)


@pytest.fixture(scope="module")
def x(tokens):
    return tokens[0]


@pytest.fixture(scope="module")
def ours(machine, tokens):
    """Our ids of what X, and what Y calls so, by type."""
    found = []
    for token in tokens:
        made = {}
        for kind, name in NAMES.items():
            body = {"resourceType": kind, "id": name, **CHOSEN[kind]}
            heard = machine.call("PUT", f"{kind}/{name}", token, body)
            assert heard.status == 201, heard.body
            made[kind] = heard.json["id"]
        found.append(made)
    return found


@pytest.fixture
def _demo(settings):
    settings.DEMO = True
    yield
    Subscription.objects.all().delete()


def ids(heard):
    assert heard.status == 200, heard.body
    return [one["resource"]["id"] for one in heard.json.get("entry", ())]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("Observation?subject:Patient._id=card-17", "Observation"),
        ("Observation?patient=card-17&encounter:Encounter._id=visit-1", "Observation"),
        ("Observation?patient=card-17&encounter:Encounter.patient=Patient/card-17", "Observation"),
        ("Observation?subject:Patient.general-practitioner=Practitioner/doctor-1", None),
        (
            "Observation?patient=card-17&subject:Patient.general-practitioner:Practitioner=doctor-1",
            "Observation",
        ),
        ("Patient?_id=card-17&general-practitioner:Practitioner._id=doctor-1", "Patient"),
        ("Patient?_id=card-17&general-practitioner:Practitioner=doctor-1", "Patient"),
        ("Patient?_id=card-17&_has:Observation:patient:encounter=visit-1", "Patient"),
        ("Encounter?patient=card-17&_has:Observation:encounter:_id=own-1", "Encounter"),
        ("Observation/$lastn?patient=card-17", "Observation"),
        ("Observation/$lastn?subject=Patient/card-17&encounter=visit-1", "Observation"),
    ],
)
def test_each_clinic_finds_its_own_by_them(machine, tokens, ours, path, kind):
    for token, mine in zip(tokens, ours, strict=True):
        heard = machine.get(path, token)
        if kind is None:  # the patient is not named by it, whoever calls the doctor so
            assert heard.status == 403
        else:
            assert ids(heard) == [mine[kind]]


def test_operations_are_about_the_callers_own_entry(machine, tokens, ours):
    for token, mine in zip(tokens, ours, strict=True):
        asked = "Observation/$stats?subject=Patient/card-17&coding=http://loinc.org|718-7"
        (one,) = machine.get(f"{asked}&statistic=count", token).json["parameter"]
        assert one["resource"]["subject"] == {"reference": f"Patient/{mine['Patient']}"}
        (meta,) = machine.get("Observation/$meta?patient=card-17", token).json["parameter"]
        assert meta["valueMeta"]["tag"] == [{"code": "canary"}]
        heard = machine.get("Patient/$summary?patient=card-17", token)
        assert mine["Patient"].encode() in heard.body


def exports(ours):
    patient = parameters(("patient", "valueReference", {"reference": "Patient/card-17"}))
    filtered = quote("Observation?encounter=visit-1&code=718-7")
    chained = quote("Observation?subject._id=nobody,card-17")
    return [
        ({"body": patient}, {"Patient", "Encounter", "Observation"}),
        ({"path": "Group/list-1/$export"}, {"Patient", "Encounter", "Observation"}),
        ({"path": "Group/list-1/$export", "body": patient}, {"Patient", "Encounter"}),
        ({"query": f"_type=Observation&_typeFilter={filtered}"}, {"Observation"}),
        ({"query": f"_type=Observation&_typeFilter={chained}"}, {"Observation"}),
    ]


@pytest.mark.parametrize("number", range(5))
def test_exports_are_of_what_the_clinic_calls_so(machine, world, ours, number):
    more, kinds = exports(ours)[number]
    for clinic_id, mine in zip((world.x, world.y), ours, strict=True):
        token = system_token(clinic_id)
        _, manifest = exported(machine, token, **more)
        lines = lines_of(machine, token, manifest)
        for kind in kinds:
            assert [one["id"] for one in lines[kind]] == [mine[kind]], kind


def test_other_parameters_than_references_are_left_as_they_are(machine, x, ours):
    """A code that is spelled as an id is that code still."""
    mine = ours[0]["Patient"]
    assert ids(machine.get("Patient?_id=card-17&identifier=card-17", x)) == [mine]
    assert ids(machine.get(f"Patient?_id=card-17&identifier={mine}", x)) == []


@pytest.mark.usefixtures("_demo")
def test_a_subscription_waits_for_what_the_clinic_calls_so(machine, tokens, ours):
    written = "patient=card-17&encounter=x,Encounter/visit-1&code=a%5C,b&code:not=c"
    for token, mine in zip(tokens, ours, strict=True):
        heard = machine.call("POST", "Subscription", token, wish(HOOK, f"Observation?{written}"))
        assert heard.status == 201, heard.body
        read = machine.get(f"Subscription/{heard.json['id']}", token).json
        assert read["criteria"] == heard.json["criteria"]
        patient, visit = (quote(f"{one}/{mine[one]}") for one in ("Patient", "Encounter"))
        rest = "&code=a%5C,b&code:not=c"
        assert read["criteria"] == f"Observation?patient={patient}&encounter=x%2C{visit}{rest}"
        typed = "Observation?subject:Patient=card-17,urn:uuid:5&code=card-17"
        by_id = "Observation?patient=card-17&_id=own-1,else|,a\\,b"
        heard = machine.call("POST", "Subscription", token, wish(HOOK, by_id))
        kept = quote(f"{mine['Observation']},else|,a\\,b")
        assert heard.json["criteria"] == f"Observation?patient={patient}&_id={kept}"
        heard = machine.call("POST", "Subscription", token, wish(HOOK, typed))
        rest = "%2Curn%3Auuid%3A5&code=card-17"
        assert heard.json["criteria"] == f"Observation?subject:Patient={patient}{rest}"


@pytest.mark.usefixtures("_demo")
def test_nothing_tells_whether_another_clinic_calls_something_so(machine, world, tokens, ours):
    """What one clinic alone calls so is to the other as what nobody calls so; to apps too."""
    x, y = tokens
    body = {"resourceType": "Patient", "id": "card-18"}
    theirs = machine.call("PUT", "Patient/card-18", x, body).json["id"]
    asked = [
        "Observation?subject:Patient._id={}",
        "Observation?patient=card-17&encounter:Encounter.patient={}",
        "Patient?_id=card-17&_has:Observation:patient:subject=Patient/{}",
        "Observation/$lastn?patient={}",
        "Observation/$stats?subject={}&code=718-7&statistic=count",
        "Observation/$meta?patient={}",
        "Patient/$summary?patient={}",
    ]
    for token in (y, app_token(world.anna)):
        for path in asked:
            heard = [machine.get(path.format(name), token) for name in ("card-18", "card-19")]
            told = {(one.status, one.body.replace(b"card-18", b"card-19")) for one in heard}
            assert len(told) == 1, path
            assert theirs.encode() not in heard[0].body
    for name in ("card-18", "card-19"):
        wished = parameters(("patient", "valueReference", {"reference": f"Patient/{name}"}))
        assert kick_off(machine, y, body=wished).status == 422
        heard = machine.call("POST", "Subscription", y, wish(HOOK, f"Observation?patient={name}"))
        assert heard.status == 403
