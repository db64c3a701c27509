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


_LINES: Final = """
haemoglobin | 1017128 | 718-7 | Гемоглобин | g/L | г/л
erythrocytes | 1017375 | 789-8 | Эритроциты | 10*12/L | 10^12/л
hematocrit | 1017359 | 4544-3 | Гематокрит | % | %
leukocytes | 1017979 | 6690-2 | Лейкоциты | 10*9/L | 10^9/л
neutrophils | 1018290 | 770-8 | Нейтрофилы | % | %
lymphocytes | 1018134 | 736-9 | Лимфоциты | % | %
eosinophils | 1018464 | 713-8 | Эозинофилы | % | %
platelets | 1017862 | 777-3 | Тромбоциты | 10*9/L | 10^9/л
esr | 1017854 | 4537-7 | СОЭ по Вестергрену | mm/h | мм/ч
crp | 1162791 | 30522-7 | С-реактивный белок (СРБ) | mg/L | мг/л
glucose | 1003888 | 14771-0 | Глюкоза натощак | mmol/L | ммоль/л
hba1c | 1003847 | 4548-4 | Гликированный гемоглобин (HbA1c) | % | %
cholesterol | 1009463 | 14647-2 | Холестерин | mmol/L | ммоль/л
ldl | 1009497 | 22748-8 | Холестерин ЛПНП | mmol/L | ммоль/л
hdl | 1009471 | 14646-4 | Холестерин ЛПВП | mmol/L | ммоль/л
triglycerides | 1008465 | 14927-8 | Триглицериды | mmol/L | ммоль/л
tsh | 1013838 | 3016-3 | Тиреотропный гормон (ТТГ) | m[IU]/L | мМЕ/л
free_t4 | 1013705 | 14920-3 | Тироксин свободный (Т4 св.) | pmol/L | пмоль/л
alt | 1003599 | 1742-6 | Аланинаминотрансфераза (АЛТ) | U/L | Ед/л
ast | 1003623 | 1920-8 | Аспартатаминотрансфераза (АСТ) | U/L | Ед/л
bilirubin | 1003698 | 14631-6 | Билирубин общий | umol/L | мкмоль/л
creatinine | 1006477 | 14682-9 | Креатинин | umol/L | мкмоль/л
egfr | 1016195 | 62238-1 | Скорость клубочковой фильтрации | mL/min/{1.73_m2} | мл/мин/1,73м^2
urea | 1007210 | 22664-7 | Мочевина | mmol/L | ммоль/л
uric_acid | 1007145 | 14933-6 | Мочевая кислота | umol/L | мкмоль/л
protein | 1002880 | 2885-2 | Общий белок | g/L | г/л
albumin | 1002898 | 1751-7 | Альбумин | g/L | г/л
potassium | 1005495 | 2823-3 | Калий | mmol/L | ммоль/л
sodium | 1005628 | 2951-2 | Натрий | mmol/L | ммоль/л
calcium | 1005727 | 2000-8 | Кальций | mmol/L | ммоль/л
phosphate | 1009083 | 14879-1 | Фосфор неорганический | mmol/L | ммоль/л
parathormone | 1012442 | 2731-8 | Паратиреоидный гормон | pg/mL | пг/мл
ferritin | 1009034 | 2276-4 | Ферритин | ng/mL | нг/мл
iron | 1005131 | 14798-3 | Железо сыворотки | umol/L | мкмоль/л
vitamin_d | 1011832 | 1989-3 | 25-гидроксивитамин D | ng/mL | нг/мл
prothrombin_time | 1000041 | 5902-2 | Протромбиновое время | s | с
inr | 1000074 | 6301-6 | МНО | {INR} | безразм. ед.
aptt | 1000017 | 14979-9 | АЧТВ | s | с
fibrinogen | 1000140 | 3255-7 | Фибриноген | g/L | г/л
amylase | 1005180 | 1798-8 | Альфа-амилаза | U/L | Ед/л
psa | 1015742 | 2857-1 | Простатспецифический антиген (ПСА) общий | ng/mL | нг/мл
albumin_creatinine | 1148592 | 9318-7 | Альбумин/креатинин в моче | mg/g | мг/г
urine_density | 1021591 | 5811-5 | Относительная плотность мочи | 1 | безразм. ед.
urine_ph | 1019744 | 5803-2 | pH мочи | [pH] | pH
urine_protein | 1003169 | 2888-6 | Белок в моче | g/L | г/л
urine_leukocytes | 1021120 | 5821-4 | Лейкоциты в осадке мочи | /[HPF] | в п/зр
urine_erythrocytes | 1021088 | 13945-1 | Эритроциты в осадке мочи | /[HPF] | в п/зр
"""


def _analyte(fsli: str, loinc: str, title: str, ucum: str, unit: str) -> Analyte:
    return Analyte(fsli=fsli, loinc=loinc, title=title, ucum=ucum, unit=unit)


ANALYTES: Final[Mapping[str, Analyte]] = MappingProxyType(
    {
        key: _analyte(*rest)
        for key, *rest in (line.split(" | ") for line in _LINES.strip().splitlines())
    }
)
