"""Whom an app is told that it reads for: the claims of an id_token.

https://openid.net/specs/openid-connect-core-1_0.html#IDToken, SMART App Launch «Scopes for
requesting identity data».
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from medkarta.foundation.ids import PatientId, ResourceId, logical_id

ALGORITHM: Final = "RS256"  # the one that every OpenID library and SMART's reads


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Who the person is to this one app; `patient` None: the app was not told of their entry."""

    subject: str
    patient: PatientId | None
    nonce: str = ""
    signed_in_at: datetime | None = None

    def claims(self, *, base: str) -> dict[str, Any]:
        """`sub` and what is known beside it. `base`: of the FHIR API."""
        said: dict[str, Any] = {"sub": self.subject}
        if self.patient is not None:
            said["fhirUser"] = (
                f"{base}/Patient/{logical_id(self.patient, ResourceId(self.patient))}"
            )
        if self.nonce:
            said["nonce"] = self.nonce
        if self.signed_in_at is not None:
            said["auth_time"] = int(self.signed_in_at.timestamp())
        return said


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """A private key and the name by which its public half is published."""

    kid: str
    key: RSAPrivateKey

    def sign(self, claims: dict[str, Any]) -> str:
        """The claims as a JWT."""
        return jwt.encode(claims, self.key, algorithm=ALGORITHM, headers={"kid": self.kid})
