"""FHIR search through the API: whose, how far, page by page. What is found: tests of `record`."""

from urllib.parse import quote

import pytest
from bearers import app, app_token, system_token
from fhir_world import LABORATORY, RECORDED

from medkarta.audit import queries as audit
from medkarta.foundation.ids import PersonId, encode_uuid, new_uuid
from medkarta.record.actions.store import put

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(world):
    return app_token(world.anna)


@pytest.fixture
def x(world):
    return system_token(world.x)


def ids(heard):
    assert heard.status == 200, heard.body
    return [one["resource"]["id"] for one in heard.json.get("entry", [])]


def newest_line(person_id):
    return audit.entries(person_id=PersonId(person_id), before=None, limit=1)[0].said


class TestAnApp:
    def test_finds_in_all_clinics_records_of_its_person_and_in_no_others(
        self, world, machine, anna
    ):
        heard = machine.get("Observation?code=http://loinc.org|718-7", anna)
        assert set(ids(heard)) == {world.anna_at_x.observation, world.anna_at_y.observation}
        assert heard.json["type"] == "searchset"
        assert heard.json["total"] == 2
        assert world.boris_at_x.canary.encode() not in heard.body

    def test_leaves_a_line_with_the_names_of_parameters_and_no_value(self, world, machine, anna):
        machine.get("Condition?code:text=secret-word&clinical-status=active", anna)
        line = newest_line(world.anna.person_id)
        assert line.resources == ("Condition?clinical-status&code:text",)

    @pytest.mark.parametrize("named", ["patient={}", "subject=Patient/{}", "patient:Patient={}"])
    def test_finds_nothing_of_anothers_named_as_of_nobodys(self, world, machine, anna, named):
        theirs = machine.get(f"Observation?{named.format(world.boris_at_x.patient)}", anna)
        nobody = world.boris_at_x.patient[:-1] + "a"
        nobodys = machine.get(f"Observation?{named.format(nobody)}", anna)
        assert ids(theirs) == ids(nobodys) == []
        assert theirs.json["total"] == nobodys.json["total"] == 0

    def test_is_told_of_parameters_that_r4_does_not_know_or_refused(self, machine, anna):
        heard = machine.get("Observation?colour=red", anna)
        first = heard.json["entry"][0]
        assert first["search"]["mode"] == "outcome"
        assert "colour" in first["resource"]["issue"][0]["diagnostics"]
        refused = machine.get("Observation?colour=red", anna, prefer="handling=strict")
        assert (refused.status, "colour" in refused.words) == (400, True)

    def test_is_told_in_the_link_self_what_was_searched_by(self, machine, anna):
        """https://hl7.org/fhir/R4/search.html#conformance: what was left out is not in it."""
        heard = machine.get("Observation?colour=red&code=718-7&_summary=count&hue:exact=1", anna)
        (link,) = heard.json["link"]
        assert link["url"].endswith("/Observation?code=718-7&_summary=count")

    @pytest.mark.parametrize(
        "query", ["date=yesterday", "_count=-1", "_count=a", "value-quantity=a", "_sort=nothing"]
    )
    def test_is_refused_nonsense_with_the_name_of_the_parameter(self, machine, anna, query):
        heard = machine.get(f"Observation?{query}", anna)
        assert heard.status == 400
        assert heard.json["issue"][0]["expression"] == [query.partition("=")[0]]

    def test_reads_forms_in_utf_8_alone(self, machine, anna):
        kind = "application/x-www-form-urlencoded"
        for charset, status in (("windows-1251", 415), ("UTF-8", 200)):
            sent = {"content_type": f"{kind}; charset={charset}"}
            heard = machine.call("POST", "Observation/_search", anna, b"code=1", **sent)
            assert heard.status == status

    def test_searches_by_a_form_that_no_address_shows(self, machine, anna):
        heard = machine.call(
            "POST",
            "Observation/_search",
            anna,
            b"code=718-7",
            content_type="application/x-www-form-urlencoded",
        )
        assert len(ids(heard)) == 2
        (link,) = (one["url"] for one in heard.json["link"])
        assert "718-7" not in link
        assert "code" not in link.partition("?")[2].partition("=")[0]
        again = machine.get(link.partition("/fhir/")[2], anna)
        assert ids(again) == ids(heard)
        assert again.json["link"] == [{"relation": "self", "url": link}]

    def test_brings_along_what_its_scopes_open_and_no_more(self, world, machine):
        token = app_token(world.anna, scopes=("patient/Observation.rs",))
        heard = machine.get("Observation?_include=Observation:subject", token)
        assert {one["resource"]["resourceType"] for one in heard.json["entry"]} == {"Observation"}
        chained = machine.get("Observation?subject:Patient.name=x", token)
        assert chained.status == 403


class TestPages:
    def test_follow_each_other_to_the_end(self, machine, anna):
        first = machine.get("Observation?_count=1&_sort=date", anna)
        (link,) = (one["url"] for one in first.json["link"] if one["relation"] == "next")
        assert "date" not in link
        second = machine.get(link.partition("/fhir/")[2], anna)
        assert len({*ids(first), *ids(second)}) == 2
        assert second.json["link"] == [{"relation": "self", "url": link}]

    def test_open_to_nobody_else_and_not_when_changed(self, world, machine, anna):
        first = machine.get("Observation?_count=1", anna)
        (link,) = (one["url"] for one in first.json["link"] if one["relation"] == "next")
        path = link.partition("/fhir/")[2]
        others = [
            (path, app_token(world.boris)),
            (path, app_token(world.anna, client=app())),
            (path[:-4] + "AAAA", anna),
            (path[:-9], anna),
            (path.replace("Observation?", "Condition?"), anna),
            (path + "&code=718-7", anna),
        ]
        for changed, token in others:
            heard = machine.get(changed, token)
            assert heard.status == 400, changed
            assert world.anna_at_x.canary.encode() not in heard.body


class TestASystem:
    def test_reads_one_patient_at_a_time(self, world, machine, x):
        heard = machine.get("Observation?code=718-7", x)
        assert heard.status == 403
        assert "name the patient" in heard.words
        found = machine.get(f"Observation?patient={world.boris_at_x.patient}", x)
        assert ids(found) == [world.boris_at_x.observation]
        assert newest_line(world.boris.person_id).ground == "keeper"

    def test_finds_nothing_in_another_clinics_entry_without_consent(self, world, machine, x):
        found = machine.get(f"Observation?patient={world.anna_at_y.patient}", x)
        assert ids(found) == []
        assert newest_line(world.anna.person_id).outcome == "refused"

    def test_counts_and_has_tell_nothing_of_what_is_not_open(self, world, machine, x):
        """B071, B072: a condition goes only over rows that the caller may read."""
        for question in (
            f"Organization?_has:Observation:performer:patient={world.anna_at_y.patient}",
            f"Patient?_id={world.anna_at_y.patient}&_summary=count",
            f"Patient?_id={world.anna_at_y.patient}&_has:Observation:patient:code=718-7",
        ):
            heard = machine.get(question, x)
            assert heard.status == 200
            assert heard.json.get("total", 0) == 0
            assert "entry" not in heard.json


class TestACompartment:
    """`Patient/<id>/<Type>` is that patient's part of the search."""

    def test_holds_what_is_about_its_patient_alone(self, world, machine, anna):
        at_x = f"Patient/{world.anna_at_x.patient}"
        assert ids(machine.get(f"{at_x}/Observation?code=718-7", anna)) == [
            world.anna_at_x.observation
        ]
        assert ids(machine.get(f"{at_x}/Observation?code=1", anna)) == []
        assert ids(machine.get(f"{at_x}/Patient", anna)) == [world.anna_at_x.patient]
        line = newest_line(world.anna.person_id)
        assert (line.resources, line.patient_ids) == (("Patient?",), (world.anna_at_x.patient_id,))

    def test_names_the_patient_for_a_system(self, world, machine, x):
        found = machine.get(f"Patient/{world.boris_at_x.patient}/Observation", x)
        assert ids(found) == [world.boris_at_x.observation]

    def test_of_another_answers_as_the_search_does(self, world, machine, anna, x):
        absent = "-".join([encode_uuid(new_uuid())] * 2)
        for token, other in ((anna, world.boris_at_x.patient), (x, world.anna_at_y.patient)):
            for name in (other, absent):
                heard = machine.get(f"Patient/{name}/Condition?_total=accurate", token)
                same = machine.get(f"Condition?patient={name}&_total=accurate", token)
                assert ids(heard) == ids(same) == []
                assert heard.json["total"] == same.json["total"] == 0

    def test_takes_a_form_that_no_address_shows(self, world, machine, anna):
        heard = machine.call(
            "POST",
            f"Patient/{world.anna_at_y.patient}/Observation/_search",
            anna,
            b"code=718-7&_count=1",
            content_type="application/x-www-form-urlencoded",
        )
        assert ids(heard) == [world.anna_at_y.observation]

    def test_has_pages_that_open_in_it_alone(self, world, machine, anna):
        held = world.anna_at_x
        made, also = (held.put({**note(held), "status": "preliminary"}) for _ in range(2))
        at_x = f"Patient/{held.patient}/Observation"
        first = machine.get(f"{at_x}?status=preliminary&_count=1", anna)
        (link,) = (one["url"] for one in first.json["link"] if one["relation"] == "next")
        path, _, cursor = link.partition("/fhir/")[2].partition("?")
        assert path == at_x
        assert {*ids(first), *ids(machine.get(f"{path}?{cursor}", anna))} == {made, also}
        for elsewhere in ("Observation", f"Patient/{world.anna_at_y.patient}/Observation"):
            assert machine.get(f"{elsewhere}?{cursor}", anna).status == 400
        for more in ("_count=1000", "_elements=code", "_summary=count", "_total=none", "x=1"):
            assert machine.get(f"{path}?{cursor}&{more}", anna).status == 400
        assert machine.get(f"{path}?{cursor}&_format=xml", anna).status == 200

    def test_has_types_that_r4_gives_it(self, world, machine, anna):
        patient = f"Patient/{world.anna_at_x.patient}"
        for kind in ("Organization", "Device", "Contract"):
            refused = machine.get(f"{patient}/{kind}", anna)
            assert (refused.status, kind in refused.words) == (400, True)
        assert machine.get("Patient/a b/Observation", anna).status == 400
        assert machine.get(f"Encounter/{world.anna_at_x.patient}/Observation", anna).status == 404
        assert machine.call("POST", f"{patient}/Observation", anna, {}).status == 405


class TestHistory:
    def test_tells_each_version_newest_first(self, world, machine, anna):
        held = world.anna_at_x
        made = held.put({**note(held), "note": [{"text": "first"}]})
        held.change(made, {**note(held), "note": [{"text": "second"}]})
        heard = machine.get(f"Observation/{made}/_history", anna)
        assert [one["resource"]["meta"]["versionId"] for one in heard.json["entry"]] == ["2", "1"]
        assert [one["request"]["method"] for one in heard.json["entry"]] == ["PUT", "POST"]
        assert heard.json["entry"][0]["response"]["etag"] == 'W/"2"'
        assert heard.json["total"] == 2
        former = machine.get(f"Observation/{made}/_history/1", anna)
        assert former.json["note"] == [{"text": "first"}]
        assert machine.get(f"Observation/{made}/_history/3", anna).status == 404
        page = machine.get(f"Observation/{made}/_history?_count=1", anna)
        assert "total" not in page.json
        (link,) = (one["url"] for one in page.json["link"] if one["relation"] == "next")
        rest = machine.get(link.partition("/fhir/")[2], anna)
        assert [one["resource"]["meta"]["versionId"] for one in rest.json["entry"]] == ["1"]
        for at, found in (("2000", 0), (RECORDED.isoformat(), 1), (f"{RECORDED:%Y-%m}", 2)):
            heard = machine.get(f"Observation/_history?_at={quote(at)}&_count=9", anna).json
            told = [one["fullUrl"].endswith(made) for one in heard.get("entry", ())]
            assert (sum(told), "_at" in heard["link"][0]["url"]) == (found, True), at
        assert machine.get("Observation/_history?_at=now", anna).status == 400

    @pytest.mark.parametrize(
        ("asked", "used"),
        [
            ("", ""),
            ("_count=1", "?_count=1"),
            ("_count=5000&_since=2020-01-01", "?_since=2020-01-01&_count=1000"),
            ("_count=7&_format=json", "?_count=7"),
        ],
    )
    def test_says_in_its_link_self_what_was_used(self, machine, anna, asked, used):
        links = linked(machine.get(f"Condition/_history?{asked}", anna))
        assert links["self"].partition("/fhir/")[2] == f"Condition/_history{used}"
        if "next" in links:
            rest = machine.get(links["next"].partition("/fhir/")[2], anna)
            assert linked(rest)["self"] == links["next"]

    def test_of_anothers_is_as_of_nothing(self, world, machine, anna):
        theirs = world.boris_at_x.observation
        absent = f"{theirs.partition('-')[0]}-{encode_uuid(new_uuid())}"
        for path in ("Observation/{}/_history", "Observation/{}/_history/1"):
            answers = [machine.get(path.format(one), anna) for one in (theirs, absent)]
            assert [one.status for one in answers] == [404, 404]
            assert answers[0].body == answers[1].body

    def test_of_a_type_is_of_what_is_open(self, world, machine, anna, x):
        heard = machine.get("Condition/_history", anna)
        assert {one["resource"]["id"] for one in heard.json["entry"]} == {
            world.anna_at_x.condition,
            world.anna_at_y.condition,
        }
        assert machine.get("Condition/_history", x).status == 403

    def test_of_a_type_of_both_kinds_is_of_ones_own_and_of_nobodys(self, world, machine, anna, x):
        patient = {"reference": f"Patient/{world.anna_at_x.patient}"}
        own = world.anna_at_x.put({"resourceType": "Device", "patient": patient})
        shared = new_uuid()
        text = '{"resourceType": "Device"}'
        put(owner=None, resource_id=shared, text=text, now=RECORDED)
        both = {own, encode_uuid(shared)}
        assert set(ids(machine.get("Device/_history", anna))) == both
        first = machine.get("Device/_history?_count=1", anna)
        (link,) = (one["url"] for one in first.json["link"] if one["relation"] == "next")
        assert {*ids(first), *ids(machine.get(link.partition("/fhir/")[2], anna))} == both
        assert ids(machine.get("Device/_history", x)) == [encode_uuid(shared)]


def linked(heard):
    return {one["relation"]: one["url"] for one in heard.json["link"]}


def note(held):
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [LABORATORY],
        "code": {"text": "note"},
        "subject": {"reference": f"Patient/{held.patient}"},
    }
