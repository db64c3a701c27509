"""Forms of who acts for whom."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from medkarta.foundation.snils import Snils
from medkarta.patients.actions import Claim
from medkarta.patients.rules.representation import (
    DEFAULT_ZONE,
    LONGEST_YEARS,
    TO_TRUSTED,
    USUAL_YEARS,
    ZONES,
    Doing,
    Kind,
    Terms,
    birthday,
)
from medkarta.portal.forms import PersonalDataForm
from medkarta.portal.presenters.people import CHOICES, DOINGS, KINDS
from medkarta.portal.presenters.sections import WORDS
from medkarta.portal.proofs import ProofForm

_LEGAL = [kind for kind in Kind if kind.legal]
_DAYS = ["%d.%m.%Y", "%d %m %Y", "%d/%m/%Y", "%Y-%m-%d"]
_ZONE_NAMES = dict(
    zip(
        ZONES,
        (
            _("Калининград (МСК−1)"),
            _("Москва (МСК)"),
            _("Самара (МСК+1)"),
            _("Екатеринбург (МСК+2)"),
            _("Омск (МСК+3)"),
            _("Красноярск (МСК+4)"),
            _("Иркутск (МСК+5)"),
            _("Якутск (МСК+6)"),
            _("Владивосток (МСК+7)"),
            _("Магадан (МСК+8)"),
            _("Камчатка (МСК+9)"),
        ),
        strict=True,
    )
)


class ClaimForm(PersonalDataForm):
    """A child or ward, as the birth certificate or the act names them."""

    kind = forms.ChoiceField(
        label=_("Кто вы ребёнку"),
        choices=[(kind.value, KINDS[kind]) for kind in _LEGAL],
        widget=forms.RadioSelect,
        error_messages={"required": _("Выберите, кто вы ребёнку")},
    )
    certificate = forms.CharField(
        label=_("Серия и номер свидетельства о рождении или акта"),
        help_text=_("Как в документе. Например, IV-АБ 744233"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Введите серию и номер документа")},
    )
    zone = forms.ChoiceField(
        label=_("Где живёт ребёнок"),
        help_text=_("По этим часам наступают дни рождения, которые меняют ваши права."),
        choices=list(_ZONE_NAMES.items()),
        initial=DEFAULT_ZONE,
    )

    field_order = (
        "kind",
        "family",
        "given",
        "patronymic",
        "birth_date",
        "sex",
        "snils",
        "certificate",
        "zone",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, today=today, **kwargs)
        for name in ("family", "given", "patronymic", "birth_date"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["family"].error_messages["required"] = _("Введите фамилию ребёнка")
        self.fields["given"].error_messages["required"] = _("Введите имя ребёнка")
        self.fields["snils"].required = False
        self.fields["snils"].help_text = _(
            "11 цифр. По нему клиники узнают карту ребёнка. Вводите с дефисами или без."
        )

    def clean_snils(self) -> Snils | None:  # type: ignore[override]  # a child may have none yet
        return super().clean_snils() if self.cleaned_data["snils"] else None

    def claim(self) -> Claim:
        """What was typed. Only after `is_valid`."""
        return Claim(
            kind=Kind(self.cleaned_data["kind"]),
            data=self.data_input(),
            certificate=self.cleaned_data["certificate"],
            zone=self.cleaned_data["zone"],
        )


class TrustForm(forms.Form):
    """Whom one trusts with what, until when."""

    email = forms.EmailField(
        label=_("Электронная почта этого человека в Медкарте"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "off"}),
        error_messages={
            "required": _("Введите почту"),
            "invalid": _("Введите почту так: imya@example.ru"),
        },
    )
    doings = forms.MultipleChoiceField(
        label=_("Что ему можно"),
        choices=[(doing.value, DOINGS[doing]) for doing in TO_TRUSTED],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Отметьте хотя бы одно")},
    )
    sections = forms.MultipleChoiceField(
        label=_("Какие разделы ему открыть"),
        help_text=_("Нужны, если можно читать карту. Остальное останется закрытым."),
        choices=[(section.value, WORDS[section].label) for section in CHOICES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    active_to = forms.DateField(
        label=_("Последний день"),
        help_text=_("Не дольше трёх лет. Закончить можно в любой день раньше."),
        input_formats=_DAYS,
        widget=forms.DateInput({"autocomplete": "off", "inputmode": "decimal"}, "%d.%m.%Y"),
        error_messages={
            "required": _("Введите последний день"),
            "invalid": _("Введите дату так: 27.03.2027"),
        },
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["active_to"].initial = birthday(today, USUAL_YEARS)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()

    def clean_active_to(self) -> date:
        day: date = self.cleaned_data["active_to"]
        if not self.today <= day < birthday(self.today, LONGEST_YEARS):
            raise forms.ValidationError(_("Выберите день от сегодня и не дальше трёх лет"))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        reads = Doing.READ.value in cleaned.get("doings", ())
        if reads and not cleaned.get("sections"):
            self.add_error("sections", _("Отметьте, какие разделы открыть для чтения"))
        return cleaned

    def terms(self) -> Terms:
        """What was chosen. Only after `is_valid`."""
        doings = frozenset(map(Doing, self.cleaned_data["doings"]))
        reads = Doing.READ in doings
        return Terms(
            email=self.cleaned_data["email"],
            doings=doings,
            sections=frozenset(self.cleaned_data["sections"] if reads else ()),
            active_to=self.cleaned_data["active_to"],
        )


class SignForm(ProofForm):
    """The signature under the terms that the page has shown."""

    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
