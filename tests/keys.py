"""Key pairs of programs, and the words that they sign."""

import base64
import hashlib
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


class ProofKey:
    """The key that a program's tokens are bound to (RFC 9449)."""

    def __init__(self, curve=ec.SECP256R1, algorithm="ES256"):
        self.private, self.algorithm = ec.generate_private_key(curve()), algorithm
        self.jwk = json.loads(ECAlgorithm.to_jwk(self.private.public_key()))

    @property
    def thumbprint(self):
        """RFC 7638."""
        known = {name: self.jwk[name] for name in ("crv", "kty", "x", "y")}
        return digest(json.dumps(known, separators=(",", ":")))

    def proof(self, method="POST", address=TOKEN_URL, *, token=None, header=None, **claims):
        said = {
            "jti": secrets.token_hex(8),
            "htm": method,
            "htu": address,
            "iat": int(datetime.now(UTC).timestamp()),
            "ath": None if token is None else digest(token),
            **claims,
        }
        said = {name: value for name, value in said.items() if value is not None}
        headers = {"typ": "dpop+jwt", "jwk": self.jwk, **(header or {})}
        return jwt.encode(said, self.private, algorithm=self.algorithm, headers=headers)


def digest(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
