"""The form of a person's paper: one for all kinds, each with the fields and checks of its kind."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from medkarta.patients.rules import tidy
from medkarta.patients.rules.papers import (
    LONGEST_ISSUER,
    PaperInput,
    PaperKind,
    WrongDepartmentError,
    WrongIssueDateError,
    WrongPaperNumberError,
    check_issue_date,
    read_department,
    read_number,
)
from medkarta.portal.presenters.paper_words import KINDS


class PaperForm(forms.Form):
    """What stands in the paper."""

    number = forms.CharField(
        label=_("Серия и номер"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Введите серию и номер, как в документе")},
    )
    issued_on = forms.DateField(
        label=_("Дата выдачи"),
        help_text=_("День, месяц и год через точку. Например, 20.05.2015"),
        input_formats=["%d.%m.%Y", "%d %m %Y", "%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.DateInput({"autocomplete": "off", "inputmode": "decimal"}, "%d.%m.%Y"),
        error_messages={
            "required": _("Введите дату выдачи"),
            "invalid": _("Введите дату так: 20.05.2015"),
        },
    )
    issued_by = forms.CharField(
        label=_("Кем выдан"),
        max_length=LONGEST_ISSUER,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("Напишите, кем выдан документ, как в нём самом")},
    )
    department = forms.CharField(
        label=_("Код подразделения"),
        help_text=_("6 цифр. Например, 770-001"),
        max_length=10,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={"required": _("Введите код подразделения — 6 цифр")},
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401  # Django's own arguments of a form
        kind: PaperKind,
        today: date,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.today = kind, today
        self.fields["number"].help_text = str(KINDS[kind].hint)
        if kind is not PaperKind.PASSPORT:
            del self.fields["department"]
        self.fields["issued_by"].required = kind in (
            PaperKind.PASSPORT,
            PaperKind.BIRTH_CERTIFICATE,
        )

    def clean_number(self) -> str:
        try:
            return read_number(self.kind, self.cleaned_data["number"])
        except WrongPaperNumberError as error:
            raise forms.ValidationError(_wrong_number(self.kind)) from error

    def clean_issued_on(self) -> date:
        day: date = self.cleaned_data["issued_on"]
        try:
            check_issue_date(self.kind, day, today=self.today)
        except WrongIssueDateError as error:
            message = _("Проверьте дату выдачи: в этот день такой документ выдать не могли")
            raise forms.ValidationError(message) from error
        return day

    def clean_issued_by(self) -> str:
        return tidy(self.cleaned_data["issued_by"])

    def clean_department(self) -> str:
        try:
            return read_department(self.cleaned_data["department"])
        except WrongDepartmentError as error:
            message = _("В коде подразделения 6 цифр. Введите так: 770-001")
            raise forms.ValidationError(message) from error

    def paper_input(self) -> PaperInput:
        """What was typed, for `patients.actions`. Only after `is_valid`."""
        cleaned = self.cleaned_data
        return PaperInput(
            kind=self.kind,
            number=cleaned["number"],
            issued_on=cleaned["issued_on"],
            issued_by=cleaned["issued_by"],
            department=cleaned.get("department", ""),
        )


def _wrong_number(kind: PaperKind) -> str:
    words = {
        PaperKind.PASSPORT: _(
            "В паспорте России серия 4 цифры и номер 6 цифр, всего 10. Введите так: 4510 123456"
        ),
        PaperKind.BIRTH_CERTIFICATE: _(
            "В свидетельстве римская цифра, две русские буквы и 6 цифр. Введите так: IV-АБ 123456"
        ),
    }
    free = _("В номере от 4 до 20 букв и цифр. Проверьте его по документу")
    return str(words.get(kind, free))
