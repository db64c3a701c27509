"""What a person sees when something of ours fails: what happened, what was kept, what to do.

These pages need no session, no database and no style sheet of the portal.
"""

import sys
from collections.abc import Iterable

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.template.loader import get_template
from django.utils.translation import get_language, get_language_from_request, override

UNAVAILABLE = 503
BROKEN = 500
_RETRY_AFTER = "30"
_TEMPLATES = {
    400: "portal/errors/refused.html",
    403: "portal/errors/refused.html",
    404: "portal/errors/not_found.html",
    405: "portal/errors/button_only.html",
    408: "portal/errors/lost.html",
    413: "portal/errors/too_large.html",
    UNAVAILABLE: "portal/errors/unavailable.html",
}
_BROKEN_TEMPLATE = "portal/errors/broken.html"
_LANGUAGE = "ru"
# Not translated: this is what is left when the templates themselves fail.
_LAST_RESORT = (
    '<!doctype html><html lang="ru"><meta charset="utf-8"><title>Ошибка {status}</title>'
    "<p>Страницу показать не удалось (ошибка {status}).</p>"
    "<p>Всё, что было сохранено раньше, цело.</p>"
    "<p>Подождите минуту и обновите страницу. Номер обращения: {incident}</p></html>"
)

_LAST_RESORT_IN_ENGLISH = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Error {status}</title>'
    "<p>The page could not be shown (error {status}).</p>"
    "<p>Everything saved before is safe.</p>"
    "<p>Wait a minute and refresh the page. Incident number: {incident}</p></html>"
)

log = structlog.get_logger(__name__)


def page(status: int, incident: str, language: str = _LANGUAGE) -> bytes:
    """The page for this status; a fixed sentence if even its template fails."""
    template = _TEMPLATES.get(status, _BROKEN_TEMPLATE)
    try:
        with override(language):
            return get_template(template).render({"incident": incident}).encode()
    except Exception:
        log.exception("error page failed", template=template)
        text = _LAST_RESORT if language == _LANGUAGE else _LAST_RESORT_IN_ENGLISH
        return text.format(status=status, incident=incident).encode()


def page_before_django(status: int, incident: str, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The page for a request that Django does not see; in the language that its headers ask for."""
    request = HttpRequest()
    for name, value in headers:
        text = value.decode("latin1")
        if name == b"accept-language":
            request.META["HTTP_ACCEPT_LANGUAGE"] = text
        elif name == b"cookie":
            request.COOKIES.update(parse_cookie(text))
    return page(status, incident, get_language_from_request(request))


def _answer(request: HttpRequest, status: int) -> HttpResponse:
    incident = request.headers.get("x-request-id", "")
    return HttpResponse(page(status, incident, get_language() or _LANGUAGE), status=status)


def failed(request: HttpRequest) -> HttpResponse:
    """Django's handler500, called while the exception is being handled."""
    problem = sys.exc_info()[1]
    if isinstance(problem, OperationalError | InterfaceError):
        log.error("database does not answer", kind=type(problem).__name__)
        answer = _answer(request, UNAVAILABLE)
        answer["Retry-After"] = _RETRY_AFTER
        return answer
    return _answer(request, BROKEN)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    del exception
    return _answer(request, 403)


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    del exception
    return _answer(request, 400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    del exception
    return _answer(request, 404)


def button_only(request: HttpRequest, allowed: str) -> HttpResponse:
    """For an address that takes forms alone, typed in or refreshed."""
    answer = _answer(request, 405)
    answer["Allow"] = allowed
    return answer


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: the form's token is missing or belongs to another session."""
    del reason
    return _answer(request, 403)
