"""Sections of a patient summary: LOINC's codes, and what they are called in both languages.

https://hl7.org/fhir/uv/ips/StructureDefinition-Composition-uv-ips.html.
"""

from typing import Final, NamedTuple


class SectionName(NamedTuple):
    """`display` is LOINC's own name of the code."""

    code: str
    display: str
    ru: str
    en: str


SUMMARY: Final = SectionName(
    "60591-5",
    "Patient summary Document",
    "Международная сводка о пациенте",
    "International Patient Summary",
)
ALLERGIES: Final = SectionName(
    "48765-2",
    "Allergies and adverse reactions Document",
    "Аллергии и непереносимость",
    "Allergies and intolerances",
)
PROBLEMS: Final = SectionName(
    "11450-4",
    "Problem list - Reported",
    "Текущие диагнозы и проблемы",
    "Problem list",
)
MEDICINES: Final = SectionName(
    "10160-0",
    "History of Medication use Narrative",
    "Лекарства",
    "Medication summary",
)
IMMUNIZATIONS: Final = SectionName(
    "11369-6",
    "History of Immunization note",
    "Прививки",
    "Immunizations",
)
PROCEDURES: Final = SectionName(
    "47519-4",
    "History of Procedures Document",
    "Операции и процедуры",
    "History of procedures",
)
DEVICES: Final = SectionName(
    "46264-8",
    "History of medical device use",
    "Медицинские изделия",
    "Medical devices",
)
RESULTS: Final = SectionName(
    "30954-2",
    "Relevant diagnostic tests/laboratory data note",
    "Результаты анализов",
    "Diagnostic results",
)
VITALS: Final = SectionName(
    "8716-3",
    "Vital signs note",
    "Показатели жизнедеятельности",
    "Vital signs",
)
PAST: Final = SectionName(
    "11348-0",
    "History of Past illness note",
    "Перенесённые заболевания",
    "History of past illness",
)
SOCIAL: Final = SectionName(
    "29762-2",
    "Social history note",
    "Образ жизни",
    "Social history",
)
PLANS: Final = SectionName(
    "18776-5",
    "Plan of care note",
    "План лечения",
    "Plan of care",
)
NOTHING: Final = "Сведений нет. / No information available."
