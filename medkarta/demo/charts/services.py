"""Medical services of the charts: code of the dictionary (1.2.643.5.1.13.13.11.1070) and name."""

from typing import Final

THERAPIST: Final = ("B01.047.001", "Приём врача-терапевта первичный")
THERAPIST_AGAIN: Final = ("B01.047.002", "Приём врача-терапевта повторный")
CHECKUP: Final = ("B04.047.002", "Профилактический приём врача-терапевта")
ENDOCRINOLOGIST: Final = ("B01.058.001", "Приём врача-эндокринолога первичный")
ENDOCRINOLOGIST_AGAIN: Final = ("B01.058.002", "Приём врача-эндокринолога повторный")
CARDIOLOGIST: Final = ("B01.015.001", "Приём врача-кардиолога первичный")
CARDIOLOGIST_AGAIN: Final = ("B01.015.002", "Приём врача-кардиолога повторный")
ECG: Final = ("A05.10.006", "Электрокардиография")
THYROID_ULTRASOUND: Final = ("A04.22.001", "Ультразвуковое исследование щитовидной железы")
FLUOROGRAPHY: Final = ("A06.09.006.001", "Флюорография лёгких цифровая")
CHEST_XRAY: Final = ("A06.09.007.002", "Рентгенография лёгких цифровая")
MAMMOGRAPHY: Final = ("A06.20.004", "Маммография")
HBA1C: Final = ("A09.05.083", "Исследование уровня гликированного гемоглобина в крови")
DISCHARGE_SUMMARY: Final = ("1", "Эпикриз в стационаре выписной")
