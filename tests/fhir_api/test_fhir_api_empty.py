"""Parameters that came empty ask for nothing: https://hl7.org/fhir/R4/search.html.

Where what is written, or opened, hangs on a condition they stay refused.
"""

from urllib.parse import quote, urlencode

import pytest
from bearers import app_token, system_token

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
EMPTY = ("code", "date", "_id", "_sort", "_elements", "_text", "_include", "_total", "patient")
ALSO = ("_summary", "_count", "_format", "_cursor", "code:missing", "subject.name", "_revinclude")


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


@pytest.fixture(scope="module")
def x(world):
    return system_token(world.x)


def ids(heard):
    assert heard.status == 200, heard.body
    return {one["resource"]["id"] for one in heard.json.get("entry", ())}


def self_of(heard):
    return next(one["url"] for one in heard.json["link"] if one["relation"] == "self")


class TestASearch:
    @pytest.mark.parametrize("name", [*EMPTY, *ALSO, "nonsense"])
    def test_is_as_without_them_and_says_so(self, machine, anna, name):
        whole = machine.get("Observation?status=final", anna)
        for query in (f"{name}=&status=final", f"status=final&{name}"):
            heard = machine.get(f"Observation?{query}", anna, prefer="handling=strict")
            assert ids(heard) == ids(whole) != set()
            assert self_of(heard) == self_of(whole)

    @pytest.mark.parametrize("name", [*EMPTY, *ALSO])
    def test_by_form_is_so_too(self, machine, anna, name):
        whole = ids(machine.get("Observation", anna))
        body = f"{name}=".encode()
        heard = machine.call("POST", "Observation/_search", anna, body, content_type=FORM)
        assert ids(heard) == whole
        assert self_of(heard).endswith("/Observation")

    def test_of_a_compartment_is_so_too(self, world, machine, anna):
        at = f"Patient/{world.anna_at_x.patient}"
        for path, query in ((f"{at}/Observation", "code=&_sort="), (f"{at}/*", "_type=&code=")):
            whole, heard = machine.get(path, anna), machine.get(f"{path}?{query}", anna)
            assert ids(heard) == ids(whole) != set()
            assert self_of(heard) == self_of(whole)
        heard = machine.get(f"{at}/*?_elements=&_summary=&_cursor=&_count=", anna)
        assert ids(heard) == ids(machine.get(f"{at}/*", anna))

    @pytest.mark.parametrize("name", ["patient", "subject", "_id", "patient.identifier"])
    def test_of_a_system_that_so_names_no_patient_names_none(self, machine, x, name):
        without = machine.get("Observation", x)
        for query in (f"{name}=", f"{name}=&code=718-7"):
            heard = machine.get(f"Observation?{query}", x)
            assert (heard.status, heard.json) == (without.status, without.json)
        assert without.status != 200 or not ids(without)

    def test_of_subscriptions_is_so_too(self, machine, anna):
        heard = machine.get("Subscription?status=&_sort=&_id=", anna)
        assert (heard.status, self_of(heard).endswith("/Subscription")) == (200, True)

    @pytest.mark.parametrize("query", ["code=,", "code=a,", "_sort=,", "code:text=|,"])
    def test_has_no_empty_value_beside_another(self, machine, anna, query):
        assert machine.get(f"Observation?{query}", anna).status == 400


class TestWhatIsNoSearch:
    @pytest.mark.parametrize("condition", ["identifier=", "_id=", "identifier=s|1&_id="])
    def test_as_a_condition_of_a_write_is_refused(self, machine, x, condition):
        body = {"resourceType": "Organization", "name": "Никого"}
        heard = machine.call("POST", "Organization", x, body, if_none_exist=condition)
        assert heard.status == 400, heard.body
        for method in ("PUT", "DELETE"):
            sent = body if method == "PUT" else b""
            heard = machine.call(method, f"Organization?{condition}", x, sent)
            assert heard.status == 400, heard.body
        patch = b'[{"op": "remove", "path": "/name"}]'
        heard = machine.call(
            "PATCH",
            f"Organization?{condition}",
            x,
            patch,
            content_type="application/json-patch+json",
        )
        assert heard.status == 400, heard.body

    @pytest.mark.parametrize("criteria", ["Observation?code=", "Observation?status=final&code="])
    def test_as_criteria_of_a_subscription_is_refused(self, machine, anna, criteria):
        subscription = {
            "resourceType": "Subscription",
            "status": "requested",
            "reason": "r",
            "criteria": criteria,
            "channel": {"type": "rest-hook", "endpoint": "https://app.example/hook"},
        }
        heard = machine.call("POST", "Subscription", anna, subscription)
        assert heard.status in {400, 422}
        assert "a value is empty" in heard.words

    def test_as_a_filter_of_an_export_is_refused(self, machine, x):
        query = urlencode({"_typeFilter": "Observation?code="})
        heard = machine.get(f"Patient/$export?{query}", x, prefer="respond-async")
        assert (heard.status, "a value is empty" in heard.words) == (400, True)


@pytest.fixture(scope="module")
def told(world):
    return world.anna_at_x.put(
        {
            "resourceType": "Observation",
            "text": {
                "status": "generated",
                "div": '<div xmlns="http://www.w3.org/1999/xhtml">острый бронхит</div>',
            },
            "status": "final",
            "code": {"text": "c"},
            "subject": {"reference": f"Patient/{world.anna_at_x.patient}"},
        }
    )


class TestAForm:
    @pytest.mark.parametrize(
        "text", ["острый", "острый+бронхит", quote("острый"), "о" + quote("стр")]
    )
    def test_may_hold_utf_8_as_it_is(self, machine, anna, told, text):
        body = f"_text={text}".encode()
        heard = machine.call("POST", "Observation/_search", anna, body, content_type=FORM)
        assert ids(heard) == {told}
        address = self_of(heard)
        assert "остр" not in address
        assert quote("остр") not in address
        path = address.partition("/fhir/")[2]
        assert ids(machine.get(path, anna)) == {told}

    def test_in_another_encoding_is_refused(self, machine, anna):
        body = "_text=острый".encode("cp1251")
        heard = machine.call("POST", "Observation/_search", anna, body, content_type=FORM)
        assert (heard.status, "not UTF-8" in heard.words) == (400, True)
