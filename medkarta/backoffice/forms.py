"""What an operator enters."""

from django import forms
from django.utils.translation import gettext_lazy as _

from medkarta.foundation.ids import AccountId
from medkarta.patients.actions import Compared

# НСИ 1.2.643.5.1.13.13.99.2.48: the kinds by which an adult citizen is told.
DOCUMENT_KINDS = [
    ("1", _("Паспорт гражданина Российской Федерации")),
    ("10", _("Паспорт иностранного гражданина")),
    ("11", _("Вид на жительство")),
]


class SearchForm(forms.Form):
    """Whom to look for."""

    email = forms.EmailField(label=_("Электронная почта заявителя"), max_length=254)


class ConfirmForm(forms.Form):
    """What the operator saw. The hidden fields say whom and which data."""

    email = forms.EmailField(widget=forms.HiddenInput)
    account = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    paper = forms.UUIDField(widget=forms.HiddenInput, required=False)
    document_kind = forms.ChoiceField(
        label=_("Какой документ предъявлен"), choices=DOCUMENT_KINDS, widget=forms.RadioSelect
    )
    compared = forms.BooleanField(
        label=_("Человек передо мной, фото в документе — его, данные совпадают с документом")
    )

    def seen_by_operator(self) -> Compared:
        """What was held and looked at. Only after `is_valid`."""
        return Compared(
            account_id=AccountId(self.cleaned_data["account"]),
            document_kind=self.cleaned_data["document_kind"],
            seen=self.cleaned_data["seen"],
            paper_id=self.cleaned_data["paper"],
        )


def _why() -> forms.CharField:
    return forms.CharField(
        label=_("Почему"),
        help_text=_("Что вы видели и сверили. Прочтут второй оператор и проверяющие."),
        min_length=10,
        max_length=300,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={
            "required": _("Напишите, почему вы так решили: хотя бы 10 знаков."),
            "min_length": _("Напишите, почему вы так решили: хотя бы 10 знаков."),
        },
    )


class JudgementForm(forms.Form):
    """Whether two entries are one person, and why."""

    compared = forms.CharField(widget=forms.HiddenInput, max_length=64)
    answer = forms.ChoiceField(
        label=_("Это один человек?"),
        choices=[("same", _("Да, один")), ("different", _("Нет, разные люди"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Выберите ответ")},
    )
    why = _why()


class TransferForm(forms.Form):
    """A request to move a СНИЛС between two accounts."""

    person = forms.UUIDField(widget=forms.HiddenInput)
    why = _why()


class VerdictForm(forms.Form):
    """The second operator's answer to it."""

    transfer = forms.UUIDField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=_("Чей СНИЛС?"),
        choices=[
            ("move", _("Передать: подтверждение прежней учётной записи снять")),
            ("leave", _("Оставить как есть")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Выберите ответ")},
    )
    why = _why()
