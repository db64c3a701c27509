"""What a program sends: a form, read strictly, and how it says who it is."""

import base64
import binascii
from typing import Final
from urllib.parse import unquote_plus

from django.http import HttpRequest

from medkarta.accounts.sessions import origin_of
from medkarta.audit.drafts import Origin
from medkarta.clients.actions import Shown
from medkarta.clients.rules.errors import Code, OAuthError

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST: Final = 10_000
_FORM: Final = "application/x-www-form-urlencoded"
_BY_PROOF: Final = "dpop"
_SCHEMES: Final = frozenset({"bearer", _BY_PROOF})
Form = dict[str, str]


def form_of(request: HttpRequest) -> Form:
    """The parameters of the body; of the address none is taken. Raises `OAuthError`."""
    if request.content_type != _FORM or request.GET:
        raise OAuthError(Code.INVALID_REQUEST, f"Parameters come in the body, as {_FORM}.")
    given = {name: request.POST.getlist(name) for name in request.POST}
    if any(len(values) > 1 or len(values[0]) > _LONGEST for values in given.values()):
        raise OAuthError(Code.INVALID_REQUEST, "A parameter stands twice or is too long.")
    return {name: values[0] for name, values in given.items()}


def shown_by(request: HttpRequest, form: Form) -> Shown:
    """How the program proves itself: one way or none. Raises `OAuthError`."""
    header = request.headers.get("authorization", "")
    assertion = form.get("client_assertion", "")
    if assertion and form.get("client_assertion_type") != ASSERTION_TYPE:
        raise OAuthError(Code.INVALID_REQUEST, "client_assertion_type is not known.")
    if "client_secret" in form or (header and assertion):
        raise OAuthError(Code.INVALID_REQUEST, "One proof: a signed assertion, or HTTP Basic.")
    if not header:
        refreshes = form.get("grant_type") == "refresh_token"
        return Shown(
            client_id=form.get("client_id", ""),
            assertion=assertion,
            refresh_token=form.get("refresh_token", "") if refreshes else "",
        )
    client_id, secret = _basic(header)
    if form.get("client_id", client_id) != client_id:
        raise OAuthError(Code.INVALID_REQUEST, "client_id is another one in the header.")
    return Shown(client_id=client_id, secret=secret)


def token_of(request: HttpRequest) -> tuple[str, bool]:
    """The token in the header, and whether it comes with the proof of a key. Raises `OAuthError`.

    Of the body and the address none is taken: what stands there is written down too often.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() not in _SCHEMES or not token:
        raise OAuthError(Code.INVALID_TOKEN, "Name a token: Authorization: Bearer …")
    return token, scheme.lower() == _BY_PROOF


def origin(request: HttpRequest, client_id: str) -> Origin:
    """Where the request came from, for the log."""
    return origin_of(request, client_id)


def _basic(header: str) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    try:
        name, colon, secret = base64.b64decode(value, validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise OAuthError(Code.INVALID_REQUEST, "The Authorization header is no Basic.") from error
    if scheme.lower() != "basic" or not colon:
        raise OAuthError(Code.INVALID_REQUEST, "The Authorization header is no Basic.")
    return unquote_plus(name), unquote_plus(secret)
