"""Keys and certificates of the stand-in and of its one client, made at the first start."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from medkarta.accounts.esia import openssl

CLIENT: Final = "MEDKARTA"
_YEARS: Final = timedelta(days=3650)
_PRIVATE: Final = 0o600


@dataclass(frozen=True, slots=True)
class EsiaKeys:
    """Where they lie."""

    folder: Path

    @property
    def client_key(self) -> Path:
        return self.folder / "esia-client.key"

    @property
    def client_certificate(self) -> Path:
        return self.folder / "esia-client.pem"

    @property
    def provider_key(self) -> Path:
        return self.folder / "esia-provider.key"

    @property
    def provider_certificate(self) -> Path:
        return self.folder / "esia-provider.pem"

    @property
    def _pairs(self) -> list[tuple[str, Path, Path]]:
        return [
            (CLIENT, self.client_key, self.client_certificate),
            ("ESIA", self.provider_key, self.provider_certificate),
        ]

    @property
    def there(self) -> bool:
        return all(
            path.exists() for _, key, certificate in self._pairs for path in (key, certificate)
        )

    def make(self, now: datetime, *, gost: bool = False) -> None:
        """Make both pairs."""
        for name, key, certificate in self._pairs:
            if gost:
                _make_gost(name, key, certificate)
            else:
                _make_rsa(name, key, certificate, now)


def _make_rsa(name: str, key: Path, certificate: Path, now: datetime) -> None:
    # Late, so that the parent of a running service, who only asks whether they are there, is small.
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    begins = now.astimezone(UTC) - timedelta(days=1)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(made.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + _YEARS)
        .sign(made, SHA256())
    )
    private = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write(key, private)
    _write(certificate, signed.public_bytes(serialization.Encoding.PEM))


def _make_gost(name: str, key: Path, certificate: Path) -> None:
    options = ("-algorithm", "gost2012_256", "-pkeyopt", "paramset:A")
    _write(key, openssl.run("genpkey", "-engine", "gost", *options))
    request = ("-new", "-x509", "-days", "3650", "-subj", f"/CN={name}", "-md_gost12_256")
    made = openssl.run("req", "-engine", "gost", *request, "-key", str(key))
    _write(certificate, made)


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    temporary.replace(path)
