"""What allauth's steps of a sign-in mean for sessions, devices and the count of failures."""

import math
from datetime import datetime

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from medkarta.accounts import actions
from medkarta.accounts.models import Account, AccountManager
from medkarta.accounts.rules import Ending
from medkarta.accounts.sessions import origin_of, present
from medkarta.foundation.ids import AccountId

_MINUTE = 60


def attempt_of(request: HttpRequest, *, email: str, place: str) -> actions.Attempt:
    """A password for this address that came with this request."""
    return actions.Attempt(
        email=AccountManager.normalize_email(email),
        place=place,
        device_token=request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""),
        origin=origin_of(request),
    )


def begin(request: HttpRequest, account: Account) -> None:
    """The session is the account's from here on."""
    records = get_authentication_records(request, account)
    token = actions.begin_session(
        opening=actions.Opening(
            account_id=AccountId(account.pk),
            key=request.session.session_key or "",
            methods=[str(one.get("type") or one["method"]) for one in records] or ["password"],
            origin=origin_of(request),
            device_token=request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""),
        ),
        now=present(),
    )
    request.device_token = token  # type: ignore[attr-defined]  # for the middleware's cookie


def note_wrong_code(request: HttpRequest, account: Account) -> None:
    """Whoever typed it knows the password: the owner sees it in the history."""
    attempt = attempt_of(request, email=account.email, place="")
    actions.note_wrong_code(attempt=attempt, now=present())


def end_others(request: HttpRequest, account: Account, how: Ending) -> None:
    """End all sessions of the account, but not the one in which it was asked for."""
    own = request.user.is_authenticated and request.user.pk == account.pk
    actions.end_sessions(
        account_id=AccountId(account.pk),
        but_key=request.session.session_key if own else None,
        how=how,
        origin=origin_of(request),
        now=present(),
    )


def stopped(until: datetime) -> ValidationError:
    """What is said while passwords are not looked at; alike for every address."""
    minutes = max(1, math.ceil((until - present()).total_seconds() / _MINUTE))
    return ValidationError(
        _(
            "Слишком много неверных паролей подряд. Войти можно через %(minutes)d мин. "
            "С браузера, в котором вы входили раньше, ждать не нужно. "
            "Не помните пароль — задайте новый по письму, и пауза закончится."
        )
        % {"minutes": minutes},
        code="too_many_login_attempts",
    )
