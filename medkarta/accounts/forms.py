"""allauth's forms for one-time codes, judged by our own count and use of codes."""

from typing import Any

from allauth.core import context as allauth_context
from allauth.mfa.base import forms as base
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.internal.flows.add import validate_can_add_authenticator
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from medkarta.accounts import actions, queries, signing_in
from medkarta.accounts.rules import CodeAnswer
from medkarta.accounts.sessions import present, record_new_factor

_TYPES = {
    CodeAnswer.TOTP: Authenticator.Type.TOTP,
    CodeAnswer.RECOVERY: Authenticator.Type.RECOVERY_CODES,
}


def refusal(answer: CodeAnswer) -> ValidationError:
    """What the person is told of a code that was not right."""
    texts = {
        CodeAnswer.WRONG: _("Код не подошёл. Введите тот, что приложение показывает сейчас."),
        CodeAnswer.USED: _("Этот код уже использован. Дождитесь следующего: до 30 секунд."),
        CodeAnswer.STOPPED: _(
            "Десять раз подряд введён не тот код. Попробуйте через 15 минут: "
            "до этого коды не принимаются."
        ),
    }
    return ValidationError(texts[answer], code=answer.value)


class AuthenticateForm(base.AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The second step of a sign-in."""

    def clean_code(self) -> str:
        try:
            return _clean(self)
        except ValidationError:
            signing_in.note_wrong_code(allauth_context.request, self.user)
            raise


class ReauthenticateForm(base.ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The second factor again, before something delicate."""

    def clean_code(self) -> str:
        return _clean(self)


class ActivateForm(totp.ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    """The first code of a new device; it counts as the second factor of this session."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - allauth has no types
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Код из приложения")

    def clean_code(self) -> str:
        validate_can_add_authenticator(self.user)
        clear_limit = check_rate_limit(self.user, error_key="rate_limited")
        code: str = self.cleaned_data["code"]
        answer = actions.check_first_code(
            account_id=self.user.pk, secret=self.secret, code=code, now=present()
        )
        if not answer.right:
            raise refusal(answer)
        clear_limit()
        record_new_factor(allauth_context.request, Authenticator.Type.TOTP.value)
        return code


class RemoveForm(totp.DeactivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    """Taking one-time codes away: not the last second factor of whoever needs one."""

    def clean(self) -> dict[str, Any] | None:
        if not queries.may_remove_factor(self.authenticator.user_id, self.authenticator.pk):
            raise last_factor()
        cleaned: dict[str, Any] | None = super().clean()
        return cleaned


def last_factor() -> ValidationError:
    """Why the only second factor stays, and what to do."""
    return ValidationError(
        _(
            "Это единственная защита входа кроме пароля: без неё карта осталась бы без замка. "
            "Сначала подключите другой способ, потом уберите этот."
        ),
        code="last_factor",
    )


def _clean(form: Any) -> str:  # noqa: ANN401 - allauth has no types
    clear_limit = check_rate_limit(form.user)
    code: str = form.cleaned_data["code"]
    answer = actions.check_code(account_id=form.user.pk, code=code, now=present())
    if not answer.right:
        raise refusal(answer)
    form.authenticator = Authenticator.objects.get(user=form.user, type=_TYPES[answer])
    clear_limit()
    return code
