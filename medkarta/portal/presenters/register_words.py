"""What the population register said of the profile, in words."""

from django.utils.translation import gettext_lazy as _

from medkarta.patients import queries as patients
from medkarta.patients.queries import PersonView
from medkarta.patients.rules import RegisterState
from medkarta.portal.presenters.data_looks import FIELD_WORDS

_NOBODY = _(
    "Регистр населения не нашёл человека с такими СНИЛС и датой рождения. Проверьте их по "
    "документам."
)
_STATES = {
    RegisterState.AGREES: _("Данные и СНИЛС совпали с регистром населения."),
    RegisterState.WAITING: _(
        "Регистр населения пока не ответил. Спросим снова сами, ждать здесь не нужно."
    ),
    RegisterState.DIFFERS: _NOBODY,
    RegisterState.UNKNOWN: _NOBODY,
}


def told(person: PersonView) -> str:
    """One or two sentences; empty where it was not asked about these data."""
    check = patients.latest_check(person)
    if check is None:
        return ""
    if check.fields:
        fields = ", ".join(str(FIELD_WORDS[name]) for name in check.fields)
        words = str(_("В регистре населения иначе: %(fields)s. Проверьте по паспорту."))
        return words % {"fields": fields}
    return str(_STATES[check.state])
