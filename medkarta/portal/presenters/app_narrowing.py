"""A scope's query in words: of a kind of records, which ones an app would see."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from medkarta.clients.rules.narrowing import Narrowing
from medkarta.terminology import queries as terminology

Words = str | Promise

_CATEGORIES: Final = {
    "laboratory": gettext_lazy("только анализы"),
    "vital-signs": gettext_lazy("только измерения: давление, пульс, рост, вес"),
    "imaging": gettext_lazy("только исследования"),
    "social-history": gettext_lazy("только образ жизни: курение, работа"),
    "encounter-diagnosis": gettext_lazy("только диагнозы приёмов"),
    "problem-list-item": gettext_lazy("только постоянные диагнозы"),
}
# What R4 calls its commonest parameters, said to a person.
_PARAMETERS: Final = {
    "category": gettext_lazy("категория"),
    "class": gettext_lazy("вид приёма"),
    "clinical-status": gettext_lazy("состояние"),
    "code": gettext_lazy("название"),
    "identifier": gettext_lazy("номер"),
    "intent": gettext_lazy("намерение"),
    "priority": gettext_lazy("срочность"),
    "severity": gettext_lazy("тяжесть"),
    "status": gettext_lazy("состояние"),
    "type": gettext_lazy("вид"),
    "vaccine-code": gettext_lazy("вакцина"),
    "verification-status": gettext_lazy("достоверность"),
    "_security": gettext_lazy("метка секретности"),
    "_tag": gettext_lazy("метка"),
}
_STATES: Final = frozenset({"clinical-status", "status"})


def narrowed(resource_type: str, only: Narrowing) -> Words:
    """«только …»: what the query leaves of the type."""
    if only.parameter == "category" and only.code in _CATEGORIES:
        return _CATEGORIES[only.code]
    said = {
        "parameter": _PARAMETERS.get(only.parameter, only.parameter),
        "value": _value(resource_type, only),
    }
    if only.code is None:
        return _("только те, у которых %(parameter)s из справочника %(value)s") % said
    return _("только те, у которых %(parameter)s — «%(value)s»") % said


def _value(resource_type: str, only: Narrowing) -> str:
    """In words where they are known; a code of no known name as it is written."""
    if only.code is None:
        return only.system or ""
    if only.parameter in _STATES:
        return terminology.status(resource_type, only.code)
    known = terminology.display((only.system or None, only.code, None))
    return known.plain if known.official or known.original else only.code
