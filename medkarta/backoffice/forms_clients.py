"""What an operator writes down of a program."""

import json
import secrets
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from medkarta.clients.actions import NewClient
from medkarta.clients.rules.kinds import Kind
from medkarta.clients.rules.names import LONGEST_NAME, LONGEST_PUBLISHER
from medkarta.clinics import queries as clinics
from medkarta.foundation.ids import ClinicId
from medkarta.terminology.rules import language_of

KINDS = [
    (Kind.APP.value, _("Приложение: его выбирают пациенты, оно читает карту")),
    (Kind.SYSTEM.value, _("Система клиники: пишет и читает от имени клиники")),
]
_LONGEST_SET = 20_000


class _Clinics(forms.Select):
    """Each name says its language to whoever hears it."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as Django's own
        option = super().create_option(*args, **kwargs)
        option["attrs"]["lang"] = language_of(str(option["label"]))
        return option


def new_client_id() -> str:
    """Made with the form, so that sending it twice registers one program."""
    return secrets.token_hex(10)


class RegisterForm(forms.Form):
    """A program as its owner describes it."""

    client_id = forms.RegexField(r"^[0-9a-f]{20}$", widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Что это"), choices=KINDS, widget=forms.RadioSelect)
    name = forms.CharField(
        label=_("Название"),
        help_text=_("Так его увидит пациент. Не похожее на ведомство."),
        max_length=LONGEST_NAME,
    )
    publisher = forms.CharField(label=_("Кто отвечает за программу"), max_length=LONGEST_PUBLISHER)
    clinic_id = forms.TypedChoiceField(
        label=_("Клиника"),
        help_text=_("Только для системы клиники."),
        required=False,
        coerce=str,
        widget=_Clinics,
    )
    redirect_uris = forms.CharField(
        label=_("Адреса возврата"),
        help_text=_("Только для приложения. По одному в строке, буква в букву."),
        required=False,
        max_length=6000,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
    )
    scope = forms.CharField(
        label=_("О чём может просить"),
        help_text=_("Области SMART через пробел: launch/patient patient/*.rs или system/*.cruds."),
        max_length=4000,
    )
    jwks_uri = forms.CharField(
        label=_("Адрес открытых ключей"),
        help_text=_("JWKS по https. Хост должен стоять в MEDKARTA_CLIENT_KEY_HOSTS."),
        required=False,
        max_length=500,
    )
    jwks = forms.CharField(
        label=_("Или сами открытые ключи"),
        help_text=_("JWKS целиком: RS384 от 2048 бит или ES384, у каждого ключа kid."),
        required=False,
        max_length=_LONGEST_SET,
        widget=forms.Textarea({"rows": 4, "spellcheck": "false"}),
    )
    launch_uri = forms.CharField(
        label=_("Адрес запуска из Медкарты"), required=False, max_length=500
    )
    with_secret = forms.BooleanField(
        label=_("Дать приложению секрет"),
        help_text=_("Для приложения на сервере без ключей. Секрет будет показан один раз."),
        required=False,
    )

    dpop_bound = forms.BooleanField(
        label=_("Привязать токены к ключу (DPoP)"),
        help_text=_(
            "Украденный токен без ключа программы не откроет ничего. Нужны ключи или секрет."
        ),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*args, **kwargs)
        known = [(str(clinic_id), name) for clinic_id, name in clinics.connected()]
        self.fields["clinic_id"].choices = [("", "—"), *known]  # type: ignore[attr-defined]  # a choice field

    def clean_jwks(self) -> dict[str, Any] | None:
        text = self.cleaned_data["jwks"]
        if not text:
            return None
        try:
            read = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValidationError(_("Это не JSON.")) from error
        return read if isinstance(read, dict) else {}

    def new(self) -> NewClient:
        """What was written. Only after `is_valid`."""
        said = self.cleaned_data
        return NewClient(
            client_id=said["client_id"],
            name=said["name"],
            publisher=said["publisher"],
            kind=Kind(said["kind"]),
            scope=said["scope"],
            clinic_id=ClinicId(UUID(said["clinic_id"])) if said["clinic_id"] else None,
            redirect_uris=tuple(said["redirect_uris"].split()),
            jwks=said["jwks"],
            jwks_uri=said["jwks_uri"],
            launch_uri=said["launch_uri"],
            with_secret=said["with_secret"],
            dpop_bound=said["dpop_bound"],
        )


class ActForm(forms.Form):
    """Approve or disable; what cannot be undone is meant."""

    act = forms.ChoiceField(choices=[("approve", ""), ("disable", "")])
    sure = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("act") == "disable" and not self.cleaned_data["sure"]:
            raise ValidationError(_("Отметьте, что программа отключается навсегда."))
        return self.cleaned_data
