"""What we are called at ESIA, with which keys we speak, and by which certificate we know it."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from medkarta.accounts.esia.signing import Signer, signer

# What we read and no more; ESIA shows this list to the person.
SCOPES = ("openid", "fullname", "birthdate", "gender", "snils", "medical_doc")


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """Our place at one ESIA. `redirect_uri` is registered there, letter by letter."""

    origin: str
    client_id: str
    key: Path
    certificate: Path
    provider_certificate: Path
    algorithm: str
    redirect_uri: str

    @property
    def issuer(self) -> str:
        """ESIA calls itself by plain http and a slash, whatever it is reached by."""
        return f"http://{urlsplit(self.origin).netloc}/"

    @property
    def scope(self) -> str:
        return " ".join(SCOPES)

    def signer(self) -> Signer:
        return signer(self.algorithm, key=self.key, certificate=self.certificate)


def configuration() -> Configuration | None:
    """As settings say; None: there is no ESIA here, and no button that speaks of it."""
    return None if settings.ESIA is None else Configuration(**settings.ESIA)
