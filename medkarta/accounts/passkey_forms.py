"""Forms in place of allauth's for passkeys: each answer is checked by us, against our origin.

allauth takes an answer of a second step, which need not know the person, for a whole sign-in too;
`LoginForm` looks at the answer itself.
"""

from typing import Any

from allauth.core import context as allauth_context
from allauth.mfa.base.internal.flows import check_rate_limit, post_authentication
from allauth.mfa.internal.flows.add import validate_can_add_authenticator
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth, flows
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from medkarta.accounts import actions, passkeys
from medkarta.accounts.models import Account
from medkarta.accounts.passkeys import Asked, PasskeyRefusedError
from medkarta.accounts.rules import MOST_PASSKEYS
from medkarta.accounts.sessions import present, record_new_factor
from medkarta.foundation.ids import AccountId

_LONGEST_NAME = 60


def _credential_field() -> forms.CharField:
    return forms.CharField(
        max_length=passkeys.LONGEST_ANSWER,
        widget=forms.HiddenInput,
        error_messages={"required": gettext_lazy("Браузер не передал ключ. Попробуйте ещё раз.")},
    )


def _name_field(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Название"),
        help_text=gettext_lazy("По нему вы узнаете ключ в списке. Например, «Мой телефон»."),
        max_length=_LONGEST_NAME,
        required=required,
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class AddForm(forms.Form):
    """A new passkey and its name; it counts as the second factor of this session."""

    name = _name_field(required=True)
    credential = _credential_field()

    def __init__(self, *args: Any, user: Account, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["name"].initial = auth.get_adapter().generate_authenticator_name(
            user, Authenticator.Type.WEBAUTHN
        )

    def clean_credential(self) -> dict[str, object]:
        validate_can_add_authenticator(self.user)
        held = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.WEBAUTHN)
        if held.count() >= MOST_PASSKEYS:
            raise ValidationError(_("Ключей уже десять. Уберите тот, которым не пользуетесь."))
        try:
            made = passkeys.check_new(self.cleaned_data["credential"], _asked())
        except PasskeyRefusedError as error:
            raise _refusal() from error
        return made

    def clean(self) -> dict[str, Any] | None:
        if not self.errors:
            record_new_factor(allauth_context.request, Authenticator.Type.WEBAUTHN.value)
        return super().clean()


class RenameForm(forms.Form):
    """Another name for a passkey."""

    name = _name_field(required=True)

    def __init__(self, *args: Any, instance: Authenticator, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.instance = instance
        self.fields["name"].initial = instance.wrap().name

    def save(self) -> Authenticator:
        flows.rename_authenticator(
            allauth_context.request, self.instance, self.cleaned_data["name"]
        )
        return self.instance


class AuthenticateForm(forms.Form):
    """A passkey as the second step of a sign-in."""

    reauthenticated = False
    credential = _credential_field()

    def __init__(self, *args: Any, user: Account, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_credential(self) -> Authenticator:
        clear_limit = check_rate_limit(self.user)
        try:
            answer = passkeys.read_answer(self.cleaned_data["credential"])
            factor = actions.use_passkey(
                account_id=AccountId(self.user.pk), answer=answer, asked=_asked(), now=present()
            )
        except PasskeyRefusedError as error:
            raise _refusal() from error
        clear_limit()
        return factor

    def save(self) -> None:
        post_authentication(
            allauth_context.request,
            self.cleaned_data["credential"],
            reauthenticated=self.reauthenticated,
        )


class ReauthenticateForm(AuthenticateForm):
    """The passkey again, before something delicate."""

    reauthenticated = True


class LoginForm(forms.Form):
    """A passkey as the whole sign-in: whoever holds it was made sure of by finger, face or PIN."""

    credential = _credential_field()

    def clean_credential(self) -> Authenticator:
        try:
            answer = passkeys.read_answer(self.cleaned_data["credential"])
            asked = _asked()
            return actions.use_passkey(
                account_id=passkeys.account_of(answer),
                answer=answer,
                # Whatever was asked first: the session may hold a second step's milder question.
                asked=Asked(challenge=asked.challenge, verified=True),
                now=present(),
            )
        except PasskeyRefusedError as error:
            raise _refusal() from error


def _asked() -> Asked:
    """What this session asked for, which it does only once."""
    state = auth.get_state()
    auth.clear_state()
    return Asked.of_state(state)


def _refusal() -> ValidationError:
    return ValidationError(
        _(
            "Ключ доступа не подошёл. Попробуйте ещё раз и выберите ключ, который вы подключили "
            "к этой учётной записи."
        ),
        code="passkey_refused",
    )
