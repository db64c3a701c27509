"""What an operator answers about who acts for whom."""

from django import forms
from django.utils.translation import gettext_lazy as _

from medkarta.patients.rules.representation import Paper

# НСИ 1.2.643.5.1.13.13.99.2.313, the papers of a representative that we take.
PAPERS = [
    (Paper.BIRTH_CERTIFICATE.value, _("Свидетельство о рождении")),
    (Paper.GUARDIANSHIP_ACT.value, _("Акт органа опеки и попечительства")),
    (Paper.COURT_INCAPACITY.value, _("Решение суда о недееспособности и акт об опекуне")),
]


class AnswerForm(forms.Form):
    """Which claim or right is meant."""

    key = forms.UUIDField(widget=forms.HiddenInput)


class ConfirmClaimForm(AnswerForm):
    """What the operator saw."""

    email = forms.EmailField(widget=forms.HiddenInput)
    paper = forms.ChoiceField(
        label=_("Какой документ о ребёнке предъявлен"),
        choices=PAPERS,
        widget=forms.RadioSelect,
    )
    compared = forms.BooleanField(
        label=_("Заявитель передо мной, его паспорт и документ о ребёнке сходятся с данными выше")
    )


class EndForm(AnswerForm):
    """A right ends by a paper that the operator has in hand."""

    seen = forms.BooleanField(
        label=_("Передо мной документ о смерти или об утрате права (опеки, родительских прав)")
    )
