"""Forms around a document: what fills its blanks before it is read and signed."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from medkarta.clinics import queries as clinics
from medkarta.consents.queries import DetailsView
from medkarta.consents.rules import MOSCOW, ZONES, Audience, Choice, Kind
from medkarta.foundation.ids import ClinicId
from medkarta.portal.presenters.sections import WORDS

_ALL = "all"


class ConsentDetailsForm(forms.Form):
    """Address and identity document, as the law wants them named in a consent."""

    address = forms.CharField(
        label=_("Адрес"),
        help_text=_("По регистрации, с индексом."),
        max_length=300,
        widget=forms.TextInput({"autocomplete": "street-address"}),
        error_messages={"required": _("Введите адрес регистрации")},
    )
    document_number = forms.CharField(
        label=_("Серия и номер документа"),
        help_text=_("Того, который видел оператор. Сохраним только начало и конец номера."),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("Введите серию и номер документа")},
    )
    document_issued = forms.CharField(
        label=_("Кем и когда выдан"),
        max_length=300,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("Введите, кем и когда выдан документ")},
    )

    @staticmethod
    def initial_of(known: DetailsView | None) -> dict[str, str]:
        """What stands in the fields at first; the number is not kept whole, so it is empty."""
        if known is None:
            return {}
        return {"address": known.address, "document_issued": known.document_issued}


class ConsentChoiceForm(forms.Form):
    """Whom, what, until when. Nothing is chosen beforehand."""

    organisation = forms.ChoiceField(
        label=_("Какой организации?"),
        error_messages={"required": _("Выберите организацию")},
    )
    sections = forms.MultipleChoiceField(
        label=_("Какие разделы карты?"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(section.value, words.label) for section, words in WORDS.items()],
        error_messages={"required": _("Отметьте хотя бы один раздел")},
    )
    until = forms.DateField(
        label=_("По какой день?"),
        help_text=_("Этот день ещё войдёт. Например, 31.12.2026"),
        input_formats=["%d.%m.%Y", "%d %m %Y", "%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.DateInput({"inputmode": "decimal", "autocomplete": "off"}, "%d.%m.%Y"),
        error_messages={
            "required": _("Введите последний день доступа"),
            "invalid": _("Введите дату так: 31.12.2026"),
        },
    )
    zone = forms.ChoiceField(
        label=_("По какому времени считать дни?"), initial=MOSCOW, error_messages={}
    )

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["until"].required = kind is Kind.ACCESS
        english = get_language() == "en"
        zones = [(name, words[1] if english else words[0]) for name, words in ZONES.items()]
        known = [(str(clinic_id), name) for clinic_id, name in clinics.connected()]
        self._offer("zone", zones)
        self._offer(
            "organisation",
            [("", _("Выберите")), (_ALL, _("Всем подключённым организациям")), *known],
        )

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def choice(self) -> Choice:
        """What was chosen. Only after `is_valid`."""
        cleaned = self.cleaned_data
        named = cleaned["organisation"]
        one = named != _ALL
        return Choice(
            kind=self.kind,
            audience=Audience.ONE if one else Audience.ALL,
            organisation=ClinicId(UUID(named)) if one else None,
            sections=frozenset(cleaned["sections"]),
            until=cleaned["until"],
            zone=cleaned["zone"],
        )

    def carried(self) -> list[tuple[str, str]]:
        """The same once more as hidden fields, for the form that signs."""
        names = ("organisation", "sections", "until", "zone")
        return [
            (name, value)
            for name in names
            for value in (self.data.getlist(name) if hasattr(self.data, "getlist") else [])
        ]
