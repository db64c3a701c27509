"""A scope's query in words: of a kind of records, which ones an app would see."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from medkarta.clients.rules.narrowing import Condition, Narrowing, token
from medkarta.fhir.search.dates import interval
from medkarta.fhir.search.parameters import parameters_of
from medkarta.portal.presenters.dates import day
from medkarta.terminology import queries as terminology

_CATEGORIES: Final[dict[str | None, Promise]] = {
    "laboratory": gettext_lazy("анализы"),
    "vital-signs": gettext_lazy("измерения (давление, пульс, рост, вес)"),
    "imaging": gettext_lazy("исследования"),
    "social-history": gettext_lazy("образ жизни (курение, работа)"),
    "encounter-diagnosis": gettext_lazy("диагнозы приёмов"),
    "problem-list-item": gettext_lazy("постоянные диагнозы"),
}
# What R4 calls its commonest parameters, said to a person.
_PARAMETERS: Final = {
    "authoredon": gettext_lazy("дата"),
    "birthdate": gettext_lazy("дата рождения"),
    "category": gettext_lazy("категория"),
    "class": gettext_lazy("вид приёма"),
    "clinical-status": gettext_lazy("состояние"),
    "code": gettext_lazy("название"),
    "date": gettext_lazy("дата"),
    "identifier": gettext_lazy("номер"),
    "intent": gettext_lazy("намерение"),
    "onset-date": gettext_lazy("начало"),
    "priority": gettext_lazy("срочность"),
    "recorded-date": gettext_lazy("дата записи"),
    "severity": gettext_lazy("тяжесть"),
    "status": gettext_lazy("состояние"),
    "type": gettext_lazy("вид"),
    "vaccine-code": gettext_lazy("вакцина"),
    "verification-status": gettext_lazy("достоверность"),
    "_security": gettext_lazy("метка секретности"),
    "_tag": gettext_lazy("метка"),
}
_STATES: Final = frozenset({"clinical-status", "status"})
_DATES: Final = {
    "": gettext_lazy("с %(first)s по %(last)s"),
    "eq": gettext_lazy("с %(first)s по %(last)s"),
    "ge": gettext_lazy("с %(first)s"),
    "gt": gettext_lazy("после %(last)s"),
    "le": gettext_lazy("по %(last)s"),
    "lt": gettext_lazy("до %(first)s"),
}


def narrowed(resource_type: str, only: Narrowing) -> str:
    """«только …»: what the query leaves of the type."""
    kinds = next((said for one in only.conditions if (said := _categories(one))), "")
    rest = [one for one in only.conditions if not (kinds and _categories(one) == kinds)]
    what = _all_of([_words(resource_type, one) for one in rest])
    if not kinds:
        return _("только те, у которых %(what)s") % {"what": what}
    if not what:
        return _("только %(kinds)s") % {"kinds": kinds}
    return _("только %(kinds)s, у которых %(what)s") % {"kinds": kinds, "what": what}


def _categories(only: Condition) -> str:
    """Categories by their names, where all of them have one here."""
    codes = [token(one)[1] for one in only.values]
    if only.parameter != "category" or not _CATEGORIES.keys() >= set(codes):
        return ""
    return _all_of([str(_CATEGORIES[code]) for code in dict.fromkeys(codes)])


def _words(resource_type: str, only: Condition) -> str:
    kind = parameters_of(resource_type)[only.parameter].kind
    said = {
        "parameter": _PARAMETERS.get(only.parameter, only.parameter),
        "value": _any_of(
            [
                _date(one) if kind == "date" else _value(resource_type, only.parameter, one)
                for one in only.values
            ]
        ),
    }
    return _("%(parameter)s — %(value)s") % said


def _value(resource_type: str, parameter: str, value: str) -> str:
    """In words where they are known; a code of no known name as it is written."""
    system, code = token(value)
    if code is None:
        return _("из справочника %(system)s") % {"system": system}
    known = terminology.display((system or None, code, None))
    name = known.plain if known.official or known.original else code
    if parameter in _STATES:
        name = terminology.status(resource_type, code)
    return _("«%(name)s»") % {"name": name}


def _date(value: str) -> str:
    sign, written = (value[:2], value[2:]) if value[:2] in _DATES else ("", value)
    found = interval(written)
    if found is None:  # a scope has none such
        return value
    first, last = found.low.date(), (found.high - timedelta(days=1)).date()
    if sign in ("", "eq") and first == last:
        return day(first)
    return str(_DATES[sign]) % {"first": day(first), "last": day(last)}


def _any_of(texts: Sequence[str]) -> str:
    """«один, другой или третий»."""
    return _joined(texts, _("%(some)s или %(last)s"))


def _all_of(texts: Sequence[str]) -> str:
    """«один, другой и третий»."""
    return _joined(texts, _("%(some)s и %(last)s"))


def _joined(texts: Sequence[str], form: str) -> str:
    *some, last = texts or [""]
    return form % {"some": ", ".join(some), "last": last} if some else last
