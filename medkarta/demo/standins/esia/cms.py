"""Reading a client's detached CMS (RFC 5652 §5): enough of DER to check it, and nothing more."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate

from medkarta.accounts.esia import openssl

_SET, _OCTETS, _ATTRIBUTES = 0x31, 0x04, 0xA0
_LONG = 0x80
_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")


def verify(der: bytes, content: bytes, *, certificate: Path, gost: bool) -> bool:
    """Whether the certificate's key signed this content, with the content left outside."""
    if gost:
        return _verify_gost(der, content, certificate)
    key = load_pem_x509_certificate(certificate.read_bytes()).public_key()
    try:
        signed, signature = _signed(der, content)
        if not isinstance(key, RSAPublicKey):
            return False
        key.verify(signature, signed, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError, IndexError):
        return False
    return True


def _verify_gost(der: bytes, content: bytes, certificate: Path) -> bool:
    with TemporaryDirectory(prefix="medkarta-cms-") as folder:
        signature, text = Path(folder, "signature"), Path(folder, "text")
        signature.write_bytes(der)
        text.write_bytes(content)
        try:
            openssl.run(
                *("cms", "-verify", "-engine", "gost", "-binary", "-inform", "DER"),
                *("-in", str(signature), "-content", str(text)),
                *("-certfile", str(certificate), "-nointern", "-noverify"),
            )
        except openssl.OpensslFailedError:
            return False
    return True


def _signed(der: bytes, content: bytes) -> tuple[bytes, bytes]:
    """The bytes under the signature, and the signature. Raises ValueError and IndexError."""
    (whole,) = _parts(der)
    _, explicit = _parts(whole[1])
    (data,) = _parts(explicit[1])
    fields = list(_parts(data[1]))
    if len(list(_parts(fields[2][1]))) != 1:
        raise ValueError("the content must stay outside")
    (info,) = _parts(fields[-1][1])
    parts = list(_parts(info[1]))
    (signature,) = (value for tag, value, _ in parts if tag == _OCTETS)
    (attributes,) = (part for part in parts if part[0] == _ATTRIBUTES)
    wanted = hashlib.sha256(content).digest()
    (digests,) = (
        list(_parts(one)) for _, one, _ in _parts(attributes[1]) if one.startswith(_MESSAGE_DIGEST)
    )
    ((_, digest, _),) = _parts(digests[1][1])
    if digest != wanted:
        raise ValueError("another content")
    return bytes([_SET]) + attributes[2][1:], signature


def _parts(der: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Tag, value and the whole of each element that stands here."""
    at = 0
    while at < len(der):
        length, start = der[at + 1], at + 2
        if length >= _LONG:
            width = length - _LONG
            length, start = int.from_bytes(der[start : start + width]), start + width
        end = start + length
        if end > len(der):
            raise ValueError("cut off")
        yield der[at], der[start:end], der[at:end]
        at = end
