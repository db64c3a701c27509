"""What an operator enters."""

from django import forms
from django.utils.translation import gettext_lazy as _

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
    document_kind = forms.ChoiceField(
        label=_("Какой документ предъявлен"), choices=DOCUMENT_KINDS, widget=forms.RadioSelect
    )
    compared = forms.BooleanField(
        label=_("Человек передо мной, фото в документе — его, данные совпадают с документом")
    )
