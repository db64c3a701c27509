"""What programs are told of us: SMART's configuration, and OpenID's, which is a part of it."""

from typing import Any, Final

from django.urls import reverse

from medkarta.clients import dpop
from medkarta.clients.identity import ALGORITHM
from medkarta.clients.rules import pkce
from medkarta.oauth import addresses

_ALGORITHMS: Final = ["RS384", "ES384"]
_CAPABILITIES: Final = [
    "launch-standalone",
    "launch-ehr",
    "client-public",
    "client-confidential-symmetric",
    "client-confidential-asymmetric",
    "sso-openid-connect",
    "context-standalone-patient",
    "context-ehr-patient",
    "permission-offline",
    "permission-patient",
    "permission-v1",
    "permission-v2",
]


def configuration() -> dict[str, Any]:
    """https://hl7.org/fhir/smart-app-launch/conformance.html."""
    at = addresses.issuer()
    methods = ["private_key_jwt", "client_secret_basic"]
    return {
        **_both(),
        "introspection_endpoint": at + reverse("oauth_introspect"),
        "introspection_endpoint_auth_methods_supported": methods,
        "revocation_endpoint": at + reverse("oauth_revoke"),
        "revocation_endpoint_auth_methods_supported": [*methods, "none"],
        "management_endpoint": at + reverse("apps"),
        "capabilities": _CAPABILITIES,
    }


def openid_configuration() -> dict[str, Any]:
    """https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata."""
    return {
        **_both(),
        "userinfo_endpoint": addresses.userinfo_url(),
        "prompt_values_supported": ["login", "consent"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "claims_supported": [
            *("iss", "aud", "sub", "iat", "exp", "nonce", "auth_time", "fhirUser"),
        ],
        "request_uri_parameter_supported": False,
    }


def _both() -> dict[str, Any]:
    at = addresses.issuer()
    methods = ["private_key_jwt", "client_secret_basic"]
    return {
        "issuer": at,
        "authorization_endpoint": at + reverse("oauth_authorize"),
        "token_endpoint": addresses.token_url(),
        "token_endpoint_auth_methods_supported": [*methods, "none"],
        "token_endpoint_auth_signing_alg_values_supported": _ALGORITHMS,
        "dpop_signing_alg_values_supported": list(dpop.CURVES),
        "jwks_uri": at + reverse("oauth_jwks"),
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": [pkce.METHOD],
        "authorization_response_iss_parameter_supported": True,
        "scopes_supported": [
            "openid",
            "fhirUser",
            "launch",
            "launch/patient",
            "offline_access",
            "patient/*.rs",
            "system/*.cruds",
        ],
    }
