"""$stats: numbers of somebody's measured values."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from bearers import app_token, system_token

pytestmark = pytest.mark.django_db
LOINC = "http://loinc.org"
ALL = (
    "average,maximum,minimum,count,total-count,median,std-dev,sum,variance,20-percent,80-percent,"
    "4-lower,4-upper"
)


def measured(held, code, day, value, unit="mmol/L", **changes):
    quantity = {"value": value, "unit": unit, "code": unit} if value is not None else None
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": f"Patient/{held.patient}"},
        "effectiveDateTime": day,
        "note": [{"text": held.canary}],
        **({"valueQuantity": quantity} if quantity else {}),
    }
    return held.put(resource | changes)


@pytest.fixture(scope="module", autouse=True)
def _values(world):
    x, y = world.anna_at_x, world.anna_at_y
    for day, value in ((1, 5.1), (2, 5.2), (3, 5.9), (4, 7)):
        measured(x, "15074-8", f"2025-02-0{day}", value)
    measured(x, "15074-8", "2025-02-05", 90, unit="mg/dL")
    measured(x, "15074-8", "2025-02-06", 99, status="entered-in-error")
    measured(x, "15074-8", "2025-02-07", None)
    limit = {"value": 1, "comparator": "<", "unit": "mmol/L", "code": "mmol/L"}
    measured(x, "15074-8", "2025-02-08", None, valueQuantity=limit)
    measured(y, "15074-8", "2025-03-01", 6.05)
    measured(x, "2345-7", "2025-03-01", 4)
    measured(world.boris_at_x, "15074-8", "2025-02-01", 77.7)


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


def groups(heard):
    """By code and unit: statistic → number as it is written."""
    assert heard.status == 200, heard.body
    parsed = json.loads(heard.body, parse_float=str, parse_int=str)
    found = {}
    for one in parsed.get("parameter", ()):
        if one["name"] == "statistics":
            resource = one["resource"]
            assert resource["resourceType"] == "Observation"
            code = resource["code"]["coding"][0]["code"]
            numbers = {
                part["code"]["coding"][0]["code"]: part["valueQuantity"]
                for part in resource["component"]
            }
            units = {one["unit"] for one in numbers.values() if "unit" in one}
            found[code, units.pop() if units else ""] = {
                name: quantity["value"] for name, quantity in numbers.items()
            }
    return found


def get(machine, token, **query):
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return machine.get(f"Observation/$stats?{asked}", token)


class TestTheNumbers:
    def test_are_right_and_exact(self, world, machine, anna):
        heard = get(machine, anna, subject=world.anna_at_x.patient, code="15074-8", statistic=ALL)
        found = groups(heard)
        assert found["15074-8", "mmol/L"] == {
            "average": "5.8",
            "maximum": "7",
            "minimum": "5.1",
            "count": "4",
            "total-count": "6",
            "median": "5.55",
            "std-dev": "0.876",
            "sum": "23.2",
            "variance": "0.767",
            "20-percent": "5.16",
            "80-percent": "6.34",
            "4-lower": "5.175",
            "4-upper": "6.175",
        }

    def test_are_of_each_unit_apart(self, world, machine, anna):
        heard = get(
            machine,
            anna,
            subject=world.anna_at_x.patient,
            code="15074-8",
            statistic="average,std-dev",
        )
        assert groups(heard)["15074-8", "mg/dL"] == {"average": "90"}

    def test_are_of_each_code_and_of_all_entries_of_an_apps_person(self, machine, anna):
        query = {"code": "15074-8&code=2345-7", "system": LOINC, "statistic": "count,sum"}
        assert groups(get(machine, anna, **query)) == {
            ("15074-8", "mmol/L"): {"count": "5", "sum": "29.25"},
            ("15074-8", "mg/dL"): {"count": "1", "sum": "90"},
            ("2345-7", "mmol/L"): {"count": "1", "sum": "4"},
        }

    def test_of_another_system_are_none(self, machine, anna):
        heard = get(machine, anna, code="15074-8", system="http://snomed.info/sct", statistic="sum")
        assert heard.json == {"resourceType": "Parameters"}

    def test_are_of_the_period(self, world, machine, anna):
        whose = f"Patient/{world.anna_at_x.patient}"
        body = {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "subject", "valueUri": whose},
                {"name": "coding", "valueCoding": {"system": LOINC, "code": "15074-8"}},
                {"name": "period", "valuePeriod": {"start": "2025-02-02", "end": "2025-02-03"}},
                {"name": "statistic", "valueCode": "count"},
                {"name": "statistic", "valueCode": "sum"},
            ],
        }
        heard = machine.call("POST", "Observation/$stats", anna, body)
        assert groups(heard) == {("15074-8", "mmol/L"): {"count": "2", "sum": "11.1"}}
        told = heard.json["parameter"][0]["resource"]
        assert told["subject"] == {"reference": whose}
        assert told["effectivePeriod"]["start"] == "2025-02-02T00:00:00+00:00"

    def test_are_of_the_last_hours(self, world, machine, anna):
        now = datetime.now(UTC)
        at = world.anna_at_y
        measured(at, "8867-4", (now - timedelta(hours=1)).isoformat(), 70, unit="/min")
        measured(at, "8867-4", (now - timedelta(hours=9)).isoformat(), 90, unit="/min")
        query = {"code": "8867-4", "duration": "2.5", "statistic": "maximum"}
        assert groups(get(machine, anna, **query)) == {("8867-4", "/min"): {"maximum": "70"}}

    def test_come_with_what_they_are_of_when_asked(self, world, machine, anna):
        query = {"code": "2345-7", "statistic": "sum", "include": "true"}
        parameters = get(machine, anna, **query).json["parameter"]
        assert [one["name"] for one in parameters] == ["statistics", "source"]
        assert world.anna_at_x.canary in json.dumps(parameters[1])


class TestWho:
    def test_gets_nothing_of_anothers(self, world, machine, anna):
        query = {"code": "15074-8", "statistic": "maximum,count"}
        heard = get(machine, anna, subject=world.boris_at_x.patient, **query)
        assert heard.status == 404
        assert b"77.7" not in get(machine, anna, **query).body
        heard = get(machine, anna, subject="Patient/1", **query)
        assert heard.status == 404

    def test_a_system_names_a_patient_that_its_clinic_keeps(self, world, machine):
        x = system_token(world.x)
        query = {"code": "15074-8", "statistic": "maximum"}
        assert get(machine, x, **query).status == 403
        assert get(machine, x, subject=world.anna_at_y.patient, **query).status == 404
        heard = get(machine, x, subject=world.boris_at_x.patient, **query)
        assert groups(heard) == {("15074-8", "mmol/L"): {"maximum": "77.7"}}

    def test_counts_what_a_scope_is_narrowed_to(self, world, machine):
        query = "code=2345-7,15074-8&date=ge2025-02-02&date=lt2025-02-04"
        token = app_token(world.anna, scopes=(f"patient/Observation.rs?{query}",))
        heard = get(machine, token, code="15074-8", statistic="count,sum")
        assert groups(heard) == {("15074-8", "mmol/L"): {"count": "2", "sum": "11.1"}}

    def test_needs_the_scope(self, world, machine):
        token = app_token(world.anna, scopes=("patient/Condition.rs",))
        assert get(machine, token, code="1", statistic="sum").status == 403


@pytest.mark.parametrize(
    "query",
    [
        "",
        "code=1",
        "statistic=sum",
        "code=1&statistic=nonsense",
        "code=&statistic=sum",
        "code=1&statistic=sum&duration=x",
        "code=1&statistic=sum&duration=-1",
        "code=1&statistic=sum&duration=nan",
        "code=1&statistic=sum&duration=1e99",
        "code=1&statistic=sum&duration=1&period=2025/2026",
        "code=1&statistic=sum&period=x",
        "code=1&statistic=sum&period=2026/2025",
        "code=1&statistic=sum&include=maybe",
        "code=1&statistic=sum&nonsense=1",
        "&".join(["statistic=sum", *("code=1" + str(n) for n in range(11))]),
    ],
)
def test_what_cannot_be_counted_is_refused(machine, anna, query):
    heard = machine.get(f"Observation/$stats?{query}", anna)
    assert heard.status == 400
    assert heard.json["issue"][0]["diagnostics"]
