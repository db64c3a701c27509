"""What stands where, as programs are told."""

from django.conf import settings
from django.urls import reverse


def issuer() -> str:
    """Who we are, also as `iss` of our answers (RFC 9207)."""
    return str(settings.PUBLIC_ORIGIN)


def base() -> str:
    """The FHIR API's, as `aud` of an app's question and in the addresses of resources."""
    return f"{issuer()}/fhir"


def userinfo_url() -> str:
    """The address that says whose a token is."""
    return issuer() + reverse("oauth_userinfo")


def token_url() -> str:
    """The address that an assertion is made for."""
    return issuer() + reverse("oauth_token")
