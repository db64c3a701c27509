"""Key pairs of programs, and the words that they sign."""

import json
import secrets
from datetime import UTC, datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

TOKEN_URL = "http://localhost:8000/oauth/token"


class Pair:
    """A key pair for one algorithm."""

    def __init__(self, algorithm, private, to_jwk):
        self.algorithm, self.private, self._to_jwk = algorithm, private, to_jwk

    def public(self, kid):
        return {**json.loads(self._to_jwk(self.private.public_key())), "kid": kid, "use": "sig"}

    def assertion(self, client_id, *, kid="a", now=None, header=None, **claims):
        now = now or datetime.now(UTC)
        said = {
            "iss": client_id,
            "sub": client_id,
            "aud": TOKEN_URL,
            "exp": now + timedelta(minutes=4),
            "jti": secrets.token_hex(8),
            **claims,
        }
        said = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(
            said, self.private, algorithm=self.algorithm, headers={"kid": kid, **(header or {})}
        )


EC = Pair("ES384", ec.generate_private_key(ec.SECP384R1()), ECAlgorithm.to_jwk)
RSA = Pair("RS384", rsa.generate_private_key(65537, 2048), RSAAlgorithm.to_jwk)
