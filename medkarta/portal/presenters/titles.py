"""What an entry of any type is called, and the line that stands below its name."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from medkarta.fhir.documents import composition_of
from medkarta.portal.presenters import dates, numbers
from medkarta.portal.presenters.counted import counted
from medkarta.portal.presenters.phrases import Phrase, joined, named, own_words
from medkarta.portal.presenters.shapes import Json, first, mapping, mappings, string
from medkarta.portal.presenters.values import value_of
from medkarta.terminology import queries as terminology
from medkarta.terminology.queries import Name

_NAMED_BY = (
    "vaccineCode",
    "medicationCodeableConcept",
    "code",
    "medicationReference",
    "category",
    "type",
    "description",
    "procedureCode",
    "title",
    "class",
)
_NAMED_FIRST_BY = {
    "Encounter": ("type", "serviceType", "class"),
    "CarePlan": ("title", "category"),
    "Goal": ("description",),
    "ImagingStudy": ("description", "procedureCode", "modality"),
    "DocumentReference": ("description", "type"),
    "Composition": ("title", "type"),
    "Claim": ("item", "type"),
    "ExplanationOfBenefit": ("item", "type"),
    "ServiceRequest": ("code", "category"),
}


def title(resource: Json) -> Name:
    """The name of an entry; where the source gives none, the word for its type."""
    resource = composition_of(resource) or resource
    kind = str(resource.get("resourceType"))
    if kind == "Patient":
        return Name(plain=_("Кто вы по данным клиники"))
    for member in _NAMED_FIRST_BY.get(kind, _NAMED_BY):
        found = _name(resource.get(member))
        if found is not None:
            return found
    if kind == "ImagingStudy":
        modality = _name(first(resource.get("series")).get("modality"))
        if modality is not None:
            return modality
    return Name(plain=terminology.resource_type_name(kind))


def line(resource: Json) -> Phrase | None:
    """What the entry says, in one line; None where the name says it all."""
    reader = _LINES.get(str(resource.get("resourceType")))
    return reader(resource) if reader else None


def _name(value: object) -> Name | None:
    if isinstance(value, str):
        return terminology.display((None, None, value)) if value.strip() else None
    one = first(value)
    if "productOrService" in one:
        one = mapping(one["productOrService"])
    if "coding" in one or "text" in one:
        return terminology.concept_name(one)
    if "code" in one or "display" in one:
        return terminology.display(one)
    return None


def _observation(resource: Json) -> Phrase | None:
    return value_of(resource).phrase


def _condition(resource: Json) -> Phrase | None:
    ended = dates.when(resource.get("abatementDateTime"))
    if ended is None:
        return None
    return Phrase(text=_("прошло %(day)s") % {"day": ended.day})


def _encounter(resource: Json) -> Phrase | None:
    reasons = [named(one) for one in mappings(resource.get("reasonCode"))]
    return joined(reasons) or _stay(resource)


def _stay(resource: Json) -> Phrase | None:
    inpatient = mapping(resource.get("class")).get("code") in ("IMP", "ACUTE", "NONAC")
    text = dates.period(resource.get("period")) if inpatient else None
    return Phrase(text=text) if text else None


def _medication(resource: Json) -> Phrase | None:
    dosage = string(first(resource.get("dosageInstruction") or resource.get("dosage")).get("text"))
    return own_words(dosage) if dosage else None


def _report(resource: Json) -> Phrase | None:
    conclusion = string(resource.get("conclusion"))
    if conclusion:
        return own_words(conclusion)
    count = sum(1 for _result in mappings(resource.get("result")))
    if not count:
        return None
    words = _("%(count)s показатель|%(count)s показателя|%(count)s показателей")
    return Phrase(text=counted(count, words))


def _plan(resource: Json) -> Phrase | None:
    steps = [
        named(mapping(mapping(one.get("detail")).get("code")))
        for one in mappings(resource.get("activity"))
        if mapping(one.get("detail")).get("code")
    ]
    unique = list({step.text: step for step in steps}.values())
    return joined(unique)


def _goal(resource: Json) -> Phrase | None:
    status = resource.get("achievementStatus")
    return named(status) if mapping(status) else None


def _imaging(resource: Json) -> Phrase | None:
    series = first(resource.get("series"))
    sites = [named(series[part]) for part in ("modality", "bodySite") if mapping(series.get(part))]
    return joined(sites)


def _claim(resource: Json) -> Phrase | None:
    total = first(resource.get("total"))
    money = mapping(total.get("amount")) or total
    number = numbers.as_number(money.get("value"))
    if number is None:
        return None
    currency = {"USD": "$", "EUR": "€", "RUB": "₽"}
    sign = currency.get(str(money.get("currency")), str(money.get("currency") or ""))
    return Phrase(text=f"{numbers.exact(number)}{numbers.NBSP}{sign}".strip())


def _immunization(resource: Json) -> Phrase | None:
    dose = first(resource.get("protocolApplied")).get("doseNumberPositiveInt")
    if not isinstance(dose, int):
        return None
    return Phrase(text=_("доза %(number)s") % {"number": dose})


_LINES: dict[str, Callable[[Json], Phrase | None]] = {
    "Observation": _observation,
    "Condition": _condition,
    "Encounter": _encounter,
    "MedicationRequest": _medication,
    "MedicationStatement": _medication,
    "DiagnosticReport": _report,
    "CarePlan": _plan,
    "Goal": _goal,
    "ImagingStudy": _imaging,
    "Claim": _claim,
    "ExplanationOfBenefit": _claim,
    "Immunization": _immunization,
}
