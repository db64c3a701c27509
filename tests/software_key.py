"""A passkey in software: makes and signs what a telephone or a key would (WebAuthn §6)."""

import base64
import hashlib
import json
import os
import struct

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from fido2 import cbor
from fido2.cose import ES256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(word):
    return base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))


class SoftwareKey:
    """One credential. What is handed over by name lies, as an attacker would."""

    def __init__(self, *, knows_person=True, counts=True):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.flags = PRESENT | (VERIFIED if knows_person else 0)
        self.counts = counts
        self.count = 0
        self.handle = b""

    def create(self, options, **lies):
        """The answer to `navigator.credentials.create`, as JSON."""
        asked = options["publicKey"]
        self.handle = raw(asked["user"]["id"])
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._data(asked["rp"]["id"], ATTESTED, **lies) + attested
        response = {
            "clientDataJSON": text(self._client_data("webauthn.create", asked, **lies)),
            "attestationObject": text(
                cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
            ),
        }
        return self._answer(response, {"credProps": {"rk": True}})

    def get(self, options, **lies):
        """The answer to `navigator.credentials.get`, as JSON."""
        asked = options["publicKey"]
        said = self._client_data("webauthn.get", asked, **lies)
        data = self._data(asked["rpId"], 0, **lies)
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": text(said),
            "authenticatorData": text(data),
            "signature": text(signature),
            "userHandle": text(lies.get("handle", self.handle)),
        }
        return self._answer(response, {})

    def _answer(self, response, extensions):
        return json.dumps(
            {
                "id": text(self.id),
                "rawId": text(self.id),
                "type": "public-key",
                "response": response,
                "clientExtensionResults": extensions,
            }
        )

    def _client_data(self, kind, asked, *, origin=None, framed=False, **_):
        return json.dumps(
            {
                "type": kind,
                "challenge": asked["challenge"],
                "origin": origin or settings.PUBLIC_ORIGIN,
                "crossOrigin": framed,
            }
        ).encode()

    def _data(self, rp_id, more, *, rp=None, flags=None, count=None, **_):
        if self.counts:
            self.count += 1
        count = self.count if count is None else count
        site = hashlib.sha256((rp or rp_id).encode()).digest()
        return site + struct.pack(">BI", (self.flags if flags is None else flags) | more, count)
