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
        required=False,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    passkey = forms.CharField(max_length=_LONGEST_PASSKEY, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        given = self.cleaned_data.get("code") or self.cleaned_data.get("passkey")
        if not given and not self.errors.get("code"):
            self.add_error("code", _("Введите код из приложения"))
        return cleaned

    def proof(self) -> Proof:
        """What was given. Only after `is_valid`."""
        return Proof(code=self.cleaned_data["code"], passkey=self.cleaned_data["passkey"])
