"""allauth's forms in which a password is typed: bounded before it is hashed, and named for keepers.

The code of a reset is judged here too: by the row of its account, not by the browser's session.
"""

from typing import Any

from allauth.account import forms as base
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.password_reset_by_code import (
    PASSWORD_RESET_VERIFICATION_SESSION_KEY as RESET,
)
from allauth.core import context as allauth_context
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from medkarta.accounts import actions
from medkarta.accounts.models import Account
from medkarta.accounts.passwords import too_long
from medkarta.accounts.rules import LONGEST_TYPED
from medkarta.accounts.sessions import present
from medkarta.foundation.ids import AccountId

_ASKER = "asker"
_WHO = ("login", "email")


def not_too_long(password: str) -> None:
    """Refuse a megabyte by its length alone."""
    if len(password) > LONGEST_TYPED:
        raise ValidationError(too_long(), code="password_too_long")


class _Bounded:
    """For every form with a password in it."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - allauth has no types
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field.widget, forms.PasswordInput):
                field.validators.insert(0, not_too_long)
                field.widget.attrs["data-password"] = field.widget.attrs.get("autocomplete", "")
            elif name in _WHO:
                field.widget.attrs["autocomplete"] = "username"


class LoginForm(_Bounded, base.LoginForm):  # type: ignore[misc]  # allauth has no types
    """The first step of a sign-in."""


class SignupForm(_Bounded, base.SignupForm):  # type: ignore[misc]  # allauth has no types
    """A new account."""

    def try_save(self, request: HttpRequest) -> tuple[Any, Any]:
        """As long for an address that has an account as for one that has none: a hash is made."""
        if self.account_already_exists:
            Account().set_password(self.cleaned_data["password1"])
        saved: tuple[Any, Any] = super().try_save(request)
        return saved


class ReauthenticateForm(_Bounded, base.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""


class ChangePasswordForm(_Bounded, base.ChangePasswordForm):  # type: ignore[misc]
    """The old password and the new one, and whether the other sessions end: they do unless kept."""

    end_others = forms.BooleanField(
        label=gettext_lazy("Завершить все остальные сеансы"),
        help_text=gettext_lazy("Везде, кроме этого браузера, придётся войти с новым паролем."),
        initial=True,
        required=False,
    )

    def save(self) -> None:
        allauth_context.request.keeps_others = not self.cleaned_data["end_others"]
        super().save()


class SetPasswordForm(_Bounded, base.SetPasswordForm):  # type: ignore[misc]
    """The first password of an account that had none."""


class ResetPasswordForm(base.ResetPasswordForm):  # type: ignore[misc]
    """Asking for a code: the letter and the row of the code stand together or not at all."""

    @transaction.atomic
    def save(self, request: HttpRequest, **kwargs: Any) -> str:  # noqa: ANN401
        email: str = super().save(request, **kwargs)
        state = request.session[RESET]
        # The session, which lies in the database, keeps the asker's word and not the code.
        code = state.pop("code", "")
        if self.users:
            account_id = AccountId(self.users[0].pk)
            state[_ASKER] = actions.issue_reset(account_id=account_id, code=code, now=present())
        request.session.modified = True
        return email


class ConfirmResetForm(base.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    """The code from the letter."""

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        state = _state()
        account_id = state.get("user_id")
        if account_id is None or not actions.confirm_reset(
            account_id=account_id, asker=state.get(_ASKER, ""), code=code, now=present()
        ):
            raise get_adapter().validation_error("incorrect_code")
        return code


class NewPasswordForm(_Bounded, base.ResetPasswordKeyForm):  # type: ignore[misc]
    """The new password, after the code: the code is used up with it."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if not self.errors and not actions.use_reset(
            account_id=self.user.pk, asker=_state().get(_ASKER, ""), now=present()
        ):
            raise ValidationError(
                _("Код больше не действует, пароль остался прежним. Запросите новый код."),
                code="reset_over",
            )
        return cleaned


def _state() -> dict[str, Any]:
    state: dict[str, Any] = allauth_context.request.session.get(RESET, {})
    return state
