"""The addresses that programs speak to."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from medkarta.clients import actions, dpop
from medkarta.clients import queries as clients
from medkarta.clients.actions import Issued
from medkarta.clients.identity import Identity
from medkarta.clients.known import ClientView
from medkarta.clients.rules.errors import Code, OAuthError
from medkarta.clients.rules.kinds import Kind
from medkarta.foundation.ids import ResourceId, logical_id
from medkarta.oauth import addresses, requests
from medkarta.oauth.answers import answer, for_bearers, for_everybody, for_programs
from medkarta.oauth.configuration import configuration as smart_configuration
from medkarta.oauth.configuration import openid_configuration
from medkarta.oauth.requests import Form


@require_safe
@for_everybody
def configuration(request: HttpRequest) -> HttpResponse:
    """https://hl7.org/fhir/smart-app-launch/conformance.html#using-well-known."""
    del request
    return answer(smart_configuration())


@require_safe
@for_everybody
def openid(request: HttpRequest) -> HttpResponse:
    """https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig."""
    del request
    return answer(openid_configuration())


@require_safe
@for_everybody
def jwks(request: HttpRequest) -> HttpResponse:
    """The keys by which id_tokens are signed (RFC 7517 §5)."""
    del request
    return answer({"keys": clients.public_keys()})


@for_programs
def token(request: HttpRequest) -> HttpResponse:
    """A token for a code, for a refresh token, or for a system's word (RFC 6749 §3.2)."""
    now = timezone.now()
    form = requests.form_of(request)
    grants = {
        "authorization_code": _for_code,
        "refresh_token": _for_refresh,
        "client_credentials": _for_system,
    }
    give = grants.get(form.get("grant_type", ""))
    if give is None:
        raise OAuthError(Code.UNSUPPORTED_GRANT_TYPE, "grant_type is not known here.")
    client = _client(request, form, now)
    proof_key = actions.prove_key(
        client=client,
        word=request.headers.get("dpop", ""),
        address=addresses.token_url(),
        now=now,
    )
    issued = give(request, client, form, proof_key, now)
    told = _told(issued)
    if issued.identity is not None:
        told["id_token"] = _id_token(issued, issued.identity, client, now)
    return answer(told)


@for_bearers
def userinfo(request: HttpRequest) -> HttpResponse:
    """Whose the token is: https://openid.net/specs/openid-connect-core-1_0.html#UserInfo."""
    now = timezone.now()
    word, by_proof = requests.token_of(request)
    found = clients.token_shown(word, now=now)
    if found is None:
        raise OAuthError(Code.INVALID_TOKEN, "The token is not valid, or not any more.")
    if by_proof or found.proof_key:
        shown = dpop.Shown(
            method=request.method or "", address=addresses.userinfo_url(), token=word
        )
        actions.prove_held_key(
            proof_key=found.proof_key if by_proof else "",
            word=request.headers.get("dpop", ""),
            shown=shown,
            now=now,
        )
    if found.identity is None:
        raise OAuthError(Code.INSUFFICIENT_SCOPE, "The person did not allow openid.")
    return answer(found.identity.claims(base=addresses.base()))


@for_programs
def introspect(request: HttpRequest) -> HttpResponse:
    """What a token of one's own is worth now (RFC 7662); of all others it is «not active»."""
    now = timezone.now()
    form = requests.form_of(request)
    client = _client(request, form, now)
    if not client.confidential:
        raise OAuthError(Code.INVALID_CLIENT, "This address asks for a proof.")
    found = clients.token_of(client, form.get("token", ""), now=now)
    if found is None:
        return answer({"active": False})
    told: dict[str, Any] = {
        "active": True,
        "token_type": "DPoP" if found.proof_key else "Bearer",
        "client_id": client.client_id,
        "scope": found.scope,
        "iat": int(found.issued_at.timestamp()),
        "exp": int(found.expires_at.timestamp()),
        "iss": addresses.issuer(),
    }
    if found.patient is not None:
        told["patient"] = logical_id(found.patient, ResourceId(found.patient))
    if found.proof_key:
        told["cnf"] = {"jkt": found.proof_key}
    if found.identity is not None:
        told.update(found.identity.claims(base=addresses.base()))
    return answer(told)


@for_programs
def revoke(request: HttpRequest) -> HttpResponse:
    """A program gives a token back (RFC 7009): the same answer whether there was one or not."""
    now = timezone.now()
    form = requests.form_of(request)
    client = _client(request, form, now)
    actions.revoke(
        client=client,
        token=form.get("token", ""),
        origin=requests.origin(request, client.name),
        now=now,
    )
    return HttpResponse()


def _client(request: HttpRequest, form: Form, now: datetime) -> ClientView:
    return actions.authenticate_client(
        shown=requests.shown_by(request, form), audience=addresses.token_url(), now=now
    )


def _for_code(
    request: HttpRequest, client: ClientView, form: Form, proof_key: str, now: datetime
) -> Issued:
    _must_be_an_app(client)
    exchange = actions.Exchange(
        code=form.get("code", ""),
        redirect_uri=form.get("redirect_uri", ""),
        verifier=form.get("code_verifier", ""),
        proof_key=proof_key,
    )
    origin = requests.origin(request, client.name)
    return actions.exchange_code(client=client, exchange=exchange, origin=origin, now=now)


def _for_refresh(
    request: HttpRequest, client: ClientView, form: Form, proof_key: str, now: datetime
) -> Issued:
    _must_be_an_app(client)
    renewal = actions.Renewal(
        token=form.get("refresh_token", ""), scope=form.get("scope", ""), proof_key=proof_key
    )
    origin = requests.origin(request, client.name)
    return actions.refresh(client=client, renewal=renewal, origin=origin, now=now)


def _for_system(
    request: HttpRequest, client: ClientView, form: Form, proof_key: str, now: datetime
) -> Issued:
    del request
    return actions.issue_to_system(
        client=client, scope=form.get("scope", ""), proof_key=proof_key, now=now
    )


def _must_be_an_app(client: ClientView) -> None:
    if client.kind is not Kind.APP:
        raise OAuthError(Code.UNAUTHORIZED_CLIENT, "Only an app of citizens may do this.")


def _id_token(issued: Issued, identity: Identity, client: ClientView, now: datetime) -> str:
    """Who signed in, for this app alone and as long as its access token."""
    at = int(now.timestamp())
    said = {
        "iss": addresses.issuer(),
        "aud": client.client_id,
        "iat": at,
        "exp": at + int(issued.lasts.total_seconds()),
    }
    return actions.signer(now=now).sign(said | identity.claims(base=addresses.base()))


def _told(issued: Issued) -> dict[str, Any]:
    told: dict[str, Any] = {
        "access_token": issued.access_token,
        "token_type": "DPoP" if issued.proof_key else "Bearer",
        "expires_in": int(issued.lasts.total_seconds()),
        "scope": issued.scope,
    }
    if issued.refresh_token:
        told["refresh_token"] = issued.refresh_token
    if issued.patient is not None:
        told["patient"] = logical_id(issued.patient, ResourceId(issued.patient))
        told["need_patient_banner"] = True
    return told
