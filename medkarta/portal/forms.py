"""Forms of the citizen's pages: they read and check what was typed, and keep what is refused."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from medkarta.foundation.policies import LONGEST_TEXT, PolicyNumber
from medkarta.foundation.snils import InvalidSnilsError, Snils
from medkarta.patients.queries import EntryView
from medkarta.patients.rules import PersonalDataInput, Sex
from medkarta.portal.presenters import policy_number
from medkarta.portal.proofs import ProofForm

_OLDEST = 1900
_NO_SPELLING = {"autocapitalize": "words", "spellcheck": "false"}


class PersonalDataForm(forms.Form):
    """Личные данные, as they stand in the passport."""

    family = forms.CharField(
        label=_("Фамилия"),
        max_length=100,
        widget=forms.TextInput({"autocomplete": "family-name", **_NO_SPELLING}),
        error_messages={"required": _("Введите фамилию, как в паспорте")},
    )
    given = forms.CharField(
        label=_("Имя"),
        max_length=100,
        widget=forms.TextInput({"autocomplete": "given-name", **_NO_SPELLING}),
        error_messages={"required": _("Введите имя, как в паспорте")},
    )
    patronymic = forms.CharField(
        label=_("Отчество"),
        max_length=100,
        required=False,
        widget=forms.TextInput({"autocomplete": "additional-name", **_NO_SPELLING}),
    )
    birth_date = forms.DateField(
        label=_("Дата рождения"),
        help_text=_("День, месяц и год через точку. Например, 27.03.1985"),
        input_formats=["%d.%m.%Y", "%d %m %Y", "%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.DateInput({"autocomplete": "bday", "inputmode": "decimal"}, "%d.%m.%Y"),
        error_messages={
            "required": _("Введите дату рождения"),
            "invalid": _("Введите дату так: 27.03.1985"),
        },
    )
    sex = forms.ChoiceField(
        label=_("Пол"),
        choices=[(Sex.FEMALE.value, _("женский")), (Sex.MALE.value, _("мужской"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Выберите пол, как в паспорте")},
    )
    snils = forms.CharField(
        label=_("СНИЛС"),
        help_text=_("11 цифр. По нему клиники узнают, что карта ваша. Вводите с дефисами или без."),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={"required": _("Введите СНИЛС — 11 цифр")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_birth_date(self) -> date:
        born: date = self.cleaned_data["birth_date"]
        if born.year < _OLDEST or born > self.today:
            raise forms.ValidationError(_("Проверьте год рождения: такой даты быть не может"))
        return born

    def clean_snils(self) -> Snils:
        try:
            return Snils.parse(self.cleaned_data["snils"])
        except InvalidSnilsError as error:
            if str(error) == "control":
                message = _(
                    "Контрольные цифры СНИЛС не сходятся. Проверьте номер по карточке: "
                    "чаще всего перепутаны соседние цифры"
                )
            else:
                message = _("В СНИЛС 11 цифр. Введите так: 112-233-445 95")
            raise forms.ValidationError(message) from error

    def data_input(self) -> PersonalDataInput:
        """What was typed, for `patients.actions`. Only after `is_valid`."""
        cleaned = self.cleaned_data
        return PersonalDataInput(
            family=cleaned["family"],
            given=cleaned["given"],
            patronymic=cleaned["patronymic"],
            birth_date=cleaned["birth_date"],
            sex=Sex(cleaned["sex"]),
            snils=cleaned["snils"],
        )


class PolicyForm(forms.Form):
    """One question: the policy's number."""

    number = forms.CharField(
        label=_("Номер полиса ОМС"),
        help_text=_(
            "16 цифр на лицевой стороне или 9 цифр временного свидетельства. "
            "Можно вставить с пробелами или дефисами."
        ),
        max_length=LONGEST_TEXT,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={"required": _("Введите номер полиса — 16 цифр")},
    )
    old = forms.BooleanField(
        label=_("Это полис старого образца"),
        help_text=_("Выдан до 2011 года. Введите серию и номер так: 46-01 № 123456."),
        required=False,
    )
    field_order = ("old", "number")  # how to read the number is known before it is read

    def clean_number(self) -> PolicyNumber:
        try:
            return policy_number.read(
                self.cleaned_data["number"], old=bool(self.cleaned_data.get("old"))
            )
        except policy_number.PolicyNumberError as error:
            raise forms.ValidationError(str(error)) from error


class ConsentForm(ProofForm):
    """A consent is given by a tick of one's own and a second factor."""

    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    after = forms.UUIDField(required=False, widget=forms.HiddenInput)
    agreed = forms.BooleanField(
        label=_("Я прочитал(а) текст и даю согласие"),
        error_messages={"required": _("Поставьте отметку, если согласны с текстом")},
    )


class LinkForm(forms.Form):
    """Which of the clinics' entries are the person's."""

    patients = forms.MultipleChoiceField(
        label=_("Какие из них ваши?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Отметьте карты, которые ваши")},
    )

    def __init__(self, *args: Any, found: Iterable[EntryView], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.found = {str(entry.patient_id): entry for entry in found}
        choices = self.fields["patients"]
        if isinstance(choices, forms.MultipleChoiceField):
            choices.choices = [(key, entry.clinic_name) for key, entry in self.found.items()]

    def chosen(self) -> list[EntryView]:
        """The entries that were ticked. Only after `is_valid`."""
        return [self.found[key] for key in self.cleaned_data["patients"]]
