"""An app's wish that the person signs in anew, or has done so lately, before its question.

Both factors count, as they do before whatever changes the way of signing in. The address to which
the sign-in leads back carries the moment from which it counts, sealed with the rest of the address:
so no question is asked twice, and none is taken for another.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.core import signing
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect

from medkarta.accounts.freshness import ask_again
from medkarta.accounts.sessions import factor_missing_since, two_factors

_SALT: Final = "medkarta.portal.anew"
_ASKED: Final = "asked"
_SIGNED_IN_WITHIN: Final = timedelta(minutes=10)


def note_the_moment(
    request: HttpRequest, within: timedelta | None, *, now: datetime
) -> HttpResponseRedirect | None:
    """To the same address with this moment in it. None: it stands there, or nothing is wanted."""
    if within is None or _moment(request) is not None:
        return None
    if two_factors(request) and not factor_missing_since(request, now - within):
        return None
    noted = request.GET.copy()
    asked = {"at": now.timestamp(), "of": _digest(request)}
    noted[_ASKED] = signing.dumps(asked, salt=_SALT)
    return redirect(f"{request.path}?{noted.urlencode()}")


def sign_in(request: HttpRequest, within: timedelta | None) -> HttpResponseRedirect | None:
    """To the factor that was not shown since that moment, and back here. None: both were."""
    moment = None if within is None else _moment(request)
    missing = "" if moment is None else factor_missing_since(request, moment)
    return ask_again(request, missing, request.get_full_path()) if missing else None


def _moment(request: HttpRequest) -> datetime | None:
    try:
        asked: dict[str, Any] = signing.loads(
            request.GET.get(_ASKED, ""), salt=_SALT, max_age=_SIGNED_IN_WITHIN
        )
    except signing.BadSignature:
        return None
    return datetime.fromtimestamp(asked["at"], tz=UTC) if asked["of"] == _digest(request) else None


def _digest(request: HttpRequest) -> str:
    question = request.GET.copy()
    question.pop(_ASKED, None)
    return hashlib.sha256(question.urlencode().encode()).hexdigest()
