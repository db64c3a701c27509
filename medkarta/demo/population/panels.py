"""Which analyses are ordered together."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class LabSet:
    """An order to the laboratory: its service in the dictionary, and what is measured."""

    service: tuple[str, str]
    title: str
    names: tuple[str, ...]

    def also(self, *names: str) -> "LabSet":
        return LabSet(self.service, self.title, (*self.names, *names))


BLOOD: Final = LabSet(
    ("B03.016.002", "Общий (клинический) анализ крови"),
    "Общий анализ крови",
    ("haemoglobin", "erythrocytes", "leukocytes", "platelets", "esr"),
)
BLOOD_FULL: Final = LabSet(
    ("B03.016.003", "Общий (клинический) анализ крови развернутый"),
    "Общий анализ крови с лейкоцитарной формулой",
    (
        *("haemoglobin", "erythrocytes", "hematocrit", "leukocytes", "neutrophils"),
        *("lymphocytes", "eosinophils", "platelets", "esr"),
    ),
)
CHEMISTRY: Final = LabSet(
    ("B03.016.004", "Анализ крови биохимический общетерапевтический"),
    "Биохимический анализ крови",
    ("glucose", "creatinine", "egfr", "alt", "ast", "bilirubin", "cholesterol"),
)
KIDNEYS: Final = LabSet(CHEMISTRY.service, CHEMISTRY.title, ("creatinine", "egfr", "potassium"))
LIPIDS: Final = LabSet(
    CHEMISTRY.service,
    "Липидный спектр",
    ("cholesterol", "hdl", "triglycerides", "ldl"),
)
GLUCOSE: Final = LabSet(CHEMISTRY.service, "Глюкоза крови", ("glucose",))
DIABETES: Final = LabSet(
    ("A09.05.083", "Исследование уровня гликированного гемоглобина в крови"),
    "Контроль диабета",
    ("glucose", "hba1c"),
)
ALBUMINURIA: Final = LabSet(
    ("B03.016.006", "Общий (клинический) анализ мочи"),
    "Альбумин в моче",
    ("albumin_creatinine",),
)
URINE: Final = LabSet(
    ("B03.016.006", "Общий (клинический) анализ мочи"),
    "Общий анализ мочи",
    ("urine_density", "urine_ph", "urine_protein", "urine_leukocytes", "urine_erythrocytes"),
)
CLOTTING: Final = LabSet(
    ("B03.005.006", "Коагулограмма (ориентировочное исследование системы гемостаза)"),
    "Коагулограмма",
    ("prothrombin_time", "inr", "aptt", "fibrinogen"),
)
INFLAMMATION: Final = LabSet(CHEMISTRY.service, "С-реактивный белок", ("crp",))
IRON: Final = LabSet(CHEMISTRY.service, "Обмен железа", ("ferritin", "iron"))
THYROID: Final = LabSet(CHEMISTRY.service, "Гормоны щитовидной железы", ("tsh",))
PSA: Final = LabSet(CHEMISTRY.service, "Простатспецифический антиген", ("psa",))
VITAMIN_D: Final = LabSet(CHEMISTRY.service, "Витамин D", ("vitamin_d",))
DIALYSIS: Final = LabSet(
    (
        "B03.025.003",
        "Комплекс исследований оценки состояния пациента, получающего лечение программным диализом",
    ),
    "Анализы при программном гемодиализе",
    (
        *("haemoglobin", "erythrocytes", "leukocytes", "platelets", "urea", "creatinine"),
        *("potassium", "sodium", "calcium", "phosphate", "albumin"),
    ),
)
