"""The API's description in OpenAPI, and a judge of others' making that takes it by its word.

schemathesis makes requests of the description, valid ones and broken ones, and compares the answers
with it. Which ones it makes is the same in every run.
"""

import json

import pytest
import schemathesis
from asgi_client import BASE
from bearers import app_token, system_token
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests import Request
from schemathesis import GenerationMode
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from medkarta.fhir.search.parameters import parameters_of
from medkarta.fhir_api.openapi.document import description
from medkarta.fhir_api.openapi.told import TOLD
from medkarta.fhir_api.routes import INTERACTIONS, OF_CLIENTS, OPERATIONS, route

pytestmark = pytest.mark.django_db
DOCUMENT = description(base=BASE)
ABOUT_THE_SERVER = ("/metadata", "/openapi.json")
DESCRIBED = [
    (method.upper(), path)
    for path, methods in DOCUMENT["paths"].items()
    for method in methods
    if method != "parameters" and path not in ABOUT_THE_SERVER
]
TYPES = ("Patient", "Observation", "Condition")
# Of each search type what is nearly right; what is quite wrong comes by itself.
NEARLY = {
    "date": ["2025", "ge2025-03-04", "eq2025-03-04T09:00:00+03:00", "2025-13"],
    "number": ["1", "gt0.1e2"],
    "quantity": ["140|http://unitsofmeasure.org|g/L", "gt1e99"],
    "token": ["718-7", "http://loinc.org|", "|", "true"],
    "uri": ["urn:a", "http://a.example"],
}
FEW = settings(
    derandomize=True,
    database=None,
    max_examples=10,
    suppress_health_check=list(HealthCheck),
)


class Known:
    """What there is in the world to ask about, and what may be written over."""

    def __init__(self, world):
        held = world.anna_at_x
        self.tokens = app_token(world.anna), system_token(world.x)
        self.patient = held.patient
        self.note = {
            "resourceType": "Observation",
            "status": "final",
            "code": {"text": "note"},
            "subject": {"reference": f"Patient/{held.patient}"},
        }
        self.to_read = [
            {"type": "Observation", "id": held.observation},
            {"type": "Patient", "id": held.patient},
            {"type": "Condition", "id": held.condition},
        ]
        self.to_write = [{"type": "Observation", "id": held.put(self.note)} for _ in range(5)]


@pytest.fixture(scope="module")
def known(world):
    return Known(world)


@pytest.fixture(scope="module")
def schema(known):
    """The description, its searches narrowed to such as find something, or nearly."""
    document = json.loads(json.dumps(DOCUMENT))
    kinds = {one.code: one.kind for kind in TYPES for one in parameters_of(kind).values()}
    sought = {
        code: {"anyOf": [{"enum": NEARLY[kind]}, {"type": "string"}]}
        for code, kind in kinds.items()
        if kind in NEARLY
    }
    search = document["components"]["parameters"]["search"]["schema"]
    controls = {name: of for name, of in search["properties"].items() if name.startswith("_")}
    search["properties"] = controls | sought | {"patient": {"enum": [known.patient]}}
    search["required"] = ["patient"]
    return schemathesis.openapi.from_dict(document)


@pytest.mark.parametrize(("method", "path"), DESCRIBED)
def test_whatever_is_asked_is_answered_as_described(machine, schema, known, method, path):
    operation = schema[path][method.lower()]
    right, broken = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)
    named = known.to_read if method == "GET" else known.to_write

    @FEW
    @given(
        case=right | broken,
        name=st.sampled_from([*named, {}]),
        body=st.sampled_from(["a note", "a note and more", "as it came"]),
    )
    def judged(case, name, body):
        for part in case.path_parameters.keys() & name.keys():
            case.path_parameters[part] = name[part]
        if body != "as it came" and case.media_type == "application/fhir+json":
            more = case.body if body == "a note and more" and isinstance(case.body, dict) else {}
            case.body = more | known.note
        for token in known.tokens:
            judge(machine, case, token)

    judged()


def judge(machine, case, token):
    asked = case.as_transport_kwargs(base_url=BASE)
    asked.pop("timeout", None)
    asked = Request(**asked).prepare()
    heard = machine.call(
        asked.method,
        asked.url.removeprefix(BASE).removeprefix("/"),
        token,
        asked.body.encode() if isinstance(asked.body, str) else asked.body or b"",
        content_type=asked.headers.get("content-type", ""),
        **{name: value for name, value in case.headers.items() if name != "Authorization"},
    )
    assert heard.status < 500, heard.body
    assert heard.status < 400 or b"OperationOutcome" in heard.body[:60]
    headers = {name: [value] for name, value in heard.headers.items()}
    response = Response(heard.status, headers, heard.body, asked, 0.0, verify=False)
    # Where nothing was wished back, there is no content either.
    of_content = [response_schema_conformance] if heard.body else []
    case.validate_response(response, checks=[status_code_conformance, *of_content])


def test_what_is_described_is_what_is_routed():
    tables = (INTERACTIONS, OPERATIONS, OF_CLIENTS)
    routed = [one for of in tables for methods in of.values() for one in methods.values()]
    words = {"{type}": "Patient", "{version}": "1", "{id}": "a", "{file}": "b"}
    described = {
        route(method, tuple(words.get(part, part) for part in path.split("/") if part))
        for method, path in DESCRIBED
    }
    assert described == set(routed) == TOLD.keys()
    assert len(DESCRIBED) == len(routed)


class TestWhereItIsServed:
    def test_it_needs_no_token_and_is_known_by_its_etag(self, machine):
        heard = machine.get("openapi.json")
        assert heard.status == 200
        assert heard.headers["content-type"] == "application/json"
        assert heard.headers["cache-control"] == "no-cache"
        assert heard.json == DOCUMENT
        again = machine.get("openapi.json", if_none_match=heard.headers["etag"])
        assert (again.status, again.body) == (304, b"")
        assert machine.get("openapi.json", if_none_match='"other"').status == 200

    def test_it_can_only_be_read(self, machine):
        assert machine.call("POST", "openapi.json").headers["allow"] == "GET, HEAD"
