"""Create, update, patch, delete through the API: by whom, and what HTTP says."""

import json

import pytest
from bearers import app_token, system_token

from medkarta.audit import queries as audit
from medkarta.fhir.json_text import read_resource
from medkarta.fhir.structure.check import issues_of
from medkarta.foundation.ids import PersonId

pytestmark = pytest.mark.django_db
JSON_PATCH = "application/json-patch+json"


@pytest.fixture
def x(world):
    return system_token(world.x)


@pytest.fixture
def y(world):
    return system_token(world.y)


def note(held, words="a note", **more):
    return {**note_of(held.patient), "note": [{"text": words}], **more}


def note_of(patient):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "note"},
        "subject": {"reference": f"Patient/{patient}"},
    }


def newest_line(person_id):
    return audit.entries(person_id=PersonId(person_id), before=None, limit=1)[0].said


def made(machine, token, held, **headers):
    heard = machine.call("POST", "Observation", token, note(held), **headers)
    assert heard.status == 201, heard.body
    return f"Observation/{heard.json['id']}"


class TestCreate:
    def test_gives_an_id_a_version_and_where_it_stands(self, world, machine, x):
        heard = machine.call("POST", "Observation", x, note(world.boris_at_x))
        assert heard.status == 201
        name = f"Observation/{heard.json['id']}"
        assert heard.headers["location"].endswith(f"/fhir/{name}/_history/1")
        assert heard.headers["etag"] == 'W/"1"'
        assert machine.get(name, x).json == heard.json

    def test_stands_in_the_log_of_the_person(self, world, machine, x):
        name = made(machine, x, world.boris_at_x)
        line = newest_line(world.boris.person_id)
        assert (line.action, line.ground, line.resources) == ("write-record", "keeper", (name,))
        assert line.organisation_name == "Клиника X"

    def test_with_a_key_is_made_once(self, world, machine, x):
        first = machine.call("POST", "Observation", x, note(world.boris_at_x), idempotency_key="k1")
        again = machine.call("POST", "Observation", x, note(world.boris_at_x), idempotency_key="k1")
        assert first.json == again.json
        assert {first.status, again.status} <= {200, 201}
        other = note(world.boris_at_x, "otherwise")
        assert machine.call("POST", "Observation", x, other, idempotency_key="k1").status == 422

    def test_under_a_condition_in_the_address_makes_none(self, world, machine, x):
        heard = machine.call("POST", "Observation?code=note", x, note(world.boris_at_x))
        assert heard.status == 400
        assert "If-None-Exist" in heard.words
        heard = machine.call("POST", "Observation?_format=json", x, note(world.boris_at_x))
        assert heard.status == 201

    def test_answers_as_it_is_preferred(self, world, machine, x):
        for wish, words in (("minimal", b""), ("OperationOutcome", b"OperationOutcome")):
            heard = machine.call(
                "POST", "Observation", x, note(world.boris_at_x), prefer=f"return={wish}"
            )
            assert heard.status == 201
            assert words in heard.body
            assert b"a note" not in heard.body

    def test_is_not_for_apps_nor_for_systems_of_another_clinic(self, world, machine, x):
        held = world.anna_at_y
        app = app_token(world.anna, scopes=("patient/*.cruds",))
        assert machine.call("POST", "Observation", app, note(held)).status == 403
        refused = machine.call("POST", "Observation", x, note(held))
        nobody = note(held)
        nobody["subject"]["reference"] = "Patient/" + held.patient[:-1] + "a"
        as_nobodys = machine.call("POST", "Observation", x, nobody)
        assert refused.status == as_nobodys.status
        assert refused.status in {404, 422}
        assert held.canary.encode() not in refused.body

    def test_needs_a_scope_for_it(self, world, machine):
        token = system_token(world.x, scopes=("system/Observation.rs", "system/Condition.c"))
        assert machine.call("POST", "Observation", token, note(world.boris_at_x)).status == 403

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"", 400),
            (b"{", 400),
            (b'{"resourceType":"Condition"}', 400),
            (b'{"resourceType":"Observation","status":"final","status":"final"}', 400),
            (b'{"resourceType":"Observation","status":"nonsense"}', 422),
            (b"\xff\xfe", 400),
            (b'{"resourceType":"Observation","valueInteger":' + b"[" * 20_000, 400),
            (b'{"resourceType":"Observation","valueDecimal":NaN}', 400),
        ],
    )
    def test_refuses_what_is_no_resource_in_words(self, machine, x, body, status):
        heard = machine.call("POST", "Observation", x, body, content_type="application/fhir+json")
        assert heard.status == status
        assert heard.json["issue"][0]["diagnostics"]

    def test_reads_xml_too(self, world, machine, x):
        xml = (
            '<Observation xmlns="http://hl7.org/fhir"><status value="final"/>'
            f'<code><text value="t"/></code><subject><reference value="Patient/'
            f'{world.boris_at_x.patient}"/></subject><valueQuantity><value value="1.10"/>'
            "</valueQuantity></Observation>"
        )
        heard = machine.call(
            "POST", "Observation", x, xml.encode(), content_type="application/fhir+xml"
        )
        assert heard.status == 201
        assert b'"value":1.10' in heard.body.replace(b" ", b"")

    def test_refuses_entities_in_xml_and_bodies_that_are_too_large(self, machine, x):
        bomb = (
            b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Observation>&b;</Observation>'
        )
        heard = machine.call("POST", "Observation", x, bomb, content_type="application/fhir+xml")
        assert heard.status == 400
        assert b"root:" not in heard.body
        large = machine.call("POST", "Observation", x, b" " * 5_000_001)
        assert large.status == 413
        assert (
            machine.call("POST", "Observation", x, b"{}", content_type="text/plain").status == 415
        )
        assert machine.call("POST", "Observation", x, b"{}", content_encoding="gzip").status == 415


class TestUpdate:
    def test_makes_the_next_version_of_the_one_that_is_meant(self, world, machine, x):
        name = made(machine, x, world.boris_at_x)
        stale = note(world.boris_at_x, "second", id=name.partition("/")[2])
        heard = machine.call("PUT", name, x, stale, if_match='W/"1"')
        assert (heard.status, heard.headers["etag"]) == (200, 'W/"2"')
        late = machine.call("PUT", name, x, {**stale, "status": "amended"}, if_match='W/"1"')
        assert late.status == 412
        for other in ({"id": "other"}, {"id": None}):
            sent = {name: value for name, value in (stale | other).items() if value}
            (issue,) = machine.call("PUT", name, x, sent).json["issue"]
            assert issue["expression"] == ["Observation.id"]
        assert machine.get(name, x).json["note"] == [{"text": "second"}]

    def test_of_anothers_is_as_of_nothing(self, world, machine, x, y):
        theirs = world.anna_at_y.observation
        absent = theirs[:-1] + ("a" if theirs[-1] != "a" else "e")
        for method, body in (("PUT", note(world.anna_at_y)), ("DELETE", b"")):
            answers = []
            for one in (theirs, absent):
                sent = {**body, "id": one} if body else body
                heard = machine.call(method, f"Observation/{one}", x, sent)
                answers.append((heard.status, heard.body.replace(one.encode(), b"its id")))
            assert answers[0] == answers[1]
        assert machine.get(f"Observation/{theirs}", y).headers["etag"] == 'W/"1"'

    def test_under_an_id_that_the_sender_chose_makes_it_and_finds_it_again(
        self, world, machine, x, y
    ):
        body = note(world.boris_at_x, id="lab-77")
        first = machine.call("PUT", "Observation/lab-77", x, body)
        assert first.status == 201, first.body
        again = machine.call("PUT", "Observation/lab-77", x, {**body, "status": "amended"})
        assert (again.status, again.json["id"]) == (200, first.json["id"])
        other = machine.call("PUT", "Observation/lab-77", y, note(world.anna_at_y, id="lab-77"))
        assert other.status == 201
        assert other.json["id"] != first.json["id"]


class TestAnIdThatTheSenderChose:
    @pytest.fixture
    def card(self, machine, x, y):
        """Our ids of a Patient, an Observation and a Location that X calls so; Y has others."""
        sent = [
            {"resourceType": "Patient", "id": "card-17"},
            note_of("card-17") | {"id": "own-1"},
            {"resourceType": "Location", "id": "card-17", "name": "Ward"},
        ]
        names = [f"{one['resourceType']}/{one['id']}" for one in sent]
        for token in (y, x):
            made = [
                machine.call("PUT", name, token, one) for name, one in zip(names, sent, strict=True)
            ]
            assert {one.status for one in made} <= {200, 201}
        return [one.json["id"] for one in made]

    def test_is_read_by_its_clinic_as_by_ours(self, machine, x, card):
        for path, ours in (
            ("Patient/card-17", card[0]),
            ("Observation/own-1", card[1]),
            ("Observation/own-1/_history/1", card[1]),
            ("Location/card-17", card[2]),
        ):
            heard = machine.get(path, x)
            assert (heard.status, heard.json["id"]) == (200, ours), path
        for path in ("Observation/own-1/_history", "Patient/card-17/Observation"):
            (entry,) = machine.get(path, x).json["entry"]
            assert entry["resource"]["id"] == card[1], path
        whole = machine.get("Patient/card-17/$everything", x).json["entry"]
        assert [one["resource"]["id"] for one in whole] == card[:2]
        asked = {"request": {"method": "GET", "url": "Patient/card-17"}}
        bundle = {"resourceType": "Bundle", "type": "batch", "entry": [asked]}
        (entry,) = machine.call("POST", "", x, bundle).json["entry"]
        assert entry["resource"]["id"] == card[0]

    @pytest.mark.parametrize(
        "query",
        [
            "patient=card-17",
            "subject=Patient/card-17",
            "subject:Patient=card-17",
            "_id=own-1,own-2",
            "patient=card-17&_id=own-1&_count=1",
        ],
    )
    def test_is_searched_by_its_clinic_as_ours(self, machine, x, y, card, query):
        heard = machine.get(f"Observation?{query}", x)
        (entry,) = heard.json["entry"]
        assert entry["resource"]["id"] == card[1]
        assert heard.json["link"][0]["url"].endswith(f"?{query}")
        (theirs,) = machine.get(f"Observation?{query}", y).json["entry"]
        assert theirs["resource"]["id"] != card[1]

    def test_is_checked_as_it_would_be_sent(self, machine, x, card):
        sent = {**note_of(card[0]), "id": "own-1"}
        heard = machine.call("POST", "Observation/own-1/$validate", x, sent)
        assert heard.status == 200
        assert not [one for one in heard.json["issue"] if one["severity"] == "error"]

    def test_that_several_types_have_is_not_guessed_at(self, machine, x, card):
        assert machine.get("Observation?subject=card-17", x).status == 403
        assert card

    def test_leads_to_nothing_for_anybody_else(self, world, machine, card):
        for token in (app_token(world.anna), app_token(world.boris)):
            assert machine.get("Patient/card-17", token).status == 404
            assert machine.get("Observation?patient=card-17", token).json["total"] == 0
        assert machine.get("Patient/card-17").status == 401
        narrow = system_token(world.x, scopes=("system/Location.rs",))
        assert machine.get("Patient/card-17", narrow).status == 403
        assert machine.get("Location/card-17", narrow).json["id"] == card[2]

    def test_what_has_the_version_already_is_not_written(self, world, machine, x):
        held = world.boris_at_x
        name = made(machine, x, held)
        body = note(held, "other", id=name.partition("/")[2])
        for tags in ('W/"1"', '"7", W/"1"', "*"):
            assert machine.call("PUT", name, x, body, if_none_match=tags).status == 412
        assert machine.get(name, x, if_none_match="*").status == 304
        assert machine.call("PUT", name, x, body, if_none_match='W/"2"').status == 200


class TestPatch:
    @pytest.mark.parametrize(
        ("path", "value"), [("id", "other"), ("subject", {"reference": "Patient/{anna}"})]
    )
    def test_says_where_it_would_make_it_anothers(self, world, machine, x, path, value):
        name = made(machine, x, world.boris_at_x)
        text = json.dumps([{"op": "replace", "path": f"/{path}", "value": value}])
        sent = text.replace("{anna}", world.anna_at_x.patient).encode()
        heard = machine.call("PATCH", name, x, sent, content_type="application/json-patch+json")
        assert (heard.status, heard.json["issue"][0]["expression"]) == (
            422,
            [f"Observation.{path}"],
        )

    def test_changes_what_it_names(self, world, machine, x):
        name = made(machine, x, world.boris_at_x)
        change = b'[{"op":"replace","path":"/status","value":"amended"}]'
        heard = machine.call("PATCH", name, x, change, content_type=JSON_PATCH)
        assert (heard.status, heard.json["status"]) == (200, "amended")
        parameters = {
            "resourceType": "Parameters",
            "parameter": [
                {
                    "name": "operation",
                    "part": [
                        {"name": "type", "valueCode": "replace"},
                        {"name": "path", "valueString": "Observation.status"},
                        {"name": "value", "valueCode": "corrected"},
                    ],
                }
            ],
        }
        heard = machine.call("PATCH", name, x, parameters)
        assert (heard.status, heard.json["status"]) == (200, "corrected")

    def test_by_fields_that_are_to_be_merged_is_told_which_patches_there_are(
        self, world, machine, x
    ):
        name = made(machine, x, world.boris_at_x)
        heard = machine.call("PATCH", name, x, {"status": "amended"})
        assert heard.status == 400
        assert JSON_PATCH in heard.words

    def test_of_what_the_server_gives_is_refused_with_its_place(self, world, machine, x):
        """B045."""
        name = made(machine, x, world.boris_at_x)
        change = b'[{"op":"replace","path":"/id","value":"1"}]'
        heard = machine.call("PATCH", name, x, change, content_type=JSON_PATCH)
        assert (heard.status, heard.json["issue"][0]["expression"]) == (422, ["Observation.id"])

    @pytest.mark.parametrize(
        "change",
        [
            '[{"op":"test","path":"/status","value":"registered"}]',
            '[{"op":"replace","path":"/subject/reference","value":"Patient/%s"}]',
            "{}",
        ],
    )
    def test_refuses_what_it_may_not_change(self, world, machine, x, change):
        """B045."""
        name = made(machine, x, world.boris_at_x)
        change = change.replace("%s", world.anna_at_x.patient).encode()
        heard = machine.call("PATCH", name, x, change, content_type=JSON_PATCH)
        assert heard.status in {400, 403, 404, 422}, heard.body
        assert machine.get(name, x).headers["etag"] == 'W/"1"'


class TestDelete:
    def test_hides_it_and_keeps_its_history(self, world, machine, x):
        name = made(machine, x, world.boris_at_x)
        assert machine.call("DELETE", name, x).status in {200, 204}
        assert machine.get(name, x).status in {404, 410}
        assert machine.get(f"{name}/_history/1", x).json["note"] == [{"text": "a note"}]
        assert machine.get(f"{name}/_history/2", x).status == 410
        assert machine.call("DELETE", name, x).status in {200, 204}


class TestTogether:
    def test_what_many_write_at_once_is_taken_each_by_itself(self, world, machine, x, y):
        """One that is bad harms no other of its transaction."""
        good, bad = note(world.boris_at_x, "together"), note(world.boris_at_x, status="nonsense")
        calls = [("POST", "Observation", x, good)] * 8 + [("POST", "Observation", x, bad)]
        heard = machine.together(*calls, ("POST", "Observation", y, note(world.anna_at_y)))
        assert [one.status for one in heard] == [201] * 8 + [422, 201]
        assert len({one.json["id"] for one in heard[:8]}) == 8

    def test_who_may_not_write_is_refused_among_those_who_may(self, world, machine, x):
        """They pass the door together, and each by its own token."""
        blind = system_token(world.x, scopes=("system/Observation.rs",))
        app = app_token(world.anna, scopes=("patient/*.cruds",))
        tokens = [x, "no token of ours", app, x, blind, x]
        sent = note(world.boris_at_x)
        heard = machine.together(*[("POST", "Observation", one, sent) for one in tokens])
        assert [one.status for one in heard] == [201, 401, 403, 201, 403, 201]
        assert "an app's token" in heard[2].words
        only = machine.together(*[("POST", "Observation", blind, sent)] * 3)
        assert [one.status for one in only] == [403] * 3


def test_what_the_server_says_of_itself_is_well_formed_and_true(machine, x):
    said = machine.get("metadata")
    assert issues_of(read_resource(said.body).resource) == []
    (rest,) = said.json["rest"]
    assert {one["code"] for one in rest["interaction"]} == {"transaction", "batch"}
    assert len(rest["resource"]) > 140
    for one in rest["resource"]:
        kind = one["type"]
        tried = machine.call("POST", kind, x, {"resourceType": kind, "id": "not an id"})
        is_made = {"code": "create"} in one.get("interaction", [])
        assert is_made == (f"{kind} is not kept here" not in tried.words), kind
        assert is_made or one["operation"][0]["name"] == "validate"
        assert one.get("conditionalCreate", False) == is_made
