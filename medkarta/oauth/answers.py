"""What a program is answered: JSON that no cache keeps, and to which origins (CORS)."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from medkarta.clients import queries as clients
from medkarta.clients.rules.errors import Code, OAuthError

View = Callable[[HttpRequest], HttpResponse]
_REFUSED: Final = {Code.INVALID_CLIENT: 401}


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

    @csrf_exempt
    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        if request.method == "OPTIONS":
            return _with_origin(request, HttpResponse(status=204))
        if request.method != "POST":
            words = {"error": Code.INVALID_REQUEST, "error_description": "POST only."}
            response = answer(words, status=405)
            response["Allow"] = "POST, OPTIONS"
            return response
        try:
            response = view(request)
        except OAuthError as error:
            words = {"error": error.code, "error_description": error.words}
            response = answer(words, status=_REFUSED.get(error.code, 400))
            if error.code is Code.INVALID_CLIENT:
                response["WWW-Authenticate"] = 'Basic realm="medkarta"'
        return _with_origin(request, response)

    return wrapped


def for_everybody(view: View) -> View:
    """Around what anybody may read: scripts of every origin too."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        response = view(request)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return wrapped


def _with_origin(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    origin = request.headers.get("origin", "")
    response["Vary"] = "Origin"
    if origin and origin in clients.app_origins():
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Methods"] = "POST"
        response["Access-Control-Allow-Headers"] = "Authorization, Content-Type, DPoP"
        response["Access-Control-Max-Age"] = "600"
    return response
