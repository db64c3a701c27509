"""The client_secret of ESIA: a detached CMS signature over what the request says."""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs7
from cryptography.x509 import load_pem_x509_certificate

from medkarta.accounts.esia import openssl

RS256 = "RS256"
GOST = "GOST3410_2012_256"
ALGORITHMS = (RS256, GOST)


class Signer(Protocol):
    """Signs as one client of ESIA."""

    def sign(self, text: str) -> bytes:
        """A detached CMS in DER over the UTF-8 text."""

    def certificate_hash(self) -> str:
        """The digest by which ESIA finds our certificate, in hexadecimal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RsaSigner:
    """RSA with SHA-256."""

    key: Path
    certificate: Path

    def sign(self, text: str) -> bytes:
        key = load_pem_private_key(self.key.read_bytes(), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("ESIA_KEY is no RSA key")
        certificate = load_pem_x509_certificate(self.certificate.read_bytes())
        builder = pkcs7.PKCS7SignatureBuilder().set_data(text.encode())
        return builder.add_signer(certificate, key, SHA256()).sign(
            Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        )

    def certificate_hash(self) -> str:
        return hashlib.sha256(_der(self.certificate)).hexdigest().upper()


@dataclass(frozen=True, kw_only=True, slots=True)
class GostSigner:
    """ГОСТ Р 34.10-2012, 256 bits."""

    key: Path
    certificate: Path

    def sign(self, text: str) -> bytes:
        return openssl.sign_detached(text.encode(), key=self.key, certificate=self.certificate)

    def certificate_hash(self) -> str:
        body = b"".join(self.certificate.read_bytes().splitlines()[1:-1])
        return openssl.digest(base64.b64decode(body)).upper()


def signer(algorithm: str, *, key: Path, certificate: Path) -> Signer:
    """Who signs by this algorithm."""
    kind = GostSigner if algorithm == GOST else RsaSigner
    return kind(key=key, certificate=certificate)


def client_secret(by: Signer, *parts: str) -> str:
    """Base64url of the signature over the parts, one after another with nothing between."""
    return base64.urlsafe_b64encode(by.sign("".join(parts))).decode()


def _der(certificate: Path) -> bytes:
    return load_pem_x509_certificate(certificate.read_bytes()).public_bytes(Encoding.DER)
