"""Around every page: no cache keeps it, and the browser's doors that we do not need are shut."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils import translation

from medkarta.config import failures

Next = Callable[[HttpRequest], HttpResponseBase]

_UNUSED = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


class PrivatePagesMiddleware:
    """Every page is somebody's own: no cache, not the browser's either, keeps it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response["Cache-Control"] = "no-store"
        response["Permissions-Policy"] = _UNUSED
        return response


class WordsForMethodMiddleware:
    """Django answers a method that is not allowed with an empty page: nobody knows what to do."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return failures.button_only(request, response["Allow"])
        return response


class AccountLanguageMiddleware:
    """The account's language, where this browser has not been told another by its switch."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        known = dict(settings.LANGUAGES)
        if request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) not in known:
            language = getattr(request.user, "language", None)
            if language in known:
                translation.activate(language)
                request.LANGUAGE_CODE = language
        return self.get_response(request)
