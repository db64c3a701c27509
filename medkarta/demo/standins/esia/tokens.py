"""The stand-in's id_token."""

import base64
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from medkarta.accounts.esia import openssl
from medkarta.demo.standins.esia.keys import EsiaKeys
from medkarta.demo.standins.esia.people import EsiaPerson

_LASTS = 3600


def claims_of(person: EsiaPerson, *, issuer: str, audience: str, now: float) -> dict[str, object]:
    """What is said of who signed in."""
    moment = int(now)
    about = "urn:esia:sbj"
    return {
        "iss": issuer,
        "aud": audience,
        "sub": person.oid,
        "nbf": moment,
        "iat": moment,
        "exp": moment + _LASTS,
        "auth_time": moment,
        "amr": "PWD",
        "urn:esia:amd": "PWD",
        "urn:esia:sid": f"stand-in-{person.oid}-{moment}",
        about: {
            f"{about}:oid": person.oid,
            f"{about}:typ": person.typ,
            f"{about}:nam": f"OID.{person.oid}",
            f"{about}:is_tru": person.trusted,
        },
    }


def sign(claims: dict[str, object], keys: EsiaKeys, *, gost: bool) -> str:
    """The token in compact form."""
    if not gost:
        import jwt  # noqa: PLC0415  # late, as cryptography comes with it

        return jwt.encode(claims, keys.provider_key.read_bytes(), algorithm="RS256")
    header = {"alg": "GOST3410_2012_256", "typ": "JWT", "ver": 0}
    signed = ".".join(_part(json.dumps(one).encode()) for one in (header, claims))
    return f"{signed}.{_part(_gost_signature(signed.encode(), keys.provider_key))}"


def _gost_signature(text: bytes, key: Path) -> bytes:
    with TemporaryDirectory(prefix="medkarta-token-") as folder:
        into = Path(folder, "signature")
        openssl.run(
            *("dgst", "-engine", "gost", "-md_gost12_256"),
            *("-sign", str(key), "-out", str(into)),
            given=text,
        )
        return into.read_bytes()


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
