"""Analytes that the demo laboratories measure, coded as Russian clinics send them.

ФСЛИ and LOINC codes stand side by side, units are UCUM.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Analyte:
    """One test of a laboratory: its ФСЛИ and LOINC codes, and the unit in both spellings."""

    fsli: str
    loinc: str
    title: str
    ucum: str
    unit: str


ANALYTES: Final[Mapping[str, Analyte]] = MappingProxyType(
    {
        "haemoglobin": Analyte(
            fsli="1017128", loinc="718-7", title="Гемоглобин", ucum="g/L", unit="г/л"
        ),
        "erythrocytes": Analyte(
            fsli="1017375", loinc="789-8", title="Эритроциты", ucum="10*12/L", unit="10^12/л"
        ),
        "leukocytes": Analyte(
            fsli="1017979", loinc="6690-2", title="Лейкоциты", ucum="10*9/L", unit="10^9/л"
        ),
        "platelets": Analyte(
            fsli="1017862", loinc="777-3", title="Тромбоциты", ucum="10*9/L", unit="10^9/л"
        ),
        "esr": Analyte(
            fsli="1017854", loinc="4537-7", title="СОЭ по Вестергрену", ucum="mm/h", unit="мм/ч"
        ),
        "crp": Analyte(
            fsli="1162791",
            loinc="30522-7",
            title="С-реактивный белок (СРБ)",
            ucum="mg/L",
            unit="мг/л",
        ),
        "glucose": Analyte(
            fsli="1003888", loinc="14771-0", title="Глюкоза натощак", ucum="mmol/L", unit="ммоль/л"
        ),
        "hba1c": Analyte(
            fsli="1003847",
            loinc="4548-4",
            title="Гликированный гемоглобин (HbA1c)",
            ucum="%",
            unit="%",
        ),
        "cholesterol": Analyte(
            fsli="1009463", loinc="14647-2", title="Холестерин", ucum="mmol/L", unit="ммоль/л"
        ),
        "ldl": Analyte(
            fsli="1009497",
            loinc="22748-8",
            title="Холестерин ЛПНП",
            ucum="mmol/L",
            unit="ммоль/л",
        ),
        "hdl": Analyte(
            fsli="1009471",
            loinc="14646-4",
            title="Холестерин ЛПВП",
            ucum="mmol/L",
            unit="ммоль/л",
        ),
        "triglycerides": Analyte(
            fsli="1008465", loinc="14927-8", title="Триглицериды", ucum="mmol/L", unit="ммоль/л"
        ),
        "tsh": Analyte(
            fsli="1013838",
            loinc="3016-3",
            title="Тиреотропный гормон (ТТГ)",
            ucum="m[IU]/L",
            unit="мМЕ/л",
        ),
        "free_t4": Analyte(
            fsli="1013705",
            loinc="14920-3",
            title="Тироксин свободный (Т4 св.)",
            ucum="pmol/L",
            unit="пмоль/л",
        ),
        "alt": Analyte(
            fsli="1003599",
            loinc="1742-6",
            title="Аланинаминотрансфераза (АЛТ)",
            ucum="U/L",
            unit="Ед/л",
        ),
        "creatinine": Analyte(
            fsli="1006477", loinc="14682-9", title="Креатинин", ucum="umol/L", unit="мкмоль/л"
        ),
        "egfr": Analyte(
            fsli="1016195",
            loinc="62238-1",
            title="Скорость клубочковой фильтрации (CKD-EPI)",
            ucum="mL/min/{1.73_m2}",
            unit="мл/мин/1,73м^2",
        ),
        "ferritin": Analyte(
            fsli="1009034", loinc="2276-4", title="Ферритин", ucum="ng/mL", unit="нг/мл"
        ),
    }
)
