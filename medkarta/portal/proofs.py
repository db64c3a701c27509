"""The part of a form that proves a deed by a second factor; `{% proof %}` shows it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from medkarta.accounts.actions import Proof

_LONGEST_PASSKEY = 20_000


class ProofForm(forms.Form):
    """A one-time or recovery code, or a passkey's answer that a script put in."""

    code = forms.CharField(
        label=_("Одноразовый код"),
        help_text=_(
            "6 цифр из приложения или один резервный код. Так вы подтверждаете, что это вы."
        ),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": _("Введите код из приложения")},
    )
    passkey = forms.CharField(max_length=_LONGEST_PASSKEY, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        self.fields["code"].required = not self.data.get(self.add_prefix("passkey"))

    def proof(self) -> Proof:
        """What was given. Only after `is_valid`."""
        return Proof(code=self.cleaned_data["code"], passkey=self.cleaned_data["passkey"])
