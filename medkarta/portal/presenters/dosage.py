"""How a medicine is taken, in words: the doctor's own, else put together from FHIR's timing."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from medkarta.portal.presenters.counted import counted
from medkarta.portal.presenters.numbers import as_number
from medkarta.portal.presenters.phrases import Phrase, joined, named, own_words
from medkarta.portal.presenters.scalars import quantity
from medkarta.portal.presenters.shapes import Json, choice, first, mapping, mappings, string


def dosages(resource: Json) -> Phrase | None:
    """All instructions of a prescription, a handout or a statement."""
    listed = mappings(resource.get("dosageInstruction") or resource.get("dosage") or [])
    return joined([one for one in map(dosage, listed) if one is not None], "; ")


def dosage(one: Json) -> Phrase | None:
    """One FHIR Dosage; None where it says nothing."""
    text = string(one.get("text")) or string(one.get("patientInstruction"))
    if text:
        return own_words(text)
    words = joined(list(_parts(one)))
    if words is None:
        return None
    return Phrase(text=words.text[:1].upper() + words.text[1:], language=words.language)


def _parts(one: Json) -> Iterator[Phrase]:
    dose = choice(first(one.get("doseAndRate")), "dose")
    amount = quantity(dose[1]) if dose and dose[0] == "Quantity" else None
    times = _times(mapping(mapping(one.get("timing")).get("repeat")))
    if amount and amount.phrase.text:
        what = _("по %(dose)s") % {"dose": amount.phrase.text}
        yield Phrase(text=f"{what} {times}".strip(), language=amount.phrase.language)
    elif times:
        yield Phrase(text=times)
    if one.get("asNeededBoolean") is True or "asNeededCodeableConcept" in one:
        yield Phrase(text=_("при необходимости"))
    for more in mappings(one.get("additionalInstruction") or []):
        yield named(more)


def _times(repeat: Json) -> str:
    often, period = as_number(repeat.get("frequency")), as_number(repeat.get("period"))
    forms = _periods().get(str(repeat.get("periodUnit")))
    whole = all(one is not None and one == int(one) for one in (often, period))
    if often is None or period is None or forms is None or not whole:
        return ""
    each, many = forms
    times = counted(int(often), _("%(count)s раз|%(count)s раза|%(count)s раз"))
    if period == 1:
        return f"{times} {each}"
    span = counted(int(period), many)
    if often == 1:
        return _("один раз в %(span)s") % {"span": span}
    return _("%(times)s за %(span)s") % {"times": times, "span": span}


def _periods() -> dict[str, tuple[str, str]]:
    return {
        "h": (_("в час"), _("%(count)s час|%(count)s часа|%(count)s часов")),
        "d": (_("в день"), _("%(count)s день|%(count)s дня|%(count)s дней")),
        "wk": (_("в неделю"), _("%(count)s неделю|%(count)s недели|%(count)s недель")),
        "mo": (_("в месяц"), _("%(count)s месяц|%(count)s месяца|%(count)s месяцев")),
    }
