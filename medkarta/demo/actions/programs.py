"""Two programs of the demo: an app that citizens may choose, and one clinic's system."""

import json
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from medkarta.clients import actions as clients
from medkarta.clients.queries import client_called
from medkarta.clients.rules.kinds import Kind
from medkarta.clinics import queries as clinics
from medkarta.demo.ports import DemoHome

APP_RETURNS: Final = ("http://localhost:9090/callback", "http://127.0.0.1:9090/callback")
_APP_SCOPE: Final = "launch launch/patient offline_access patient/*.rs"
_SYSTEM_SCOPE: Final = "system/*.cruds"
_BY: Final = clients.By(account_id=None, app="demo")


class NoProgramsError(Exception):
    """The demo's programs are not made yet."""


def programs_file(*, home: DemoHome) -> Path:
    """demo-clients.json, beside demo-people.json: also the system's private key (JWK)."""
    return home.demo_people.with_name("demo-clients.json")


def register_programs(*, home: DemoHome, now: datetime) -> None:
    """Make the demo's programs where they are not there yet. Repeatable.

    The file is written first: cut short, the next one registers what it says.
    """
    file = programs_file(home=home)
    if not file.exists():
        home.write_private(file, json.dumps(_made_up(), ensure_ascii=False, indent=1) + "\n")
    said = json.loads(file.read_text(encoding="utf-8"))
    app, system = said["app"], said["system"]
    new_app = clients.NewClient(
        client_id=app["client_id"],
        name=app["name"],
        publisher="ООО «Вымысел»",
        kind=Kind.APP,
        scope=app["scope"],
        redirect_uris=tuple(app["redirect_uris"]),
    )
    new_system = clients.NewClient(
        client_id=system["client_id"],
        name=system["name"],
        publisher=system["clinic"],
        kind=Kind.SYSTEM,
        scope=system["scope"],
        clinic_id=next(found for found, name in clinics.connected() if name == system["clinic"]),
        jwks={"keys": [_public(system["private_key"])]},
    )
    for new in (new_app, new_system):
        if client_called(new.client_id) is None:
            clients.register_client(new=new, by=_BY, now=now)


def token_of_system(*, home: DemoHome, now: datetime) -> str:
    """A token of the demo's system, as its own assertion would bring it: for five minutes.

    Raises `NoProgramsError`.
    """
    file = programs_file(home=home)
    if not file.exists():
        raise NoProgramsError
    said = json.loads(file.read_text(encoding="utf-8"))["system"]
    client = client_called(said["client_id"])
    if client is None:
        raise NoProgramsError
    return clients.issue_to_system(client=client, scope=said["scope"], now=now).access_token


def _made_up() -> dict[str, Any]:
    _, clinic = clinics.connected()[0]
    private = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()), as_dict=True)
    key = {**private, "kid": secrets.token_hex(8), "alg": "ES384", "use": "sig"}
    return {
        "app": {
            "client_id": f"demo-app-{secrets.token_hex(4)}",
            "name": "Дневник вымышленный",
            "redirect_uris": list(APP_RETURNS),
            "scope": _APP_SCOPE,
        },
        "system": {
            "client_id": f"demo-system-{secrets.token_hex(4)}",
            "name": "Система вымышленной клиники",
            "clinic": clinic,
            "scope": _SYSTEM_SCOPE,
            "private_key": key,
        },
    }


def _public(private: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in private.items() if name not in {"d", "key_ops"}}
