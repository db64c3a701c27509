"""A clinic's system on its way to a token (SMART Backend Services)."""

import json
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from jwt.algorithms import ECAlgorithm
from keys import RSA, Pair

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def answer_of(request):
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)


def demo_clients(service):
    return json.loads((service.home / "demo-clients.json").read_text(encoding="utf-8"))


def added(service, kind, name, *more):
    """Register a program on the machine; its client_id."""
    said = ("--kind", kind, "--name", name, "--publisher", "ООО «Вымысел»")
    made = service.call("client", "add", *said, *more)
    assert made.returncode == 0, made.stderr
    return made.stdout.split()[1]


class ClinicSystem:
    """Knows the FHIR base, its own client_id and its key; the rest it is told by the server."""

    def __init__(self, service, client_id, pair, kid):
        self.base = f"http://localhost:{service.port}/fhir"
        self.client_id, self.pair, self.kid = client_id, pair, kid

    @classmethod
    def of_the_demo(cls, service):
        known = demo_clients(service)["system"]
        private = known["private_key"]
        pair = Pair("ES384", ECAlgorithm.from_jwk(private), ECAlgorithm.to_jwk)
        return cls(service, known["client_id"], pair, private["kid"])

    @classmethod
    def registered(cls, service, file):
        file.write_text(json.dumps({"keys": [RSA.public("r")]}))
        file.chmod(0o644)
        name = demo_clients(service)["system"]["clinic"]
        clinics = service.call("client", "clinics").stdout.splitlines()
        (clinic,) = (line.split()[0] for line in clinics if line.endswith(name))
        keys = ("--scope", "system/*.cruds", "--jwks", str(file), "--clinic", clinic)
        return cls(service, added(service, "system", "Вторая система", *keys), RSA, "r")

    def token(self):
        told = answer_of(f"{self.base}/.well-known/smart-configuration")
        assert self.pair.algorithm in told["token_endpoint_auth_signing_alg_values_supported"]
        address = told["token_endpoint"]
        form = {
            "grant_type": "client_credentials",
            "scope": "system/*.cruds",
            "client_assertion_type": ASSERTION,
            "client_assertion": self.pair.assertion(self.client_id, kid=self.kid, aud=address),
        }
        given = answer_of(Request(address, urlencode(form).encode()))
        assert given["expires_in"] <= 300
        return given["access_token"]
