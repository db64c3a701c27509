"""Sessions around every page: new keys, known browsers, and words for what has ended."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions import middleware
from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medkarta.accounts.rules import DEVICE_KNOWN, Ending
from medkarta.accounts.session_store import SessionStore

Next = Callable[[HttpRequest], HttpResponseBase]
# A request with this header comes from a page that asks by itself: nobody did anything.
BACKGROUND = "X-Medkarta-Background"
_ENDED: dict[Ending, str | Promise] = {
    Ending.IDLE: _(
        "Вы вышли, потому что 15 минут не было действий. Войдите снова: откроется та же страница. "
        "Что вы ввели и не отправили, придётся ввести ещё раз."
    ),
    Ending.ABSOLUTE: _(
        "Вы вышли, потому что сеанс длился 8 часов. Войдите снова: откроется та же страница. "
        "Что вы ввели и не отправили, придётся ввести ещё раз."
    ),
    Ending.BY_OWNER: _("Этот сеанс завершили с другого устройства. Чтобы продолжить, войдите."),
    Ending.PASSWORD_CHANGED: _("Пароль сменили, и этот сеанс завершён. Войдите с новым паролем."),
    Ending.FACTOR_CHANGED: _("Способ входа изменили, и этот сеанс завершён. Войдите снова."),
    Ending.TOO_MANY: _(
        "Открыто больше 20 сеансов, поэтому самый старый завершён. Чтобы продолжить, войдите."
    ),
    Ending.ACCOUNT_CLOSED: _("Учётная запись закрыта, и сеанс завершён."),
}


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's, with the clock of the last action and a new key for every new proof."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if isinstance(request.session, SessionStore) and BACKGROUND not in request.headers:
            request.session.touch()

    def process_response(  # type: ignore[override]  # files stream, and are answers too
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        session = request.session
        answered = response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR  # else nothing is saved
        if answered and isinstance(session, SessionStore) and session.proved_more():
            session.cycle_key()
        signed_out = getattr(request, "signed_out", False)
        try:
            response = super().process_response(request, response)  # type: ignore[arg-type]
        except SessionInterrupted:
            # Ended from elsewhere while the page was made. The sign-in says how.
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        if session.is_empty() and not signed_out:
            # Django takes the cookie away. That may be the one which a request beside this one has
            # just given for the session's new key; a dead cookie does no harm.
            response.cookies.pop(settings.SESSION_COOKIE_NAME, None)
        if token := getattr(request, "device_token", ""):
            _remember_browser(response, token)
        if signed_out:
            # What a script or a cache may have kept goes too. Whoever leaves quickly asks for more.
            response.setdefault("Clear-Site-Data", '"cache", "storage"')
        return response


class EndedSessionMiddleware:
    """Whoever comes with the cookie of an ended session is told how it ended, once."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        ended = getattr(request.session, "ended", None)
        if ended in _ENDED:
            messages.warning(request, str(_ENDED[ended]))
        return self.get_response(request)


def _remember_browser(response: HttpResponseBase, token: str) -> None:
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        token,
        max_age=DEVICE_KNOWN,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
