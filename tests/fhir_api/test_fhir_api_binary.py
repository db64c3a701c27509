"""Binaries as their bytes: how they come and go, whose they are, and that no browser runs them."""

import base64
import json

import pytest
from bearers import app_token, system_token

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n\xff\x00\r\n%%EOF"
CDA = b'<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"/>'


@pytest.fixture(scope="module")
def x(world):
    return system_token(world.x)


@pytest.fixture(scope="module")
def anna(world):
    return app_token(world.anna)


@pytest.fixture(scope="module")
def owner(world):
    return f"Patient/{world.anna_at_x.patient}"


@pytest.fixture(scope="module")
def scan(machine, x, owner):
    """The address of a PDF of Anna's."""
    headers = {"content_type": "application/pdf", "x_security_context": owner}
    return f"Binary/{machine.call('POST', 'Binary', x, PDF, **headers).json['id']}"


def send(machine, token, body, *, method="POST", path="Binary", **headers):
    return machine.call(method, path, token, body, **headers)


class TestBytes:
    def test_are_a_binary_of_the_patient_that_the_header_names(self, machine, anna, owner, scan):
        resource = machine.get(scan, anna).json
        assert resource["contentType"] == "application/pdf"
        assert resource["securityContext"] == {"reference": owner}
        assert base64.b64decode(resource["data"]) == PDF

    @pytest.mark.parametrize(
        "accept", ["application/pdf", "application/pdf, application/fhir+json;q=0.5", "image/png"]
    )
    def test_go_out_where_none_of_fhirs_types_is_wished_most(
        self, machine, x, anna, owner, scan, accept
    ):
        for token in (x, anna):
            for path in (scan, f"{scan}/_history/1"):
                heard = machine.get(path, token, accept=accept)
                assert (heard.status, heard.body) == (200, PDF)
                assert heard.headers["content-type"] == "application/pdf"
                assert heard.headers["x-security-context"] == owner
                assert heard.headers["etag"] == 'W/"1"'

    @pytest.mark.parametrize(
        "accept",
        ["", "*/*", "application/fhir+json", "text/html;q=0.5, application/fhir+xml", "json"],
    )
    def test_stay_in_the_resource_where_that_is_wished(self, machine, anna, scan, accept):
        heard = machine.get(scan, anna, accept=accept)
        assert heard.headers["content-type"].startswith("application/fhir+")
        assert base64.b64encode(PDF) in heard.body

    def test_are_known_by_their_version(self, machine, anna, scan):
        headers = {"accept": "application/pdf", "if_none_match": 'W/"1"'}
        assert (machine.get(scan, anna, **headers).status) == 304
        head = machine.call("HEAD", scan, anna, accept="application/pdf")
        assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(PDF)))

    @pytest.mark.parametrize("form", ["application/pdf", "application/fhir%2Bxml"])
    def test_are_not_put_into_a_bundle(self, machine, anna, scan, form):
        entry = {"request": {"method": "GET", "url": f"{scan}?_format={form}"}}
        bundle = {"resourceType": "Bundle", "type": "batch", "entry": [entry]}
        (entry,) = machine.call("POST", "", anna, bundle).json["entry"]
        assert entry["resource"]["resourceType"] == "Binary"

    def test_of_another_version_of_fhir_are_not_given(self, machine, anna, scan):
        heard = machine.get(scan, anna, accept="application/fhir+json; fhirVersion=3.0")
        assert heard.status == 406

    def test_of_anothers_are_not_there(self, world, machine, scan):
        for token in (app_token(world.boris), system_token(world.y)):
            heard = machine.get(scan, token, accept="application/pdf")
            assert (heard.status, heard.json["resourceType"]) == (404, "OperationOutcome")

    def test_may_be_sent_anew_under_an_id_of_the_clinics(self, machine, x, owner):
        headers = {"content_type": "text/plain; charset=utf-8", "x_security_context": owner}
        path = {"method": "PUT", "path": "Binary/scan-17"}
        first = send(machine, x, b"one", **path, **headers)
        assert first.status == 201
        again = send(machine, x, b"two", **path, **headers, if_match='W/"1"')
        assert (again.status, again.json["meta"]["versionId"]) == (200, "2")
        assert send(machine, x, b"three", **path, **headers, if_match='W/"1"').status == 412
        heard = machine.get("Binary/scan-17", x, accept="text/plain")
        assert (heard.body, heard.headers["content-type"]) == (b"two", "text/plain; charset=utf-8")
        former = machine.get("Binary/scan-17/_history/1", x, accept="text/plain")
        assert former.body == b"one"

    def test_are_made_once_with_a_key(self, machine, x, owner):
        headers = {"content_type": "a/b", "x_security_context": owner, "idempotency_key": "raw"}
        made, again = (send(machine, x, b"once", **headers) for _ in range(2))
        assert made.json["id"] == again.json["id"]
        assert send(machine, x, b"otherwise", **headers).status == 422

    @pytest.mark.parametrize("kind", ["application/xml", "text/xml", "application/json"])
    def test_of_xml_and_json_are_what_the_header_says(self, machine, x, owner, kind):
        body = CDA if "xml" in kind else b'{"a": 1}'
        made = send(machine, x, body, content_type=kind, x_security_context=owner)
        assert (made.status, made.json["contentType"]) == (201, kind)
        assert base64.b64decode(made.json["data"]) == body
        assert send(machine, x, body, content_type=kind).status == 400


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("body", "headers", "status"),
        [
            (PDF, {"content_type": "application/pdf"}, 400),
            (b"", {"content_type": "application/pdf", "x_security_context": "{}"}, 400),
            (PDF, {"content_type": "", "x_security_context": "{}"}, 415),
            (PDF, {"content_type": "pdf", "x_security_context": "{}"}, 415),
            (PDF, {"content_type": "application/fhir+json", "x_security_context": "{}"}, 400),
            (PDF, {"content_type": "application/pdf", "x_security_context": "Patient/"}, 422),
            (PDF, {"content_type": "application/pdf", "x_security_context": 'x", "y'}, 422),
        ],
    )
    def test_has_no_owner_no_type_or_nothing_in_it(self, machine, x, owner, body, headers, status):
        sent = {name: text.replace("{}", owner) for name, text in headers.items()}
        heard = send(machine, x, body, **sent)
        assert (heard.status, heard.json["resourceType"]) == (status, "OperationOutcome")

    def test_is_another_clinics_patients_or_an_apps(self, world, machine, x, owner):
        theirs = f"Patient/{world.anna_at_y.patient}"
        nobodys = theirs[:-1] + "a"
        answers = [
            send(machine, x, PDF, content_type="application/pdf", x_security_context=one)
            for one in (theirs, nobodys)
        ]
        assert answers[0].status == answers[1].status in {404, 422}
        app = app_token(world.anna, scopes=("patient/*.cruds",))
        headers = {"content_type": "application/pdf", "x_security_context": owner}
        assert send(machine, app, PDF, **headers).status == 403
        narrow = system_token(world.x, scopes=("system/Observation.cruds",))
        assert send(machine, narrow, PDF, **headers).status == 403

    def test_is_of_another_type(self, machine, x, owner):
        headers = {"content_type": "application/pdf", "x_security_context": owner}
        assert send(machine, x, PDF, path="Observation", **headers).status == 415
        assert machine.get(owner, x, accept="application/pdf").status == 406


class TestABrowser:
    @pytest.mark.parametrize(
        ("said", "kind"),
        [
            ("text/html", "text/html"),
            ("image/svg+xml", "image/svg+xml"),
            ("text/html\nx: y", "application/octet-stream"),
            ("Документ", "application/octet-stream"),
        ],
    )
    def test_runs_nothing_of_what_it_holds(self, machine, x, owner, said, kind):
        page = b"<script>alert(1)</script>"
        sent = {
            "resourceType": "Binary",
            "contentType": said,
            "securityContext": {"reference": owner},
            "data": base64.b64encode(page).decode(),
        }
        made = machine.call("POST", "Binary", x, json.dumps(sent).encode(), content_type="json")
        heard = machine.get(f"Binary/{made.json['id']}", x, accept="text/html")
        assert (heard.body, heard.headers["content-type"]) == (page, kind)
        assert heard.headers["content-disposition"] == "attachment"
        assert heard.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert heard.headers["x-content-type-options"] == "nosniff"
        assert heard.headers["cache-control"] == "no-store"
