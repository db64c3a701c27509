"""What a program is answered: JSON that no cache keeps, and to which origins (CORS)."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from medkarta.clients import dpop
from medkarta.clients import queries as clients
from medkarta.clients.rules.errors import Code, OAuthError

View = Callable[[HttpRequest], HttpResponse]
_Refuse = Callable[[HttpRequest, OAuthError], HttpResponse]
_REFUSED: Final = {
    Code.INVALID_CLIENT: 401,
    Code.INVALID_TOKEN: 401,
    Code.INSUFFICIENT_SCOPE: 403,
}
_FORMS: Final = ("POST",)
_LOOKS: Final = ("GET", "HEAD", "POST")


def answer(body: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """JSON that is kept nowhere (RFC 6749 §5.1)."""
    response = JsonResponse(dict(body), status=status)
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    return response


def for_programs(view: View) -> View:
    """Around an address that programs POST to: no cookies, no CSRF, errors as JSON.

    A browser's script may read the answer if it comes from the origin of an app's own redirect
    address; no cookie goes with it either way.
    """
    return _programs(view, _FORMS, _refused)


def for_bearers(view: View) -> View:
    """The same around an address that is asked with a token in its header (RFC 6750)."""
    return _programs(view, _LOOKS, _refused_bearer)


def _programs(view: View, methods: Sequence[str], refuse: _Refuse) -> View:
    @csrf_exempt
    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        if request.method == "OPTIONS":
            return _with_origin(request, HttpResponse(status=204), methods)
        if request.method not in methods:
            said = ", ".join(methods)
            words = {"error": Code.INVALID_REQUEST, "error_description": f"{said} only."}
            response = answer(words, status=405)
            response["Allow"] = f"{said}, OPTIONS"
            return response
        try:
            response = view(request)
        except OAuthError as error:
            response = refuse(request, error)
        return _with_origin(request, response, methods)

    return wrapped


def _refused(request: HttpRequest, error: OAuthError) -> HttpResponse:
    del request
    words = {"error": error.code, "error_description": error.words}
    response = answer(words, status=_REFUSED.get(error.code, 400))
    if error.code is Code.INVALID_CLIENT:
        response["WWW-Authenticate"] = 'Basic realm="medkarta"'
    return response


def _refused_bearer(request: HttpRequest, error: OAuthError) -> HttpResponse:
    """RFC 6750 §3, RFC 9449 §7.1: who has shown nothing is told of no error in the header."""
    response = _refused(request, error)
    if error.code is Code.INVALID_DPOP_PROOF:
        response.status_code = 401
        response["WWW-Authenticate"] = f'DPoP error="{error.code}", algs="{" ".join(dpop.CURVES)}"'
    elif "authorization" in request.headers:
        response["WWW-Authenticate"] = f'Bearer error="{error.code}"'
    else:
        response["WWW-Authenticate"] = "Bearer"
    return response


def for_everybody(view: View) -> View:
    """Around what anybody may read: scripts of every origin too."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        response = view(request)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return wrapped


def _with_origin(
    request: HttpRequest, response: HttpResponse, methods: Sequence[str]
) -> HttpResponse:
    origin = request.headers.get("origin", "")
    response["Vary"] = "Origin"
    if origin and origin in clients.app_origins():
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Methods"] = ", ".join(methods)
        response["Access-Control-Allow-Headers"] = "Authorization, Content-Type, DPoP"
        response["Access-Control-Max-Age"] = "600"
    return response
