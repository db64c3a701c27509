"""B075: what stands in a shut section is told by nothing else that the API hands out.

Its words are in its text, narrative, contained resources, displays and labels, in what refers to
it, and in the documents and Provenances about it.
"""

import json
from datetime import UTC, datetime
from secrets import token_hex

import pytest
from bearers import app_token, system_token
from exporting import exported, lines_of
from fhir_meanwhile import allowed
from fhir_world import LABORATORY
from subscribing import subscribed

from medkarta.foundation.ids import new_uuid
from medkarta.record.actions.store import put
from medkarta.subscriptions.actions.delivering import deliver
from medkarta.subscriptions.models import Listener, Subscription

pytestmark = pytest.mark.django_db
CANARY = "zzcanary" + token_hex(6)
OPEN_WORDS = "an open analysis"
NARRATIVE = {
    "status": "generated",
    "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{CANARY}</div>',
}


class Shut:
    """A diagnosis of Anna's at Y, and what speaks of it: id by type."""

    def __init__(self, held):
        self.held = held
        self.patient = {"reference": f"Patient/{held.patient}"}
        self.open = held.put(self.analysis())
        condition = held.put(self.condition())
        about = {"reference": f"Condition/{condition}", "display": CANARY}
        self.ids = {"Condition": condition} | {
            one["resourceType"]: held.put(one) for one in self.speaking(about)
        }

    def analysis(self):
        return {
            "resourceType": "Observation",
            "status": "final",
            "category": [LABORATORY],
            "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
            "subject": self.patient,
            "valueQuantity": {"value": 140.0, "unit": "g/L"},
            "note": [{"text": OPEN_WORDS}],
        }

    def condition(self):
        return {
            "resourceType": "Condition",
            "meta": {
                "tag": [{"system": "urn:tag", "code": CANARY}],
                "profile": [f"urn:{CANARY}"],
                "source": f"urn:{CANARY}",
            },
            "text": NARRATIVE,
            "contained": [{"resourceType": "Practitioner", "id": "p", "name": [{"text": CANARY}]}],
            "identifier": [{"system": "urn:diagnosis", "value": CANARY}],
            "code": {"coding": [{"system": "urn:codes", "code": "x", "display": CANARY}]},
            "subject": self.patient,
            "asserter": {"reference": "#p", "display": CANARY},
            "note": [{"text": CANARY}],
        }

    def speaking(self, about):
        """Of the sections documents, orders and visits, and of what is in none of its own."""
        yield {
            "resourceType": "Composition",
            "status": "final",
            "type": {"text": "note"},
            "subject": self.patient,
            "date": "2025-01-01",
            "author": [self.patient],
            "title": CANARY,
            "section": [{"title": CANARY, "text": NARRATIVE, "entry": [about]}],
        }
        yield {
            "resourceType": "DocumentReference",
            "status": "current",
            "subject": self.patient,
            "description": CANARY,
            "content": [{"attachment": {"title": CANARY}}],
        }
        yield {
            "resourceType": "CarePlan",
            "status": "active",
            "intent": "plan",
            "subject": self.patient,
            "addresses": [about],
        }
        yield {
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"code": "AMB"},
            "subject": self.patient,
            "diagnosis": [{"condition": about}],
        }
        yield {
            "resourceType": "Provenance",
            "target": [about, self.patient],
            "recorded": "2025-01-01T00:00:00Z",
            "reason": [{"text": CANARY}],
            "agent": [{"who": {"display": CANARY}}],
        }


@pytest.fixture(scope="module")
def shut(world):
    return Shut(world.anna_at_y)


@pytest.fixture(scope="module", params=["a system", "a system of more", "an app"])
def asking(request, world, shut):
    """Who may read the analyses of that entry, and of the rest nothing, or what has no section."""
    if request.param == "an app":
        token = app_token(world.anna, scopes=("launch/patient", NARROW, "patient/Patient.rs"))
        yield token
        return
    with allowed(world, ["labs", "person", *(["other"] if "more" in request.param else [])]):
        yield system_token(world.x)


NARROW = "patient/Observation.rs?category=laboratory"


def by_address(shut):
    for kind, id_ in shut.ids.items():
        yield from (f"{kind}/{id_}{way}" for way in ("", "/_history", "/_history/1", "/$meta"))
        yield f"{kind}?_id={id_}"


def by_search(shut):
    me = shut.held.patient
    for kind in (*shut.ids, "Observation", "Patient"):
        whose = f"_id={me}" if kind == "Patient" else f"patient={me}"
        for more in ("", "&_include=*", "&_revinclude=*", "&_include=*&_include:iterate=*"):
            yield f"{kind}?{whose}{more}"
        yield f"{kind}?{whose}&_revinclude=*&_format=xml"
        yield f"{kind}?{whose}&_revinclude=*&_summary=text"
        yield f"{kind}/_history"
        yield f"{kind}/$meta?patient={me}"


def by_operation(shut):
    me = shut.held.patient
    yield from (f"Patient/{me}/$everything", f"Patient/{me}/$everything?_type=Condition,Patient")
    yield from (f"Patient/{me}/$everything?_format=xml", f"Patient/{me}/$summary")
    yield from (f"Patient/{me}/*?_count=1000", f"Patient/{me}/*?_type=Provenance,Patient")
    yield f"Patient/$summary?patient={me}"
    yield f"Observation/$lastn?patient={me}&max=9"
    yield f"Observation/$stats?subject=Patient/{me}&code=718-7&statistic=count&include=true"


def test_nothing_that_is_read_has_its_words(machine, shut, asking):
    statuses = set()
    for path in (*by_address(shut), *by_search(shut), *by_operation(shut)):
        heard = machine.get(path, asking)
        statuses.add(heard.status)
        assert CANARY.encode() not in heard.body, path
    assert {200, 403} <= statuses <= {200, 403, 404}
    open_ = machine.get(f"Observation?patient={shut.held.patient}", asking)
    assert OPEN_WORDS.encode() in open_.body  # there was something to be told beside


def test_nor_a_bundle_that_asks_for_all_at_once(machine, shut, asking):
    paths = [*by_address(shut), *by_search(shut)]
    entries = [{"request": {"method": "GET", "url": path}} for path in paths]
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": entries}
    heard = machine.call("POST", "", asking, bundle)
    assert len(heard.json["entry"]) == len(paths)
    assert CANARY.encode() not in heard.body


@pytest.mark.parametrize(
    "sought",
    [
        *("_tag=urn:tag|{}", "_profile=urn:{}", "_source=urn:{}", "_text={}", "_content={}"),
        *("code:text={}", "identifier=urn:diagnosis|{}"),
    ],
)
def test_nor_is_it_found_by_them(machine, shut, asking, sought):
    me = shut.held.patient
    told = []
    for words in (CANARY, "z" * len(CANARY)):
        condition = sought.format(words)
        for path in (
            f"Condition?patient={me}&{condition}&_total=accurate",
            f"Patient?_id={me}&_has:Condition:patient:{condition}&_total=accurate",
            f"Observation?patient={me}&subject:Patient._has:Condition:patient:{condition}",
        ):
            heard = machine.get(path, asking)
            told.append((heard.status, heard.body.replace(words.encode(), b"")))
    half = len(told) // 2
    assert told[:half] == told[half:]


def test_nor_do_files_of_an_export_have_them(machine, world, shut):
    token = app_token(world.anna, scopes=("launch/patient", "patient/Observation.rs"))
    _, manifest = exported(machine, token)
    lines = json.dumps(lines_of(machine, token, manifest))
    assert OPEN_WORDS in lines
    assert CANARY not in lines


def test_nor_does_a_notice_come_of_it(machine, world, shut, settings, monkeypatch):
    """A diagnosis is written anew: who may read the analyses alone is told of none."""
    settings.DEMO = True
    sent = []
    monkeypatch.setattr("medkarta.subscriptions.actions.delivering.notify", sent.append)
    held = shut.held
    with allowed(world, ["labs"]):
        x = system_token(world.x)
        for kind in ("Condition", "Observation"):
            subscribed(machine, x, "http://127.0.0.1:9/hook", f"{kind}?patient={held.patient}")
        for resource in (shut.condition(), shut.analysis()):
            put(
                owner=held.owner,
                resource_id=new_uuid(),
                text=json.dumps(resource),
                now=datetime.now(UTC),
            )
            for row in Listener.objects.filter(pending_since__isnull=False):
                deliver(
                    patient_id=row.patient_id,
                    subscription_id=row.subscription_id,
                    now=datetime.now(UTC),
                )
    Subscription.objects.all().delete()
    Listener.objects.all().delete()
    assert len(sent) == 1
